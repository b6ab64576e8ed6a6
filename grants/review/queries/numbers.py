"""The numbers of a stage: every submitted total, and what follows from them all together.

They are read as bare numbers in three statements, whatever the size of the stage. Redrawing the panels takes a second
for a thousand applications, so the same totals are not redrawn for every page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import func, select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import Rubric
from grants.review.agreement import (
    Agreement,
    RankDraws,
    Rating,
    SeverityModel,
    agreement,
    rank_draws,
    severity_model,
)
from grants.review.models import Assignment, Scorecard
from grants.review.queries.cards import rubric_of
from grants.review.queries.scope import counts, joined, reviewable_applications, stands
from grants.review.scoring import SubmissionScore, summarize


class Analysis(NamedTuple):
    """What the totals say together."""

    draws: RankDraws
    severity: SeverityModel
    agreement: Agreement


@dataclass(frozen=True)
class StageNumbers:
    """A stage's totals, without the cases the reader has a conflict with.

    names          application id -> applicant's name, of every application under review
    ratings        the submitted totals; who abstained from everything that counts has none
    scorecards     submitted, whether they count or abstain
    assigned_each  application id -> reviewers it has, submitted or not
    """

    stage: CycleStage
    rubric: Rubric
    names: Mapping[int, str]
    ratings: tuple[Rating, ...]
    scorecards: int
    assigned_each: Mapping[int, int]

    @property
    def assigned(self) -> int:
        return sum(self.assigned_each.values())

    @cached_property
    def scores(self) -> Mapping[int, SubmissionScore | None]:
        """Application id -> mean and spread of its totals; None while there is none."""
        totals: dict[str, list[Decimal]] = {key_of(number): [] for number in self.names}
        for rating in self.ratings:
            totals[rating.submission].append(rating.score)
        return {number: summarize(totals[key_of(number)]) for number in self.names}

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Application ids by mean, the highest first; those without a score last."""

        def key(number: int) -> tuple[object, ...]:
            mean = self.mean(number)
            return mean is None, -(mean or 0), self.names[number].casefold(), number

        return tuple(sorted(self.names, key=key))

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Application id -> its place by raw mean, from 1; equal means share a place."""
        first: dict[Decimal, int] = {}
        means = [(number, self.mean(number)) for number in self.order]
        return {
            number: first.setdefault(mean, place) for place, (number, mean) in enumerate(means, 1) if mean is not None
        }

    def mean(self, number: int) -> Decimal | None:
        """Raw mean of an application's totals; None while there is none."""
        score = self.scores[number]
        return score.mean if score else None

    @property
    def draws(self) -> RankDraws:
        return self._analysis.draws

    @property
    def severity(self) -> SeverityModel:
        return self._analysis.severity

    @property
    def agreement(self) -> Agreement:
        return self._analysis.agreement

    @cached_property
    def _analysis(self) -> Analysis:
        return _analyse(self.ratings, seed_of(self.stage))


def stage_numbers(actor: Actor, stage: CycleStage) -> StageNumbers:
    """The stage's numbers as this reader may know them. Who may read them at all is asked before."""
    names = db.session.execute(
        reviewable_applications(actor, stage)
        .with_only_columns(Application.id, Organization.name)
        .join(Application.case)
        .join(Case.organization)
    )
    cards = db.session.execute(
        joined(
            select(Application.id, Assignment.reviewer_id, Scorecard.total)
            .select_from(Scorecard)
            .join(Scorecard.assignment)
        )
        .where(Assignment.stage_id == stage.id, counts(), not_conflicted(actor, Application.case_id))
        .order_by(Assignment.id)
    ).all()
    assigned = db.session.execute(
        joined(select(Application.id, func.count()).select_from(Assignment))
        .where(Assignment.stage_id == stage.id, stands(), not_conflicted(actor, Application.case_id))
        .group_by(Application.id)
    )
    return StageNumbers(
        stage=stage,
        rubric=rubric_of(stage),
        names=dict(names.all()),
        ratings=tuple(Rating(key_of(who), key_of(what), total) for what, who, total in cards if total is not None),
        scorecards=len(cards),
        assigned_each=dict(assigned.all()),
    )


def key_of(number: int) -> str:
    """Ids as text that sorts like the numbers, since the draws go by the order of names."""
    return f"{number:012d}"


@lru_cache(maxsize=4)
def _analyse(ratings: tuple[Rating, ...], seed: int) -> Analysis:
    return Analysis(rank_draws(ratings, seed=seed), severity_model(ratings), agreement(ratings))


def seed_of(stage: CycleStage) -> int:
    """The stage's own lot: the same cycle and stage always draw the same panels."""
    return crc32(f"{stage.cycle.key}/{stage.key}".encode())
