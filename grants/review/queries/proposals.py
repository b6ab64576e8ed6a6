"""A proposed assignment as its organizer looks at it: what it adds, the piles and the applications with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Select, exists, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from grants.applications.models import Application, Submission
from grants.background.models import Job
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person, grade_band_of
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember
from grants.review.proposal_models import AssignmentProposal, ProposedAssignment
from grants.review.queries.panel import review_rules
from grants.review.queries.scope import (
    declared_for_application,
    joined,
    newest_submission_id,
    reviewable_applications,
    sits,
    stands,
    with_program,
)
from grants.review.reviewers import GRADE_BANDS, most_of


@dataclass(frozen=True)
class Group:
    """One application and what the proposal adds to it, by reviewer's name."""

    application: Application
    additions: tuple[ProposedAssignment, ...]

    @property
    def organization(self) -> Organization:
        return self.application.case.organization


@dataclass(frozen=True)
class PlannedLoad:
    """One reviewer's pile now, and with what is proposed.

    most    they read on this panel; None for no limit
    bands   grade span, "" where it is not known -> applications with the proposal, in the order of GRADE_BANDS
    """

    member: PanelMember
    most: int | None
    now: int
    added: int
    bands: Mapping[str, int]

    @property
    def then(self) -> int:
        return self.now + self.added


def proposal_of(actor: Actor, stage: CycleStage) -> AssignmentProposal | None:
    """The actor's own proposal for a stage, if there is one."""
    return db.session.scalar(
        select(AssignmentProposal)
        .where(AssignmentProposal.stage_id == stage.id, AssignmentProposal.asked_by_id == actor.person_id)
        .options(with_program(AssignmentProposal.stage))
    )


def job_with(key: str) -> Job | None:
    """The job that works on a proposal, by its key."""
    return db.session.scalar(select(Job).where(Job.key == key))


def proposed_pair(actor: Actor, proposal: AssignmentProposal, reviewer_id: str, application_id: str) -> tuple[int, int]:
    """(person id, application id) of one proposed assignment, by their public ids.

    raises   Missing
    """
    row = db.session.execute(
        _rows(actor, proposal)
        .join(ProposedAssignment.reviewer)
        .where(Person.public_id == reviewer_id, Application.public_id == application_id)
        .with_only_columns(ProposedAssignment.reviewer_id, ProposedAssignment.application_id)
    ).one_or_none()
    if row is None:
        raise Missing("The proposal has no such assignment any more.")
    person, application = row
    return person, application


def proposed(actor: Actor, proposal: AssignmentProposal, page: int = 1) -> Page[Group]:
    """What it adds, by the applicants' names, without cases the actor has a conflict with."""
    wanted = _rows(actor, proposal).with_only_columns(ProposedAssignment.application_id)
    found = paginate(
        select(Application)
        .where(Application.id.in_(wanted))
        .join(Application.case)
        .join(Case.organization)
        .options(joinedload(Application.case).joinedload(Case.organization))
        .order_by(func.lower(Organization.name), Application.id),
        page,
    )
    rows = db.session.scalars(
        select(ProposedAssignment)
        .join(ProposedAssignment.reviewer)
        .where(
            ProposedAssignment.proposal_id == proposal.id,
            ProposedAssignment.application_id.in_([one.id for one in found.items]),
        )
        .options(joinedload(ProposedAssignment.reviewer))
        .order_by(Person.name, ProposedAssignment.id)
    ).all()
    groups = [Group(one, tuple(row for row in rows if row.application_id == one.id)) for one in found.items]
    return Page(groups, found.number, found.size, found.total)


def outcomes(actor: Actor, proposal: AssignmentProposal) -> Mapping[str, int]:
    """`assigned`, `left_out`, or "" while it was not tried -> how many of what it adds."""
    counted = (
        _rows(actor, proposal)
        .with_only_columns(ProposedAssignment.outcome, func.count())
        .group_by(ProposedAssignment.outcome)
    )
    return {outcome or "": count for outcome, count in db.session.execute(counted)}


def planned_loads(actor: Actor, proposal: AssignmentProposal, page: int = 1) -> Page[PlannedLoad]:
    """The declared members by name with their piles, without cases the actor has a conflict with."""
    found = paginate(
        select(PanelMember)
        .join(PanelMember.person)
        .where(
            PanelMember.stage_id == proposal.stage_id, PanelMember.declared_at.is_not(None), sits(), Person.is_active
        )
        .options(joinedload(PanelMember.person), joinedload(PanelMember.profile))
        .order_by(Person.name, PanelMember.id),
        page,
    )
    people, program = [one.person_id for one in found.items], review_rules(proposal.stage)
    had = _by_band(_now(actor, proposal.stage), Assignment.reviewer_id, people)
    added = _by_band(_waiting(actor, proposal), ProposedAssignment.reviewer_id, people)
    loads = [
        PlannedLoad(
            one,
            most_of(one.load_cap, one.profile.most if one.profile else None, program.load.at_most),
            had[one.person_id].total(),
            added[one.person_id].total(),
            _bands(had, added, one.person_id),
        )
        for one in found.items
    ]
    return Page(loads, found.number, found.size, found.total)


