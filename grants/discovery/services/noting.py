"""What happens at events stands on the timelines of those who took part."""

from grants.casework import services as casework
from grants.discovery.models import Event
from grants.kernel.policy import Actor


def note(actor: Actor, event: Event, organization_id: int, sentence: str) -> None:
    """Add a sentence to the timeline of an organization's case, which the school reads too; the case opens with it."""
    case = casework.open_case(actor, event.cycle_id, organization_id)
    reference = ["discovery.event", event.public_id]
    casework.note_event(actor, case, "discovery", sentence, audience="applicant", reference=reference)
