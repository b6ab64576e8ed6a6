"""What the record says the cycle came to, beside what the database says: counted by queries, not from the recording."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, distinct, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from grants.applications.models import Application, Submission
from grants.applications.states import State
from grants.casework.models import Case
from grants.decisions.models import Decision
from grants.discovery.models import Event, Registration
from grants.kernel.money import dollars
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage


@dataclass(frozen=True)
class Figure:
    """One published figure.

    known_at   the milestone of the recording at which it can be counted
    count      counts it in a cycle, in the words of the record
    """

    title: str
    published: str
    known_at: str
    count: Callable[[Cycle], str]


@dataclass(frozen=True)
class Finding:
    """A figure beside what this cycle has; `found` is None while the replay has not come so far."""

    figure: Figure
    found: str | None

    @property
    def differs(self) -> bool:
        return self.found is not None and self.found != self.figure.published


def compare(cycle_key: str, reached: Sequence[str]) -> list[Finding]:
    """Every published figure beside what the cycle of that key has; `reached` names the milestones that were played."""
    cycle = db.session.scalars(select(Cycle).where(Cycle.key == cycle_key)).one()
    return [Finding(figure, figure.count(cycle) if figure.known_at in reached else None) for figure in OAKLAND]


def table(findings: Sequence[Finding]) -> str:
    """The figures as a table of text."""
    rows = [("figure", "published", "this cycle", "")]
    rows += [(one.figure.title, one.figure.published, one.found or "not yet", _mark(one)) for one in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        f"{title:<{widths[0]}}  {published:>{widths[1]}}  {found:>{widths[2]}}  {mark}".rstrip()
        for title, published, found, mark in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def _mark(finding: Finding) -> str:
    if finding.found is None:
        return ""
    return "✗ differs" if finding.differs else "✓"


# ---- counting


def _count(statement: Select[int]) -> str:
    return str(db.session.scalar(statement) or 0)


def _events(cycle: Cycle) -> str:
    return _count(
        select(func.count()).select_from(Event).where(Event.cycle_id == cycle.id, Event.cancelled_at.is_(None))
    )


def _came(what: InstrumentedAttribute[int]) -> Callable[[Cycle], str]:
    def count(cycle: Cycle) -> str:
        return _count(
            select(func.count(distinct(what)))
            .select_from(Registration)
            .join(Registration.event)
            .where(Event.cycle_id == cycle.id, Registration.attended_at.is_not(None))
        )

    return count


def _applied(stage: str) -> Callable[[Cycle], str]:
    def count(cycle: Cycle) -> str:
        return _count(
            select(func.count())
            .select_from(Application)
            .join(Application.stage)
            .where(
                CycleStage.cycle_id == cycle.id,
                CycleStage.key == stage,
                Application.state == State.SUBMITTED,
                exists().where(Submission.application_id == Application.id),
            )
        )

    return count


def _awarded(stage: str, *where: ColumnElement[bool]) -> Select[Decision]:
    return (
        select(Decision)
        .join(Decision.application)
        .join(Application.stage)
        .join(Decision.case)
        .join(Case.organization)
        .where(CycleStage.key == stage, Decision.outcome == "award", *where)
    )


def _awards(stage: str, *where: ColumnElement[bool]) -> Callable[[Cycle], str]:
    def count(cycle: Cycle) -> str:
        found = _awarded(stage, *where).where(CycleStage.cycle_id == cycle.id)
        return _count(found.with_only_columns(func.count()))

    return count


def _amount(stage: str, *, largest: bool) -> Callable[[Cycle], str]:
    pick = func.max(Decision.amount) if largest else func.min(Decision.amount)

    def amount(cycle: Cycle) -> str:
        cents = db.session.scalar(_awarded(stage).where(CycleStage.cycle_id == cycle.id).with_only_columns(pick))
        return dollars(cents) if cents is not None else "none"

    return amount


def _each(stage: str) -> Callable[[Cycle], str]:
    """The amount of every award, when all have the same."""
    low, high = _amount(stage, largest=False), _amount(stage, largest=True)
    return lambda cycle: low(cycle) if low(cycle) == high(cycle) else f"{low(cycle)} to {high(cycle)}"


def _run_as(stage: str, school: str) -> Callable[[Cycle], str]:
    """How a school of that name, awarded in the stage, is run."""

    def sector(cycle: Cycle) -> str:
        found = _awarded(stage, Organization.name == school).where(CycleStage.cycle_id == cycle.id)
        return db.session.scalar(found.with_only_columns(Organization.sector)) or "not awarded"

    return sector


_LAUNCHED: Final = {
    "ASCEND": "charter",
    "Lodestar": "charter",
    "Urban Montessori": "charter",
    "Redwood Heights Elementary": "district",
    "Roosevelt Middle School": "district",
    "Urban Promise Academy": "district",
}

OAKLAND: Final[tuple[Figure, ...]] = (
    Figure("Discovery: workshops, webinars, visits", "30", "discovery", _events),
    Figure("Discovery: schools", "45", "discovery", _came(Registration.organization_id)),
    Figure("Discovery: educators", "300", "discovery", _came(Registration.person_id)),
    Figure("Planning grant: schools that applied", "26", "planning", _applied("planning")),
    Figure("Planning grant: awards", "10", "planning-award", _awards("planning")),
    Figure("  district-run", "5", "planning-award", _awards("planning", Organization.sector == "district")),
    Figure("  charter-run", "5", "planning-award", _awards("planning", Organization.sector == "charter")),
    Figure("  smallest", "$60,000", "planning-award", _amount("planning", largest=False)),
    Figure("  largest", "$100,000", "planning-award", _amount("planning", largest=True)),
    Figure("Launch grant: blueprints", "10", "launch", _applied("launch")),
    Figure("Launch grant: awards", "6", "launch-award", _awards("launch")),
    Figure("  each", "$350,000", "launch-award", _each("launch")),
    *(Figure(f"  {name}", sector, "launch-award", _run_as("launch", name)) for name, sector in _LAUNCHED.items()),
)
