"""What an award sets going elsewhere, and whom it tells."""

from collections.abc import Sequence

from sqlalchemy import select

from grants.awards.models import Award
from grants.background import enqueue
from grants.kernel.policy import OrganizationRole
from grants.messages.addresses import address_of
from grants.people.models import OrganizationMembership, Person
from grants.persistence.session import db


def ask_for(job: str, award: Award, occasion: str) -> None:
    """Ask a later step for its part, by name since it comes later in the house; once for each occasion."""
    enqueue(db.session(), job, key=f"{job}:{award.public_id}:{occasion}", award_id=award.public_id)


def reference(award: Award) -> tuple[str, str]:
    """Where an award is to be found, for the timeline."""
    return ("awards.award", award.public_id)


def address(award: Award) -> str:
    """The absolute address of an award's page, for mail."""
    return address_of("awards.award", award_id=award.public_id)


def people_of(organization_id: int, *roles: OrganizationRole) -> Sequence[Person]:
    """The active people who hold one of these roles in an organization."""
    return db.session.scalars(
        select(Person)
        .join(OrganizationMembership, OrganizationMembership.person_id == Person.id)
        .where(
            OrganizationMembership.organization_id == organization_id,
            OrganizationMembership.role.in_(roles),
            Person.is_active,
        )
        .order_by(Person.id)
    ).all()
