"""Reading awards, always as someone."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.awards.models import Agreement, Award
from grants.awards.todos import todos
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.decisions.models import Decision
from grants.documents.models import Document
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Role
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

__all__ = ["AwardFilters", "award_by_id", "award_for", "awards", "cycles_with_awards", "todos", "visible_awards"]


@dataclass(frozen=True)
class AwardFilters:
    """What a list of awards is narrowed to; an empty value narrows nothing.

    cycle   public id of a cycle
    sort    a key of the list, with "-" in front for descending
    """

    q: str = ""
    cycle: str = ""
    state: str = ""
    sort: str = "organization"


def visible_awards(actor: Actor) -> ColumnElement[bool]:
    """Holds for the awards an actor may know of; the statement joins Award.case.

    Staff see all but those they are conflicted with, applicants their own organizations'.
    """
    ways: list[ColumnElement[bool]] = []
    if actor.may("award.list") or Role.SYSTEM in actor.roles:
        ways.append(not_conflicted(actor, Case.id))
    if actor.may("award.read") and actor.organization_ids:
        ways.append(Case.organization_id.in_(actor.organization_ids))
    return or_(false(), *ways)


def award_for(actor: Actor, public_id: str) -> Award:
    """One award with all that its page shows.

    raises   Missing when there is none, or the actor may not know of it
    """
    agreement = joinedload(Award.agreement)
    award = db.session.scalar(
        _with_names(select(Award))
        .where(Award.public_id == public_id, visible_awards(actor))
        .options(
            joinedload(Award.decision).joinedload(Decision.letter),
            agreement.joinedload(Agreement.document).joinedload(Document.file),
            agreement.joinedload(Agreement.signed_by),
            agreement.joinedload(Agreement.countersigned_by),
        )
    )
    if award is None:
        raise Missing("There is no such award, or it is not yours to see.")
    return award


def award_by_id(public_id: str) -> Award:
    """One award, for work that the system does.

    raises   Missing
    """
    award = db.session.scalar(select(Award).where(Award.public_id == public_id))
    if award is None:
        raise Missing("There is no such award.")
    return award


def awards(actor: Actor, filters: AwardFilters, page: int = 1) -> Page[Award]:
    """A page of awards, as `every_award` reads them."""
    return paginate(every_award(actor, filters), page)


def every_award(actor: Actor, filters: AwardFilters) -> Select[Award]:
    """Awards the actor may see, narrowed and sorted, with their cases and agreements."""
    found = _with_names(select(Award)).where(visible_awards(actor), *_narrowed(filters))
    return found.options(joinedload(Award.agreement)).order_by(*_order(filters.sort))


def cycles_with_awards(actor: Actor) -> Sequence[Cycle]:
    """The cycles in which the actor sees awards, the latest first."""
    seen = (
        select(CycleStage.cycle_id)
        .join(Award, Award.stage_id == CycleStage.id)
        .join(Award.case)
        .where(visible_awards(actor))
    )
    return db.session.scalars(
        select(Cycle).where(Cycle.id.in_(seen)).order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    ).all()


def _with_names(statement: Select[Award]) -> Select[Award]:
    return (
        statement.join(Award.case)
        .join(Case.organization)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Award.case).contains_eager(Case.organization),
            contains_eager(Award.stage).contains_eager(CycleStage.cycle),
        )
    )


def _narrowed(filters: AwardFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.q.strip():
        wanted.append(Organization.name.icontains(filters.q.strip(), autoescape=True))
    if filters.cycle:
        wanted.append(Cycle.public_id == filters.cycle)
    if filters.state == "to_countersign":
        wanted.append(Award.agreement.has(Agreement.state == "signed"))
    elif filters.state:
        wanted.append(and_(Award.state == filters.state))
    return wanted


def _order(sort: str) -> tuple[ColumnElement[object], ...]:
    name: ColumnElement[object] = func.lower(Organization.name)
    columns: dict[str, ColumnElement[object]] = {
        "organization": name,
        "amount": Award.amount,  # type: ignore[dict-item]
        "answer_by": Award.answer_by_on,  # type: ignore[dict-item]
        "stage": CycleStage.position,  # type: ignore[dict-item]
    }
    chosen = columns.get(sort.removeprefix("-"), name)
    return (chosen.desc() if sort.startswith("-") else chosen.asc(), name, Award.id)  # type: ignore[return-value]
