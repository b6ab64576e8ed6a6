"""What of people goes over when two organizations turn out to be one: members, coaches, requests."""

from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from grants.kernel.clock import now
from grants.kernel.policy import Actor, OrganizationRole
from grants.people.directory_models import DirectoryLine
from grants.people.joining_models import MembershipInvitation, MembershipLink, OrganizationRequest
from grants.people.merging import ORGANIZATIONS, Foresight, Mover, count_of, repoint
from grants.people.models import CoachInvitation, Organization, OrganizationMembership
from grants.people.pair_models import MatchKey, SuspectedPair
from grants.persistence.session import db

Tie = TypeVar("Tie", OrganizationMembership, CoachInvitation)
# Of two roles the one that decides about the other people is kept, then the one that signs, then the one that writes.
STRENGTH: Final = (
    OrganizationRole.LEAD,
    OrganizationRole.SIGNATORY,
    OrganizationRole.EDITOR,
    OrganizationRole.VIEWER,
)


def _foresee_members(_actor: Actor, gone: Organization, stays: Organization) -> Foresight:
    found = Foresight({("person", "people"): count_of(OrganizationMembership.organization_id, gone.id)})
    for going, staying in tied_to_both(OrganizationMembership, gone, stays):
        kept = _stronger(going.role, staying.role)
        found.settled.append(
            f"{going.person.name} belongs to both, as {going.role} and as {staying.role}, and is {kept} afterwards."
        )
    signs = OrganizationRole.SIGNATORY.value
    theirs, ours = _roles_of(gone), _roles_of(stays)
    roles = theirs | {person_id: _stronger(role, theirs.get(person_id, role)) for person_id, role in ours.items()}
    if signs in {*theirs.values(), *ours.values()} - set(roles.values()):
        found.settled.append("Nobody is its signatory afterwards: let a lead name one, or nothing can be certified.")
    return found


def _move_members(_actor: Actor, gone: Organization, stays: Organization) -> None:
    for going, staying in tied_to_both(OrganizationMembership, gone, stays):
        staying.role, staying.since = _stronger(going.role, staying.role), min(going.since, staying.since)
        db.session.delete(going)
    db.session.flush()
    repoint(OrganizationMembership.organization_id, gone.id, stays.id)


def _foresee_coaches(_actor: Actor, gone: Organization, stays: Organization) -> Foresight:
    found = Foresight({("coach", "coaches"): count_of(CoachInvitation.organization_id, gone.id)})
    for going, staying in tied_to_both(CoachInvitation, gone, stays):
        lives = going.ended_at is None or staying.ended_at is None
        word = "coaches it afterwards" if lives else "coaches neither any more"
        found.settled.append(f"{going.person.name} was asked to coach both, and {word}.")
    return found


def _move_coaches(_actor: Actor, gone: Organization, stays: Organization) -> None:
    for going, staying in tied_to_both(CoachInvitation, gone, stays):
        lives = [one for one in (staying, going) if one.ended_at is None] or [staying, going]
        staying.accepted_at = min((one.accepted_at for one in lives if one.accepted_at), default=None)
        if staying.ended_at is not None and going.ended_at is None:
            staying.ended_at, staying.partner, staying.invited_by_id = None, going.partner, going.invited_by_id
        staying.since = min(going.since, staying.since)
        db.session.delete(going)
    db.session.flush()
    repoint(CoachInvitation.organization_id, gone.id, stays.id)
    db.session.expire_all()
    for one in db.session.scalars(
        select(CoachInvitation).where(
            CoachInvitation.organization_id == stays.id,
            CoachInvitation.ended_at.is_(None),
            CoachInvitation.person_id.in_(_members_of(gone, stays)),
        )
    ):
        one.ended_at = now()  # who belongs to it reads its drafts already


def _foresee_invited(_actor: Actor, gone: Organization, _stays: Organization) -> Foresight:
    asked = select(func.count()).where(MembershipInvitation.organization_id == gone.id, _unanswered())
    return Foresight({("unanswered invitation", "unanswered invitations"): db.session.scalar(asked) or 0})


