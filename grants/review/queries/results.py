"""What the scores of a stage say: raw means first, and beside them how far they can be trusted.

Everything is worked out from the rows the reader may know of: for someone with a conflict, a case is not in the list,
and its scores move no rank, no average and no adjusted score. The numbers of the whole stage come from `numbers`; what
a row shows beside them is read for as many rows as are wanted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.kernel.policy import SYSTEM, Actor
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import ORGANIZATION_ATTRIBUTES
from grants.review.agreement import RankInterval
from grants.review.marking import rules_of, scoring_marks
from grants.review.models import Assignment
from grants.review.queries.cards import card_of
from grants.review.queries.given import Given, given_on
from grants.review.queries.numbers import StageNumbers, key_of, stage_numbers
from grants.review.queries.scope import newest_submission_id, reviewable_applications
from grants.review.scoring import (
    EssentialOutcome,
    EssentialRule,
    SubmissionScore,
    criterion_means,
    essential_outcomes,
)


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


def scored_submissions(stage_id: int) -> list[ScoredSubmission]:
    """Every application under review in a stage with what its scores say, the highest mean first.

    For those who decide, after asking who may see what: no conflict is looked at. A mean is None without a scorecard.
    """
    return list(stage_results(db.session.get_one(CycleStage, stage_id)).rows)


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """The stage's scores, without the cases the actor has a conflict with."""
    numbers = stage_numbers(actor, stage)
    return StageResults(numbers, _rows(actor, numbers))


def _rows(actor: Actor, numbers: StageNumbers) -> tuple[ScoredSubmission, ...]:
    given = given_on(Assignment.stage_id == numbers.stage.id, actor)
    found = db.session.execute(
        reviewable_applications(actor, numbers.stage)
        .add_columns(newest_submission_id().label("submission_id"))
        .options(joinedload(Application.case).joinedload(Case.organization))
    )
    rows = {one.id: _row(one, newest, given.get(one.id, []), numbers) for one, newest in found}
    return tuple(rows[number] for number in (numbers.order))


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
