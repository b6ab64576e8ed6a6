"""What the scores of a stage say: raw means first, and beside them how far they can be trusted.

Everything is worked out from the rows the reader may know of: for someone with a conflict, a case is not in the list,
and its scores move no rank, no average and no adjusted score. The numbers of the whole stage come from `numbers`; what
a row shows beside them is read for as many rows as are wanted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM, Actor, require
from grants.people.models import Organization
from grants.persistence.paging import Page, cut
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import ORGANIZATION_ATTRIBUTES
from grants.review.agreement import RankInterval
from grants.review.marking import rules_of, scoring_marks
from grants.review.models import Assignment, Scorecard
from grants.review.policy import may_see_panel_scores
from grants.review.queries.cards import card_of
from grants.review.queries.numbers import StageNumbers, key_of, stage_numbers
from grants.review.queries.scope import counts, joined, newest_submission_id, own_assignments, reviewable_applications
from grants.review.scoring import (
    EssentialOutcome,
    EssentialRule,
    SubmissionScore,
    criterion_means,
    essential_outcomes,
)
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class Given:
    """One reviewer's submitted scorecard; `total` is None where they abstained from everything that counts."""

    reviewer_id: int
    reviewer: str
    total: Decimal | None
    scorecard: Scorecard


@dataclass(frozen=True)
class ScoredSubmission:
    """One application under review and what its submitted scorecards say; nothing is corrected silently.

    submission_id   its newest submission
    attributes      ORGANIZATION_ATTRIBUTES -> value, as portfolio rules and ties ask for them
    given           the submitted scorecards, by reviewer's name
    assigned        reviewers it has, submitted or not
    score           mean and spread of the totals; None while there is none
    criteria        criterion key -> mean mark; None where all abstained
    """

    application_id: int
    submission_id: int
    case_id: int
    public_id: str
    organization: Organization
    attributes: Mapping[str, Any]
    given: tuple[Given, ...]
    assigned: int
    score: SubmissionScore | None
    criteria: Mapping[str, Decimal | None]
    essentials: tuple[EssentialOutcome, ...]
    numbers: StageNumbers = field(repr=False, compare=False)

    @property
    def key(self) -> str:
        """Its name in `StageNumbers.draws`."""
        return key_of(self.application_id)

    @property
    def name(self) -> str:
        return self.organization.name

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """The reviewers' totals, 0 to 100, without abstentions."""
        return tuple(one.total for one in self.given if one.total is not None)

    @property
    def mean(self) -> Decimal | None:
        """Raw mean of the totals, 0 to 100 to 4 places."""
        return self.score.mean if self.score else None

    @property
    def essential_failed(self) -> str | None:
        """The essential criteria that the panel's rule holds for failed, in a sentence; None when none is."""
        return " ".join(one.sentence for one in self.essentials if one.fails) or None

    @property
    def ranks(self) -> RankInterval | None:
        """90% interval of its rank among the stage's scored submissions; None while it has no total."""
        return self.numbers.draws.interval(self.key) if self.score else None

    @property
    def adjusted(self) -> float | None:
        """The mean corrected for severe and lenient reviewers, 0 to 100 or a little beyond; None likewise."""
        return self.numbers.severity.adjusted.get(self.key)

    @property
    def rank_low(self) -> int | None:
        """The better end of the rank interval."""
        return self.ranks.low if self.ranks else None

    @property
    def rank_high(self) -> int | None:
        return self.ranks.high if self.ranks else None


@dataclass(frozen=True)
class StageResults:
    """A stage's numbers with the row of each application, in the order of the numbers."""

    numbers: StageNumbers
    rows: tuple[ScoredSubmission, ...]


