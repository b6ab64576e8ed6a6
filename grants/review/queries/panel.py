"""A stage's panel as its organizer sees it: who is on it, how far each is, and what every application still needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, select, true
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ReviewRules
from grants.review.models import Assignment, Conflict, PanelMember
from grants.review.queries.scope import joined, reviewable_applications, stands, with_program
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class MemberProgress:
    """How far one reviewer is; the counts leave out what the reader may not know of.

    last_at   when they last saved a scorecard
    """

    member: PanelMember
    assigned: int
    submitted: int
    started: int
    conflicts: int
    last_at: datetime | None
    is_late: bool

    @property
    def open(self) -> int:
        return self.assigned - self.submitted


@dataclass(frozen=True)
class Coverage:
    """One application and who reads it, in the order of their names; `needs` is the stage's number of reviewers."""

    application: Application
    assignments: tuple[Assignment, ...]
    needs: int

    @property
    def missing(self) -> int:
        return max(0, self.needs - len(self.assignments))

    @property
    def submitted(self) -> int:
        return sum(one.scorecard is not None and one.scorecard.state == "submitted" for one in self.assignments)


@dataclass(frozen=True)
class PanelProgress:
    """A panel as it stands."""

    stage: CycleStage
    rules: ReviewRules
    members: tuple[MemberProgress, ...]
    coverage: tuple[Coverage, ...]

    @property
    def assigned(self) -> int:
        return sum(len(one.assignments) for one in self.coverage)

    @property
    def submitted(self) -> int:
        return sum(one.submitted for one in self.coverage)

    @property
    def lacking(self) -> int:
        """Applications with fewer reviewers than the stage asks for."""
        return sum(one.missing > 0 for one in self.coverage)

    @property
    def undeclared(self) -> tuple[PanelMember, ...]:
        return tuple(one.member for one in self.members if one.member.declared_at is None)


def stage_for(actor: Actor, public_id: str) -> CycleStage:
    """An application stage, for whoever reads reviews, or sits on its panel.

    raises   Missing
    """
    on_panel = exists().where(PanelMember.stage_id == CycleStage.id, PanelMember.person_id == actor.person_id)
    stage = db.session.scalar(
        select(CycleStage)
        .where(
            CycleStage.public_id == public_id,
            CycleStage.kind == "application",
            true() if actor.may("review.read") else on_panel,
        )
        .options(with_program())
    )
    if stage is None:
        raise Missing("There is no such stage, or it has no review.")
    return stage


def review_rules(stage: CycleStage) -> ReviewRules:
    """How the program wants the stage reviewed, in the version its cycle keeps."""
    return definition_of(stage.cycle).application_stage(stage.key).review


def form_title(stage: CycleStage) -> str:
    """What one application of the stage is called, such as “Blueprint”."""
    definition = definition_of(stage.cycle)
    return definition.form(definition.application_stage(stage.key).form).title


def panel_progress(actor: Actor, stage: CycleStage) -> PanelProgress:
    """The panel, in a constant number of statements."""
    rules = review_rules(stage)
    coverage = _coverage(actor, stage, rules.reviewers_each)
    by_reviewer: dict[int, list[Assignment]] = {}
    for one in coverage:
        for assignment in one.assignments:
            by_reviewer.setdefault(assignment.reviewer_id, []).append(assignment)
    conflicts = _conflict_counts(actor, stage)
    members = tuple(
        _member_progress(member, by_reviewer.get(member.person_id, []), conflicts.get(member.person_id, 0), stage)
        for member in panel_members(stage)
    )
    return PanelProgress(stage, rules, members, coverage)


def panel_members(stage: CycleStage) -> Sequence[PanelMember]:
    """The panel, by name."""
    return db.session.scalars(
        select(PanelMember)
        .join(PanelMember.person)
        .where(PanelMember.stage_id == stage.id)
        .options(joinedload(PanelMember.person))
        .order_by(Person.name, PanelMember.id)
    ).all()


def member_of(stage: CycleStage, public_id: str) -> PanelMember:
    """One member of the panel.

    raises   Missing
    """
    member = db.session.scalar(
        select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.public_id == public_id)
    )
    if member is None:
        raise Missing("There is no such reviewer on this panel.")
    return member


def panel_assignment(actor: Actor, stage: CycleStage, public_id: str) -> Assignment:
    """One assignment in force on the stage, for its organizer.

    raises   Missing
    """
    assignment = db.session.scalar(
        joined(select(Assignment))
        .where(
            Assignment.public_id == public_id,
            Assignment.stage_id == stage.id,
            stands(),
            not_conflicted(actor, Application.case_id),
        )
        .options(joinedload(Assignment.scorecard), joinedload(Assignment.reviewer))
    )
    if assignment is None:
        raise Missing("There is no such assignment on this panel.")
    return assignment


def application_under_review(actor: Actor, stage: CycleStage, public_id: str) -> Application:
    """One application under review on the stage.

    raises   Missing
    """
    application = db.session.scalar(
        reviewable_applications(actor, stage)
        .where(Application.public_id == public_id)
        .options(joinedload(Application.case).joinedload(Case.organization))
    )
    if application is None:
        raise Missing("There is no such application under review.")
    return application


def _coverage(actor: Actor, stage: CycleStage, needs: int) -> tuple[Coverage, ...]:
    applications = db.session.scalars(
        reviewable_applications(actor, stage)
        .join(Application.case)
        .join(Case.organization)
        .options(joinedload(Application.case).joinedload(Case.organization))
        .order_by(func.lower(Organization.name), Application.id)
    ).all()
    assignments = db.session.execute(
        joined(select(Assignment, Application.id))
        .join(Assignment.reviewer)
        .where(Assignment.stage_id == stage.id, stands(), not_conflicted(actor, Application.case_id))
        .options(joinedload(Assignment.scorecard), joinedload(Assignment.reviewer))
        .order_by(Person.name, Assignment.id)
    )
    readers: dict[int, list[Assignment]] = {}
    for assignment, application_id in assignments:
        readers.setdefault(application_id, []).append(assignment)
    return tuple(Coverage(one, tuple(readers.get(one.id, ())), needs) for one in applications)


def _member_progress(
    member: PanelMember, assignments: Sequence[Assignment], conflicts: int, stage: CycleStage
) -> MemberProgress:
    cards = [one.scorecard for one in assignments if one.scorecard is not None]
    submitted = sum(card.state == ScorecardState.SUBMITTED for card in cards)
    due = stage.reviews_due_at
    return MemberProgress(
        member=member,
        assigned=len(assignments),
        submitted=submitted,
        started=len(cards) - submitted,
        conflicts=conflicts,
        last_at=max((card.saved_at for card in cards), default=None),
        is_late=submitted < len(assignments) and due is not None and due < now() and stage.released_at is None,
    )


def _conflict_counts(actor: Actor, stage: CycleStage) -> Mapping[int, int]:
    """Person id -> applicants of the stage they have a standing conflict with."""
    return dict(
        db.session.execute(
            select(Conflict.person_id, func.count(func.distinct(Conflict.case_id)))
            .join(Application, and_(Application.case_id == Conflict.case_id, Application.stage_id == stage.id))
            .where(
                Conflict.lifted_at.is_(None),
                exists().where(Submission.application_id == Application.id),
                not_conflicted(actor, Conflict.case_id),
            )
            .group_by(Conflict.person_id)
        ).all()
    )
