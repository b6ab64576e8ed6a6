"""Reading who is asked to belong to an organization and has not answered."""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.joining_models import ANSWERED_WITHIN, MembershipInvitation
from grants.people.models import Organization, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

MOST_SHOWN: Final = 20
PAGE: Final = 10

arrivals: list[Callable[[Organization, Person], None]] = []
"""What has to follow in the same transaction when a person comes to belong to an organization or to coach it, or has
another part in it; registered by later steps."""


def follow_arrival(organization: Organization, person: Person) -> None:
    """Let everything follow that a person's new tie to an organization brings; who calls it has written the tie."""
    db.session.flush()
    for follow in arrivals:
        follow(organization, person)


def waits() -> ColumnElement[bool]:
    """Holds for a MembershipInvitation that can be answered now."""
    return and_(MembershipInvitation.ended_at.is_(None), MembershipInvitation.since > now() - ANSWERED_WITHIN)


def invitations_to(organization: Organization, page: int = 1) -> Page[MembershipInvitation]:
    """Who was asked to belong to an organization that was found before and did not answer, in time or yet; the latest
    first."""
    return paginate(
        select(MembershipInvitation)
        .where(MembershipInvitation.organization_id == organization.id, MembershipInvitation.ended_at.is_(None))
        .order_by(MembershipInvitation.since.desc(), MembershipInvitation.id.desc())
        .options(joinedload(MembershipInvitation.person), joinedload(MembershipInvitation.invited_by)),
        page,
        PAGE,
    )


def invitation_of(organization: Organization, invitation_id: str) -> MembershipInvitation:
    """One of those who were asked to belong to an organization that was found before, answered or not.

    raises   Missing
    """
    found = db.session.scalar(
        select(MembershipInvitation).where(
            MembershipInvitation.public_id == invitation_id, MembershipInvitation.organization_id == organization.id
        )
    )
    if found is None:
        raise Missing("There is no such invitation.")
    return found


def open_invitation(organization_id: int, person_id: int) -> MembershipInvitation | None:
    """What somebody was asked by an organization and did not answer, in time or yet."""
    return db.session.scalar(
        select(MembershipInvitation).where(
            MembershipInvitation.organization_id == organization_id,
            MembershipInvitation.person_id == person_id,
            MembershipInvitation.ended_at.is_(None),
        )
    )


def asked_to_join(person_id: int | None) -> Sequence[MembershipInvitation]:
    """What somebody is asked and can answer now, the oldest first; at most MOST_SHOWN."""
    return db.session.scalars(
        select(MembershipInvitation)
        .where(MembershipInvitation.person_id == person_id, waits())
        .options(joinedload(MembershipInvitation.organization), joinedload(MembershipInvitation.invited_by))
        .order_by(MembershipInvitation.since, MembershipInvitation.id)
        .limit(MOST_SHOWN)
    ).all()


def own_invitation(actor: Actor, invitation_id: str) -> MembershipInvitation:
    """What the actor is asked and can answer now.

    raises   Missing
    """
    found = db.session.scalar(
        select(MembershipInvitation).where(
            MembershipInvitation.public_id == invitation_id,
            MembershipInvitation.person_id == actor.person_id,
            waits(),
        )
    )
    if found is None:
        raise Missing(
            "You are not asked to join this organization, or no longer: it was answered, taken back, or has run out. "
            "Speak to whoever asked you."
        )
    return found
