"""Which organizations a person must not be told of beside others, since a case of theirs is hidden from them.

Cases come later than people: who keeps them says here, once, which organizations that are, as an SQL predicate.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, true
from sqlalchemy.orm import InstrumentedAttribute

from grants.kernel.policy import Actor

OrganizationId = InstrumentedAttribute[int] | ColumnElement[int]
_rules: list[Callable[[Actor, OrganizationId], ColumnElement[bool]]] = []


def withhold_by(rule: Callable[[Actor, OrganizationId], ColumnElement[bool]]) -> None:
    """Add a rule: it holds for the organizations that the actor may be told of."""
    if rule not in _rules:
        _rules.append(rule)


def not_withheld(actor: Actor, organization_id: OrganizationId) -> ColumnElement[bool]:
    """Holds for rows whose organization the actor may be told of, as far as hidden cases go.

    organization_id   the column that says which organization a row belongs to
    """
    return and_(true(), *(rule(actor, organization_id) for rule in _rules))
