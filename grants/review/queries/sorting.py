"""In what order a stage's applications stand, in the database: by what is asked for, then by the program's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Numeric, and_, case, func, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from grants.applications.models import Application
from grants.people.models import Organization
from grants.programs.schema.deciding import Tie
from grants.review.models import Standing, Tally
from grants.review.queries.whole import StageScores

Column = ColumnElement[Any] | InstrumentedAttribute[Any]

SORTS: Final[Mapping[str, Column]] = {
    "mean": Tally.mean,
    "pitch": Tally.pitch_mean,
    "together": Tally.together,
    "adjusted": Standing.adjusted,
    "spread": Tally.spread,
    "name": func.lower(Organization.name),
}
"""What the applications of a stage can be sorted by."""


@dataclass(frozen=True)
class ScoreFilters:
    """What a stage's scores are narrowed to and sorted by.

    q      part of the applicant's name
    sort   a key of SORTS, with "-" in front for descending; left out, the order in which they stand
    """

    q: str = ""
    sort: str = ""


def stands_by(scores: StageScores) -> tuple[InstrumentedAttribute[Any], ...]:
    """What applications stand by, more being better: with a pitch the final score, then, behind all who have one, the
    mean of their written scorecards; else that mean.
    """
    return (Tally.together, Tally.mean) if scores.pitch else (Tally.mean,)


def usual_sort(scores: StageScores) -> str:
    """The same as a key to sort by."""
    return "-together" if scores.pitch else "-mean"


def place_column(scores: StageScores) -> ColumnElement[int | None]:
    """From 1, equal ones sharing it; None for what has no score at all. Needs tallies in the statement."""
    by = stands_by(scores)
    ranked = func.rank().over(order_by=[one.desc().nulls_last() for one in by])
    return case((or_(*(one.is_not(None) for one in by)), ranked))


def better_than(scores: StageScores, own: Sequence[Any]) -> ColumnElement[bool]:
    """Holds for tallies that stand before one with these values of `stands_by`, of which one is not None."""
    better: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, value in zip(stands_by(scores), own, strict=True):
        better.append(and_(*equal, column.is_not(None) if value is None else column > value))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*better)


def tie_columns(scores: StageScores) -> list[ColumnElement[Any]]:
    """What each rule of the program for ties looks at but the lot, so that more is better; None comes last.

    Words have no order. Needs tallies and organizations in the statement.
    """
    return [column for place, tie in enumerate(scores.ties) if (column := _tie_column(place, tie)) is not None]


def _tie_column(place: int, tie: Tie) -> ColumnElement[Any] | None:
    if tie.lot:
        return None
    value: ColumnElement[Any]
    if tie.criterion or (tie.attribute or "").startswith("answers."):
        value = Tally.ties[place].as_float()
    else:
        column = Organization.__table__.c.get(tie.attribute or "")
        if column is None or not isinstance(column.type, Integer | Numeric):
            return None
        value = column.expression
    return value if tie.prefer == "higher" else -value


def order_of(scores: StageScores, sort: str) -> list[ColumnElement[Any]]:
    """What a list of applications is ordered by; needs tallies, standings and organizations in the statement."""
    sort = sort or usual_sort(scores)
    column = SORTS[sort.removeprefix("-")]
    asked = column.desc() if sort.startswith("-") else column.asc()
    means = [one.desc().nulls_last() for one in stands_by(scores) if one is not column]
    ties = [one.desc().nulls_last() for one in tie_columns(scores)]
    by_name = (func.lower(Organization.name), Application.id.expression)
    return [asked.nulls_last(), *means, *ties, Tally.lot.asc().nulls_last(), *by_name]


def named_like(filters: ScoreFilters) -> ColumnElement[bool]:
    """Holds for applicants that the filters let through; needs `Organization` in the statement."""
    like = filters.q.strip()
    return Organization.name.icontains(like, autoescape=True) if like else true()
