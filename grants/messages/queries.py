"""Reading the outbox, always as someone."""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from grants.casework.models import Case
from grants.casework.visibility import conflicted_cycle_ids, not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.messages.models import Message
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db


def outbox(actor: Actor, search: str = "", state: str = "", page: int = 1) -> Page[Message]:
    """Messages with the persons they went to, the latest first.

    search   part of a name, address or subject
    """
    found = _visible(actor)
    if search:
        columns = (Message.to_name, Message.to_email, Message.subject)
        found = found.where(or_(*(column.icontains(search.strip(), autoescape=True) for column in columns)))
    if state:
        found = found.where(Message.state == state)
    return paginate(found.order_by(Message.queued_at.desc(), Message.id.desc()), page)


def message_for(actor: Actor, public_id: str) -> Message:
    """One message.

    raises   Missing
    """
    message = db.session.scalar(_visible(actor).where(Message.public_id == public_id))
    if message is None:
        raise Missing("There is no such message, or it is not yours to see.")
    return message


def messages_of(actor: Actor, case: Case, page: int = 1) -> Page[Message]:
    """What was sent about a case, the latest first."""
    return paginate(
        _visible(actor).where(Message.case_id == case.id).order_by(Message.queued_at.desc(), Message.id.desc()), page
    )


def _visible(actor: Actor) -> Select[Message]:
    return select(Message).where(_readable(actor)).options(joinedload(Message.person))


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Those who read cases see all but what belongs to a case they are conflicted with, or counts it among others.

    An administrator looks after accounts and learns no outcome, nor who asked what: they see only what is about
    accounts and organizations, and belongs to no case.
    """
    if actor.may("case.list"):
        beside = or_(Message.cycle_id.is_(None), Message.cycle_id.not_in(conflicted_cycle_ids(actor)))
        return and_(not_conflicted(actor, Message.case_id), beside)
    return and_(Message.case_id.is_(None), Message.template.startswith("people.", autoescape=True))
