"""What the school's own people see of their case beside its story: who does what, every message, every document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy import case as case_
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, CoachedSection
from grants.applications.scope import stands
from grants.casework.models import Case
from grants.discovery.queries.calls import Contact, contacts_of
from grants.kernel.policy import Actor
from grants.messages.models import Message
from grants.people.details import DOES
from grants.people.models import CoachInvitation, OrganizationMembership, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

PAGE = 10


@dataclass(frozen=True)
class Told:
    """One thing that the school was told by mail.

    to     names of those of the school who had the mail
    body   its text, where the reader had it too
    """

    subject: str
    at: datetime
    to: tuple[str, ...]
    body: str | None


def does_what(case: Case) -> list[tuple[str, str]]:
    """Everyone of the school, its coaches and the officer: (name, what they do); in two statements."""
    members = db.session.scalars(
        select(OrganizationMembership)
        .join(OrganizationMembership.person)
        .where(OrganizationMembership.organization_id == case.organization_id, Person.is_active)
        .options(joinedload(OrganizationMembership.person))
        .order_by(Person.name, OrganizationMembership.id)
        .limit(30)
    ).all()
    order = list(DOES)
    own = [(one.person.name, DOES[one.role]) for one in sorted(members, key=lambda one: order.index(one.role))]
    coaches = db.session.scalars(
        select(Person)
        .join(CoachInvitation, CoachInvitation.person_id == Person.id)
        .join(CoachedSection, CoachedSection.invitation_id == CoachInvitation.id)
        .join(Application, Application.id == CoachedSection.application_id)
        .where(Application.case_id == case.id, Application.state.in_(("draft", "returned")), stands())
        .distinct()
        .order_by(Person.name, Person.id)
    ).all()
    asked = [_asked(contact) for contact in contacts_of([case]).values()]
    return own + [(one.name, "coaches your draft") for one in coaches] + asked


def _asked(contact: Contact) -> tuple[str, str]:
    does = "program officer" if contact.is_officer else "answers for the foundation"
    return contact.name or contact.email, f"{does}: ask them anything"


def told(actor: Actor, case: Case, page: int = 1) -> Page[Told]:
    """What the school's people were written about the case, the latest first; one mail to several people is one line.

    Only for members of the organization: others find nothing.
    """
    if case.organization_id not in actor.organization_ids:
        return Page([], 1, PAGE, 0)
    own = _own_mail(case)
    latest = select(func.max(Message.id)).join(Message.person).where(own).group_by(_CAUSE)
    lines = paginate(
        select(Message).where(Message.id.in_(latest)).order_by(Message.queued_at.desc(), Message.id.desc()), page, PAGE
    )
    mails = _mails(own, lines.items)
    items = [_line(actor, mails[_cause(one)]) for one in lines.items]
    return Page(items, lines.number, lines.size, lines.total)


# What a mail was sent for: its key, without the person that the key ends in where it went to several.
_CAUSE = case_(
    (
        Message.key.endswith(Person.public_id),
        func.substr(Message.key, 1, func.length(Message.key) - func.length(Person.public_id)),
    ),
    else_=Message.key,
)


def _cause(mail: Message) -> str:
    return mail.key.removesuffix(mail.person.public_id if mail.person else "")


def _own_mail(case: Case) -> ColumnElement[bool]:
    members = select(OrganizationMembership.person_id).where(
        OrganizationMembership.organization_id == case.organization_id
    )
    return and_(Message.case_id == case.id, Message.person_id.in_(members))


def _mails(own: ColumnElement[bool], lines: Sequence[Message]) -> dict[str, list[Message]]:
    """Every mail of the causes on a page, by cause."""
    causes = [_cause(one) for one in lines]
    found = db.session.scalars(
        select(Message)
        .join(Message.person)
        .where(own, _CAUSE.in_(causes))
        .options(contains_eager(Message.person))
        .order_by(Person.name, Message.id)
    )
    by_cause: dict[str, list[Message]] = {cause: [] for cause in causes}
    for mail in found:
        by_cause[_cause(mail)].append(mail)
    return by_cause


def _line(actor: Actor, mails: Sequence[Message]) -> Told:
    own = next((one for one in mails if one.person_id == actor.person_id), None)
    shown = own or mails[0]
    names = tuple(one.person.name for one in mails if one.person)
    return Told(shown.subject, shown.queued_at, names, own.body if own else None)
