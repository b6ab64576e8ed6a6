"""Reading who is asked to join a panel, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Organization, OrganizationMembership, Person
from grants.people.services.accounts import plain_address
from grants.people.tokens import read_panel_token
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.asked_lines import AskedLine
from grants.review.models import PanelMember
from grants.review.people_models import PanelInvitation
from grants.review.queries.panel import review_rules
from grants.review.queries.scope import sits, with_program
from grants.review.states import InvitationFacts, InvitationState

HOLDS_FOR: Final = timedelta(days=30)
"""How long an invitation can be answered at most from when it was sent, or sent again."""


def holds_until(stage: CycleStage, since: datetime) -> datetime:
    """Until when an invitation that is sent at this instant can be answered: scorecards that are due end it, unless
    they were due already and somebody is asked all the same.
    """
    last, due = since + HOLDS_FOR, stage.reviews_due_at
    return min(last, due) if due is not None and since < due else last


def has_run_out(invitation: PanelInvitation) -> bool:
    """Whether it was not answered in time."""
    return invitation.state == InvitationState.INVITED and now() >= holds_until(invitation.stage, invitation.since)


def facts_of(invitation: PanelInvitation) -> InvitationFacts:
    """What the invitation's moves ask, as it stands now."""
    return InvitationFacts(has_run_out(invitation), is_closed=invitation.stage.released_at is not None)


def is_member(stage: CycleStage, person: Person) -> bool:
    """Whether somebody sits on the stage's panel."""
    found = select(PanelMember.id).where(PanelMember.stage_id == stage.id, PanelMember.person_id == person.id, sits())
    return db.session.scalar(found) is not None


def stamp_of(invitation: PanelInvitation) -> str:
    """When an invitation was sent, as its link carries it: one that is sent again ends the link before."""
    return f"{invitation.since:%Y%m%dT%H%M%S%f}"


def asked_of_stage(actor: Actor, stage: CycleStage, page: int = 1) -> Page[PanelInvitation]:
    """Who was asked to join the panel and is not on it, those who have not answered first.

    raises   Refused for who neither organizes nor audits reviews
    """
    require_permission(actor, "panel.read")
    waits = PanelInvitation.state == InvitationState.INVITED
    return paginate(
        select(PanelInvitation)
        .where(PanelInvitation.stage_id == stage.id, PanelInvitation.state != InvitationState.ACCEPTED)
        .options(joinedload(PanelInvitation.person), joinedload(PanelInvitation.invited_by))
        .order_by(~waits, func.lower(PanelInvitation.name), PanelInvitation.id),
        page,
    )


def invitation_on(actor: Actor, stage: CycleStage, public_id: str) -> PanelInvitation:
    """One of those who were asked to join the panel, answered or not.

    raises   Missing; Refused for who does not organize reviews
    """
    require_permission(actor, "review.organize")
    return _one(PanelInvitation.public_id == public_id, PanelInvitation.stage_id == stage.id)


def own_panel_invitation(actor: Actor, public_id: str) -> PanelInvitation:
    """What the actor is asked, or was.

    raises   Missing
    """
    return _one(PanelInvitation.public_id == public_id, _of(actor))


def invitations_waiting(actor: Actor) -> Sequence[PanelInvitation]:
    """The panels that the actor is asked to join and can answer now, the oldest first; at most 20."""
    if actor.person_id is None:
        return []
    return db.session.scalars(
        select(PanelInvitation)
        .join(PanelInvitation.stage)
        .where(
            _of(actor),
            PanelInvitation.state == InvitationState.INVITED,
            PanelInvitation.since > now() - HOLDS_FOR,
            or_(
                CycleStage.reviews_due_at.is_(None),
                CycleStage.reviews_due_at > now(),
                CycleStage.reviews_due_at <= PanelInvitation.since,
            ),
            CycleStage.released_at.is_(None),
        )
        .options(with_program(PanelInvitation.stage), joinedload(PanelInvitation.invited_by))
        .order_by(PanelInvitation.since, PanelInvitation.id)
        .limit(20)
    ).all()


def invitation_by_token(token: str) -> PanelInvitation:
    """The invitation whose link was sent to an address, answered or not.

    raises   Missing when it is no link of ours; Clash when a newer one has taken its place
    """
    public_id, asked = read_panel_token(token)
    found = _one(PanelInvitation.public_id == public_id)
    if stamp_of(found) != asked:
        raise Clash("A newer invitation has taken the place of this one. Look for the latest mail.")
    return found


def account_of(invitation: PanelInvitation) -> Person | None:
    """Who has the address that was asked; None while nobody has an account with it."""
    if invitation.person is not None:
        return invitation.person
    return db.session.scalar(select(Person).where(Person.email == invitation.email))


