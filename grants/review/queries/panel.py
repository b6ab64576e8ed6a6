"""A stage's panel as its organizer sees it: who is on it, how far each is, and what every application still needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, literal, select, true
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ConflictKind, ReviewRules
from grants.review.kinds import SOURCES
from grants.review.models import Assignment, Conflict, PanelMember, Scorecard, Tally
from grants.review.ordering import as_others_say
from grants.review.queries.later import later_applicants, left_to_declare
from grants.review.queries.scope import joined, reviewable_applications, sits, stands, with_program
from grants.review.reviewers import SAID_OF_OTHERS, most_of
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class MemberProgress:
    """How far one reviewer is; the counts leave out what the reader may not know of.

    most      they read on this panel; None for no limit
    last_at   when they last saved a scorecard
    later     applicants that came after their declaration, and are left to declare on
    """

    member: PanelMember
    most: int | None
    later: int
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
class PanelProgress:
    """A panel as it stands, counted over the applications the reader may know of.

    lacking      applications with fewer reviewers than the stage asks for
    undeclared   members who have not declared their conflicts
    behind       members who declared, and have later applicants left to declare on
    """

    rules: ReviewRules
    applications: int
    assigned: int
    submitted: int
    lacking: int
    members: int
    undeclared: int
    behind: int


def stage_for(actor: Actor, public_id: str) -> CycleStage:
    """An application stage, for whoever reads reviews, or sits on its panel.

    raises   Missing
    """
    on_panel = exists().where(PanelMember.stage_id == CycleStage.id, PanelMember.person_id == actor.person_id, sits())
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


def conflict_kinds(stage: CycleStage) -> Mapping[str, ConflictKind]:
    """Key -> kind of conflict of interest, in the words of the cycle's program and in the order they are offered."""
    return definition_of(stage.cycle).conflict_kinds


def kind_for_want(stage: CycleStage, conflict: Conflict) -> str:
    """What was found, in words, where the conflict is of the program's last kind only because no kind names it."""
    definition = definition_of(stage.cycle)
    found = conflict.finding or ""
    if not definition.lacks_kind_for(found) or conflict.kind != definition.conflict_kind_of(found):
        return ""
    return SAID_OF_OTHERS.get(found) or SOURCES[found].lower()


def form_title(stage: CycleStage) -> str:
    """What one application of the stage is called, such as “Blueprint”."""
    definition = definition_of(stage.cycle)
    return as_others_say(definition.form(definition.application_stage(stage.key).form).title)


def panel_progress(actor: Actor, stage: CycleStage) -> PanelProgress:
    """The panel in numbers, in three statements."""
    rules = review_rules(stage)
    readers = func.coalesce(Tally.assigned, 0)
    counts = db.session.execute(
        reviewable_applications(actor, stage)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .with_only_columns(
            func.count(),
            func.coalesce(func.sum(readers), 0),
            func.coalesce(func.sum(Tally.scorecards), 0),
            func.count().filter(readers < rules.reviewers_each),
        )
    ).one()
    silent = func.count().filter(PanelMember.declared_at.is_(None))
    here = (PanelMember.stage_id == stage.id, sits())
    members, undeclared = db.session.execute(select(func.count(), silent).where(*here)).one()
    late = left_to_declare(actor, Application.stage_id == stage.id).subquery()
    behind = db.session.scalar(select(func.count()).select_from(late)) or 0
    applications, assigned, submitted, lacking = map(int, counts)
    return PanelProgress(rules, applications, assigned, submitted, lacking, members, undeclared, behind)


def member_progress(actor: Actor, stage: CycleStage, page: int = 1) -> Page[MemberProgress]:
    """The members of the panel by name, and how far each is, in a constant number of statements."""
    found = paginate(_members(stage), page)
    people = [member.person_id for member in found.items]
    submitted = func.count().filter(Scorecard.state == ScorecardState.SUBMITTED)
    cards = db.session.execute(
        joined(select(Assignment.reviewer_id, func.count(), submitted).select_from(Assignment))
        .outerjoin(Scorecard, Scorecard.assignment_id == Assignment.id)
        .add_columns(func.count(Scorecard.id), func.max(Scorecard.saved_at))
        .where(
            Assignment.stage_id == stage.id,
            Assignment.reviewer_id.in_(people),
            stands(),
            not_conflicted(actor, Application.case_id),
        )
        .group_by(Assignment.reviewer_id)
    )
    work = {person: (assigned, submitted, begun, at) for person, assigned, submitted, begun, at in cards}
    nothing = (0, 0, 0, None)
    conflicts = _conflict_counts(actor, stage, people)
    later = later_applicants(actor, stage, [member.id for member in found.items])
    lines = [
        _member_progress(
            member,
            stage,
            later.get(member.id, 0),
            conflicts.get(member.person_id, 0),
            *work.get(member.person_id, nothing),
        )
        for member in found.items
    ]
    return Page(lines, found.number, found.size, found.total)


def _members(stage: CycleStage) -> Select[PanelMember]:
    return (
        select(PanelMember)
        .join(PanelMember.person)
        .where(PanelMember.stage_id == stage.id, sits())
        .options(joinedload(PanelMember.person), joinedload(PanelMember.profile))
        .order_by(Person.name, PanelMember.id)
    )


def member_of(stage: CycleStage, public_id: str) -> PanelMember:
    """One member of the panel.

    raises   Missing
    """
    member = db.session.scalar(
        select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.public_id == public_id, sits())
    )
    if member is None:
        raise Missing("There is no such reviewer on this panel.")
    return member


def member_called(stage: CycleStage, person_id: int) -> PanelMember | None:
    """A person's place on the panel, if they have one."""
    found = select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.person_id == person_id, sits())
    return db.session.scalar(found)


def open_members(actor: Actor, stage: CycleStage, case_id: int) -> Sequence[PanelMember]:
    """The other members of the panel to whom a case is open, by name: of whom a conflict with it can be noted."""
    return db.session.scalars(
        _members(stage).where(
            PanelMember.person_id != actor.person_id, ~has_conflict(PanelMember.person_id, literal(case_id))
        )
    ).all()


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


def _member_progress(
    member: PanelMember,
    stage: CycleStage,
    later: int,
    conflicts: int,
    assigned: int,
    submitted: int,
    begun: int,
    last_at: datetime | None,
) -> MemberProgress:
    due, profile = stage.reviews_due_at, member.profile
    return MemberProgress(
        member=member,
        most=most_of(member.load_cap, profile.most if profile else None, review_rules(stage).load.at_most),
        later=later,
        assigned=assigned,
        submitted=submitted,
        started=begun - submitted,
        conflicts=conflicts,
        last_at=last_at,
        is_late=submitted < assigned and due is not None and due < now() and stage.released_at is None,
    )


def _conflict_counts(actor: Actor, stage: CycleStage, people: Sequence[int]) -> Mapping[int, int]:
    """Person id -> applicants of the stage they have a standing conflict with."""
    return dict(
        db.session.execute(
            select(Conflict.person_id, func.count(func.distinct(Conflict.case_id)))
            .join(Application, and_(Application.case_id == Conflict.case_id, Application.stage_id == stage.id))
            .where(
                Conflict.lifted_at.is_(None),
                Conflict.person_id.in_(people),
                exists().where(Submission.application_id == Application.id),
                not_conflicted(actor, Conflict.case_id),
            )
            .group_by(Conflict.person_id)
        ).all()
    )
