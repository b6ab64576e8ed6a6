"""Somebody else is needed for an application: who fits best, one press to ask them, or a reason to leave it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications.models import Application
from grants.kernel.errors import Missing, Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import ReasonForm
from grants.review.states import VacancyState
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires


def places_on(stage: CycleStage, application_id: str) -> dict[str, Any]:
    """What the pages of an application show of the places on it that a conflict has emptied; nothing to who may not.

    Who fits best is shown as it was worked out last, and whether it still rests on what is so.
    """
    actor = current_actor()
    if not actor.may("panel.read"):
        return {"vacancies": ()}
    application = queries.application_under_review(actor, stage, application_id)
    found = queries.vacancies_on(actor, application)
    if not any(one.state == VacancyState.OPEN for one in found):
        return {"vacancies": found}
    facts = queries.planning_facts(actor, stage, application.id)
    best = queries.succession_on(actor, stage, facts, application.id)
    member = queries.member_called(stage, best.reviewer_id) if best and best.reviewer_id else None
    return {
        "vacancies": found,
        "is_open": True,
        "best": best,
        "is_stale": best is not None and best.digest != facts.digest,
        "best_member": member,
    }


_HERE = "/stages/<public_id:stage_id>/applications/<public_id:application_id>/places/<public_id:vacancy_id>"


@bp.post(f"{_HERE}/assign/<public_id:member_id>")
@requires("review.organize")
def appoint(stage_id: str, application_id: str, vacancy_id: str, member_id: str) -> ResponseReturnValue:
    """Ask who was proposed, if they still fit best; otherwise say who does."""
    actor = current_actor()
    try:
        with unit_of_work():
            stage, application = _about(stage_id, application_id)
            person = queries.member_of(stage, member_id).person
            vacancy = queries.vacancy_on(actor, application, vacancy_id)
            services.appoint(actor, stage, vacancy, application, person)
            name = person.name
    except Missing:
        raise
    except Problem as problem:
        flash(problem.sentence, "warn")
    else:
        flash(f"Assigned to {name}, who is told by mail.", "good")
    return _back(stage_id, application_id)


@bp.route(f"{_HERE}/leave", methods=["GET", "POST"])
@requires("review.organize")
def leave_place(stage_id: str, application_id: str, vacancy_id: str) -> ResponseReturnValue:
    """Leave it as it is, saying why."""
    actor, form = current_actor(), ReasonForm()
    stage, application = _about(stage_id, application_id)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                vacancy = queries.vacancy_on(actor, application, vacancy_id)
                services.leave_vacancy(actor, vacancy, form.reason.data or "")
        except Problem as problem:
            form.show(problem)
            status = problem.status
        else:
            flash("Nobody else is asked. The reason is on record.", "good")
            return _back(stage_id, application_id)
    vacancy = queries.vacancy_on(actor, application, vacancy_id)
    page = render_template("review/leave_place.html", stage=stage, application=application, vacancy=vacancy, form=form)
    return page, status


@bp.post(f"{_HERE}/again")
@requires("review.organize")
def take_up_place(stage_id: str, application_id: str, vacancy_id: str) -> ResponseReturnValue:
    """Look for somebody after all."""
    actor = current_actor()
    with unit_of_work():
        _, application = _about(stage_id, application_id)
        services.take_up_vacancy(actor, queries.vacancy_on(actor, application, vacancy_id))
    flash("Somebody else is looked for again.", "good")
    return _back(stage_id, application_id)


def _about(stage_id: str, application_id: str) -> tuple[CycleStage, Application]:
    stage = queries.stage_for(current_actor(), stage_id)
    return stage, queries.application_under_review(current_actor(), stage, application_id)


def _back(stage_id: str, application_id: str) -> ResponseReturnValue:
    """To the page it was pressed on: the panel, what the application was given, or who reads it."""
    pressed_on = request.form.get("from")
    if pressed_on == "panel":
        return redirect(url_for(".panel", stage_id=stage_id, _anchor="who-reads"))
    endpoint = ".application" if pressed_on == "scores" else ".reviewers"
    return redirect(url_for(endpoint, stage_id=stage_id, application_id=application_id, _anchor="places"))
