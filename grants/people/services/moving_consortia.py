"""What of consortia goes over when two organizations turn out to be one."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.merging import ORGANIZATIONS, Foresight, Mover, count_of, repoint
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership
from grants.people.services.through import follow_in_consortia
from grants.persistence.session import db


def _foresee(_actor: Actor, gone: Organization, stays: Organization) -> Foresight:
    found = Foresight(
        {("place in a consortium", "places in consortia"): count_of(ConsortiumMember.organization_id, gone.id)}
    )
    if count_of(ConsortiumMember.consortium_id, gone.id):
        found.hinders.append(f"{gone.name} is a consortium that has or had members, and cannot become part of another.")
    ids = (gone.id, stays.id)
    inside = select(ConsortiumMember.id).where(
        ConsortiumMember.consortium_id.in_(ids), ConsortiumMember.organization_id.in_(ids)
    )
    if db.session.scalar(inside.limit(1)) is not None:
        found.hinders.append(
            "One of them is or was a member of the other, which is a consortium: they are not the same."
        )
    found.settled += [
        f"Both are in {going.consortium.name}, or asked to join it; one place is left afterwards."
        for going, _ in _in_both(gone, stays)
    ]
    return found


def _move(_actor: Actor, gone: Organization, stays: Organization) -> None:
    for going, staying in _in_both(gone, stays):
        # The place that leads is kept, or else the one that is in it already.
        weaker = min(going, staying, key=lambda one: (one.role == "lead", one.since is not None))
        weaker.until, weaker.ended = now(), "removed"
    db.session.flush()
    repoint(ConsortiumMember.organization_id, gone.id, stays.id)
    repoint(OrganizationMembership.through_id, gone.id, stays.id)


def _after(actor: Actor, _gone: Organization, stays: Organization) -> None:
    follow_in_consortia(actor, stays)


def _in_both(gone: Organization, stays: Organization) -> Sequence[tuple[ConsortiumMember, ConsortiumMember]]:
    going, staying = aliased(ConsortiumMember), aliased(ConsortiumMember)
    rows = db.session.execute(
        select(going, staying)
        .join(staying, staying.consortium_id == going.consortium_id)
        .where(
            going.organization_id == gone.id,
            staying.organization_id == stays.id,
            ~or_(going.until.is_not(None), staying.until.is_not(None)),
        )
        .options(joinedload(going.consortium))
        .order_by(going.id)
    )
    return [(one, other) for one, other in rows]


ORGANIZATIONS.register(
    Mover(
        (ConsortiumMember.consortium_id, ConsortiumMember.organization_id, OrganizationMembership.through_id),
        _foresee,
        _move,
        after=_after,
    )
)