SORTS: Final[Mapping[str, Callable[[StageNumbers, int], Any]]] = {
    "mean": lambda numbers, one: numbers.mean(one),
    "adjusted": lambda numbers, one: numbers.severity.adjusted.get(key_of(one)),
    "spread": lambda numbers, one: score.spread if (score := numbers.scores[one]) else None,
    "name": lambda numbers, one: numbers.names[one].casefold(),
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


def scored_submissions(stage_id: int) -> list[ScoredSubmission]:
    """Every application under review in a stage with what its scores say, the highest mean first.

    For those who decide, after asking who may see what: no conflict is looked at. A mean is None without a scorecard.
    """
    return list(stage_results(db.session.get_one(CycleStage, stage_id)).rows)


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """The stage's scores, without the cases the actor has a conflict with."""
    numbers = stage_numbers(actor, stage)
    return StageResults(numbers, _rows(actor, numbers))


def stage_scores(actor: Actor, stage: CycleStage) -> StageResults:
    """The stage's scores as this person may see them, in a constant number of statements.

    raises   Refused for who does not read reviews, or still has scorecards of their own to submit here
    """
    return stage_results(stage, _reader(actor, stage))


def score_page(
    actor: Actor, stage: CycleStage, filters: ScoreFilters, page: int = 1
) -> tuple[StageNumbers, Page[ScoredSubmission]]:
    """One page of the same, and the numbers of the whole stage.

    raises   Refused as `stage_scores`
    """
    numbers = stage_numbers(_reader(actor, stage), stage)
    found = cut(_sorted(numbers, filters), page)
    return numbers, Page(_rows(actor, numbers, found.items), found.number, found.size, found.total)


def scores_of(actor: Actor, stage: CycleStage, public_id: str) -> tuple[StageNumbers, ScoredSubmission]:
    """One application's row, and the numbers of the whole stage.

    raises   Refused as `stage_scores`; Missing when there is no such application, or the actor may not know of it
    """
    numbers = stage_numbers(_reader(actor, stage), stage)
    wanted = reviewable_applications(actor, stage).where(Application.public_id == public_id)
    number = db.session.scalar(wanted.with_only_columns(Application.id))
    if number is None:
        raise Missing("There is no such application under review.")
    return numbers, _rows(actor, numbers, [number])[0]


def _reader(actor: Actor, stage: CycleStage) -> Actor:
    require(may_see_panel_scores(actor, _own_open(actor, stage)))
    return actor


def _sorted(numbers: StageNumbers, filters: ScoreFilters) -> list[int]:
    """Application ids in the order asked for; those that have no such number come last either way."""
    key, like = SORTS[filters.sort.removeprefix("-")], filters.q.strip().casefold()
    found = [one for one in numbers.order if like in numbers.names[one].casefold()]
    known = [one for one in found if key(numbers, one) is not None]
    known.sort(key=lambda one: key(numbers, one), reverse=filters.sort.startswith("-"))
    return known + [one for one in found if key(numbers, one) is None]


def _rows(actor: Actor, numbers: StageNumbers, wanted: Sequence[int] | None = None) -> tuple[ScoredSubmission, ...]:
    """The rows of these applications, in this order; of all, in the order of the numbers, when none are named."""
    only = true() if wanted is None else Application.id.in_(wanted)
    given = _given(actor, numbers.stage, only)
    found = db.session.execute(
        reviewable_applications(actor, numbers.stage)
        .where(only)
        .add_columns(newest_submission_id().label("submission_id"))
        .options(joinedload(Application.case).joinedload(Case.organization))
    )
    rows = {one.id: _row(one, newest, given.get(one.id, []), numbers) for one, newest in found}
    return tuple(rows[number] for number in (numbers.order if wanted is None else wanted))


def _row(application: Application, newest: int, given: Sequence[Given], numbers: StageNumbers) -> ScoredSubmission:
    organization = application.case.organization
    marks, rules = [scoring_marks(card_of(one.scorecard)) for one in given], rules_of(numbers.rubric)
    return ScoredSubmission(
        application_id=application.id,
        submission_id=newest,
        case_id=application.case_id,
        public_id=application.public_id,
        organization=organization,
        attributes={name: getattr(organization, name) for name in ORGANIZATION_ATTRIBUTES},
        given=tuple(given),
        assigned=numbers.assigned_each.get(application.id, 0),
        score=numbers.scores[application.id],
        criteria=criterion_means(marks, rules),
        essentials=essential_outcomes(marks, rules, EssentialRule(numbers.rubric.essential_fails_when)),
        numbers=numbers,
    )


def _given(actor: Actor, stage: CycleStage, only: ColumnElement[bool]) -> dict[int, list[Given]]:
    """Application id -> its submitted scorecards with their marks."""
    cards = db.session.scalars(
        joined(select(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .where(
            Assignment.stage_id == stage.id,
            only,
            counts(),
            not_conflicted(actor, Application.case_id),
        )
        .options(
            contains_eager(Scorecard.assignment).options(
                contains_eager(Assignment.reviewer),
                contains_eager(Assignment.submission).defer(Submission.content),
            ),
            selectinload(Scorecard.marks),
        )
        .order_by(Assignment.id)
    ).all()
    found: dict[int, list[Given]] = {}
    for card in cards:
        one = card.assignment
        found.setdefault(one.submission.application_id, []).append(
            Given(one.reviewer_id, one.reviewer.name, card.total, card)
        )
    for several in found.values():
        several.sort(key=lambda one: (one.reviewer, one.reviewer_id))
    return found


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    own = own_assignments(actor).where(Assignment.stage_id == stage.id).order_by(None)
    submitted = Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(own.where(~submitted).subquery())) or 0
