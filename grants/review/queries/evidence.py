"""What a reviewer also sees of the same applicant's earlier stages, where the program says so.

Facts alone are told: no sentence of a timeline, which may name people, and of a blind panel's cases nothing that says
who it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.differences import Difference, item_difference
from grants.applications.models import Application, Submission
from grants.applications.queries import carried_forward, form_of
from grants.applications.reading import Item, Part, read_one
from grants.casework.models import Case
from grants.discovery.models import Event, Registration
from grants.discovery.queries.rule import attended
from grants.kernel.errors import Missing
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import DiscoveryStage
from grants.review.milestones import Milestone, milestones_of
from grants.review.models import Assignment, Scorecard, Tally
from grants.review.queries.cards import pitch_of
from grants.review.queries.scope import counts, joined
from grants.review.scoring import summarize


@dataclass(frozen=True)
class EarlierScores:
    """What an earlier panel gave, without a name: its mean of n totals in writing, 0 to 100; and that of the pitch,
    where that stage had one and it was scored.
    """

    mean: Decimal
    n: int
    pitch: Decimal | None = None


@dataclass(frozen=True)
class Came:
    """An event to which somebody of the applicant came, and how many of them."""

    title: str
    on: date
    people: int


@dataclass(frozen=True)
class Evidence:
    """One earlier stage of the case.

    submission   the newest one, when the program shows it and there is one
    scores       of its panel, when the program shows them
    milestones   what was owed under its award, the first due first
    came         the events of its time to which somebody came
    """

    key: str
    title: str
    submission: Submission | None = None
    scores: EarlierScores | None = None
    milestones: tuple[Milestone, ...] = ()
    came: tuple[Came, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.submission or self.scores or self.milestones or self.came)

    @property
    def accepted(self) -> int:
        return sum(one.is_accepted for one in self.milestones)

    @property
    def late(self) -> int:
        return sum(one.days_late > 0 for one in self.milestones)


@dataclass(frozen=True)
class Promise:
    """What an earlier application said where this one was asked again.

    before       the earlier answer, as one reads it
    difference   from the earlier answer to this one
    """

    stage: str
    submitted_at: datetime
    before: Item
    difference: Difference


def earlier_evidence(assignment: Assignment) -> list[Evidence]:
    """The earlier stages that the stage's rules name, in the cycle's order; those with nothing to show left out."""
    named: dict[str, set[str]] = {}
    for wanted in _rules(assignment):
        key, kind = wanted.split(".")
        named.setdefault(key, set()).add(kind)
    if not named:
        return []
    stages = db.session.scalars(_stages(), {"cycle_id": assignment.stage.cycle_id, "keys": list(named)})
    found = [_of(stage, named[stage.key], assignment.submission.application.case) for stage in stages]
    return [one for one in found if not one.is_empty]


@cache
def _stages() -> Select[CycleStage]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(CycleStage)
        .where(CycleStage.cycle_id == bindparam("cycle_id"), CycleStage.key.in_(bindparam("keys", expanding=True)))
        .order_by(CycleStage.position, CycleStage.id)
    )


def earlier_submission(assignment: Assignment, key: str) -> Submission:
    """The same applicant's newest submission in an earlier stage, for its reviewer.

    raises   Missing when there is none, or the program does not show it
    """
    submission = None
    if f"{key}.submission" in _rules(assignment):
        stage = select(CycleStage.id).where(CycleStage.cycle_id == assignment.stage.cycle_id, CycleStage.key == key)
        submission = _submission(db.session.scalar(stage), assignment.submission.application.case_id)
    if submission is None:
        raise Missing("There is no earlier submission to show.")
    return submission


def promises_of(assignment: Assignment, parts: Sequence[Part], *, blind: bool) -> Mapping[str, Promise]:
    """By field key what an earlier application, one that the program shows, said where this one was asked again.

    parts   what this reviewer is shown of the submission: a question that is not among them has no promise either
    """
    shown = {rule.removesuffix(".submission") for rule in _rules(assignment) if rule.endswith(".submission")}
    application = assignment.submission.application
    form, said = form_of(application), {item.key: item for part in parts for item in part.items}
    carried = carried_forward(application, form) if shown else {}
    return {
        key: Promise(
            one.stage,
            one.submitted_at,
            before := read_one(form.field(key), one.value, blind=blind),
            item_difference(before, said[key]),
        )
        for key, one in carried.items()
        if key in said and (form.field(key).carry_forward or "").split(".", 1)[0] in shown
    }


def _rules(assignment: Assignment) -> Sequence[str]:
    stage = assignment.stage
    return definition_of(stage.cycle).application_stage(stage.key).review.earlier_evidence


def _of(stage: CycleStage, kinds: set[str], case: Case) -> Evidence:
    return Evidence(
        stage.key,
        stage.title,
        _submission(stage.id, case.id) if "submission" in kinds else None,
        _scores(stage, case.id) if "scorecards" in kinds else None,
        milestones_of(case.id, stage.id) if "owes" in kinds else (),
        _came(stage, case) if "attendance" in kinds else (),
    )


def _submission(stage_id: int | None, case_id: int) -> Submission | None:
    return db.session.scalars(_newest(), {"stage_id": stage_id, "case_id": case_id}).first()


@cache
def _newest() -> Select[Submission]:
    return (
        select(Submission)
        .join(Submission.application)
        .where(Application.stage_id == bindparam("stage_id"), Application.case_id == bindparam("case_id"))
        .options(
            contains_eager(Submission.application).options(
                joinedload(Application.case).joinedload(Case.organization),
                joinedload(Application.stage).joinedload(CycleStage.cycle),
            )
        )
        .order_by(Submission.number.desc(), Submission.id.desc())
        .limit(1)
    )


def _scores(stage: CycleStage, case_id: int) -> EarlierScores | None:
    totals = db.session.scalars(
        joined(select(Scorecard.total).join(Scorecard.assignment)).where(
            Application.stage_id == stage.id, Application.case_id == case_id, counts(), Scorecard.total.is_not(None)
        )
    ).all()
    score = summarize(totals)
    return EarlierScores(score.mean, len(totals), _pitch(stage, case_id)) if score else None


def _pitch(stage: CycleStage, case_id: int) -> Decimal | None:
    if pitch_of(stage) is None:
        return None
    tallied = select(Tally.pitch_mean).join(Application, Application.id == Tally.application_id)
    return db.session.scalar(tallied.where(Application.stage_id == stage.id, Application.case_id == case_id))


def _came(stage: CycleStage, case: Case) -> tuple[Came, ...]:
    """Of a discovery stage the events that count; an event that the applicant gave itself says nothing of it."""
    rules = definition_of(stage.cycle).stages.get(stage.key)
    if not isinstance(rules, DiscoveryStage):
        return ()
    rows = db.session.execute(
        select(Event.title, Event.starts_at, func.count(Registration.id))
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Event.cycle_id == stage.cycle_id,
            Event.kind.in_(rules.counts),
            Event.host_id.is_distinct_from(case.organization_id),
            Registration.organization_id == case.organization_id,
            *attended(),
        )
        .group_by(Event.id, Event.title, Event.starts_at)
        .order_by(Event.starts_at, Event.id)
    )
    zone = ZoneInfo(stage.cycle.time_zone)
    return tuple(Came(title, starts_at.astimezone(zone).date(), people) for title, starts_at, people in rows)
