"""The lines of a slate as one person may read them.

Whoever has a conflict in the cycle reads a slate made of the other lines alone: ranks count those lines, sums add
those lines, panels are redrawn from them, no place on the waitlist is shown, since it counts who waits before, and no
sentence compares one of them with an application they may not see.
Nothing on such a page hangs on the hidden case: not its score, not its outcome, not even whether it applied.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.queries import conflicted_cycles
from grants.casework.visibility import not_conflicted
from grants.decisions.doubts import Doubt, agreement_on, barred_by, doubts
from grants.decisions.models import Slate, SlateLine
from grants.decisions.queries.slates import stage_rules
from grants.documents.models import Document
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, paginate_rows
from grants.persistence.session import db
from grants.review.queries import seed_of

Selected = TypeVarTuple("Selected")
OTHERS_BEFORE = "Within the program’s limits, others come before it."


@dataclass(frozen=True)
class LineFilters:
    """What a slate's lines are narrowed to; an empty value narrows nothing.

    only   an outcome, or "changed" by hand, or "failed" an essential criterion
    """

    q: str = ""
    only: str = ""


class LineRow(NamedTuple):
    """A line, and its rank among those the reader may see."""

    line: SlateLine
    rank: int

    @property
    def organization(self) -> Organization:
        return self.line.application.case.organization


class LineFigures(NamedTuple):
    """A line in numbers, for what is added up over all of them.

    is_final   its score lacks no part, such as a pitch
    """

    application_id: int
    outcome: str
    amount: int
    score: Decimal | None
    totals: list[str]
    essential_failed: str | None
    is_final: bool
    is_changed: bool
    rank_low: int | None
    rank_high: int | None
    stands_in: Decimal | None
    organization: Organization

    @property
    def name(self) -> str:
        return self.organization.name


@dataclass(frozen=True)
class Reading:
    """One person's reading of a slate.

    whole   whether they see every line; otherwise nothing may be said that rests on another one
    lines   in the slate's order
    """

    slate: Slate
    whole: bool
    lines: tuple[LineFigures, ...]

    def because(self, line: SlateLine) -> str | None:
        """Why it is not awarded, as far as this reader may be told."""
        return line.barred or (line.because if self.whole or not line.because else OTHERS_BEFORE)

    def place(self, line: SlateLine) -> int | None:
        """Its place on the waitlist, which counts every application that waits before it."""
        return line.waitlist_place if self.whole else None

    def letter(self, line: SlateLine) -> Document | None:
        """Its letter, unless that names its place among others."""
        return line.letter if line.letter and (self.whole or not line.letter.compares) else None

    def doubt(self, line: SlateLine | LineFigures) -> Doubt | None:
        """How sure its place is among the lines the reader sees."""
        if not self.whole:
            return self._redrawn.get(line.application_id)
        if line.rank_low is None or line.rank_high is None or line.stands_in is None:
            return None
        return Doubt(line.rank_low, line.rank_high, line.stands_in)

    @property
    def awards(self) -> int:
        return sum(line.outcome == "award" for line in self.lines)

    @property
    def findings(self) -> Mapping[str, Any]:
        """What was noticed when the slate was made; for a reader of a part, only what that part shows."""
        if self.whole:
            return self.slate.findings
        return agreement_on(self._totals)

    @cached_property
    def _redrawn(self) -> Mapping[int, Doubt]:
        rules = stage_rules(self.slate)
        if rules.pitch:
            return {}
        barred = barred_by(self.lines, rules.decision)
        return doubts(self._totals, self.awards, barred, seed_of(self.slate.stage))

    @property
    def _totals(self) -> Mapping[int, Sequence[Decimal]]:
        return {one.application_id: [Decimal(total) for total in one.totals] for one in self.lines}


def reading_of(actor: Actor, slate: Slate) -> Reading:
    """How the actor may read a slate, in two statements."""
    columns = (
        SlateLine.application_id,
        SlateLine.outcome,
        SlateLine.amount,
        SlateLine.score,
        SlateLine.totals,
        SlateLine.essential_failed,
        or_(SlateLine.written.is_(None), SlateLine.pitch.is_not(None)),
        SlateLine.override_reason.is_not(None),
        SlateLine.rank_low,
        SlateLine.rank_high,
        SlateLine.stands_in,
        Organization,
    )
    statement = _named(select(*columns).where(_visible(actor, slate)))
    lines = db.session.execute(statement).all()
    return Reading(slate, _sees_all(actor, slate), tuple(LineFigures(*line) for line in lines))


def lines_for(
    actor: Actor, slate: Slate, filters: LineFilters | None = None, page: int = 1, size: int = PAGE_SIZE
) -> Page[LineRow]:
    """The slate's lines, the awarded first, each part by rank, without those the actor has a conflict with."""
    found = _named(_ranked(actor, slate)).where(*_narrowed(filters or LineFilters()))
    found = found.options(joinedload(SlateLine.letter).joinedload(Document.file), _with_names())
    shown = paginate_rows(found, page, size)
    return Page([LineRow(*row) for row in shown.items], shown.number, shown.size, shown.total)


