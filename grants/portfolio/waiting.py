"""Who else is being waited for, so that an officer need not remember it."""

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import func, select

from grants.applications.models import Application
from grants.awards.models import Award
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted, visible_cases
from grants.kernel.clock import now, today
from grants.kernel.policy import Actor
from grants.monitoring.models import Requirement
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.review.models import Assignment
from grants.review.queries.scope import is_open, joined, stands
from grants.web.filters import listing, plural

SHOWN = 4


@dataclass(frozen=True)
class Waiting:
    """A group of people something is waited for: how many, what they owe, who they are, where to look."""

    count: int
    what: str
    who: str
    url: str


def waiting_for_others(actor: Actor, cycle: Cycle) -> list[Waiting]:
    """What the foundation waits for in a cycle, in four statements; cases the actor may not know of are left out."""
    # Only what the actor may also open: a line that leads to a closed page would be a dead end.
    asked = (
        ("case.list", _writers),
        ("review.organize", _reviewers),
        ("award.list", _answers),
        ("case.list", _reports),
    )
    found = (ask(actor, cycle) for permission, ask in asked if actor.may(permission))
    return [one for one in found if one is not None]


def _group(names: list[str], what: str, url: str) -> Waiting | None:
    if not names:
        return None
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return Waiting(len(names), what, (", ".join(names[:SHOWN]) if more else listing(names)) + more, url)


def _writers(actor: Actor, cycle: Cycle) -> Waiting | None:
    names = db.session.scalars(
        select(Organization.name)
        .join(Case, Case.organization_id == Organization.id)
        .join(Application, Application.case_id == Case.id)
        .join(CycleStage, CycleStage.id == Application.stage_id)
        .where(
            CycleStage.cycle_id == cycle.id,
            Application.state.in_(("draft", "returned")),
            func.coalesce(Application.extended_to, CycleStage.closes_at) >= now(),
            visible_cases(actor),
        )
        .order_by(Organization.name)
    ).all()
    return _group(list(names), "still writing", url_for("applications.applications", state="draft"))


def _reviewers(actor: Actor, cycle: Cycle) -> Waiting | None:
    rows = db.session.execute(
        joined(select(Person.name, func.count(), func.min(CycleStage.public_id)).select_from(Assignment))
        .join(Assignment.reviewer)
        .join(CycleStage, CycleStage.id == Assignment.stage_id)
        .where(
            CycleStage.cycle_id == cycle.id,
            CycleStage.released_at.is_(None),
            is_open(),
            stands(),
            not_conflicted(actor, Application.case_id),
        )
        .group_by(Person.name)
        .order_by(Person.name)
    ).all()
    if not rows:
        return None
    names = [f"{name} ({plural(count, 'scorecard')})" for name, count, _ in rows]
    return _group(names, "still scoring", url_for("review.panel", stage_id=rows[0][2]))


def _answers(actor: Actor, cycle: Cycle) -> Waiting | None:
    names = db.session.scalars(
        select(Organization.name)
        .join(Case, Case.organization_id == Organization.id)
        .join(Award, Award.case_id == Case.id)
        .where(Case.cycle_id == cycle.id, Award.state.in_(("offered", "accepted")), visible_cases(actor))
        .order_by(Organization.name)
    ).all()
    return _group(list(names), "yet to answer or sign", url_for("awards.awards"))


def _reports(actor: Actor, cycle: Cycle) -> Waiting | None:
    names = db.session.scalars(
        select(Organization.name)
        .join(Case, Case.organization_id == Organization.id)
        .join(Requirement, Requirement.case_id == Case.id)
        .where(
            Case.cycle_id == cycle.id,
            Requirement.state.in_(("scheduled", "returned")),
            Requirement.late_after_on < today(cycle.time_zone),
            visible_cases(actor),
        )
        .distinct()
        .order_by(Organization.name)
    ).all()
    return _group(list(names), "with a late report", url_for("monitoring.requirements"))
