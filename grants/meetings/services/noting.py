"""What the minutes say of each application, written while it is discussed."""

from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem
from grants.persistence.moves import lock

MOST_CHARACTERS = 20_000


def write_notes(actor: Actor, item: AgendaItem, text: str, based_on: int) -> int:
    """Keep the notes on a line as they now stand; nothing that another wrote meanwhile is overwritten.

    based_on   the version of the notes that the writer saw
    returns    the version they have now
    raises     Refused for who does not lead the meeting, or is out of the room; Invalid when they are too long; Clash
               when they were changed elsewhere
    """
    queries.require_in_the_room(actor, item)
    require(queries.may_note(actor, item.meeting))
    if len(text) > MOST_CHARACTERS:
        raise Invalid("The notes are too long.", {"notes": f"Write at most {MOST_CHARACTERS:,} characters."})
    lock(item)
    if item.notes == text.strip():
        return item.notes_version
    if item.notes_version != based_on:
        raise Clash("Somebody else has changed these notes meanwhile. Nothing was overwritten.")
    item.notes, item.notes_version = text.strip(), based_on + 1
    item.version += 1
    return item.notes_version
