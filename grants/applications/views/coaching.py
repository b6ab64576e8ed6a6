"""The school's page of coaches: who reads which sections of a draft."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.forms import CoachForm, SectionsForm
from grants.applications.overview import Overview, overview
from grants.applications.policy import may_invite_coach
from grants.applications.views.blueprint import bp, the_application
from grants.kernel.errors import Problem
from grants.kernel.policy import require
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires


@bp.get("/applications/<public_id:application_id>/coaches")
@requires("application.write")
def coaches(application_id: str) -> ResponseReturnValue:
    """Who coaches the draft, and whom to invite."""
    return _page(_draft(application_id))


@bp.post("/applications/<public_id:application_id>/coaches")
@requires("application.write")
def invite_coach(application_id: str) -> ResponseReturnValue:
    """Let a coach read sections of the draft."""
    view = _draft(application_id)
    form = CoachForm.of(view.form)
    if not form.validate():
        return _page(view, inviting=form), 422
    name, email, partner = (field.data or "" for field in (form.name, form.email, form.partner))
    try:
        with unit_of_work():
            services.invite_coach(current_actor(), view.application, name, email, partner, form.sections.data or ())
    except Problem as problem:
        form.show(problem)
        return _page(_draft(application_id), inviting=form), problem.status
    flash(f"{name} can read {_said(view, form)} and comment there.", "good")
    return redirect(url_for(".coaches", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/coaches/<public_id:person_id>/sections")
@requires("application.write")
def name_sections(application_id: str, person_id: str) -> ResponseReturnValue:
    """Let a coach read other sections than before."""
    view = _draft(application_id)
    coach = queries.coach_on(view.application, person_id)
    form = SectionsForm.of(view.form, prefix=person_id)
    if not form.validate():
        return _page(view, changing={person_id: form}), 422
    with unit_of_work():
        services.name_sections(current_actor(), view.application, coach.invitation, form.sections.data or ())
    flash(f"{coach.person.name} now reads {_said(view, form)}.", "good")
    return redirect(url_for(".coaches", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/coaches/<public_id:person_id>/end")
@requires("application.write")
def end_coaching(application_id: str, person_id: str) -> ResponseReturnValue:
    """Let a coach of the draft go."""
    found = the_application(application_id)
    coach = queries.coach_on(found, person_id)
    with unit_of_work():
        services.end_coaching(current_actor(), found, coach.invitation)
    flash(f"{coach.person.name} no longer sees this draft.", "good")
    return redirect(url_for(".coaches", application_id=application_id))


def _said(view: Overview, form: SectionsForm) -> str:
    return " and ".join(f"“{title}”" for title in view.titles(form.sections.data or ()))


def _draft(application_id: str) -> Overview:
    """The draft of a URL, for its leads."""
    found = the_application(application_id)
    require(may_invite_coach(current_actor(), found.case.organization_id))
    return overview(current_actor(), found)


def _page(view: Overview, *, inviting: CoachForm | None = None, changing: dict[str, SectionsForm] | None = None) -> str:
    found = queries.coaches_on(view.application)
    forms = {
        one.person.public_id: SectionsForm.of(view.form, one.person.public_id, one.sections)
        for one in found
        if one.person.public_id not in (changing or {})
    }
    return render_template(
        "applications/coaches.html",
        view=view,
        coaches=found,
        forms_of=forms | (changing or {}),
        inviting=inviting or CoachForm.of(view.form),
    )