def work_asked(invitation: PanelInvitation) -> tuple[int | None, datetime | None]:
    """What an invitation asks for: about how many submissions, None when nobody said; and until when."""
    return invitation.load_cap or review_rules(invitation.stage).load.at_most, invitation.stage.reviews_due_at


@dataclass(frozen=True)
class Foreseen:
    """What asking the person of one pasted line would do.

    does   ask, again (who said no, or was asked no longer), or nothing
    why    in words
    """

    line: AskedLine
    does: str
    why: str


def foresee_asking(actor: Actor, stage: CycleStage, lines: Sequence[AskedLine]) -> list[Foreseen]:
    """What would be done for each line, in four statements however many lines there are.

    raises   Refused for who does not organize reviews
    """
    require_permission(actor, "review.organize")
    emails = {one.email for one in lines if one.email}
    people = {one.email: one for one in db.session.scalars(select(Person).where(Person.email.in_(emails)))}
    asked = {
        one.email: one
        for one in db.session.scalars(
            select(PanelInvitation).where(PanelInvitation.stage_id == stage.id, PanelInvitation.email.in_(emails))
        )
    }
    there = set(
        db.session.scalars(
            select(PanelMember.person_id).where(
                PanelMember.stage_id == stage.id,
                PanelMember.person_id.in_([one.id for one in people.values()]),
                sits(),
            )
        )
    )
    applies = _applicants_of(actor, stage, [one.id for one in people.values()])
    first: dict[str, int] = {}
    found = []
    for line in lines:
        said = _foresee(line, people, asked, there)
        if said[0] != "nothing" and line.email in people and (name := applies.get(people[line.email].id)):
            said = (said[0], f"{said[1]} Belongs to {name}, which has applied here, and would read who else did.")
        if line.email and (before := first.setdefault(line.email, line.number)) != line.number:
            said = ("nothing", f"Stands on line {before} already.")
        found.append(Foreseen(line, *said))
    return found


def _applicants_of(actor: Actor, stage: CycleStage, person_ids: Sequence[int]) -> dict[int, str]:
    """Person id -> the organization they belong to that is under way in this stage, of those the actor may know of."""
    rows = db.session.execute(
        select(OrganizationMembership.person_id, Organization.name)
        .join(OrganizationMembership.organization)
        .join(Case, Case.organization_id == Organization.id)
        .join(Application, Application.case_id == Case.id)
        .where(
            Application.stage_id == stage.id,
            OrganizationMembership.person_id.in_(person_ids),
            not_conflicted(actor, Case.id),
        )
        .order_by(Organization.name.desc(), OrganizationMembership.id, Application.id)
    )
    return dict(rows.all())


def _foresee(
    line: AskedLine, people: Mapping[str, Person], asked: Mapping[str, PanelInvitation], there: set[int]
) -> tuple[str, str]:
    if not line.email:
        return "nothing", "There is no email address on this line."
    if (wrong := _wrong_with(line.email)) is not None:
        return "nothing", wrong
    person, before = people.get(line.email), asked.get(line.email)
    if person is not None and not person.is_active:
        return "nothing", f"The account of {person.name} is closed."
    if person is not None and person.id in there:
        return "nothing", f"{person.name} is on this panel."
    if before is not None:
        return _once_more(before)
    if person is not None:
        return "ask", f"{person.name} has an account, and is asked by mail."
    if not line.name:
        return "nothing", "Nobody here has this address, so a name is needed."
    return "ask", "Has no account yet: the link in the mail makes one with their yes."


def _wrong_with(email: str) -> str | None:
    try:
        plain_address(email)
    except Invalid as refused:
        return refused.sentence
    return None


def _once_more(before: PanelInvitation) -> tuple[str, str]:
    if before.state == InvitationState.DECLINED:
        return "again", f"Said no{f' (“{before.reason}”)' if before.reason else ''}; is asked once more."
    if before.state == InvitationState.WITHDRAWN or has_run_out(before):
        return "again", "Was asked before; is asked once more."
    return "nothing", "Is asked already, and has not answered."


def _of(actor: Actor) -> ColumnElement[bool]:
    """Holds for a PanelInvitation that is the actor's to answer."""
    unknown = and_(PanelInvitation.person_id.is_(None), PanelInvitation.email == actor.email)
    return or_(PanelInvitation.person_id == actor.person_id, unknown)


def _one(*conditions: ColumnElement[bool]) -> PanelInvitation:
    found = db.session.scalar(
        select(PanelInvitation)
        .where(*conditions)
        .options(
            with_program(PanelInvitation.stage),
            joinedload(PanelInvitation.person),
            joinedload(PanelInvitation.invited_by),
        )
    )
    if found is None:
        raise Missing("There is no such invitation, or it is not yours.")
    return found
