"""What discovery does in the background: people are told what changed of an event, and asked what they think of it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from grants.background import job, periodic
from grants.background.runner import report_progress
from grants.discovery import queries, services
from grants.discovery.letter_models import EventLetters
from grants.discovery.models import Event, EventFeedback, Registration
from grants.kernel.clock import now
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work

ASK_WITHIN = timedelta(days=14)
BATCH = 200


@job("discovery.tell_of_change", "Tell those who come to an event what changed")
def tell_of_change(event_id: str) -> None:
    """Tell everyone of an event's new time or place."""
    with unit_of_work() as session:
        event = session.scalars(select(Event).where(Event.public_id == event_id).options(joinedload(Event.cycle))).one()
        services.tell_of_change(event)


@job(queries.MAKE, "Write to those who come to an event, or certify that they came", long=True)
def make_letters(letters_id: str) -> None:
    """Make letters, some at a time, each time in a transaction of its own; taken up where it was left."""
    wanted, more = select(EventLetters).where(EventLetters.public_id == letters_id), True
    while more:
        with unit_of_work() as session:
            letters = session.scalars(wanted.options(joinedload(EventLetters.event).joinedload(Event.cycle))).one()
            more = services.make_some(letters)
        report_progress(queries.job_key(letters), *queries.how_far(letters, actor_of(letters.made_by)))


@periodic("discovery.ask_for_feedback", "30 15 * * *", "Ask those who came to events what they think", long=True)
def ask_for_feedback() -> None:
    """Ask everyone who came to an event in the last two weeks and has said nothing. Each is asked once, ever."""
    answered = select(EventFeedback.registration_id)
    asked = (
        select(Registration.id)
        .join(Registration.event)
        .where(
            Registration.attended_at.is_not(None),
            Registration.cancelled_at.is_(None),
            Registration.id.not_in(answered),
            Event.cancelled_at.is_(None),
            Event.ends_at <= now(),
            Event.ends_at > now() - ASK_WITHIN,
        )
        .order_by(Registration.id)
    )
    ids = db.session.scalars(asked).all()
    for start in range(0, len(ids), BATCH):
        with unit_of_work() as session:
            batch = (
                select(Registration)
                .join(Registration.event)
                .where(Registration.id.in_(ids[start : start + BATCH]))
                .options(contains_eager(Registration.event).joinedload(Event.cycle), joinedload(Registration.person))
                .order_by(Registration.id)
            )
            for registration in session.scalars(batch):
                services.ask_for_feedback(registration)
