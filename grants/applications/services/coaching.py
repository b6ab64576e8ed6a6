"""Coaches: a school lets a mentor from a partner read sections of a draft and comment on them, until it submits."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from grants.applications import queries
from grants.applications.models import Application, CoachedSection
from grants.applications.policy import may_invite_coach
from grants.applications.scope import is_named
from grants.applications.services.drafts import person
from grants.applications.states import State
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import SYSTEM, Actor, require, require_permission
from grants.people import services as people
from grants.people.models import CoachInvitation
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

GIVEN_MORE_TIME = timedelta(days=7)
"""How long after a deadline a coach stays: whoever is given more time needs them still."""
NO_SECTIONS = "Choose at least one section for the coach to read."


def invite_coach(
    actor: Actor, application: Application, name: str, email: str, partner: str, sections: Collection[str]
) -> CoachInvitation:
    """Ask a coach to read these sections of a draft and comment on them: open to them once they say yes, and at once to
    whoever coaches the school already. Who is asked for this draft already is to read these from now on.

    partner    the organization they come from
    sections   keys of the form's sections
    raises     Refused for anyone but a lead; Invalid; Clash for a member, and once the draft is submitted
    """
    titles = _prepare(actor, application, sections)
    known = {one.person.email: one.invitation for one in queries.coaches_on(application)}
    invitation = known.get(email.strip().lower())
    if invitation is None:
        school = application.case.organization
        task = f"read “{'”, “'.join(titles)}” of the {application.stage.title} of {school.name}, and comment on it"
        cause = f"{application.public_id}:{now().isoformat()}"
        invitation = people.invite_coach(actor, school, name, email, partner, task, cause)
    _name(actor, application, invitation, sections)
    return invitation


def name_sections(actor: Actor, application: Application, coach: CoachInvitation, sections: Collection[str]) -> None:
    """Let a coach of a draft read these of its sections, and no others.

    raises   Refused for anyone but a lead; Invalid; Clash once the draft is submitted
    """
    _prepare(actor, application, sections)
    _name(actor, application, coach, sections)


def end_coaching(actor: Actor, application: Application, coach: CoachInvitation) -> None:
    """Let a coach of a draft go: they see nothing of it from now on.

    raises   Refused for anyone but a lead
    """
    require(may_invite_coach(actor, application.case.organization_id))
    lock(application.case.organization)
    lock(application)
    _name(actor, application, coach, ())
    _leave(coach)


def accept_coaching(actor: Actor, invitation: CoachInvitation) -> None:
    """Whoever is asked says yes: what was named opens to them, and every case of it is closed to them for good.

    raises   Missing when the actor is not asked, or no longer; Invalid for one of the foundation's own staff
    """
    people.accept_coaching(actor, invitation)
    for draft in queries.drafts_named(invitation):
        for row in queries.named_ever(draft, invitation).values():
            if row.ended_at is None and row.named_at >= invitation.since:
                row.opened_at = row.opened_at or now()
    db.session.flush()


def decline_coaching(actor: Actor, invitation: CoachInvitation) -> None:
    """Whoever is asked says no: nothing of the school opens to them, and nothing of it is hidden from them.

    raises   Missing when the actor is not asked, or no longer
    """
    drafts = queries.drafts_named(invitation)
    people.decline_coaching(actor, invitation)
    for draft in drafts:
        _name(actor, draft, invitation, ())


def let_coaches_go(application: Application) -> None:
    """A coach's reading ends with the submission, and does not come back when the application does. The organization's
    row has to be taken, before the application's.

    Of a draft that is never submitted it ends some days after the last moment at which it could have been.
    """
    for coach in queries.coaches_on(application):
        _name(SYSTEM, application, coach.invitation, ())
        _leave(coach.invitation)


def is_past_coaching(application: Application) -> bool:
    """Whether the time to submit a draft is over, and was not given again in the days since."""
    return now() > application.deadline.last_moment + GIVEN_MORE_TIME


def _prepare(actor: Actor, application: Application, sections: Collection[str]) -> list[str]:
    """Take the draft, and give the titles of the sections."""
    require_permission(actor, "application.write")
    require(may_invite_coach(actor, application.case.organization_id))
    form = queries.form_of(application)
    if not sections or not form.sections.keys() >= set(sections):
        raise Invalid(NO_SECTIONS, {"sections": NO_SECTIONS})
    # The organization first, as whoever submits: nobody is let in after the draft is gone, nor waits in a circle.
    lock(application.case.organization)
    lock(application)
    if application.state not in (State.DRAFT, State.RETURNED):
        raise Clash("This application is no longer being written, so there is nothing to coach.")
    return [section.title for key, section in form.sections.items() if key in sections]


def _name(actor: Actor, application: Application, coach: CoachInvitation, sections: Collection[str]) -> None:
    """Let exactly these sections stand, and put what changed on record."""
    lock(coach.organization)  # who accepts at the same moment takes it too
    rows = queries.named_ever(application, coach)
    before = sorted(key for key, row in rows.items() if row.ended_at is None and row.named_at >= coach.since)
    if before == sorted(sections):
        return
    for key in set(before) - set(sections):
        rows[key].ended_at = now()
    for key in set(sections) - set(before):
        row = rows.get(key) or CoachedSection(application_id=application.id, invitation_id=coach.id, section=key)
        row.named_at, row.named_by_id, row.ended_at = now(), person(actor).id, None
        if coach.accepted_at is not None:
            row.opened_at = row.opened_at or now()
        db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "application.name_sections",
        application,
        before={"coach": coach.person.name, "sections": before},
        after={"coach": coach.person.name, "sections": sorted(sections)},
        case_id=application.case_id,
    )


def _leave(coach: CoachInvitation) -> None:
    """End the invitation itself when nothing of any draft is named to the coach any more."""
    left = select(CoachedSection.id).join(CoachedSection.invitation)
    left = left.join(Application, Application.id == CoachedSection.application_id)
    written = Application.state.in_((State.DRAFT, State.RETURNED))
    if db.session.scalar(left.where(CoachedSection.invitation_id == coach.id, is_named(), written).limit(1)) is None:
        people.end_coaching(SYSTEM, coach.organization, coach.person)
