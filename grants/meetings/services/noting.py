"""What the minutes say of each application, and what is agreed to be done about it."""

from datetime import date

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem
from grants.meetings.motion_models import ActionItem
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

MOST_CHARACTERS = 20_000


def write_notes(actor: Actor, item: AgendaItem, text: str, based_on: int) -> int:
    """Keep the notes on a line as they now stand; nothing that another wrote meanwhile is overwritten.

    based_on   the version of the notes that the writer saw
    returns    the version they have now
    raises     Refused for who does not lead the meeting, or is out of the room; Invalid when they are too long; Clash
               when they were changed elsewhere
    """
    lock(item)
    queries.require_in_the_room(actor, item)
    require(queries.may_note(actor, item.meeting))
    if len(text) > MOST_CHARACTERS:
        raise Invalid("The notes are too long.", {"notes": f"Write at most {MOST_CHARACTERS:,} characters."})
    if item.notes == text.strip():
        return item.notes_version
    if item.notes_version != based_on:
        raise Clash("Somebody else has changed these notes meanwhile. Nothing was overwritten.")
    item.notes, item.notes_version = text.strip(), based_on + 1
    item.touch()
    return item.notes_version


def agree_on(actor: Actor, item: AgendaItem, what: str, owner_id: str, due_on: date | None) -> ActionItem:
    """Note what somebody will do about a line, and by when; they find it among what waits for them.

    owner_id   public id of one who is invited or came, and is not out of the room for it
    raises     Refused; Invalid
    """
    lock(item)
    queries.require_in_the_room(actor, item)
    require(queries.may_note(actor, item.meeting))
    owner = next((one for one in queries.owners_for(item) if one.public_id == owner_id), None)
    wrong = {}
    if not what.strip():
        wrong["what"] = "Say what is to be done."
    if owner is None:
        wrong["owner"] = "Choose who does it."
    if wrong or owner is None:
        raise Invalid("Something is missing.", wrong)
    action = ActionItem(item=item, what=what.strip(), owner=owner, due_on=due_on, made_at=now())
    db.session.add(action)
    item.touch()
    db.session.flush()
    after = {"what": action.what, "owner": owner.name}
    audit.record(actor, "meeting.task", action, after=after, case_id=item.case_id)
    return action


def finish_action(actor: Actor, action: ActionItem) -> None:
    """Say that it is done: whoever took it on, or a program officer.

    raises   Refused; Clash when it is done already
    """
    lock(action)
    queries.require_in_the_room(actor, action.item)
    if action.owner_id != actor.person_id and not actor.may("meeting.plan"):
        raise Refused("Whoever took it on says when it is done.")
    if action.done_at is not None:
        raise Clash("This is done already.")
    action.done_at = now()
    action.item.touch()
    audit.record(actor, "meeting.task_done", action, case_id=action.item.case_id)