def line_for(actor: Actor, slate: Slate, public_id: str) -> LineRow:
    """One line of a slate, with its rank among those the actor may see.

    raises   Missing when there is none, or the actor has a conflict with it
    """
    found = _named(_ranked(actor, slate)).where(SlateLine.public_id == public_id).options(_with_names())
    row = db.session.execute(found).one_or_none()
    if row is None:
        raise Missing("There is no such line on this slate.")
    return LineRow(*row)


class Difference(NamedTuple):
    """One application in two scenarios; a side is None where it has no line."""

    name: str
    one: SlateLine | None
    other: SlateLine | None


def compared(actor: Actor, one: Slate, other: Slate, page: int = 1) -> Page[Difference]:
    """The applications that two scenarios treat differently, in outcome, amount or place, in the first one's order.

    Who may be told of no place is told of no difference in places either.
    """
    first, second = aliased(SlateLine), aliased(SlateLine)
    said = ["outcome", "amount"] + ["waitlist_place"] * _sees_all(actor, one)
    found = (
        select(Organization.name, first, second)
        .select_from(Application)
        .join(Application.case)
        .join(Case.organization)
        .outerjoin(first, and_(first.application_id == Application.id, first.slate_id == one.id))
        .outerjoin(second, and_(second.application_id == Application.id, second.slate_id == other.id))
        .where(
            Application.stage_id == one.stage_id,
            not_conflicted(actor, Application.case_id),
            or_(*(getattr(first, name).is_distinct_from(getattr(second, name)) for name in said)),
        )
        .order_by(first.rank.is_(None), first.rank, second.rank, Application.id)
    )
    shown = paginate_rows(found, page)
    return Page([Difference(*row) for row in shown.items], shown.number, shown.size, shown.total)


class LetterCount(NamedTuple):
    """How many letters an outcome has, and how many of them are ready."""

    outcome: str
    letters: int
    ready: int


def letter_counts(actor: Actor, slate: Slate) -> list[LetterCount]:
    """The letters by outcome, without the lines the actor has a conflict with."""
    order = case((SlateLine.outcome == "award", 0), (SlateLine.outcome == "waitlist", 1), else_=2)
    rows = db.session.execute(
        select(SlateLine.outcome, func.count(), func.count(Document.file_id))
        .join(SlateLine.application)
        .join(SlateLine.letter)
        .where(_visible(actor, slate))
        .group_by(SlateLine.outcome)
        .order_by(order, SlateLine.outcome)
    )
    return [LetterCount(*row) for row in rows]


def _sees_all(actor: Actor, slate: Slate) -> bool:
    return slate.stage.cycle_id not in conflicted_cycles(actor)


def _visible(actor: Actor, slate: Slate) -> ColumnElement[bool]:
    return and_(SlateLine.slate_id == slate.id, not_conflicted(actor, Application.case_id))


def _ranked(actor: Actor, slate: Slate) -> Select[SlateLine, int]:
    """The visible lines with their ranks: 1, 2, 3 and no gap, whatever is narrowed afterwards."""
    place = func.row_number().over(order_by=(SlateLine.rank, SlateLine.id)).label("place")
    ranked = select(SlateLine.id, place).join(SlateLine.application).where(_visible(actor, slate)).subquery()
    return select(SlateLine, ranked.c.place).join(ranked, ranked.c.id == SlateLine.id)


def _named(statement: Select[*Selected]) -> Select[*Selected]:
    awarded_first = case((SlateLine.outcome == "award", 0), else_=1)
    return (
        statement.join(SlateLine.application)
        .join(Application.case)
        .join(Case.organization)
        .order_by(awarded_first, SlateLine.rank, SlateLine.id)
    )


def _with_names() -> Any:
    return contains_eager(SlateLine.application).contains_eager(Application.case).contains_eager(Case.organization)


def _narrowed(filters: LineFilters) -> list[ColumnElement[bool]]:
    special = {"": true(), "changed": SlateLine.override_reason.is_not(None)}
    special["failed"] = SlateLine.essential_failed.is_not(None)
    wanted = [special.get(filters.only, SlateLine.outcome == filters.only)]
    if filters.q.strip():
        wanted.append(Organization.name.icontains(filters.q.strip(), autoescape=True))
    return wanted
