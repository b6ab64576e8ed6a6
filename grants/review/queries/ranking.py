"""A stage's applications in the order of their scores, a page at a time, cut and ordered in the database.

What a row says stands in its tally, and what needs the whole stage in the analysis of just the scores that the reader
may know of: for someone with a conflict, a case is not in the list, and its scores move no place, no average, no
adjusted mean and no rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Numeric, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM, Actor, require
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, paginate_rows
from grants.persistence.session import db
from grants.programs import phrases
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ORGANIZATION_ATTRIBUTES, Rubric
from grants.programs.schema.deciding import Tie
from grants.review.agreement import RankInterval
from grants.review.models import Analysis, Assignment, Scorecard, Standing, Tally
from grants.review.policy import may_see_panel_scores
from grants.review.queries.cards import rubric_of
from grants.review.queries.results import ScoredSubmission, given_in
from grants.review.queries.scope import newest_submission_id, own_assignments, reviewable_applications
from grants.review.states import ScorecardState

METHOD: Final = 1
"""Grows whenever an analysis of the same scores would say something else."""

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class StageScores:
    """A stage's scores on the whole, over the applications the reader may know of.

    scored     applications with a mean
    made_from  names these scores
    analysis   of these scores; or of earlier ones while it is made anew; None before there is any
    """

    stage: CycleStage
    rubric: Rubric
    applications: int
    assigned: int
    scorecards: int
    scored: int
    made_from: str
    analysis: Analysis | None

    @property
    def is_fresh(self) -> bool:
        """Whether the analysis is of the scores as they are now; also when there is nothing to analyse."""
        return not self.scored or (self.analysis is not None and self.analysis.made_from == self.made_from)

    @property
    def ties_in_words(self) -> str:
        """How equal means are put in order."""
        return phrases.ties(self.ties, self.rubric)

    @property
    def ties(self) -> Sequence[Tie]:
        """The program's rules for equal means."""
        return definition_of(self.stage.cycle).application_stage(self.stage.key).decision.ties


@dataclass(frozen=True)
class StageResults:
    """A stage's scores on the whole, with every application in order."""

    scores: StageScores
    rows: tuple[ScoredSubmission, ...]


SORTS: Final[Mapping[str, Column]] = {
    "mean": Tally.mean,
    "adjusted": Standing.adjusted,
    "spread": Tally.spread,
    "name": func.lower(Organization.name),
}
"""What the applications of a stage can be sorted by."""


@dataclass(frozen=True)
class ScoreFilters:
    """What a stage's scores are narrowed to and sorted by.

    q      part of the applicant's name
    sort   a key of SORTS, with "-" in front for descending
    """

    q: str = ""
    sort: str = "-mean"


def stage_scores(actor: Actor, stage: CycleStage) -> StageScores:
    """The stage's scores on the whole, as this person may see them, in a constant number of statements.

    raises   Refused for who does not read reviews, or still has scorecards of their own to submit here
    """
    require(may_see_panel_scores(actor, _own_open(actor, stage)))
    return scores_on(stage, actor)


def scores_on(stage: CycleStage, actor: Actor = SYSTEM) -> StageScores:
    """The same, for those who have asked who may see it."""
    known = reviewable_applications(actor, stage).outerjoin(Tally, Tally.application_id == Application.id)
    applications, assigned, scorecards, scored, fingerprint = db.session.execute(
        known.with_only_columns(
            func.count(),
            func.coalesce(func.sum(Tally.assigned), 0),
            func.coalesce(func.sum(Tally.scorecards), 0),
            func.count(Tally.mean),
            func.coalesce(func.sum(Tally.fingerprint), 0),
        )
    ).one()
    made_from = name_of(scorecards, fingerprint)
    found = _analysis(actor, stage, made_from)
    return StageScores(stage, rubric_of(stage), applications, assigned, scorecards, scored, made_from, found)


def name_of(scorecards: int, fingerprint: int) -> str:
    """What names a set of scores: how many scorecards, and the sum of their tallies' fingerprints."""
    return f"{METHOD}:{scorecards}:{fingerprint}"


def hidden_name(actor: Actor, stage: CycleStage) -> str:
    """Names the cases of the cycle that are kept from the actor: empty for none. Nothing of what becomes of them."""
    if actor.person_id is None:
        return ""
    kept = select(Case.id).where(Case.cycle_id == stage.cycle_id, ~not_conflicted(actor, Case.id)).order_by(Case.id)
    hidden = db.session.scalars(kept).all()
    return sha256_of(list(hidden)) if hidden else ""


def _analysis(actor: Actor, stage: CycleStage, made_from: str) -> Analysis | None:
    """The one of these very scores, whoever else it was made for; or else the last that was made for such a reader."""
    of_stage = select(Analysis).where(Analysis.stage_id == stage.id).order_by(Analysis.id.desc()).limit(1)
    fresh = db.session.scalar(of_stage.where(Analysis.made_from == made_from))
    return fresh or db.session.scalar(of_stage.where(Analysis.hidden == hidden_name(actor, stage)))


