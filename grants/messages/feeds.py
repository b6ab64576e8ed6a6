"""A person's own calendar address: secret, made anew or ended at any time, and good for reading dates alone."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.messages.models import CalendarFeed
from grants.people.models import Person
from grants.people.queries import person_of
from grants.persistence import audit
from grants.persistence.base import new_public_id
from grants.persistence.moves import lock
from grants.persistence.session import db


def feed_of(actor: Actor) -> CalendarFeed | None:
    """The actor's own calendar address, when they have one that holds."""
    return db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == actor.person_id, CalendarFeed.ended_at.is_(None))
    )


def make_feed(actor: Actor) -> CalendarFeed:
    """Give the actor a calendar address; one they had before ends with that."""
    person = person_of(actor)
    lock(person)  # of two presses at once, the second ends what the first has made
    feed = db.session.scalar(select(CalendarFeed).where(CalendarFeed.person_id == person.id))
    if feed is None:
        feed = CalendarFeed(person_id=person.id, stamp="", made_at=now())
        db.session.add(feed)
    feed.stamp, feed.made_at, feed.ended_at = new_public_id(), now(), None
    db.session.flush()
    audit.record(actor, "calendar.make", feed)
    return feed


def end_feed(actor: Actor) -> None:
    """End the actor's calendar address; calendars that have it find nothing from now on. Twice is once."""
    feed = feed_of(actor)
    if feed is not None:
        lock(feed)
        feed.ended_at = now()
        audit.record(actor, "calendar.end", feed)


def token_of(feed: CalendarFeed) -> str:
    """What the address carries. It is signed, so that the database alone does not tell it."""
    return str(_signer().dumps([feed.public_id, feed.stamp]))


def person_by_feed(token: str) -> Person:
    """Whose calendar an address is.

    raises   Missing when it is no address of ours, was made anew or ended, or the account is closed
    """
    try:
        public_id, stamp = _signer().loads(token)
    except (BadSignature, ValueError):
        public_id = stamp = ""
    feed = db.session.scalar(
        select(CalendarFeed)
        .join(CalendarFeed.person)
        .where(
            CalendarFeed.public_id == public_id,
            CalendarFeed.stamp == stamp,
            CalendarFeed.ended_at.is_(None),
            Person.is_active,
        )
        .options(joinedload(CalendarFeed.person))
    )
    if feed is None:
        raise Missing("There is no such calendar, or its address was changed. It stands on your account page.")
    return feed.person


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="calendar.feed")
