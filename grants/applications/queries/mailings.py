"""Reading what staff wrote to many applicants, and how far it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.mailing_models import Mailing, MailingRecipient
from grants.applications.models import Application
from grants.applications.scope import visible_applications
from grants.casework.models import Case
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import OrganizationMembership, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db


@dataclass(frozen=True)
class Progress:
    """How far a mailing is: applications done of all, the people written to, and applications left out."""

    total: int
    done: int
    told: int
    left_out: int


def mailing_for(actor: Actor, public_id: str) -> tuple[Mailing, Progress]:
    """A mailing and how far it is, as far as the actor may know of its applications.

    raises   Missing when there is none, or none of its applications is theirs to see
    """
    mailing = db.session.scalar(
        select(Mailing).where(Mailing.public_id == public_id).options(joinedload(Mailing.made_by))
    )
    if mailing is None or not actor.may("application.message"):
        raise Missing("There is no such message, or it is not yours to see.")
    done = MailingRecipient.done_at.is_not(None)
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(done),
            func.coalesce(func.sum(MailingRecipient.told), 0),
            func.count(MailingRecipient.left_out),
        )
        .select_from(MailingRecipient)
        .join(MailingRecipient.application)
        .where(MailingRecipient.mailing_id == mailing.id, visible_applications(actor))
    ).one()
    if not row[0]:
        raise Missing("There is no such message, or it is not yours to see.")
    return mailing, Progress(*row)


def recipients_of(actor: Actor, mailing: Mailing, page: int = 1) -> Page[MailingRecipient]:
    """The applications of a mailing with their schools, those first to whose people nobody wrote."""
    return paginate(
        select(MailingRecipient)
        .join(MailingRecipient.application)
        .join(Application.case)
        .join(Case.organization)
        .options(
            contains_eager(MailingRecipient.application)
            .contains_eager(Application.case)
            .contains_eager(Case.organization)
        )
        .where(MailingRecipient.mailing_id == mailing.id, visible_applications(actor))
        .order_by(MailingRecipient.left_out.is_(None), MailingRecipient.id),
        page,
    )


def writers_of(organization_ids: Collection[int]) -> Mapping[int, Sequence[Person]]:
    """Those who write for each of these organizations: leads, editors and signatories, each named once."""
    rows = db.session.execute(
        select(OrganizationMembership.organization_id, Person)
        .join(OrganizationMembership.person)
        .where(
            OrganizationMembership.organization_id.in_(organization_ids),
            OrganizationMembership.role.in_(OrganizationRole.writers()),
        )
        .order_by(Person.name, Person.id, OrganizationMembership.id)
    )
    found: dict[int, list[Person]] = {}
    for organization_id, person in rows:
        if person not in found.setdefault(organization_id, []):
            found[organization_id].append(person)
    return found