def _move_invited(_actor: Actor, gone: Organization, stays: Organization) -> None:
    """Nobody is asked twice, nor asked who belongs to one of the two."""
    _end_what_ran_out(stays)
    here = aliased(MembershipInvitation)
    asked_here = select(here.person_id).where(here.organization_id == stays.id, here.ended_at.is_(None))
    of_gone = MembershipInvitation.organization_id == gone.id
    for one in db.session.scalars(
        select(MembershipInvitation).where(
            MembershipInvitation.organization_id.in_((gone.id, stays.id)),
            _unanswered(),
            or_(
                MembershipInvitation.person_id.in_(_members_of(gone, stays)),
                and_(of_gone, MembershipInvitation.person_id.in_(asked_here)),
            ),
        )
    ):
        one.ended_at, one.ended = now(), "merged"
    db.session.flush()
    repoint(MembershipInvitation.organization_id, gone.id, stays.id)


def _end_what_ran_out(organization: Organization) -> None:
    """One that nobody can say yes to any more does not stand in the way of one that came later."""
    asked = MembershipInvitation.organization_id == organization.id
    for one in db.session.scalars(select(MembershipInvitation).where(asked, _unanswered())):
        if one.has_run_out:
            one.ended_at, one.ended = now(), "run_out"
    db.session.flush()


def _members_of(*organizations: Organization) -> Select[int]:
    ids = [one.id for one in organizations]
    return select(OrganizationMembership.person_id).where(OrganizationMembership.organization_id.in_(ids))


def _unanswered() -> ColumnElement[bool]:
    return MembershipInvitation.ended_at.is_(None)


def tied_to_both(tie: type[Tie], gone: Organization, stays: Organization) -> list[tuple[Tie, Tie]]:
    """Ties of a kind that people have to both, or had: the one to the organization that goes, and the other."""
    going, staying = aliased(tie), aliased(tie)
    rows = db.session.execute(
        select(going, staying)
        .join(staying, staying.person_id == going.person_id)
        .where(going.organization_id == gone.id, staying.organization_id == stays.id)
        .options(joinedload(going.person))
        .order_by(going.id)
    )
    return [(one, other) for one, other in rows]


def _foresee_pairs(_actor: Actor, _gone: Organization, _stays: Organization) -> Foresight:
    return Foresight()


def _move_pairs(_actor: Actor, gone: Organization, stays: Organization) -> None:
    """What was decided on the one that goes holds for the one that stays; what waits is found anew."""
    db.session.execute(delete(MatchKey).where(MatchKey.organization_id == gone.id))
    of_gone = or_(SuspectedPair.first_id == gone.id, SuspectedPair.second_id == gone.id)
    for pair in db.session.scalars(select(SuspectedPair).where(of_gone).order_by(SuspectedPair.id)).all():
        other = pair.second_id if pair.first_id == gone.id else pair.first_id
        first, second = sorted((other, stays.id))
        there = select(SuspectedPair.id).where(SuspectedPair.first_id == first, SuspectedPair.second_id == second)
        if pair.apart_at is None or other == stays.id or db.session.scalar(there) is not None:
            db.session.delete(pair)
        else:
            pair.first_id, pair.second_id = first, second
        db.session.flush()


def _roles_of(organization: Organization) -> dict[int, str]:
    rows = db.session.execute(
        select(OrganizationMembership.person_id, OrganizationMembership.role).where(
            OrganizationMembership.organization_id == organization.id
        )
    )
    return {row.person_id: row.role for row in rows}


def _stronger(one: str, other: str) -> str:
    return min((one, other), key=lambda role: STRENGTH.index(OrganizationRole(role)))


ORGANIZATIONS.register(Mover((OrganizationMembership.organization_id,), _foresee_members, _move_members))
ORGANIZATIONS.register(Mover((MembershipInvitation.organization_id,), _foresee_invited, _move_invited))
ORGANIZATIONS.register(Mover((CoachInvitation.organization_id,), _foresee_coaches, _move_coaches))
ORGANIZATIONS.register_column(OrganizationRequest.organization_id, "request to join", "requests to join")
ORGANIZATIONS.register_column(DirectoryLine.organization_id)
ORGANIZATIONS.register_column(MembershipLink.organization_id, "link for colleagues", "links for colleagues")
ORGANIZATIONS.register(
    Mover((MatchKey.organization_id, SuspectedPair.first_id, SuspectedPair.second_id), _foresee_pairs, _move_pairs)
)
# Those that were merged into the one that goes lead to the one that stays, without a detour.
ORGANIZATIONS.register_column(Organization.merged_into_id)
