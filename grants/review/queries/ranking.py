"""A stage's applications in the order of their scores, a page at a time, cut and ordered in the database.

What a row says stands in its tally, and what needs the whole stage in the analysis of just the scores that the reader
may know of: for someone with a conflict, a case is not in the list, and its scores move no place, no average, no
adjusted mean and no rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Numeric, Select, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM, Actor, require
from grants.people.models import Organization, Person
from grants.persistence.paging import PAGE_SIZE, Page, within
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
from grants.review.queries.scope import joined, newest_submission_id, reviewable_applications, stands
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
    total = scores.applications if not filters.q.strip() else _found(actor, scores, filters)
    number = within(page, size, total)
    placed = db.session.execute(_placed(actor, scores, filters).limit(size).offset((number - 1) * size)).all()
    return Page(_rows_of(actor, scores, dict(placed)), number, size, total)


def ranked_all(actor: Actor, scores: StageScores, filters: ScoreFilters) -> dict[int, int | None]:
    """Application id -> place of all of them, in the same order."""
    return dict(db.session.execute(_placed(actor, scores, filters)).all())


def ranked_among(actor: Actor, scores: StageScores, placed: Mapping[int, int | None]) -> list[ScoredSubmission]:
    """Those of these places, in their order; what the actor may see no more is left out."""
    return _rows_of(actor, scores, placed)


def ranked_one(actor: Actor, scores: StageScores, public_id: str) -> ScoredSubmission:
    """One application of the stage.

    raises   Missing when there is no such application, or the actor may not know of it
    """
    wanted = reviewable_applications(actor, scores.stage).where(Application.public_id == public_id)
    number = db.session.scalar(wanted.with_only_columns(Application.id))
    if number is None:
        raise Missing("There is no such application under review.")
    mean = select(Tally.mean).where(Tally.application_id == number).scalar_subquery()
    higher = _tallied(actor, scores).where(Tally.mean > mean).with_only_columns(func.count())
    own, before = db.session.execute(select(mean, higher.scalar_subquery())).one()
    return _rows_of(actor, scores, {number: None if own is None else before + 1})[0]


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """Every application under review with what its scores say, the highest mean first, in a constant number of
    statements. For those who decide, after asking who may see what.
    """
    scores = scores_on(stage, actor)
    placed = ranked_all(actor, scores, ScoreFilters())
    return StageResults(scores, tuple(_rows_of(actor, scores, placed, everything=True)))


def _found(actor: Actor, scores: StageScores, filters: ScoreFilters) -> int:
    found = _tallied(actor, scores).where(named_like(filters)).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def _tallied(actor: Actor, scores: StageScores) -> Select[Application]:
    """The applications that the actor may know of, with organizations; tallies and standings where there are any."""
    made = scores.analysis.id if scores.analysis else 0
    return (
        reviewable_applications(actor, scores.stage)
        .join(Application.case)
        .join(Case.organization)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .outerjoin(Standing, (Standing.application_id == Application.id) & (Standing.analysis_id == made))
    )


def _placed(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Select[int, int | None]:
    """(application id, place) in the order asked for; the places count those too that the filters leave out."""
    place = case((Tally.mean.is_not(None), func.rank().over(order_by=Tally.mean.desc().nulls_last())))
    columns = (Application.id.label("id"), place.label("place"))
    order = order_of(scores, filters.sort)
    if not (like := filters.q.strip()):
        return _tallied(actor, scores).with_only_columns(*columns).order_by(*order)
    nth, name = func.row_number().over(order_by=order).label("nth"), Organization.name.label("name")
    ordered = _tallied(actor, scores).with_only_columns(*columns, nth, name).subquery()
    named = ordered.c.name.icontains(like, autoescape=True)
    return select(ordered.c.id, ordered.c.place).where(named).order_by(ordered.c.nth, ordered.c.id)


def _rows_of(
    actor: Actor, scores: StageScores, placed: Mapping[int, int | None], *, everything: bool = False
) -> list[ScoredSubmission]:
    """The rows of these applications, in this order.

    everything   they are all there are: one statement could not name so many
    """
    columns = (
        *(Application, newest_submission_id()),
        *(Tally.assigned, Tally.mean, Tally.spread, Tally.given),
        *(Standing.adjusted, Standing.rank_low, Standing.rank_high),
    )
    rows = db.session.execute(
        _tallied(actor, scores)
        .with_only_columns(*columns, *tie_columns(scores))
        .where(true() if everything else Application.id.in_(placed))
        .options(contains_eager(Application.case).contains_eager(Case.organization))
    )
    found = {row[0].id: _row(scores, placed.get(row[0].id), *row) for row in rows}
    return [found[number] for number in placed if number in found]


def _row(scores: StageScores, place: int | None, *row: Any) -> ScoredSubmission:
    application, newest, assigned, mean, spread, given, adjusted, low, high, *ties = row
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


def tie_columns(scores: StageScores) -> list[ColumnElement[Any]]:
    """What each rule of the program for ties looks at but the lot, so that more is better; None comes last.

    Words have no order. Needs tallies and organizations in the statement.
    """
    return [column for place, tie in enumerate(scores.ties) if (column := _tie_column(place, tie)) is not None]


def severity_groups(scores: StageScores) -> list[list[str]]:
    """The reviewers whose severity cannot be compared, by name, in the groups that share no application; else none."""
    groups = scores.analysis.groups if scores.analysis else []
    if len(groups) < 2:
        return []
    everyone = [who for group in groups for who in group]
    names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(everyone))).all())
    return [sorted(names[who] for who in group) for group in groups]


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
    means = [] if column is Tally.mean else [Tally.mean.desc().nulls_last()]
    ties = [one.desc().nulls_last() for one in tie_columns(scores)]
    by_name = (func.lower(Organization.name), Application.id.expression)
    return [asked.nulls_last(), *means, *ties, Tally.lot.asc().nulls_last(), *by_name]


def named_like(filters: ScoreFilters) -> ColumnElement[bool]:
    """Holds for applicants that the filters let through; needs `Organization` in the statement."""
    like = filters.q.strip()
    return Organization.name.icontains(like, autoescape=True) if like else true()


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    # Whatever step is missing before their pile opens: who has it still to score does not see what others gave.
    own = joined(select(Assignment)).where(
        Assignment.stage_id == stage.id, Assignment.reviewer_id == actor.person_id, stands()
    )
    submitted = Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(own.where(~submitted).subquery())) or 0
