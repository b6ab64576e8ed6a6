"""Leading a meeting: it begins, people come, applications are up one after the other, it ends."""

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.meetings import queries
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.services.lines import touch
from grants.meetings.services.planning import seats_for
from grants.meetings.states import ITEM, MEETING, ItemFacts, ItemState, MeetingFacts, MeetingState
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db

MOST_EXTENSION = 120


def start(actor: Actor, meeting: Meeting) -> None:
    """Begin. Whoever is invited can come in from now on; nothing is up yet."""
    _move(actor, meeting, "start")
    meeting.started_at = now()
    if meeting.invited_at is None:
        meeting.invited_at = now()


def pause(actor: Actor, meeting: Meeting) -> None:
    _move(actor, meeting, "pause")


def resume(actor: Actor, meeting: Meeting) -> None:
    _move(actor, meeting, "resume")


def close(actor: Actor, meeting: Meeting) -> None:
    """End the meeting.

    raises   Refused; Clash while something is up
    """
    _move(actor, meeting, "close")
    meeting.closed_at = now()


def reopen(actor: Actor, meeting: Meeting) -> None:
    """Let a meeting that was closed too early go on."""
    _move(actor, meeting, "reopen")
    meeting.closed_at = None


def join(actor: Actor, meeting: Meeting) -> None:
    """Come into the meeting: of those invited, and of the foundation's own who may sit in. Twice is once.

    raises   Refused; Clash when it is over
    """
    require_permission(actor, "meeting.attend")
    lock(meeting)
    if queries.is_over(meeting):
        raise Clash("This meeting is over.")
    (seat,) = seats_for(meeting, [actor.person_id or 0])
    if seat.is_in:
        return
    seat.joined_at, seat.left_at = now(), None
    seat.first_joined_at = seat.first_joined_at or now()
    touch(meeting)
    audit.record(actor, "meeting.join", meeting)


def leave(actor: Actor, meeting: Meeting) -> None:
    """Leave the meeting; coming back is `join`. Who is out for a conflict need not, and comes back in by themselves."""
    require_permission(actor, "meeting.attend")
    lock(meeting)
    seat = queries.seat_of(actor, meeting)
    if seat is None or not seat.is_in:
        return
    seat.left_at = now()
    touch(meeting)
    audit.record(actor, "meeting.leave", meeting)


def move_on(actor: Actor, meeting: Meeting, after: str) -> None:
    """Close what is up, and open what comes next on the agenda.

    after    public id of what is up on the page of whoever asks, empty for nothing: of two who press at once, the
             second finds that the meeting has moved on, and skips nothing
    raises   Refused; Clash
    """
    up = _led(actor, meeting)
    if (up.public_id if up else "") != after:
        raise Clash("The meeting has moved on meanwhile. Look where it stands now.")
    if up is not None:
        _close(actor, up)
    waits = [one for one in queries.lines_of(meeting) if one.state == ItemState.WAITING]
    later = [one for one in waits if up is None or one.position > up.position]
    if following := next(iter(later or waits), None):
        _open(actor, following)


def open_item(actor: Actor, item: AgendaItem) -> None:
    """Open one line, whichever; one that was done or deferred too.

    raises   Refused; Clash while another is up, or the meeting is not running
    """
    _led(actor, item.meeting)
    _open(actor, item)


def close_item(actor: Actor, item: AgendaItem) -> None:
    """Close what is up.

    raises   Refused; Clash while a motion is being voted on
    """
    _led(actor, item.meeting)
    _close(actor, item)


def defer(actor: Actor, item: AgendaItem) -> None:
    """Put a line off, up now or still to come; it can be opened later all the same."""
    _led(actor, item.meeting)
    queries.require_in_the_room(actor, item)
    was_up = item.state == ItemState.OPEN
    move(actor, item, "defer", ITEM, lambda: _facts(item))
    if was_up:
        item.closed_at = now()
        touch(item.meeting)
    item.touch()


def put_back(actor: Actor, item: AgendaItem) -> None:
    """Undo a slip: what was opened by mistake waits again.

    raises   Refused; Clash once something was noted or moved on it
    """
    _led(actor, item.meeting)
    move(actor, item, "put back", ITEM, lambda: _facts(item))
    item.opened_at = None
    item.touch()
    touch(item.meeting)


def extend(actor: Actor, item: AgendaItem, minutes: int) -> None:
    """Give what is up more time. The times of the others stay as they were planned."""
    _led(actor, item.meeting)
    queries.require_in_the_room(actor, item)
    lock(item)
    if item.state != ItemState.OPEN:
        raise Clash("This is not up any more.")
    if not 1 <= minutes <= MOST_EXTENSION - item.extended:
        raise Invalid(f"At most {MOST_EXTENSION} minutes can be added.")
    item.extended += minutes
    item.touch()
    audit.record(actor, "agenda item.extend", item, after={"minutes": minutes}, case_id=item.case_id)


def _led(actor: Actor, meeting: Meeting) -> AgendaItem | None:
    """Take the meeting's row, ask whether the actor leads it, and give what is up."""
    lock(meeting)
    require(queries.leads(actor, meeting))
    return queries.item_up(meeting)


def _open(actor: Actor, item: AgendaItem) -> None:
    move(actor, item, "open", ITEM, lambda: _facts(item))
    item.opened_at, item.closed_at = item.opened_at or now(), None
    item.touch()
    touch(item.meeting)


def _close(actor: Actor, item: AgendaItem) -> None:
    queries.require_in_the_room(actor, item)
    move(actor, item, "close", ITEM, lambda: _facts(item))
    item.closed_at = now()
    item.touch()
    touch(item.meeting)


def _facts(item: AgendaItem) -> ItemFacts:
    up = queries.item_up(item.meeting)
    return ItemFacts(
        is_running=item.meeting.state == MeetingState.RUNNING,
        is_another_open=up is not None and up.id != item.id,
        is_motion_open=queries.open_motion(item) is not None,
        was_used=queries.was_used(item),
    )


def _move(actor: Actor, meeting: Meeting, name: str) -> None:
    _led(actor, meeting)

    def facts() -> MeetingFacts:
        return MeetingFacts(len(queries.lines_of(meeting)), queries.item_up(meeting) is not None)

    move(actor, meeting, name, MEETING, facts)
    touch(meeting)
    db.session.flush()
