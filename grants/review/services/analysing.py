"""How far a stage's scores can be trusted, worked out in the background for each set of scores that somebody may read.

An analysis is named by the scores it was made from and never changed. Two readers who may know of the same scores read
the same one; someone with a conflict of interest reads another, into which nothing of the case went: not its scores,
nor the moment at which they came. What is out of date is told by what it was made from, never by the time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from grants.applications.models import Application
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.programs.schema import Criterion, Rubric
from grants.review.agreement import Agreement, Rating, agreement, rank_draws, severity_model
from grants.review.models import Analysis, Standing, Tally
from grants.review.queries.cards import rubric_of
from grants.review.queries.numbers import key_of, seed_of
from grants.review.queries.scope import reviewable_applications, with_program
from grants.review.queries.whole import AT_PITCH, hidden_name, name_of, scores_on
from grants.review.services.tallies import AT_ONCE, reckon, untallied
from grants.review.services.viewpoints import viewpoints

TOTAL: Final = "total"
"""The name under which the agreement of the totals stands beside those of the criteria."""
KEPT: Final = 2
"""Analyses kept for each set of readers: one that is being read is not taken from under its page by the next."""


@dataclass(frozen=True)
class _Scores:
    """One application's tally, as an analysis reads it."""

    application_id: int
    scorecards: int
    fingerprint: int
    given: Sequence[Any]
    pitch_given: Sequence[Any]


def keep_up() -> None:
    """Add up what was never added up, and make every analysis that somebody could read and that is not there."""
    waiting = untallied()
    for start in range(0, len(waiting), AT_ONCE):
        with unit_of_work():
            reckon(waiting[start : start + AT_ONCE])
    tallied = select(CycleStage.id).where(exists().where(Tally.stage_id == CycleStage.id)).order_by(CycleStage.id)
    for stage_id in db.session.scalars(tallied).all():
        stage = select(CycleStage).where(CycleStage.id == stage_id).options(with_program())
        analyse(db.session.scalars(stage).one())
    db.session.rollback()  # nothing is left open behind it


def analyse(stage: CycleStage) -> None:
    """Make every analysis of a stage that somebody could read and that is not there.

    Called outside a unit of work: redrawing the panels takes about a second for a thousand applications.
    """
    stage_id, read = stage.id, []
    for actor in viewpoints(stage, "review.read"):
        hidden = hidden_name(actor, stage)
        read.append(hidden)
        if scores_on(stage, actor).is_fresh:
            continue
        scores, rubric, seed = _scores(actor, stage), rubric_of(stage), seed_of(stage)
        db.session.rollback()  # no transaction stays open while it is worked out
        made_from = name_of(sum(one.scorecards for one in scores), sum(one.fingerprint for one in scores))
        columns, standings = _worked_out(scores, rubric, seed)
        with unit_of_work():
            _keep({"stage_id": stage_id, "hidden": hidden, "made_from": made_from, **columns}, standings)
    unread = select(Analysis.id).where(Analysis.stage_id == stage_id, Analysis.hidden.not_in(read))
    if db.session.scalar(unread.limit(1)) is not None:
        with unit_of_work():
            _forget(unread)


def _scores(actor: Actor, stage: CycleStage) -> list[_Scores]:
    """What is analysed, in one statement: the name is that of these very scores, whatever comes meanwhile."""
    known = reviewable_applications(actor, stage).join(Tally, Tally.application_id == Application.id)
    columns = (Application.id, Tally.scorecards, Tally.fingerprint, Tally.given, Tally.pitch_given)
    rows = db.session.execute(known.with_only_columns(*columns).order_by(Application.id))
    return [_Scores(*row) for row in rows]


def _worked_out(scores: Sequence[_Scores], rubric: Rubric, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The analysis's columns, and one standing for each application with a total."""
    totals = _totals([(one.application_id, one.given) for one in scores])
    severity, intervals = severity_model(totals), rank_draws(totals, seed=seed).intervals()
    alphas = {one.key: asdict(_agreement_on(one, scores)) for one in rubric.criteria.values()}
    if pitched := _totals([(one.application_id, one.pitch_given) for one in scores]):
        alphas[AT_PITCH] = asdict(agreement(pitched))
    columns = {
        "made_at": now(),
        "scored": len(intervals),
        "agreement": {TOTAL: asdict(agreement(totals)), **alphas},
        "severity": {str(int(who)): points for who, points in severity.severity.items()},
        "shrinkage": severity.shrinkage,
        "reason": severity.reason,
        "groups": [[int(who) for who in group] for group in severity.groups],
    }
    standings = [
        {
            "application_id": int(one),
            "adjusted": severity.adjusted[one],
            "rank_low": ranks.low,
            "rank_high": ranks.high,
        }
        for one, ranks in intervals.items()
    ]
    return columns, standings


def _totals(cards: Iterable[tuple[int, Sequence[Any]]]) -> list[Rating]:
    """The totals of cards as a tally keeps them.

    cards   (application's id, its cards)
    """
    return [
        Rating(key_of(who), key_of(number), Decimal(total))
        for number, given in cards
        for who, total, _ in given
        if total is not None
    ]


def _agreement_on(criterion: Criterion, scores: Sequence[_Scores]) -> Agreement:
    """Yes is 1 and no is 0."""
    marks = [
        Rating(key_of(who), key_of(one.application_id), Decimal(int(mark)))
        for one in scores
        for who, _, given in one.given
        if (mark := given.get(criterion.key)) is not None
    ]
    return agreement(marks, "nominal" if criterion.essential else "ordinal")


def _keep(columns: Mapping[str, Any], standings: Sequence[Mapping[str, Any]]) -> None:
    """Store it, unless someone else who made the same was faster; then forget what came before the last."""
    made = postgresql.insert(Analysis) if db.engine.dialect.name == "postgresql" else sqlite.insert(Analysis)
    new = db.session.scalar(made.values(**columns).on_conflict_do_nothing().returning(Analysis.id))
    if new is None:
        return
    if standings:
        db.session.execute(insert(Standing), [{**one, "analysis_id": new} for one in standings])
    same = select(Analysis.id).where(
        Analysis.stage_id == columns["stage_id"], Analysis.hidden == columns["hidden"], Analysis.id <= new
    )
    kept = db.session.scalars(same.order_by(Analysis.id.desc()).limit(KEPT)).all()
    _forget(same.where(Analysis.id.not_in(kept)))


def _forget(which: Any) -> None:
    gone = db.session.scalars(which.order_by(Analysis.id)).all()
    db.session.execute(delete(Standing).where(Standing.analysis_id.in_(gone)))
    db.session.execute(delete(Analysis).where(Analysis.id.in_(gone)))