def ranked(
    actor: Actor, scores: StageScores, filters: ScoreFilters, page: int = 1, size: int = PAGE_SIZE
) -> Page[ScoredSubmission]:
    """One page of the stage's applications, in the order asked for; those without such a figure come last either way.

    Equal means stand in the order of the program's rules for ties, then of its lot.
    """
    statement = _rows(actor, scores).where(named_like(filters)).order_by(*order_of(scores, filters.sort))
    found = paginate_rows(statement, page, size)
    return Page([_row(scores, *row) for row in found.items], found.number, found.size, found.total)


def ranked_ids(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Sequence[int]:
    """Ids of all of them in the same order."""
    statement = _rows(actor, scores).where(named_like(filters)).order_by(*order_of(scores, filters.sort))
    return db.session.scalars(statement.with_only_columns(Application.id)).all()


def ranked_among(actor: Actor, scores: StageScores, ids: Sequence[int]) -> list[ScoredSubmission]:
    """These of them, in this order; what the actor may see no more is left out."""
    rows = db.session.execute(_rows(actor, scores).where(Application.id.in_(ids)))
    found = {row[0].id: _row(scores, *row) for row in rows}
    return [found[number] for number in ids if number in found]


def ranked_one(actor: Actor, scores: StageScores, public_id: str) -> ScoredSubmission:
    """One application of the stage.

    raises   Missing when there is no such application, or the actor may not know of it
    """
    row = db.session.execute(_rows(actor, scores).where(Application.public_id == public_id)).one_or_none()
    if row is None:
        raise Missing("There is no such application under review.")
    return _row(scores, *row)


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """Every application under review with what its scores say, the highest mean first, in a constant number of
    statements. For those who decide, after asking who may see what.
    """
    scores = scores_on(stage, actor)
    rows = db.session.execute(_rows(actor, scores).order_by(*order_of(scores, "-mean")))
    return StageResults(scores, tuple(_row(scores, *row) for row in rows))


def _row(scores: StageScores, *row: Any) -> ScoredSubmission:
    application, newest, place, assigned, mean, spread, given, adjusted, low, high, *ties = row
    organization = application.case.organization
    return ScoredSubmission(
        *(application.id, application.public_id, application.case_id, newest, organization.name, organization),
        attributes={name: getattr(organization, name) for name in ORGANIZATION_ATTRIBUTES},
        rubric=scores.rubric,
        place=place,
        assigned=assigned or 0,
        mean=mean,
        spread=spread,
        given=given_in(given),
        adjusted=adjusted,
        ranks=None if low is None else RankInterval(low, high),
        ties=tuple(map(_exact, ties)),
    )


def _exact(value: Any) -> Decimal | None:
    """Marks and answers come as floats, which name the decimals they were made from."""
    return None if value is None else Decimal(str(value))


def _rows(actor: Actor, scores: StageScores) -> Select[Any]:
    """What `_row` takes, of each application that the actor may know of."""
    tallied = aliased(Tally)
    places = (
        reviewable_applications(actor, scores.stage)
        .join(tallied, tallied.application_id == Application.id)
        .where(tallied.mean.is_not(None))
        .with_only_columns(Application.id.label("id"), func.rank().over(order_by=tallied.mean.desc()).label("place"))
        .subquery()
    )
    made = scores.analysis.id if scores.analysis else 0
    return (
        reviewable_applications(actor, scores.stage)
        .with_only_columns(
            *(Application, newest_submission_id(), places.c.place),
            *(Tally.assigned, Tally.mean, Tally.spread, Tally.given),
            *(Standing.adjusted, Standing.rank_low, Standing.rank_high),
            *tie_columns(scores),
        )
        .outerjoin(places, places.c.id == Application.id)
        .join(Application.case)
        .join(Case.organization)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .outerjoin(Standing, (Standing.application_id == Application.id) & (Standing.analysis_id == made))
        .options(joinedload(Application.case).joinedload(Case.organization))
    )


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
    column = SORTS[sort.removeprefix("-")]
    asked = column.desc() if sort.startswith("-") else column.asc()
    ties = [one.desc().nulls_last() for one in tie_columns(scores)]
    by_name = (func.lower(Organization.name), Application.id.expression)
    return [asked.nulls_last(), Tally.mean.desc().nulls_last(), *ties, Tally.lot.asc().nulls_last(), *by_name]


def named_like(filters: ScoreFilters) -> ColumnElement[bool]:
    """Holds for applicants that the filters let through; needs `Organization` in the statement."""
    like = filters.q.strip()
    return Organization.name.icontains(like, autoescape=True) if like else true()


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    own = own_assignments(actor).where(Assignment.stage_id == stage.id).order_by(None)
    submitted = Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(own.where(~submitted).subquery())) or 0
