"""A stage's applications in the order of their scores, a page at a time, cut and ordered in the database.

Everything a row says stands in its tally, and what needs the whole stage in the analysis made for readers who may know
of just these applications: for someone with a conflict, a case is not in the list, and its scores move no place, no
average, no adjusted mean and no rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.phrases import ties
from grants.programs.queries import definition_of
from grants.programs.schema import Rubric
from grants.review.models import Analysis, Assignment, Scorecard, Standing, Tally
from grants.review.policy import may_see_panel_scores
from grants.review.queries.cards import rubric_of
from grants.review.queries.scope import REVIEWABLE, own_assignments, reviewable_applications
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Ranked:
    """One application under review, with what its submitted scorecards say; nothing is corrected silently.

    place      by raw mean, from 1; equal means share one. None without a score
    tally      None before the first assignment
    standing   what the whole stage's scores say of it; None until they are worked out
    """

    application: Application
    place: int | None
    tally: Tally | None
    standing: Standing | None

    @property
    def organization(self) -> Organization:
        return self.application.case.organization

    @property
    def mean(self) -> Decimal | None:
        """Raw mean of the totals, 0 to 100 to 4 places."""
        return self.tally.mean if self.tally else None

    @property
    def failed(self) -> list[Mapping[str, Any]]:
        """The essential criteria that somebody holds for not met, as the tally keeps them."""
        return [one for one in self.tally.essentials if one["failed_by"]] if self.tally else []


@dataclass(frozen=True)
class StageScores:
    """A stage's scores on the whole, over the applications the reader may know of.

    scored     applications with a mean
    analysis   None until it is made
    is_stale   scores have changed since the analysis
    """

    stage: CycleStage
    rubric: Rubric
    applications: int
    assigned: int
    scorecards: int
    scored: int
    analysis: Analysis | None
    is_stale: bool

    @property
    def ties(self) -> str:
        """How equal means are put in order, in words."""
        rules = definition_of(self.stage.cycle).application_stage(self.stage.key).decision.ties
        return ties(rules, self.rubric)


SORTS: Final[Mapping[str, ColumnElement[Any]]] = {
    "mean": Tally.mean.expression,
    "adjusted": Standing.adjusted.expression,
    "spread": Tally.spread.expression,
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
    known = reviewable_applications(actor, stage).outerjoin(Tally, Tally.application_id == Application.id)
    applications, assigned, scorecards, scored, reckoned_at = db.session.execute(
        known.with_only_columns(
            func.count(),
            func.coalesce(func.sum(Tally.assigned), 0),
            func.coalesce(func.sum(Tally.scorecards), 0),
            func.count(Tally.mean),
            func.max(Tally.reckoned_at),
        )
    ).one()
    analysis = db.session.scalar(
        select(Analysis).where(
            Analysis.stage_id == stage.id, Analysis.hidden_key == hidden_key(hidden_from(actor, stage))
        )
    )
    stale = bool(scored) and (analysis is None or _is_behind(analysis, reckoned_at, scored))
    return StageScores(stage, rubric_of(stage), applications, assigned, scorecards, scored, analysis, stale)


def _is_behind(analysis: Analysis, reckoned_at: datetime | None, scored: int) -> bool:
    return analysis.scored != scored or (reckoned_at is not None and analysis.reckoned_at < reckoned_at)


def ranked(actor: Actor, scores: StageScores, filters: ScoreFilters, page: int = 1) -> Page[Ranked]:
    """One page of the stage's applications, in the order asked for; those without such a number come last either way.

    Equal means stand in the order of the program's rules for ties, then of its lot.
    """
    statement = _rows(actor, scores).where(named_like(filters)).order_by(*order_of(filters.sort))
    found = paginate_rows(statement, page)
    return Page([Ranked(*row) for row in found.items], found.number, found.size, found.total)


def ranked_ids(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Sequence[int]:
    """Ids of all of them in the same order."""
    statement = _rows(actor, scores).where(named_like(filters)).order_by(*order_of(filters.sort))
    return db.session.scalars(statement.with_only_columns(Application.id)).all()


def ranked_among(actor: Actor, scores: StageScores, ids: Sequence[int]) -> list[Ranked]:
    """These of them, in this order; what the actor may see no more is left out."""
    found = {row[0].id: Ranked(*row) for row in db.session.execute(_rows(actor, scores).where(Application.id.in_(ids)))}
    return [found[number] for number in ids if number in found]


def ranked_one(actor: Actor, scores: StageScores, public_id: str) -> Ranked:
    """One application of the stage.

    raises   Missing when there is no such application, or the actor may not know of it
    """
    row = db.session.execute(_rows(actor, scores).where(Application.public_id == public_id)).one_or_none()
    if row is None:
        raise Missing("There is no such application under review.")
    return Ranked(*row)


def hidden_from(actor: Actor, stage: CycleStage) -> Sequence[int]:
    """Ids of the stage's applications under review that the actor has a conflict with, in order."""
    return db.session.scalars(
        select(Application.id)
        .where(
            Application.stage_id == stage.id,
            Application.state.in_(REVIEWABLE),
            exists().where(Submission.application_id == Application.id),
            ~not_conflicted(actor, Application.case_id),
        )
        .order_by(Application.id)
    ).all()


def hidden_key(hidden: Sequence[int]) -> str:
    """The name of an analysis that leaves these applications out: empty for one that leaves none out."""
    return sha256_of(list(hidden)) if hidden else ""


def _rows(actor: Actor, scores: StageScores) -> Select[Any]:
    """(application, place, tally, standing) of every application the actor may know of."""
    stage = scores.stage
    places = (
        reviewable_applications(actor, stage)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .with_only_columns(
            Application.id.label("id"),
            case(
                (Tally.mean.is_not(None), func.rank().over(order_by=Tally.mean.desc().nulls_last())),
            ).label("place"),
        )
        .subquery()
    )
    made = scores.analysis.id if scores.analysis else 0
    return (
        select(Application, places.c.place, Tally, Standing)
        .join(places, places.c.id == Application.id)
        .join(Application.case)
        .join(Case.organization)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .outerjoin(Standing, and_(Standing.application_id == Application.id, Standing.analysis_id == made))
        .options(joinedload(Application.case).joinedload(Case.organization))
    )


def named_like(filters: ScoreFilters) -> ColumnElement[bool]:
    """Holds for applicants that the filters let through; needs `Organization` in the statement."""
    like = filters.q.strip()
    return Organization.name.icontains(like, autoescape=True) if like else true()


def order_of(sort: str) -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    """What a list of applications is ordered by; needs their tallies and organizations in the statement."""
    column = SORTS[sort.removeprefix("-")]
    asked = column.desc() if sort.startswith("-") else column.asc()
    ties = (Tally.mean.desc().nulls_last(), Tally.tie_order.asc().nulls_last())
    return (asked.nulls_last(), *ties, func.lower(Organization.name), Application.id)


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    own = own_assignments(actor).where(Assignment.stage_id == stage.id).order_by(None)
    submitted = Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(own.where(~submitted).subquery())) or 0
