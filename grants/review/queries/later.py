"""Applicants that came after a member's declaration, and about whom they have to be asked again."""

from collections.abc import Collection, Mapping

from sqlalchemy import CTE, ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import aliased

from grants.applications.models import Application, Submission
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.queries.scope import REVIEWABLE, sits


def later_applicants(actor: Actor, stage: CycleStage, member_ids: Collection[int]) -> Mapping[int, int]:
    """Id of a member of the stage's panel -> how many came after their declaration and are left to declare on, as far
    as the actor may know; nothing for who has not declared at all.
    """
    counted = left_to_declare(actor, Application.stage_id == stage.id).where(PanelMember.id.in_(member_ids))
    return dict(db.session.execute(counted).all())


def yet_to_declare(stage_ids: Collection[int]) -> Mapping[int, list[str]]:
    """Stage id -> names of the members who have not declared at all, by name."""
    found: dict[int, list[str]] = {}
    for stage_id, name in db.session.execute(
        select(PanelMember.stage_id, Person.name)
        .join(PanelMember.person)
        .where(PanelMember.stage_id.in_(stage_ids), PanelMember.declared_at.is_(None), sits(), Person.is_active)
        .order_by(Person.name, PanelMember.id)
    ):
        found.setdefault(stage_id, []).append(name)
    return found


def still_behind(actor: Actor, stage_ids: Collection[int]) -> Mapping[int, list[tuple[str, int]]]:
    """Stage id -> (name, applicants that came after their declaration) of members who have some left, by name."""
    counted = left_to_declare(actor, Application.stage_id.in_(stage_ids)).subquery()
    found: dict[int, list[tuple[str, int]]] = {}
    for stage_id, name, count in db.session.execute(
        select(PanelMember.stage_id, Person.name, counted.c.later)
        .join(counted, counted.c.id == PanelMember.id)
        .join(PanelMember.person)
        .where(Person.is_active)
        .order_by(Person.name, PanelMember.id)
    ):
        found.setdefault(stage_id, []).append((name, count))
    return found


def not_asked_about(application_id: int) -> set[int]:
    """Ids of members who declared before an application was among the applicants, and have no conflict with it."""
    counted = left_to_declare(None, Application.id == application_id)
    return set(db.session.scalars(counted.with_only_columns(PanelMember.person_id).group_by(PanelMember.person_id)))


def left_to_declare(actor: Actor | None, asked: ColumnElement[bool]) -> Select[int, int]:
    """Each member's id, and how many such applicants they have as `later`.

    actor   who may know of the applicants; None for each member themselves
    asked   which applications are asked about, by `Application`
    """
    came = _came_after_any(actor, asked)
    return (
        select(PanelMember.id.label("id"), func.count().label("later"))
        .join(came, and_(came.c.stage_id == PanelMember.stage_id, came.c.at > PanelMember.declared_at))
        .where(sits(), ~has_conflict(PanelMember.person_id, came.c.case_id))
        .group_by(PanelMember.id)
    )


def _came_after_any(actor: Actor | None, asked: ColumnElement[bool]) -> CTE:
    """Stage, case and first submission of applications that came after the first of the panel had declared.

    They are few, and found first: else the embedded database holds every application against every member.
    """
    first, anybody = aliased(Submission), aliased(PanelMember)
    earliest = select(anybody.stage_id, func.min(anybody.declared_at).label("at")).group_by(anybody.stage_id).subquery()
    known: ColumnElement[bool] = true() if actor is None else not_conflicted(actor, Application.case_id)
    return (
        select(Application.stage_id, Application.case_id, first.submitted_at.label("at"))
        .join(first, and_(first.application_id == Application.id, first.number == 1))
        .join(earliest, and_(earliest.c.stage_id == Application.stage_id, first.submitted_at > earliest.c.at))
        .where(asked, Application.state.in_(REVIEWABLE), known)
        .cte("came_after_any")
        .prefix_with("MATERIALIZED", dialect="sqlite")
    )
