"""The staff's list of applications."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final, Literal, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.applications.scope import visible_applications, was_submitted
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.consortia import is_in
from grants.people.models import ConsortiumMember, Organization, Person
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

Completeness = Literal["", "empty", "begun", "complete"]
REMINDED_EVERY = timedelta(days=3)
VIEWS: Final = {
    "never_submitted": "Started, never submitted",
    "to_screen": "To be screened",
    "eligible": "Eligible",
    "returned": "Returned",
    "overdue": "Changes overdue",
    "more_time": "More time given",
    "ineligible": "Not eligible",
}
"""What the list can be asked to show: the parts of an officer's work, in its order."""
SORTS: Final = ("running", "school", "stage", "state", "completeness", "written", "submitted")


@dataclass(frozen=True)
class ApplicationFilters:
    """What the list is narrowed to; empty text narrows nothing.

    stage, cycle       public ids
    completeness       nothing answered, something, or everything that is asked
    officer            public id of a case officer
    view               a key of VIEWS: what part of the work the list shows
    """

    cycle: str = ""
    stage: str = ""
    state: str = ""
    sector: str = ""
    search: str = ""
    completeness: Completeness = ""
    officer: str = ""
    view: str = ""
    sort: str = "running"
    descending: bool = field(default=False)


def applications(actor: Actor, filters: ApplicationFilters, page: int = 1, size: int = 30) -> Page[Any]:
    """Rows of (Application, instant of its latest submission or None, number of submissions)."""
    return paginate_rows(every_application(actor, filters), page, size)


def every_application(actor: Actor, filters: ApplicationFilters) -> Select[Any]:
    """The same rows, as a statement: a file takes them all."""
    mine = Submission.application_id == Application.id
    submitted_at = select(func.max(Submission.submitted_at)).where(mine).scalar_subquery()
    times = select(func.count()).select_from(Submission).where(mine).scalar_subquery()
    keys = _sort_keys(submitted_at)[filters.sort]
    return (
        _joined(select(Application, submitted_at.label("submitted_at"), times.label("times")))
        .options(
            contains_eager(Application.case).options(contains_eager(Case.organization), joinedload(Case.officer)),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle).joinedload(Cycle.program_version),
        )
        .where(visible_applications(actor), *_narrowed(filters))
        .order_by(*(key.desc() if filters.descending else key.asc() for key in keys), Application.id)
    )


def _sort_keys(submitted_at: ColumnElement[Any]) -> Mapping[str, tuple[Any, ...]]:
    share = case((Application.asked > 0, Application.answered * 1.0 / Application.asked), else_=0)
    school = func.lower(Organization.name)
    return {
        # What is still to be decided before what is released, then the latest cycle and stage first.
        "running": (CycleStage.released_at.is_not(None), *(-key for key in (Cycle.id, CycleStage.position)), school),
        "school": (school,),
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
        (filters.state, _state(filters.state)),
        (filters.sector, Organization.sector == filters.sector),
        (filters.officer, Case.officer_id.in_(select(Person.id).where(Person.public_id == filters.officer))),
        (filters.view in VIEWS, _view(filters.view)),
        (filters.completeness, completeness.get(filters.completeness, full)),
        (filters.search, _found(filters.search)),
    ]
    return [condition for given, condition in wanted if given]


def _state(key: str) -> ColumnElement[bool]:
    """Holds for applications, joined with their stage, that stand so: as `Application.standing` has it."""
    if key not in ("draft", "lapsed"):
        return Application.state == key
    # The time of grace is a column that the two engines add to an instant in ways of their own; it has few values.
    graces = db.session.scalars(select(CycleStage.grace_minutes).distinct()).all()
    last = {minutes: now() - timedelta(minutes=minutes) for minutes in graces}
    holds = [
        and_(CycleStage.grace_minutes == minutes, or_(CycleStage.closes_at >= at, Application.extended_to >= at))
        for minutes, at in last.items()
    ]
    in_time = func.coalesce(or_(*holds, false()), false())
    return and_(Application.state == State.DRAFT, in_time if key == "draft" else ~in_time)


def _view(key: str) -> ColumnElement[bool]:
    """Holds for the applications of one of the VIEWS."""
    conditions = {
        "never_submitted": and_(Application.state == State.DRAFT, ~was_submitted()),
        "to_screen": and_(Application.state == State.SUBMITTED, Application.screened_at.is_(None)),
        "eligible": and_(Application.state == State.SUBMITTED, Application.screened_at.is_not(None)),
        "returned": Application.state == State.RETURNED,
        "overdue": and_(Application.state == State.RETURNED, Application.returned_until < now()),
        "more_time": Application.extended_to.is_not(None),
        "ineligible": Application.state == State.INELIGIBLE,
    }
    return can_be_reminded() if key == "to_remind" else conditions.get(key, true())