def planned_coverage(actor: Actor, proposal: AssignmentProposal) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """Number of reviewers -> applications under review that have so many: now, and with what is proposed."""
    stage = proposal.stage
    has = _now(actor, stage).with_only_columns(Application.id)
    gets = _waiting(actor, proposal).with_only_columns(Application.id)
    total = db.session.scalar(reviewable_applications(actor, stage).with_only_columns(func.count())) or 0
    return _covered(has.subquery(), total), _covered(union_all(has, gets).subquery(), total)


def short_of_readers(actor: Actor, proposal: AssignmentProposal) -> list[str]:
    """Why applications stay short of reviewers, a sentence each, for those the actor may know of."""
    ids = [number for number, _ in proposal.shortages]
    known = reviewable_applications(actor, proposal.stage).with_only_columns(Application.id)
    seen = set(db.session.scalars(known.where(Application.id.in_(ids))))
    return [sentence for number, sentence in proposal.shortages if number in seen]


def possible_now(actor: Actor, proposal: AssignmentProposal, row_ids: Sequence[int]) -> set[int]:
    """Of these rows of a proposal, the ids of those that may still be assigned."""
    holds = _reads(ProposedAssignment.reviewer_id)
    return set(
        db.session.scalars(
            select(ProposedAssignment.id)
            .join(ProposedAssignment.application)
            .where(
                ProposedAssignment.id.in_(row_ids),
                Application.id.in_(reviewable_applications(actor, proposal.stage).with_only_columns(Application.id)),
                ProposedAssignment.submission_id == newest_submission_id(),
                declared_for_application(ProposedAssignment.reviewer_id),
                ~has_conflict(ProposedAssignment.reviewer_id, Application.case_id),
                ~holds,
            )
        )
    )


def _reads(person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Holds where the person has an assignment in force on any submission of the application."""
    return exists().where(
        Assignment.reviewer_id == person_id,
        Assignment.submission_id == Submission.id,
        Submission.application_id == Application.id,
        Assignment.revoked_at.is_(None),
    )


def _rows(actor: Actor, proposal: AssignmentProposal) -> Select[ProposedAssignment]:
    return (
        select(ProposedAssignment)
        .join(ProposedAssignment.application)
        .where(ProposedAssignment.proposal_id == proposal.id, not_conflicted(actor, Application.case_id))
    )


def _waiting(actor: Actor, proposal: AssignmentProposal) -> Select[ProposedAssignment]:
    """What it would still add; a pair that was assigned by hand meanwhile counts once, as assigned."""
    return _rows(actor, proposal).where(ProposedAssignment.outcome.is_(None), ~_reads(ProposedAssignment.reviewer_id))


def _now(actor: Actor, stage: CycleStage) -> Select[Assignment]:
    here = (Assignment.stage_id == stage.id, stands(), not_conflicted(actor, Application.case_id))
    return joined(select(Assignment)).where(*here)


def _by_band(
    rows: Select[Assignment] | Select[ProposedAssignment],
    reviewer_id: InstrumentedAttribute[int],
    people: Sequence[int],
) -> dict[int, Counter[str]]:
    """Person id -> grade span -> applications."""
    counted = (
        rows.join(Application.case)
        .join(Case.organization)
        .where(reviewer_id.in_(people))
        .with_only_columns(reviewer_id, Organization.grade_from, Organization.grade_to, func.count())
        .group_by(reviewer_id, Organization.grade_from, Organization.grade_to)
    )
    found: dict[int, Counter[str]] = {person: Counter() for person in people}
    for person, low, high, count in db.session.execute(counted):
        found[person][grade_band_of(low, high)] += count
    return found


def _bands(had: Mapping[int, Counter[str]], added: Mapping[int, Counter[str]], person: int) -> Mapping[str, int]:
    return {band: had[person][band] + added[person][band] for band in (*GRADE_BANDS, "")}


def _covered(readers: FromClause, total: int) -> Mapping[int, int]:
    """From a row for each reviewer of each application, by its `id`."""
    each = select(func.count().label("readers")).select_from(readers).group_by(readers.c.id).subquery()
    rows = db.session.execute(select(each.c.readers, func.count()).group_by(each.c.readers))
    counted: dict[int, int] = dict(rows.all())
    return {0: total - sum(counted.values()), **dict(sorted(counted.items()))}
