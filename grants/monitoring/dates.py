"""What monitoring contributes to calendars: what a school owes, and the check-ins of those who hold them."""

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import contains_eager

from grants.awards.models import Award
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor, Role
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.monitoring.models import Requirement
from grants.persistence.session import db
from grants.programs.models import CycleStage

MOST = 300


def dates(actor: Actor) -> list[Entry]:
    """What the actor's organizations owe, and the check-ins of an officer's own cases; a hidden case is left out."""
    wanted: list[ColumnElement[bool]] = [Case.organization_id.in_(actor.organization_ids)]
    if Role.PROGRAM_OFFICER in actor.roles:
        own = Case.officer_id == actor.person_id
        wanted.append(and_(Requirement.kind == "check_in", own, not_conflicted(actor, Case.id)))
    found = db.session.scalars(
        select(Requirement)
        .join(Requirement.award)
        .join(Award.case)
        .join(Case.organization)
        .join(Award.stage)
        .join(CycleStage.cycle)
        .where(or_(false(), *wanted), Requirement.state != "waived")
        .options(
            contains_eager(Requirement.award).options(
                contains_eager(Award.case).contains_eager(Case.organization),
                contains_eager(Award.stage).contains_eager(CycleStage.cycle),
            )
        )
        .order_by(Requirement.due_on.desc(), Requirement.id.desc())
        .limit(MOST)
    ).all()
    return [_entry(one) for one in found]


def _entry(one: Requirement) -> Entry:
    school, cycle = one.award.case.organization.name, one.award.stage.cycle
    return Entry(
        f"requirement:{one.public_id}",
        f"{one.title}, {school}" if one.kind == "check_in" else f"Due: {one.title}, {school}",
        one.due_on,
        one.award.stage.released_at or cycle.opened_at,
        detail=cycle.title,
        url=address_of("monitoring.requirement", requirement_id=one.public_id),
    )
