"""What people say of an event they came to: asked once, answered once, and changed for a while."""

from dataclasses import dataclass

from sqlalchemy import select

from grants.discovery.models import Event, EventFeedback, Registration
from grants.discovery.policy import feedback_closed_because
from grants.discovery.services.noting import case_of, said_of
from grants.discovery.services.seats import registration_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.people.queries import person_of
from grants.persistence.moves import lock
from grants.persistence.session import db


@dataclass(frozen=True)
class Opinion:
    """Marks from 1 (not at all) to 5 (very), and two remarks."""

    useful: int
    will_use: int
    best: str | None = None
    better: str | None = None


def give_feedback(actor: Actor, event: Event, opinion: Opinion) -> EventFeedback:
    """Say what one thinks of an event one came to; said again, it takes the place of what one said before.

    raises   Clash for someone who did not come, before its end or too long after; Invalid for other marks
    """
    marks = {"useful": opinion.useful, "will_use": opinion.will_use}
    if wrong := {name: "Choose 1 to 5." for name, mark in marks.items() if mark not in range(1, 6)}:
        raise Invalid("The marks go from 1 to 5.", wrong)
    lock(event)
    place = registration_of(event, person_of(actor))
    came = place is not None and place.cancelled_at is None and place.attended_at is not None
    reason = feedback_closed_because(came, event.cancelled_at is not None, event.ends_at, now())
    if place is None or reason:
        raise Clash(reason or "You have no place at this event.")
    feedback = db.session.scalar(select(EventFeedback).where(EventFeedback.registration_id == place.id))
    if feedback is None:
        feedback = EventFeedback(registration_id=place.id, given_at=now(), **vars(opinion))
        db.session.add(feedback)
    else:
        for name, value in vars(opinion).items():
            setattr(feedback, name, value)
        feedback.changed_at = now()
    db.session.flush()
    return feedback


def ask_for_feedback(registration: Registration) -> None:
    """Ask one person who came, once, however often this is called."""
    event = registration.event
    facts = said_of(event) | {"form": address_of("discovery.feedback", event_id=event.public_id)}
    messages.post(
        f"event-feedback:{registration.public_id}", "event.feedback", registration.person, facts, case_of(registration)
    )
