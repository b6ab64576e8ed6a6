"""What discovery contributes to calendars: the dates of a cycle's stages, and events."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from grants.discovery.call_models import Call
from grants.discovery.models import Event, Registration
from grants.discovery.queries.calls import ONE_TO_ONE
from grants.discovery.wording import place_for_all
from grants.kernel.policy import Actor
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.changes import Changes, changes_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.filters import instant

MOST_EVENTS = 500


def dates_of_call(call: Call) -> list[Entry]:
    """The deadlines and events that a public page shows, those that were cancelled among them; nobody's own data."""
    url = address_of("discovery.call", key=call.cycle.key, call_id=call.public_id)
    events = event_dates(_shown(call)) if call.shows_events else []
    # The address of a meeting online is for those who sign in, not for everybody who reads the page.
    return stage_dates(call.cycle.stages, url) + [replace(one, place=place_for_all(one.place)) for one in events]


def dates(actor: Actor) -> list[Entry]:
    """The events at which a person has a place, or had one when they were cancelled."""
    mine = (
        select(Event)
        .join(Registration, Registration.event_id == Event.id)
        .where(Registration.person_id == actor.person_id, Registration.cancelled_at.is_(None))
    )
    return event_dates(_events(mine), own=True)


def stage_dates(stages: Sequence[CycleStage], url: str) -> list[Entry]:
    """When stages open, close and decide, in one statement for how often that was moved."""
    changes = changes_of("cycle_stage", [stage.public_id for stage in stages], ["cycle.move_dates"])
    return [entry for stage in stages for entry in _of_stage(stage, url, changes.get(stage.public_id))]


def _of_stage(stage: CycleStage, url: str, change: Changes | None) -> Iterator[Entry]:
    cycle = stage.cycle
    title, closes = f"{stage.title}, {cycle.title}", f"Closes {instant(stage.closes_at, cycle.time_zone)}."
    times: list[tuple[str, str, datetime | date, str]] = [
        ("opens", "Opens", stage.opens_at, closes),
        ("closes", "Deadline", stage.closes_at, closes),
    ]
    if stage.decision_on is not None:
        times.append(("decides", "Decision", stage.decision_on, ""))
    for key, word, at, detail in times:
        yield Entry(
            f"{key}:{stage.public_id}",
            f"{word}: {title}",
            at,
            change.last_at if change else cycle.opened_at,
            detail=detail,
            url=url,
            changes=change.times if change else 0,
        )


def event_dates(events: Sequence[Event], own: bool = False) -> list[Entry]:
    """Events as entries, in two statements for how often they were changed; one's own fill the time."""
    ids = [event.public_id for event in events]
    planned = changes_of("event", ids, ["event.schedule"])
    changes = changes_of("event", ids, ["event.change", "event.cancel"])
    return [_of_event(event, planned.get(event.public_id), changes.get(event.public_id), own=own) for event in events]


def _of_event(event: Event, planned: Changes | None, change: Changes | None, own: bool) -> Entry:
    last = change or planned
    return Entry(
        f"event:{event.public_id}",
        event.title,
        event.starts_at,
        last.last_at if last else event.cycle.opened_at,
        ends=event.ends_at,
        detail=event.description or "",
        place=event.place or "",
        url=address_of("discovery.event", event_id=event.public_id),
        changes=change.times if change else 0,
        cancelled=event.cancelled_at is not None,
        busy=own,
    )


def _shown(call: Call) -> Sequence[Event]:
    return _events(select(Event).where(Event.cycle_id == call.cycle_id, Event.kind.not_in(ONE_TO_ONE)))


def _events(statement: Select[Event]) -> Sequence[Event]:
    wanted = statement.join(Event.cycle).options(contains_eager(Event.cycle))
    return db.session.scalars(wanted.order_by(Event.starts_at.desc(), Event.id.desc()).limit(MOST_EVENTS)).all()
