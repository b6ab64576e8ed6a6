"""What happens at events stands on the timelines of those who took part."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from grants.casework import services as casework
from grants.casework.models import Case
from grants.casework.policy import may_open
from grants.discovery.models import Event, Registration, Waiting
from grants.kernel.dates import in_words
from grants.kernel.policy import SYSTEM, Actor
from grants.messages.addresses import address_of
from grants.persistence.session import db


def note(actor: Actor, event: Event, organization_id: int, sentence: str) -> Case:
    """Add a sentence to the timeline of an organization's case, which the school reads too; the case opens with it.

    Whoever calls has asked whether the actor may do what the sentence tells.
    """
    return note_all(actor, event, {organization_id: sentence})[organization_id]


def note_all(actor: Actor, event: Event, sentences: Mapping[int, str]) -> dict[int, Case]:
    """Add to the timelines of several organizations' cases, in a constant number of statements.

    sentences   organization id -> what happened
    returns     organization id -> its case
    """
    # Someone who has left the school gives up a place that was taken for it: they opened the case while they belonged.
    opener = actor if all(may_open(actor, one) for one in sentences) else SYSTEM
    cases = casework.open_cases(opener, event.cycle_id, sentences.keys())
    reference = ["discovery.event", event.public_id]
    for organization_id, sentence in sentences.items():
        casework.note_event(
            actor, cases[organization_id], "discovery", sentence, audience="applicant", reference=reference
        )
    return cases


def cases_of(event: Event, places: Sequence[Registration | Waiting]) -> dict[int, Case]:
    """Organization id -> the case that its people's places belong to, as `case_of` says, in one statement."""
    theirs = Case.organization_id.in_({one.organization_id for one in places}), Case.cycle_id == event.cycle_id
    return {one.organization_id: one for one in db.session.scalars(select(Case).where(*theirs))}


def case_of(place: Registration | Waiting) -> Case | None:
    """The case a place belongs to: what is written of it, in mail and on record, is hidden with that case."""
    mine = Case.organization_id == place.organization_id, Case.cycle_id == place.event.cycle_id
    return db.session.scalar(select(Case).where(*mine))


def said_of(event: Event) -> dict[str, str]:
    """What mail says of an event: its title, when and where it is, and its page."""
    when = in_words(event.starts_at, event.cycle.time_zone)
    return {
        "event": event.title,
        "when": f"{when}, {event.place}" if event.place else when,
        "link": address_of("discovery.event", event_id=event.public_id),
    }
