"""Discovery: events are announced, people register for their schools, and who came is written down."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from typing import TypeVar

from sqlalchemy import select

from grants.applications import queries as drafts
from grants.applications import services as applying
from grants.casework import services as casework
from grants.discovery import queries
from grants.discovery import services as discovery
from grants.discovery.models import Event, Registration
from grants.discovery.services import EventPlan, Opinion
from grants.people.queries import actor_of
from grants.persistence.session import db
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.cycle import AssessedRecord, EventRecord, NotedRecord, SaidRecord
from grants.replay.recording.moments import Moment

Record = TypeVar("Record", SaidRecord, NotedRecord)
REGISTERED_BEFORE = timedelta(days=6)
LINED_UP_AFTER = timedelta(hours=5)
ANSWERED_AFTER = timedelta(hours=20)


def acts(tale: Tale) -> Iterator[Act]:
    """Thirty evenings and mornings, or as many as there are."""
    events = tale.recording.events
    if events is None:
        return
    yield Act(tale.at(events.announced), partial(_announce, tale, events.planned_by, events.events))
    rosters = {key: cycle(staff) for key, staff in tale.recording.all_educators.items()}
    announced = tale.at(events.announced)
    for event in sorted(events.events, key=lambda event: Moment(event.day, event.from_)):
        came = {
            school: [educator.key for educator in islice(rosters[school], count)]
            for school, count in event.came.items()
        }
        waiting = {
            school: [educator.key for educator in islice(rosters[school], count)]
            for school, count in event.waiting.items()
        }
        starts, ends = _times(tale, event)
        registered = max(starts - REGISTERED_BEFORE, announced)
        yield Act(registered, partial(_register, tale, event, came))
        if waiting:
            yield Act(registered + LINED_UP_AFTER, partial(_line_up, tale, event, waiting))
        yield Act(ends, partial(_note_who_came, tale, events.planned_by, event))
        if event.said or event.noted:
            yield Act(ends + ANSWERED_AFTER, partial(_look_back, tale, event))

    for record in events.assessed:
        yield Act(tale.at(record.at), partial(_assess, tale, record))


def _times(tale: Tale, event: EventRecord) -> tuple[datetime, datetime]:
    return tale.at(Moment(event.day, event.from_)), tale.at(Moment(event.day, event.to))


def _announce(tale: Tale, officer: str, events: tuple[EventRecord, ...]) -> None:
    held = tale.cycle()
    for event in events:
        starts, ends = _times(tale, event)
        plan = EventPlan(
            kind=event.kind,
            title=event.title,
            starts_at=starts,
            ends_at=ends,
            topic=event.topic,
            host_id=tale.story.organizations[event.host],
            place=event.place,
            capacity=event.capacity,
            illustrative=True,
        )
        discovery.schedule_event(tale.actor(officer), held, plan)


def _event(tale: Tale, event: EventRecord) -> Event:
    starts, _ = _times(tale, event)
    found = select(Event).where(
        Event.cycle_id == tale.cycle().id, Event.title == event.title, Event.starts_at == starts
    )
    return db.session.scalars(found).one()


def _register(tale: Tale, record: EventRecord, came: dict[str, list[str]]) -> None:
    """The lead of each school takes places for its people; with the first ones the school's case opens."""
    event = _event(tale, record)
    for school, keys in came.items():
        lead = tale.actor(tale.hand(school, "lead"))
        organization = tale.story.organization(school)
        for key in keys:
            tale.story.sign_in(key)
            discovery.register(lead, event, tale.story.person(key), organization)
        take_case(tale, school)


def _line_up(tale: Tale, record: EventRecord, waiting: dict[str, list[str]]) -> None:
    """The leads of schools that came too late put their people on the waitlist."""
    event = _event(tale, record)
    for school, keys in waiting.items():
        lead, organization = tale.actor(tale.hand(school, "lead")), tale.story.organization(school)
        for key in keys:
            tale.story.sign_in(key)
            discovery.join_waitlist(lead, event, tale.story.person(key), organization)
        take_case(tale, school)


def take_case(tale: Tale, school: str) -> None:
    """Give a case that just opened to its officer."""
    case = tale.case(school)
    if case.officer_id is None:
        opener = tale.recording.cycle.opened_by
        casework.hand_over(tale.actor(opener), case, tale.story.person(tale.recording.officer_of(school)))


def _note_who_came(tale: Tale, officer: str, record: EventRecord) -> None:
    event = _event(tale, record)
    discovery.record_attendance(tale.actor(officer), event, queries.places(event))


def _look_back(tale: Tale, record: EventRecord) -> None:
    """Those who came say what they think, and note what they saw: of each school in the order in which they stand."""
    event = _event(tale, record)
    for said, place in _answering(tale, event, record.said):
        opinion = Opinion(said.useful, said.will_use, said.best, said.better)
        discovery.give_feedback(actor_of(place.person), event, opinion)
    for noted, place in _answering(tale, event, record.noted):
        discovery.write_visit_note(actor_of(place.person), event, noted.saw, noted.could_try, noted.shared)


def _answering(tale: Tale, event: Event, records: Sequence[Record]) -> Iterator[tuple[Record, Registration]]:
    places = [place for place in queries.places(event) if place.attended_at is not None]
    turns = {
        school: iter([place for place in places if place.organization_id == tale.story.organizations[school]])
        for school in {record.school for record in records}
    }
    for record in records:
        yield record, next(turns[record.school])


def _assess(tale: Tale, record: AssessedRecord) -> None:
    """A school says where it stands, for the first discovery stage that asks."""
    lead, organization = tale.actor(tale.hand(record.school, "lead")), tale.story.organization(record.school)
    asked = next(one for one in drafts.own_assessments(lead) if one.organization == organization)
    applying.assess(lead, asked, {key: applying.Write(typed, 0) for key, typed in record.answers.items()})
    take_case(tale, record.school)
