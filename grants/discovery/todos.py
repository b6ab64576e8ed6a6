"""What waits for someone around events."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import contains_eager

from grants.discovery.call_models import Call
from grants.discovery.models import Event, Registration
from grants.discovery.queries.asking import waiting
from grants.discovery.queries.hiding import not_hidden
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.web.filters import plural
from grants.web.todo import Todo

SOON = timedelta(days=7)
LONG_AGO = timedelta(days=60)


def todos(actor: Actor) -> list[Todo]:
    """Events for those who have a place: within a week, or all of them where no calendar of events shows them; for
    officers, events whose attendance nobody wrote down, cycles that nobody sees yet, and questions.
    """
    own = _own(actor) if actor.person_id is not None else []
    own += _unrecorded(actor) if actor.may("event.manage") else []
    own += _unpublished() if actor.may("cycle.manage") else []
    return own + (_unanswered(actor) if actor.may("question.answer") else [])


def _own(actor: Actor) -> list[Todo]:
    soon = db.session.scalars(
        select(Event)
        .join(Registration, Registration.event_id == Event.id)
        .join(Event.cycle)
        .options(contains_eager(Event.cycle))
        .where(
            Registration.person_id == actor.person_id,
            Registration.cancelled_at.is_(None),
            Registration.attended_at.is_(None),
            Event.cancelled_at.is_(None),
            Event.ends_at > now(),
            Event.starts_at <= now() + SOON if actor.may("event.read") else true(),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [
        Todo("plan", event.title, _url(event), _where(event), when=_day(event), cycle_id=event.cycle_id)
        for event in soon
    ]


def _unrecorded(actor: Actor) -> list[Todo]:
    places = func.count(Registration.id)
    found = db.session.execute(
        select(Event, places)
        .join(Registration, Registration.event_id == Event.id)
        .join(Event.cycle)
        .options(contains_eager(Event.cycle))
        .where(
            Registration.cancelled_at.is_(None),
            not_hidden(actor),
            Event.cancelled_at.is_(None),
            Event.ends_at <= now(),
            Event.ends_at > now() - LONG_AGO,
        )
        .group_by(Event.id, Cycle.id)
        .having(func.count(Registration.attended_at) == 0)
        .order_by(Event.starts_at, Event.id)
    )
    return [
        Todo(
            "due",
            f"Write down who came to {event.title}",
            url_for("discovery.attendance", event_id=event.public_id),
            f"{plural(count, 'person', 'people')} had a place. It counts towards their schools' discovery.",
            when=_day(event),
            cycle_id=event.cycle_id,
        )
        for event, count in found
    ]


def _unpublished() -> list[Todo]:
    """Cycles that can still be applied to and have no public page, or a hidden one."""
    shown = exists().where(Call.cycle_id == Cycle.id, Call.listing != "hidden")
    ahead = exists().where(CycleStage.cycle_id == Cycle.id, CycleStage.closes_at > now())
    found = db.session.scalars(select(Cycle).where(Cycle.closed_at.is_(None), ahead, ~shown).order_by(Cycle.id))
    return [
        Todo(
            "due",
            f"Write and publish the public page of {cycle.title}",
            url_for("discovery.edit_call", cycle_id=cycle.public_id),
            "Nobody sees the cycle yet.",
            cycle_id=cycle.id,
        )
        for cycle in found
    ]


def _unanswered(actor: Actor) -> list[Todo]:
    """Questions that wait for an answer, one entry a cycle; late once the oldest has waited longer than promised."""
    found = []
    for cycle, count, oldest, days in waiting(actor):
        due = oldest + timedelta(days=days)
        promised = plural(days, "day")
        found.append(
            Todo(
                "late" if due < now() else "due",
                f"{plural(count, 'question')} to answer",
                url_for("discovery.questions", state="open", cycle=cycle.public_id),
                f"Asked about {cycle.title}; "
                + (f"the oldest waits longer than {promised}." if due < now() else f"promised within {promised}."),
                when=due.astimezone(ZoneInfo(cycle.time_zone)).date(),
                count=count,
                cycle_id=cycle.id,
            )
        )
    return found


def _url(event: Event) -> str:
    return url_for("discovery.event", event_id=event.public_id)


def _where(event: Event) -> str:
    return f"You have a place. {event.place}." if event.place else "You have a place."


def _day(event: Event) -> date:
    return event.starts_at.astimezone(ZoneInfo(event.cycle.time_zone)).date()
