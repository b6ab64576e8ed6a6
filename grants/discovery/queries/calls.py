"""Reading public pages of cycles: by anyone, as far as staff chose to show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.casework.models import Case
from grants.discovery.call_models import Call
from grants.discovery.models import Event
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

ONE_TO_ONE = ("consultation", "apprenticeship")
MOST_EVENTS = 12


def _opened() -> ColumnElement[bool]:
    return Cycle.opened_at <= now()


def _still_open() -> ColumnElement[bool]:
    ahead = exists().where(CycleStage.cycle_id == Cycle.id, CycleStage.closes_at > now())
    return Cycle.closed_at.is_(None) & ahead


def listed_calls(open_ones: bool, page: int = 1) -> Page[Call]:
    """Calls on the public list with their cycles, stages and versions, the latest first.

    open_ones   those with a stage that closes yet; else those that are over, which stay readable
    """
    statement = (
        select(Call)
        .join(Call.cycle)
        .where(Call.listing == "listed", _opened(), _still_open() if open_ones else ~_still_open())
        .options(
            contains_eager(Call.cycle).joinedload(Cycle.program_version),
            contains_eager(Call.cycle).selectinload(Cycle.stages),
        )
        .order_by(Cycle.opened_at.desc(), Call.id.desc())
    )
    return paginate(statement, page)


def call_for(actor: Actor, public_id: str) -> Call:
    """One public page with its cycle; one that is hidden is for those who may make it.

    raises   Missing
    """
    shown = Call.listing != "hidden"
    if actor.may("cycle.manage"):
        shown = or_(shown, Call.listing == "hidden")
    call = db.session.scalar(
        select(Call)
        .join(Call.cycle)
        .where(Call.public_id == public_id, shown, _opened())
        .options(
            contains_eager(Call.cycle).joinedload(Cycle.program_version),
            contains_eager(Call.cycle).selectinload(Cycle.stages),
        )
    )
    if call is None:
        raise Missing("There is no such page, or it is no longer shown. The open calls are listed on the first page.")
    return call


def call_of(cycle: Cycle) -> Call | None:
    """The public page of a cycle, shown or hidden; None when nobody made one. For services and staff pages."""
    return db.session.scalar(select(Call).where(Call.cycle_id == cycle.id).options(joinedload(Call.cycle)))


def shown_call_of(cycle_public_id: str) -> Call:
    """The public page of a cycle that is shown, for those who come from within it.

    raises   Missing
    """
    call = db.session.scalar(
        select(Call)
        .join(Call.cycle)
        .where(Cycle.public_id == cycle_public_id, Call.listing != "hidden", _opened())
        .options(contains_eager(Call.cycle).selectinload(Cycle.stages))
    )
    if call is None:
        raise Missing("This cycle has no public page. Ask the foundation instead.")
    return call


@dataclass(frozen=True)
class Contact:
    """Whom a school asks about its case: its program officer, or whom the cycle's public page names.

    name, email   each empty where the page does not say it; never both
    """

    name: str
    email: str
    is_officer: bool


def contacts_of(cases: Sequence[Case]) -> dict[int, Contact]:
    """Case id -> whom its school asks, of cases held with their officers; in one statement. Of a case without an
    officer, whose cycle names nobody on a page that is shown, nothing is said."""
    found = {
        one.id: Contact(one.officer.name, one.officer.email, True)
        for one in cases
        if one.officer and one.officer.is_active
    }
    cycles = {one.cycle_id for one in cases if one.id not in found}
    pages = db.session.scalars(
        select(Call).join(Call.cycle).where(Call.cycle_id.in_(cycles), Call.listing != "hidden", _opened())
    )
    named = {
        one.cycle_id: Contact(one.contact_name or "", one.contact_email or "", False)
        for one in pages
        if one.contact_name or one.contact_email
    }
    return {one.id: named[one.cycle_id] for one in cases if one.cycle_id in named} | found


def calls_seen_by(actor: Actor) -> Sequence[Call]:
    """Every public page that a person of the foundation may look after, the latest cycle first."""
    if not actor.may("question.read"):
        return ()
    return db.session.scalars(
        select(Call)
        .join(Call.cycle)
        .options(contains_eager(Call.cycle).selectinload(Cycle.stages))
        .order_by(Cycle.opened_at.desc(), Call.id.desc())
    ).all()


def events_shown(call: Call) -> Sequence[Event]:
    """The next events that a call shows, open to several; what is held with one school alone is not public."""
    if not call.shows_events:
        return ()
    return db.session.scalars(
        select(Event)
        .where(
            Event.cycle_id == call.cycle_id,
            Event.cancelled_at.is_(None),
            Event.ends_at > now(),
            Event.kind.not_in(ONE_TO_ONE),
        )
        .options(joinedload(Event.host), selectinload(Event.cycle))
        .order_by(Event.starts_at, Event.id)
        .limit(MOST_EVENTS)
    ).all()
