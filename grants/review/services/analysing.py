"""How far a stage's scores can be trusted, worked out once and kept, for each set of applications somebody may read.

Two readers who may know of the same applications read the same analysis; one with a conflict reads another, into which
nothing of the case went: neither its scores, nor the moment at which they came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.policy import SYSTEM, Actor
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.programs.schema import Criterion
from grants.review.agreement import Rating, agreement
from grants.review.models import Analysis, Assignment, Mark, Scorecard, Standing, Tally
from grants.review.queries import StageNumbers, hidden_from, hidden_key, key_of, reviewable_applications, stage_numbers
from grants.review.queries.scope import counts, joined

TOTAL: Final = "total"
"""The name under which the agreement of the totals stands beside those of the criteria."""


@dataclass(frozen=True)
class _Scores:
    """What one analysis rests on."""

    hidden: tuple[int, ...]
    numbers: StageNumbers
    marks: tuple[tuple[str, str, str, Decimal], ...]
    reckoned_at: datetime | None

    @property
    def made_from(self) -> str:
        given = [[one.reviewer, one.submission, one.score] for one in self.numbers.ratings]
        return sha256_of({"totals": given, "marks": [list(mark) for mark in self.marks]})


def analyse(stage: CycleStage) -> None:
    """Work out every analysis of a stage that somebody reads, and forget those that nobody does any more.

    Called outside a unit of work: redrawing the panels takes about a second for a thousand applications.
    """
    kept = []
    for actor in _readers(stage):
        scores = _scores(actor, stage)
        kept.append(hidden_key(scores.hidden))
        _keep(stage, scores)
    with unit_of_work() as session:
        gone = select(Analysis.id).where(Analysis.stage_id == stage.id, Analysis.hidden_key.not_in(kept))
        session.execute(delete(Standing).where(Standing.analysis_id.in_(gone)))
        session.execute(delete(Analysis).where(Analysis.stage_id == stage.id, Analysis.hidden_key.not_in(kept)))


def _readers(stage: CycleStage) -> Iterator[Actor]:
    """The system, which knows of every application, and one reader for each set of applications kept from readers."""
    yield SYSTEM
    seen = {hidden_key(())}
    people = db.session.scalars(
        select(Person)
        .where(Person.is_active, Person.grants.any())
        .options(joinedload(Person.grants), joinedload(Person.memberships), joinedload(Person.coaching))
        .order_by(Person.id)
    ).unique()
    for actor in map(actor_of, people.all()):
        if actor.may("review.read") and (key := hidden_key(hidden_from(actor, stage))) not in seen:
            seen.add(key)
            yield actor


def _scores(actor: Actor, stage: CycleStage) -> _Scores:
    # Read first: a score that comes in meanwhile makes the analysis look older than it is, never newer.
    known = reviewable_applications(actor, stage).join(Tally, Tally.application_id == Application.id)
    reckoned_at = db.session.scalar(known.with_only_columns(func.max(Tally.reckoned_at)))
    hidden = tuple(hidden_from(actor, stage))
    return _Scores(hidden, stage_numbers(actor, stage), tuple(_marks(actor, stage)), reckoned_at)


def _marks(actor: Actor, stage: CycleStage) -> Iterator[tuple[str, str, str, Decimal]]:
    """(criterion, reviewer, application, mark) of every mark that counts; yes is 1 and no is 0."""
    rows = db.session.execute(
        joined(
            select(Mark.criterion, Assignment.reviewer_id, Application.id, Mark.value, Mark.passed)
            .select_from(Mark)
            .join(Mark.scorecard)
            .join(Scorecard.assignment)
        )
        .where(Assignment.stage_id == stage.id, counts(), ~Mark.abstained, not_conflicted(actor, Application.case_id))
        .order_by(Mark.criterion, Assignment.id)
    )
    for criterion, who, what, value, passed in rows:
        mark = value if passed is None else int(passed)
        if mark is not None:
            yield criterion, key_of(who), key_of(what), Decimal(mark)


def _keep(stage: CycleStage, scores: _Scores) -> None:
    made_from, known = scores.made_from, _of(stage, scores.hidden)
    is_new = known is None or known.made_from != made_from
    columns, standings = (_columns(scores), _standings(scores.numbers)) if is_new else ({}, [])
    with unit_of_work() as session:
        found = _of(stage, scores.hidden, taken=True)
        if found is not None and _is_newer(found, scores):
            return
        if found is None:
            found = Analysis(stage_id=stage.id, hidden_key=hidden_key(scores.hidden))
            session.add(found)
        found.reckoned_at = scores.reckoned_at or now()
        if is_new:
            _replace(found, columns | {"made_from": made_from, "made_at": now()}, standings)


def _replace(analysis: Analysis, columns: Mapping[str, Any], standings: Sequence[Mapping[str, Any]]) -> None:
    for name, value in columns.items():
        setattr(analysis, name, value)
    db.session.flush()
    db.session.execute(delete(Standing).where(Standing.analysis_id == analysis.id))
    if standings:
        db.session.execute(insert(Standing), [{**one, "analysis_id": analysis.id} for one in standings])


def _of(stage: CycleStage, hidden: Sequence[int], *, taken: bool = False) -> Analysis | None:
    found = select(Analysis).where(Analysis.stage_id == stage.id, Analysis.hidden_key == hidden_key(hidden))
    return db.session.scalar(found.with_for_update() if taken else found)


def _is_newer(found: Analysis, scores: _Scores) -> bool:
    return scores.reckoned_at is not None and found.reckoned_at > scores.reckoned_at


def _columns(scores: _Scores) -> dict[str, Any]:
    numbers = scores.numbers
    severity = numbers.severity
    return {
        "scored": len(numbers.places),
        "agreement": {
            TOTAL: asdict(numbers.agreement),
            **{one.key: asdict(_agreement_on(one, scores)) for one in numbers.rubric.criteria.values()},
        },
        "severity": {str(int(who)): points for who, points in severity.severity.items()},
        "shrinkage": severity.shrinkage,
        "reason": severity.reason,
        "groups": [[int(who) for who in group] for group in severity.groups],
    }


def _agreement_on(criterion: Criterion, scores: _Scores) -> Any:
    ratings = [Rating(who, what, mark) for key, who, what, mark in scores.marks if key == criterion.key]
    return agreement(ratings, "nominal" if criterion.essential else "ordinal")


def _standings(numbers: StageNumbers) -> list[dict[str, Any]]:
    """One row for each application with a mean; intervals of all of them at once."""
    found = []
    intervals = numbers.draws.intervals()
    for number in numbers.places:
        ranks = intervals[key_of(number)]
        adjusted = numbers.severity.adjusted[key_of(number)]
        found.append({"application_id": number, "adjusted": adjusted, "rank_low": ranks.low, "rank_high": ranks.high})
    return found
