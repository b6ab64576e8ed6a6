"""What happens at events stands on the timelines of those who took part."""

from grants.casework import services as casework
from grants.discovery.models import Event
from grants.kernel.dates import in_words
from grants.kernel.policy import Actor
from grants.messages.addresses import address_of


def note(actor: Actor, event: Event, organization_id: int, sentence: str) -> None:
    """Add a sentence to the timeline of an organization's case, which the school reads too; the case opens with it."""
    case = casework.open_case(actor, event.cycle_id, organization_id)
    reference = ["discovery.event", event.public_id]
    casework.note_event(actor, case, "discovery", sentence, audience="applicant", reference=reference)


def said_of(event: Event) -> dict[str, str]:
    """What mail says of an event: its title, when and where it is, and its page."""
    when = in_words(event.starts_at, event.cycle.time_zone)
    return {
        "event": event.title,
        "when": f"{when}, {event.place}" if event.place else when,
        "link": address_of("discovery.event", event_id=event.public_id),
    }
