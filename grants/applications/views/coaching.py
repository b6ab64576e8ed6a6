"""The school's page of coaches, who reads which sections of a draft; and the page of whoever is asked to coach."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.forms import CoachForm, SectionsForm
from grants.applications.overview import Overview, overview
from grants.applications.policy import may_invite_coach
from grants.applications.views.blueprint import bp, the_application
from grants.kernel.policy import Actor, require
from grants.people.models import CoachInvitation
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm
from grants.web.posting import carry_out


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
    name, email, partner = (field.data or "" for field in (form.name, form.email, form.partner))
    return carry_out(
        form,
        lambda: services.invite_coach(
            current_actor(), view.application, name, email, partner, form.sections.data or ()
        ),
        f"{name} reads {_said(view, form)}, and comments there, once they have said yes to coaching you.",
        url_for(".coaches", application_id=application_id),
        lambda: _page(_draft(application_id), inviting=form),
    )


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
    flash(f"{coach.known_as} {'now reads' if coach.has_accepted else 'is asked to read'} {_said(view, form)}.", "good")
    return redirect(url_for(".coaches", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/coaches/<public_id:person_id>/end")
@requires("application.write")
def end_coaching(application_id: str, person_id: str) -> ResponseReturnValue:
    """Let a coach of the draft go."""
    found = the_application(application_id)
    coach = queries.coach_on(found, person_id)
    with unit_of_work():
        services.end_coaching(current_actor(), found, coach.invitation)
    what = "no longer sees" if coach.has_accepted else "is no longer asked to read"
    flash(f"{coach.known_as} {what} this draft.", "good")
    return redirect(url_for(".coaches", application_id=application_id))


@bp.route("/coaching/<public_id:organization_id>", methods=["GET", "POST"])
@requires()
def asked_to_coach(organization_id: str) -> ResponseReturnValue:
    """A school asks the reader to coach it: what for, and what follows from a yes."""
    return _answer(organization_id, services.accept_coaching, "You coach {name} now.", ".ours")


@bp.post("/coaching/<public_id:organization_id>/decline")
@requires()
def decline_coaching(organization_id: str) -> ResponseReturnValue:
    """The reader does not take it on."""
    return _answer(organization_id, services.decline_coaching, "{name} is told that you do not.", "portfolio.home")


def _answer(
    organization_id: str, answer: Callable[[Actor, CoachInvitation], None], done: str, back: str
) -> ResponseReturnValue:
    asked, form = queries.asked_to_coach(current_actor(), organization_id), HouseForm()
    return carry_out(
        form,
        lambda: answer(current_actor(), asked.invitation),
        done.format(name=asked.invitation.organization.name),
        url_for(back),
        lambda: render_template("applications/asked_to_coach.html", asked=asked, form=form),
    )


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