def counts(actor: Actor, filters: ApplicationFilters) -> dict[str, int]:
    """How many applications each of the VIEWS holds under the other filters, all of them (""), and how many of them can
    be reminded now ("to_remind").
    """
    narrowed = _narrowed(replace(filters, view=""))
    keys = ("", *VIEWS, "to_remind")
    columns = [func.count().filter(_view(key)).label(key or "all") for key in keys]
    asked = cast("Select[Any]", select(*columns).select_from(Application))
    row = db.session.execute(_joined(asked).where(visible_applications(actor), *narrowed)).one()
    return dict(zip(keys, row, strict=True))


def chosen(
    actor: Actor, filters: ApplicationFilters, picked: Collection[str] = (), *, to_remind: bool = False
) -> Sequence[Application]:
    """The applications that the list shows, on all its pages, or of them those with these public ids.

    to_remind   only those that can be reminded now: started, never submitted, before their deadline, and not reminded
                within REMINDED_EVERY
    """
    conditions = [visible_applications(actor), *_narrowed(filters)]
    if picked:
        conditions.append(Application.public_id.in_(picked))
    if to_remind:
        conditions.append(can_be_reminded())
    return db.session.scalars(
        _joined(select(Application))
        .options(
            contains_eager(Application.case).options(contains_eager(Case.organization), joinedload(Case.officer)),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle).joinedload(Cycle.program_version),
        )
        .where(*conditions)
        .order_by(func.lower(Organization.name), Application.id)
    ).all()


def can_be_reminded() -> ColumnElement[bool]:
    """Holds for applications, joined with their stage, whose people can be reminded now that they are not submitted."""
    return and_(
        _view("never_submitted"),
        or_(CycleStage.closes_at > now(), Application.extended_to > now()),
        or_(Application.reminded_at.is_(None), Application.reminded_at <= now() - REMINDED_EVERY),
    )


def officers(actor: Actor) -> Sequence[Person]:
    """The officers of the cases of applications that the actor may know of, by name."""
    theirs = (
        select(Case.officer_id).join(Application, Application.case_id == Case.id).where(visible_applications(actor))
    )
    return db.session.scalars(select(Person).where(Person.id.in_(theirs)).order_by(Person.name, Person.id)).all()


def ever_submitted(actor: Actor, filters: ApplicationFilters) -> Sequence[int]:
    """Ids of the applications that the list shows and that were ever submitted, in its order."""
    listed = every_application(actor, filters).where(was_submitted()).with_only_columns(Application.id)
    return db.session.scalars(listed).all()


def answers_frozen(actor: Actor, ids: Sequence[int]) -> Iterator[tuple[Application, Submission]]:
    """The latest submission of each of these applications, in their order; of those that the actor may know of."""
    last, every = aliased(Submission), aliased(Submission)
    latest = select(func.max(every.number)).where(every.application_id == Application.id).scalar_subquery()
    rows = (
        _joined(cast("Select[Any]", select(Application, last)))
        .join(last, and_(last.application_id == Application.id, last.number == latest))
        .options(
            contains_eager(Application.case).contains_eager(Case.organization),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle).joinedload(Cycle.program_version),
        )
        .where(visible_applications(actor), Application.id.in_(ids))
    )
    found = {application.id: (application, submission) for application, submission in db.session.execute(rows)}
    return (found[one] for one in ids if one in found)


def _joined(statement: Select[Any]) -> Select[Any]:
    return statement.join(Application.case).join(Case.organization).join(Application.stage).join(CycleStage.cycle)


def _found(text: str) -> ColumnElement[bool]:
    """Holds for what an applicant, or a member of a consortium that applies, is known by."""
    wanted, member = text.strip(), aliased(Organization)
    columns = Organization.name, Organization.nces_id, Organization.cds_id, Organization.city
    in_it = exists().where(
        ConsortiumMember.consortium_id == Organization.id,
        ConsortiumMember.organization_id == member.id,
        is_in(),
        member.name.icontains(wanted, autoescape=True),
    )
    return or_(*(column.icontains(wanted, autoescape=True) for column in columns), in_it)


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


def stages_listed(actor: Actor, filters: ApplicationFilters) -> Sequence[CycleStage]:
    """The stages of the applications that the list shows and that were ever submitted, the newest cycle first."""
    theirs = _joined(select(Application.stage_id)).where(
        visible_applications(actor), was_submitted(), *_narrowed(filters)
    )
    return db.session.scalars(
        select(CycleStage)
        .join(CycleStage.cycle)
        .where(CycleStage.id.in_(theirs))
        .options(contains_eager(CycleStage.cycle).joinedload(Cycle.program_version))
        .order_by(Cycle.opened_at.desc(), CycleStage.position, CycleStage.id)
    ).all()
