"""What a reviewer also sees of the same applicant's earlier stages, where the program says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case, TimelineEvent
from grants.kernel.errors import Missing
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Assignment, Scorecard
from grants.review.queries.scope import counts, joined
from grants.review.scoring import summarize

# Which kind of timeline event shows what an applicant did: everything of it that the applicant reads too.
_TOLD_AS = {"owes": "report", "attendance": "discovery"}


@dataclass(frozen=True)
class Evidence:
    """One earlier stage of the case.

    submission   the newest one, when the program shows it and there is one
    mean         mean of its scorecards, 0 to 100, when the program shows it
    events       what the applicant did or handed in, the oldest first
    """

    key: str
    title: str
    submission: Submission | None
    mean: Decimal | None
    events: tuple[TimelineEvent, ...]


def earlier_evidence(assignment: Assignment) -> list[Evidence]:
    """The earlier stages that the stage's rules name, in the cycle's order; those with nothing to show left out."""
    named: dict[str, set[str]] = {}
    for wanted in _rules(assignment):
        key, kind = wanted.split(".")
        named.setdefault(key, set()).add(kind)
    if not named:
        return []
    case_id = assignment.submission.application.case_id
    stages = db.session.scalars(
        select(CycleStage)
        .where(CycleStage.cycle_id == assignment.stage.cycle_id, CycleStage.key.in_(named))
        .order_by(CycleStage.position)
    )
    found = [_of(stage, named[stage.key], case_id) for stage in stages]
    return [one for one in found if one.submission is not None or one.mean is not None or one.events]


def earlier_submission(assignment: Assignment, key: str) -> Submission:
    """The same applicant's newest submission in an earlier stage, for its reviewer.

    raises   Missing when there is none, or the program does not show it
    """
    submission = None
    if f"{key}.submission" in _rules(assignment):
        stage = select(CycleStage.id).where(CycleStage.cycle_id == assignment.stage.cycle_id, CycleStage.key == key)
        submission = _submission(stage.scalar_subquery(), assignment.submission.application.case_id)
    if submission is None:
        raise Missing("There is no earlier submission to show.")
    return submission


def _rules(assignment: Assignment) -> Sequence[str]:
    stage = assignment.stage
    return definition_of(stage.cycle).application_stage(stage.key).review.earlier_evidence


def _of(stage: CycleStage, kinds: set[str], case_id: int) -> Evidence:
    told = [_TOLD_AS[kind] for kind in kinds if kind in _TOLD_AS]
    events = db.session.scalars(
        select(TimelineEvent)
        .where(TimelineEvent.case_id == case_id, TimelineEvent.kind.in_(told), TimelineEvent.audience == "applicant")
        .order_by(TimelineEvent.at, TimelineEvent.id)
    ).all()
    return Evidence(
        stage.key,
        stage.title,
        _submission(stage.id, case_id) if "submission" in kinds else None,
        _mean(stage, case_id) if "scorecards" in kinds else None,
        tuple(events),
    )


def _submission(stage_id: object, case_id: int) -> Submission | None:
    return db.session.scalars(
        select(Submission)
        .join(Submission.application)
        .where(Application.stage_id == stage_id, Application.case_id == case_id)
        .options(
            contains_eager(Submission.application).options(
                joinedload(Application.case).joinedload(Case.organization),
                joinedload(Application.stage).joinedload(CycleStage.cycle),
            )
        )
        .order_by(Submission.number.desc())
        .limit(1)
    ).first()


def _mean(stage: CycleStage, case_id: int) -> Decimal | None:
    totals = db.session.scalars(
        joined(select(Scorecard.total).join(Scorecard.assignment)).where(
            Application.stage_id == stage.id, Application.case_id == case_id, counts()
        )
    )
    score = summarize(totals)
    return score.mean if score else None
