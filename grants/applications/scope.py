"""Which applications an actor may know of, as one exact SQL predicate."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased, contains_eager

from grants.applications.models import Application, CoachedSection, Submission
from grants.applications.states import State
from grants.casework.models import Case
from grants.casework.visibility import in_use, not_conflicted
from grants.kernel.policy import Actor, Role
from grants.people.models import CoachInvitation
from grants.persistence.session import db
from grants.programs.models import CycleStage

_any = aliased(Submission)

OPEN_TO_COACHES = (State.DRAFT, State.RETURNED)


def visible_applications(actor: Actor) -> ColumnElement[bool]:
    """Holds for the applications the actor may know of.

    Staff: all but those of cases they are conflicted with. Partner funders: of these, the ones that were submitted.
    Applicants: their own organizations'. A reviewer's follow from assignments, which review adds. Coaches know of parts
    of drafts, and of no submission: see `coached_drafts`.
    """
    if Role.SYSTEM in actor.roles:
        return true()
    ways: list[ColumnElement[bool]] = []
    if actor.may("case.list"):
        ways.append(and_(in_use(Application.case_id), not_conflicted(actor, Application.case_id)))
    elif actor.may("application.list"):
        ways.append(and_(was_submitted(), not_conflicted(actor, Application.case_id)))
    if actor.organization_ids:
        ways.append(own_applications(actor))
    return or_(false(), *ways)


def own_applications(actor: Actor) -> ColumnElement[bool]:
    """Holds for the applications of the actor's own organizations, whose drafts they read whole."""
    return Application.case_id.in_(select(Case.id).where(Case.organization_id.in_(actor.organization_ids)))


def coached_drafts(actor: Actor) -> ColumnElement[bool]:
    """Holds for the drafts of which the actor may read a part as a coach, while they are being written."""
    if not actor.coaching:
        return false()
    named = select(CoachedSection.application_id).join(CoachedSection.invitation)
    theirs = named.where(CoachInvitation.person_id == actor.person_id, stands())
    return and_(in_use(Application.case_id), Application.state.in_(OPEN_TO_COACHES), Application.id.in_(theirs))


def opens_section(actor: Actor, section: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Holds where the actor may read this section of the statement's Application, its draft: the applicant's own people
    all, coaches those that were named to them.
    """
    named = select(CoachedSection.id).join(CoachedSection.invitation)
    theirs = named.where(
        CoachedSection.application_id == Application.id,
        CoachedSection.section == section,
        CoachInvitation.person_id == actor.person_id,
        stands(),
    )
    return or_(own_applications(actor), and_(coached_drafts(actor), theirs.exists()))


def stands() -> ColumnElement[bool]:
    """Holds for a CoachedSection, joined with its invitation, that opens the section now."""
    return and_(is_named(), CoachInvitation.accepted_at.is_not(None))


def is_named() -> ColumnElement[bool]:
    """Holds for a CoachedSection, joined with its invitation, that opens the section now or once the coach accepts."""
    return and_(
        CoachedSection.ended_at.is_(None),
        CoachInvitation.ended_at.is_(None),
        CoachedSection.named_at >= CoachInvitation.since,
    )


def was_submitted() -> ColumnElement[bool]:
    """Holds for applications that were submitted at least once."""
    return exists().where(_any.application_id == Application.id)


def by_stage(actor: Actor, condition: ColumnElement[bool]) -> Sequence[tuple[CycleStage, int]]:
    """How many applications that the actor may know of meet a condition, by stage; the one that closes first first."""
    counts = (
        select(Application.stage_id, func.count().label("count"))
        .join(Application.stage)
        .where(condition, visible_applications(actor))
        .group_by(Application.stage_id)
        .subquery()
    )
    rows = db.session.execute(
        select(CycleStage, counts.c.count)
        .join(counts, counts.c.stage_id == CycleStage.id)
        .join(CycleStage.cycle)
        .options(contains_eager(CycleStage.cycle))
        .order_by(CycleStage.closes_at, CycleStage.id)
    )
    return rows.all()
