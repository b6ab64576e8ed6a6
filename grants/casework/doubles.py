"""What cases say of two organizations that may be the same one: how many each has, and who must not be told of them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import aliased

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted, visible_cases
from grants.kernel.policy import Actor
from grants.people.pairs import show_figure
from grants.people.withholding import OrganizationId, withhold_by
from grants.persistence.session import db


def without_hidden_cases(actor: Actor, organization_id: OrganizationId) -> ColumnElement[bool]:
    """Holds for rows whose organization has no case that a conflict of interest hides from the actor."""
    if actor.person_id is None:
        return true()
    hidden = aliased(Case)
    return organization_id.not_in(select(hidden.organization_id).where(~not_conflicted(actor, hidden.id)))


def cases_by(actor: Actor, organization_ids: Sequence[int]) -> Mapping[int, int] | None:
    """Organization id -> how many cases it has; None for those who see no list of cases."""
    if not actor.may("case.list"):
        return None
    rows = db.session.execute(
        select(Case.organization_id, func.count())
        .where(Case.organization_id.in_(organization_ids), visible_cases(actor))
        .group_by(Case.organization_id)
    )
    return {row[0]: row[1] for row in rows}


withhold_by(without_hidden_cases)
show_figure("Cases", cases_by)
