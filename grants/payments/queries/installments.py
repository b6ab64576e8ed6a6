"""Reading installments and their payments."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, false, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.awards.models import Award
from grants.awards.queries import visible_awards
from grants.casework.models import Case
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.payments.models import Fund, Installment, Payment
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import cycle_day

# What needs an act first; what is over, last.
URGENCY = {"returned": 0, "approved": 1, "requested": 2, "planned": 3, "held": 4, "paid": 5, "cancelled": 6}


@dataclass(frozen=True)
class InstallmentFilters:
    """What a list of installments is narrowed to; an empty value narrows nothing.

    state   a stored state, or `due`: planned, and its day has come; `planned` is the rest
    cycle   public id of a cycle
    sort    a key of the list, with "-" in front for descending
    """

    q: str = ""
    cycle: str = ""
    state: str = ""
    sort: str = "action"


def visible_installments(actor: Actor) -> ColumnElement[bool]:
    """Holds for the installments an actor may know of; the statement joins Award.case."""
    return visible_awards(actor) if actor.may("payment.read") else false()


def installment_for(actor: Actor, public_id: str) -> Installment:
    """One installment with its award, its payments and the people behind them.

    raises   Missing when there is none, or the actor may not know of it
    """
    payments = selectinload(Installment.payments)
    installment = db.session.scalar(
        with_names()
        .where(Installment.public_id == public_id, visible_installments(actor))
        .options(
            payments.joinedload(Payment.requested_by),
            payments.joinedload(Payment.approved_by),
            payments.joinedload(Payment.paid_by),
            payments.joinedload(Payment.returned_by),
        )
    )
    if installment is None:
        raise Missing("There is no such payment, or it is not yours to see.")
    return installment


def installments(actor: Actor, filters: InstallmentFilters, page: int = 1) -> Page[Installment]:
    """A page of installments, as `every_installment` reads them."""
    return paginate(every_installment(actor, filters), page)


def every_installment(actor: Actor, filters: InstallmentFilters) -> Select[Installment]:
    """Installments the actor may see, narrowed and sorted; what needs an act first unless asked otherwise."""
    found = with_names().where(visible_installments(actor), *_narrowed(filters))
    return found.order_by(*_order(filters.sort))


def totals(actor: Actor) -> dict[str, tuple[int, int]]:
    """State, `due` among them -> how many installments the actor sees in it, and their cents. One statement."""
    state = _standing()
    rows = db.session.execute(
        select(state, func.count(), func.sum(Installment.amount))
        .join(Installment.award)
        .join(Award.case)
        .join(Cycle, Cycle.id == Case.cycle_id)
        .where(visible_installments(actor))
        .group_by(state)
    )
    return {name: (count, int(amount)) for name, count, amount in rows}


def installments_of(actor: Actor, award: Award) -> Sequence[Installment]:
    """An award's installments in their order."""
    return db.session.scalars(
        with_names().where(Installment.award_id == award.id, visible_installments(actor)).order_by(Installment.number)
    ).all()


def uncommitted_awards(actor: Actor) -> Sequence[Award]:
    """Awards that stand and have no money set aside, since their funds hold too little; the oldest first."""
    if not actor.may("fund.manage"):
        return []
    return db.session.scalars(
        select(Award)
        .join(Award.case)
        .join(Case.organization)
        .where(visible_awards(actor), Award.state != "declined", ~Award.funding.any())
        .options(contains_eager(Award.case).contains_eager(Case.organization), joinedload(Award.stage))
        .order_by(Award.offered_at, Award.id)
    ).all()


def cycles_with_funds(actor: Actor) -> Sequence[Cycle]:
    """The cycles that have money, the latest first."""
    if not actor.may("payment.list"):
        return []
    funded = select(Fund.cycle_id)
    return db.session.scalars(
        select(Cycle).where(Cycle.id.in_(funded)).order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    ).all()


def with_names() -> Select[Installment]:
    """Installments with award, case, organization, stage and cycle joined and loaded."""
    return (
        select(Installment)
        .join(Installment.award)
        .join(Award.case)
        .join(Case.organization)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Installment.award).options(
                contains_eager(Award.case).contains_eager(Case.organization),
                contains_eager(Award.stage).contains_eager(CycleStage.cycle).joinedload(Cycle.program_version),
                joinedload(Award.agreement),
            )
        )
    )


def _narrowed(filters: InstallmentFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.q.strip():
        wanted.append(Organization.name.icontains(filters.q.strip(), autoescape=True))
    if filters.cycle:
        wanted.append(Cycle.public_id == filters.cycle)
    if filters.state:
        wanted.append(_standing() == filters.state)
    return wanted


def _standing() -> ColumnElement[str]:
    """An installment's state, where `due` is told apart from planned."""
    return case((is_due(), "due"), else_=Installment.state)


def is_due() -> ColumnElement[bool]:
    """Holds for planned installments whose day has come, on their cycle's day; the statement joins Cycle."""
    return and_(Installment.state == "planned", Installment.due_on <= cycle_day())


def _order(sort: str) -> tuple[ColumnElement[object], ...]:
    name = func.lower(Organization.name)
    columns: dict[str, object] = {
        "action": case(URGENCY, value=Installment.state, else_=9),
        "organization": name,
        "due": Installment.due_on,
        "amount": Installment.amount,
    }
    chosen: ColumnElement[object] = columns.get(sort.removeprefix("-"), columns["action"])  # type: ignore[assignment]
    undated = Installment.due_on.is_(None)
    return (chosen.desc() if sort.startswith("-") else chosen.asc(), undated, Installment.due_on, Installment.id)  # type: ignore[return-value]
