"""What the scores of a stage say: raw means first, and beside them how far they can be trusted.

Everything is worked out from the rows the reader may know of: for someone with a conflict, a case is not in the list,
and its scores move no rank, no average and no adjusted score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import SYSTEM, Actor, require
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import ORGANIZATION_ATTRIBUTES, Rubric
from grants.review.agreement import (
    Agreement,
    RankDraws,
    RankInterval,
    Rating,
    SeverityModel,
    agreement,
    rank_draws,
    severity_model,
)
from grants.review.marking import rules_of, scoring_marks
from grants.review.models import Assignment, Scorecard
from grants.review.policy import may_see_panel_scores
from grants.review.queries.cards import card_of, rubric_of
from grants.review.queries.scope import (
    counts,
    joined,
    newest_submission_id,
    own_assignments,
    reviewable_applications,
    stands,
)
from grants.review.scoring import (
    EssentialOutcome,
    EssentialRule,
    SubmissionScore,
    criterion_means,
    essential_outcomes,
    summarize,
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
    ranks           90% interval of its rank among the stage's scored submissions; None while it has no total
    adjusted        the mean corrected for severe and lenient reviewers, 0 to 100 or a little beyond; None likewise
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
    ranks: RankInterval | None
    adjusted: float | None

    @property
    def key(self) -> str:
        """Its name in `StageResults.draws`."""
        return _key(self.application_id)

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
    def rank_low(self) -> int | None:
        """The better end of the rank interval."""
        return self.ranks.low if self.ranks else None

    @property
    def rank_high(self) -> int | None:
        return self.ranks.high if self.ranks else None


@dataclass(frozen=True)
class StageResults:
    """A stage's scores; `rows` by mean, the highest first, those without a score last."""

    stage: CycleStage
    rubric: Rubric
    rows: tuple[ScoredSubmission, ...]
    agreement: Agreement
    severity: SeverityModel
    draws: RankDraws

    @property
    def scorecards(self) -> int:
        return sum(len(row.given) for row in self.rows)

    @property
    def assigned(self) -> int:
        return sum(row.assigned for row in self.rows)

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Application id -> its place by raw mean, from 1; equal means share a place."""
        means = [row.mean for row in self.rows if row.mean is not None]
        return {row.application_id: means.index(row.mean) + 1 for row in self.rows if row.mean is not None}


def scored_submissions(stage_id: int) -> list[ScoredSubmission]:
    """Every application under review in a stage with what its scores say, the highest mean first.

    For those who decide, after asking who may see what: no conflict is looked at. A mean is None without a scorecard.
    """
    return list(stage_results(db.session.get_one(CycleStage, stage_id)).rows)


def stage_scores(actor: Actor, stage: CycleStage) -> StageResults:
    """The stage's scores as this person may see them, in a constant number of statements.

    raises   Refused for who does not read reviews, or still has scorecards of their own to submit here
    """
    require(may_see_panel_scores(actor, _own_open(actor, stage)))
    return stage_results(stage, actor)


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """The stage's scores, without the cases the actor has a conflict with."""
    rubric = rubric_of(stage)
    given, assigned = _given(actor, stage), _assigned(actor, stage)
    ratings = [
        Rating(_key(card.reviewer_id), _key(application_id), card.total)
        for application_id, cards in given.items()
        for card in cards
        if card.total is not None
    ]
    draws, severity = rank_draws(ratings, seed=_seed(stage)), severity_model(ratings)
    panel = _Panel(rubric, given, assigned, draws, severity)
    rows = [_row(application, newest, panel) for application, newest in _applications(actor, stage)]
    rows.sort(key=lambda row: (row.mean is None, -(row.mean or 0), row.name.casefold(), row.application_id))
    return StageResults(stage, rubric, tuple(rows), agreement(ratings), severity, draws)


@dataclass(frozen=True)
class _Panel:
    """What the rows of a stage are made from; `given` and `assigned` by application id."""

    rubric: Rubric
    given: Mapping[int, Sequence[Given]]
    assigned: Mapping[int, int]
    draws: RankDraws
    severity: SeverityModel


def _row(application: Application, submission_id: int, panel: _Panel) -> ScoredSubmission:
    organization, given = application.case.organization, panel.given.get(application.id, ())
    marks = [scoring_marks(card_of(one.scorecard)) for one in given]
    rules, key = rules_of(panel.rubric), _key(application.id)
    adjusted = panel.severity.adjusted.get(key)
    return ScoredSubmission(
        application_id=application.id,
        submission_id=submission_id,
        case_id=application.case_id,
        public_id=application.public_id,
        organization=organization,
        attributes={name: getattr(organization, name) for name in ORGANIZATION_ATTRIBUTES},
        given=tuple(given),
        assigned=panel.assigned.get(application.id, 0),
        score=summarize(one.total for one in given),
        criteria=criterion_means(marks, rules),
        essentials=essential_outcomes(marks, rules, EssentialRule(panel.rubric.essential_fails_when)),
        ranks=panel.draws.interval(key) if adjusted is not None else None,
        adjusted=adjusted,
    )


def _applications(actor: Actor, stage: CycleStage) -> Sequence[tuple[Application, int]]:
    return db.session.execute(
        reviewable_applications(actor, stage)
        .add_columns(newest_submission_id().label("submission_id"))
        .options(joinedload(Application.case).joinedload(Case.organization))
    ).all()


def _given(actor: Actor, stage: CycleStage) -> dict[int, list[Given]]:
    """Application id -> its submitted scorecards with their marks."""
    cards = db.session.scalars(
        joined(select(Scorecard).join(Scorecard.assignment))
        .join(Assignment.reviewer)
        .where(Assignment.stage_id == stage.id, counts(), not_conflicted(actor, Application.case_id))
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


def _assigned(actor: Actor, stage: CycleStage) -> Mapping[int, int]:
    return dict(
        db.session.execute(
            joined(select(Application.id, func.count()).select_from(Assignment))
            .where(Assignment.stage_id == stage.id, stands(), not_conflicted(actor, Application.case_id))
            .group_by(Application.id)
        ).all()
    )


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    own = own_assignments(actor).where(Assignment.stage_id == stage.id).order_by(None)
    submitted = Assignment.scorecard.has(Scorecard.state == ScorecardState.SUBMITTED)
    return db.session.scalar(select(func.count()).select_from(own.where(~submitted).subquery())) or 0


def _seed(stage: CycleStage) -> int:
    """The stage's own lot: the same cycle and stage always draw the same panels."""
    return crc32(f"{stage.cycle.key}/{stage.key}".encode())


def _key(number: int) -> str:
    """Ids as text that sorts like the numbers, since the draws go by the order of names."""
    return f"{number:012d}"
