"""What a conflict of interest hides of events: the people of the school whose case it is, wherever they are read."""

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.discovery.models import Event, Registration, Waiting
from grants.kernel.policy import Actor

_case, _at = aliased(Case), aliased(Event)


def not_hidden(actor: Actor, what: type[Registration] | type[Waiting] = Registration) -> ColumnElement[bool]:
    """Holds for places of schools whose case in the event's cycle the actor has no standing conflict with.

    A school without a case is hidden from nobody.
    """
    return ~exists().where(
        _at.id == what.event_id,
        _case.cycle_id == _at.cycle_id,
        _case.organization_id == what.organization_id,
        ~not_conflicted(actor, _case.id),
    )
