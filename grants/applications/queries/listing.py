"""The staff's list of applications."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import (
    Application,
    Submission,
)
from grants.applications.scope import visible_applications, was_submitted
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

Completeness = Literal["", "empty", "begun", "complete"]
SORTS: Final = ("school", "stage", "state", "completeness", "written", "submitted")


@dataclass(frozen=True)
class ApplicationFilters:
    """What the list is narrowed to; empty text narrows nothing.

    stage, cycle       public ids
    completeness       nothing answered, something, or everything that is asked
    never_submitted    started, and not submitted since
    """

    cycle: str = ""
    stage: str = ""
    state: str = ""
    sector: str = ""
    search: str = ""
    completeness: Completeness = ""
    never_submitted: bool = False
    to_screen: bool = False
    sort: str = "school"
    descending: bool = field(default=False)


def applications(actor: Actor, filters: ApplicationFilters, page: int = 1, size: int = 30) -> Page[Any]:
    """Rows of (Application, instant of its latest submission or None, number of submissions)."""
    return paginate_rows(_list(actor, filters), page, size)


def every_application(actor: Actor, filters: ApplicationFilters) -> Iterable[Any]:
    """The same rows without pages, for an export."""
    return db.session.execute(_list(actor, filters)).all()


def _list(actor: Actor, filters: ApplicationFilters) -> Select[Any]:
    mine = Submission.application_id == Application.id
    submitted_at = select(func.max(Submission.submitted_at)).where(mine).scalar_subquery()
    times = select(func.count()).select_from(Submission).where(mine).scalar_subquery()
    keys = _sort_keys(submitted_at)[filters.sort]
    return (
        select(Application, submitted_at.label("submitted_at"), times.label("times"))
        .join(Application.case)
        .join(Case.organization)
        .join(Application.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Application.case).options(contains_eager(Case.organization), joinedload(Case.officer)),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle),
        )
        .where(visible_applications(actor), *_narrowed(filters))
        .order_by(*(key.desc() if filters.descending else key.asc() for key in keys), Application.id)
    )


def _sort_keys(submitted_at: ColumnElement[Any]) -> Mapping[str, tuple[Any, ...]]:
    share = case((Application.asked > 0, Application.answered * 1.0 / Application.asked), else_=0)
    return {
        "school": (func.lower(Organization.name),),
        "stage": (CycleStage.cycle_id, CycleStage.position),
        "state": (Application.state,),
        "completeness": (share,),
        # Those without an instant stand together at one end, the same on both engines.
        "written": (Application.written_at.is_not(None), Application.written_at),
        "submitted": (submitted_at.is_not(None), submitted_at),
    }


def _narrowed(filters: ApplicationFilters) -> list[ColumnElement[bool]]:
    full = and_(Application.asked > 0, Application.answered == Application.asked)
    completeness = {
        "empty": Application.answered == 0,
        "begun": and_(Application.answered > 0, Application.answered < Application.asked),
        "complete": full,
    }
    wanted: list[tuple[object, ColumnElement[bool]]] = [
        (filters.cycle, Cycle.public_id == filters.cycle),
        (filters.stage, CycleStage.public_id == filters.stage),
        (filters.state, Application.state == filters.state),
        (filters.sector, Organization.sector == filters.sector),
        (filters.never_submitted, and_(Application.state == State.DRAFT, ~was_submitted())),
        (filters.to_screen, and_(Application.state == State.SUBMITTED, Application.screened_at.is_(None))),
        (filters.completeness, completeness.get(filters.completeness, full)),
        (filters.search, _found(filters.search)),
    ]
    return [condition for given, condition in wanted if given]


def _found(text: str) -> ColumnElement[bool]:
    columns = Organization.name, Organization.nces_id, Organization.cds_id, Organization.city
    return or_(*(column.icontains(text.strip(), autoescape=True) for column in columns))


def stages(actor: Actor) -> Sequence[CycleStage]:
    """Application stages in which the actor may know of an application, the newest cycle first."""
    known = exists().where(Application.stage_id == CycleStage.id, visible_applications(actor))
    return db.session.scalars(
        select(CycleStage)
        .join(CycleStage.cycle)
        .where(CycleStage.kind == "application", known)
        .options(contains_eager(CycleStage.cycle))
        .order_by(Cycle.opened_at.desc(), CycleStage.position, CycleStage.id)
    ).all()
