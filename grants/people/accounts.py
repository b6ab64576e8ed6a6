"""What is true of an account, as SQL predicates on Person."""

from sqlalchemy import ColumnElement, and_, exists

from grants.kernel.roles import Role
from grants.people.invitations import waits
from grants.people.joining_models import MembershipInvitation
from grants.people.models import CoachInvitation, OrganizationMembership, Person, RoleGrant


def invited() -> ColumnElement[bool]:
    """Open accounts whose person never signed in."""
    return and_(Person.is_active, Person.last_sign_in_at.is_(None))


def in_use() -> ColumnElement[bool]:
    """Open accounts whose person has signed in."""
    return and_(Person.is_active, Person.last_sign_in_at.is_not(None))


def with_role() -> ColumnElement[bool]:
    """Accounts of those who hold a foundation role."""
    return exists().where(RoleGrant.person_id == Person.id)


def holding(role: Role) -> ColumnElement[bool]:
    """Open accounts of those who hold this foundation role."""
    return and_(Person.is_active, exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == role))


def without_role() -> ColumnElement[bool]:
    """Open accounts that let their person see nothing: no role, no organization, no school to coach, and none that
    asks them."""
    ties = (RoleGrant.person_id, OrganizationMembership.person_id)
    return and_(
        Person.is_active,
        *(~exists().where(tie == Person.id) for tie in ties),
        ~exists().where(CoachInvitation.person_id == Person.id, CoachInvitation.ended_at.is_(None)),
        ~exists().where(MembershipInvitation.person_id == Person.id, waits()),
    )


def coaches_now() -> ColumnElement[bool]:
    """Holds for invitations to coach that were accepted and are not ended."""
    return and_(CoachInvitation.accepted_at.is_not(None), CoachInvitation.ended_at.is_(None))
