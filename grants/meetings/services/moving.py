"""A slot of a pitch goes to another time: with another one, to a place that is free, or to any time it is given.

All others keep their times: what is between two lines is a free slot, and a line that says so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.services import slots
from grants.meetings.services.lines import append, arrange, check_minutes, name_of
from grants.meetings.services.planning import tell_panel
from grants.meetings.states import EXPECTED
from grants.persistence import audit
from grants.persistence.moves import lock_all
from grants.persistence.session import db


def exchange(
    actor: Actor, slot: PitchSlot, place: str, said: str = "", seen: datetime | None = None, *, to_other: str = ""
) -> int:
    """Move a slot to one of the times offered: in exchange with another one, to a free one, or to the end of a pitch.

    place    public id of the line to change places with, or of the pitch at whose end it goes
    said     what its applicant alone is told with the new time; `to_other` what the one it changes places with is
    seen     where it stood on the page of whoever moves it: of two who move it at once, the second looks again
    returns  how many applicants were told
    raises   Refused; Clash once one of the two was up, or its time has come; Missing for another place; Invalid where
             nobody would read `to_other`
    """
    pitches, item = _taken(actor, slot, seen)
    places = queries.places_for(slot, queries.lines_in(pitches), pitches)
    found = next((one for one in places if one.key == place), None)
    if found is None:
        raise Missing("Choose one of the times offered.")
    touched, words = dict.fromkeys((item.meeting, found.meeting)), {slot.id: said}
    if to_other.strip():
        words[_reader(found.item).id] = to_other
    if found.item is not None and found.item.application_id is not None:
        _swap(item, found.item)
    else:
        _put(item, found.meeting, found.starts_at)
    for meeting in touched:
        _lay_out(meeting)
    audit.record(actor, "meeting.exchange", item, case_id=item.case_id)
    return slots.renew(actor, list(touched), words)


def _reader(item: AgendaItem | None) -> PitchSlot:
    """The slot that is changed with, whose applicant knows its time."""
    other = queries.slot_on(item) if item is not None else None
    if other is None or other.state not in EXPECTED:
        sentence = "Nobody would read this: no applicant who knows of a time changes places with it."
        raise Invalid(sentence, {"other": sentence})
    return other


def give_time(
    actor: Actor,
    slot: PitchSlot,
    at: datetime | None,
    minutes: int,
    *,
    beyond: bool = False,
    said: str = "",
    seen: datetime | None = None,
) -> int:
    """Give a slot any time at which nothing else is up, and its length. Where it was stays free.

    at       at the pitch of that day, its own or another one of the stage
    beyond   it may be on a day without a pitch, or before its pitch begins: that one begins or ends with it then, and
             a panel that was invited is told of another beginning
    said, seen, returns   as `exchange`
    raises   Refused; Invalid beside `at` or `length`; Clash as `exchange`
    """
    pitches, item = _taken(actor, slot, seen)
    check_minutes(minutes, "length")
    if at is None:
        raise Invalid("Say when.", {"at": "Say when."})
    at = at.replace(second=0, microsecond=0)
    here = ZoneInfo(slot.meeting.stage.cycle.time_zone)
    meeting = _pitch_of_the_day(item.meeting, pitches, at, here)
    if sentence := _wrong_time(item, meeting, at, minutes, here, beyond):
        raise Invalid(sentence, {"at": sentence})
    touched, begins = dict.fromkeys((item.meeting, meeting)), meeting.starts_at
    item.minutes = minutes
    _put(item, meeting, at)
    for one in touched:
        _lay_out(one)
    after = {"starts_at": at.isoformat(), "minutes": minutes}
    audit.record(actor, "meeting.give_time", item, after=after, case_id=item.case_id)
    if meeting.starts_at != begins:
        meeting.reschedule()
        tell_panel(meeting, "meetings.changed")
    return slots.renew(actor, list(touched), {slot.id: said})


def _taken(actor: Actor, slot: PitchSlot, seen: datetime | None) -> tuple[Sequence[Meeting], AgendaItem]:
    """The stage's pitches that have not begun, taken for this transaction, and the slot's line at one of them."""
    stage = slot.meeting.stage
    require(queries.may_plan(actor, stage))
    pitches = queries.planned_pitches(stage)
    lock_all(pitches)
    if slot.item is None or slot.meeting_id not in {one.id for one in pitches}:
        raise Clash("This pitch has begun or is over, so its slots stand.")
    if reason := slots.why_it_stands(slot):
        raise Clash(reason)
    if seen is not None and seen != slot.item.starts_at:
        raise Clash("This slot has moved meanwhile. Look where it is now.")
    return pitches, slot.item


def _pitch_of_the_day(own: Meeting, pitches: Sequence[Meeting], at: datetime, here: ZoneInfo) -> Meeting:
    day = at.astimezone(here).date()
    that_day = [one for one in (own, *pitches) if one.starts_at.astimezone(here).date() == day]
    return next(iter(that_day), own)


def _wrong_time(
    item: AgendaItem, meeting: Meeting, at: datetime, minutes: int, here: ZoneInfo, beyond: bool
) -> str | None:
    """Why a line cannot be given this time, in a sentence; None when it can."""
    ends_at, zone = at + timedelta(minutes=minutes), here.key
    if at <= now():
        return "Choose a time that is still to come."
    others = [one for one in queries.lines_of(meeting) if one.id != item.id and not queries.is_free(one)]
    if clash := next((one for one in others if one.starts_at < ends_at and at < one.ends_at), None):
        times = f"{in_words(clash.starts_at, zone)}, for {clash.minutes} minutes"
        return f"{name_of(clash)} is on the agenda then: {times}. Choose another time."
    if beyond:
        return None
    days = {one.astimezone(here).date() for one in (meeting.starts_at, at, ends_at - timedelta(minutes=1))}
    if len(days) > 1:
        return f"The pitch is {in_words(meeting.starts_at, zone)}. Tick below that another day is meant."
    if at < meeting.starts_at:
        return f"The pitch begins {in_words(meeting.starts_at, zone)}. Tick below that it is to begin earlier."
    return None


def _swap(item: AgendaItem, other: AgendaItem) -> None:
    """Two lines change places, and their slots with them: each has the time of the other, as long as that is."""
    for name in ("meeting", "position", "starts_at", "minutes"):
        mine, theirs = getattr(item, name), getattr(other, name)
        setattr(item, name, theirs)
        setattr(other, name, mine)
    for one in (item, other):
        _follow(one)


def _put(item: AgendaItem, meeting: Meeting, at: datetime) -> None:
    """Let a line begin then, at that pitch, which begins with it if it began later."""
    item.meeting, item.starts_at = meeting, at
    meeting.starts_at = min(meeting.starts_at, at)
    _follow(item)


def _follow(item: AgendaItem) -> None:
    db.session.flush()
    if (slot := queries.slot_on(item)) is not None:
        slot.meeting = item.meeting
        db.session.flush()


def _lay_out(meeting: Meeting) -> None:
    """Put the lines in the order of their times, with a free slot wherever there is time between two."""
    lines = sorted(queries.lines_of(meeting), key=lambda one: (one.starts_at, one.position))
    free = [one for one in lines if queries.is_free(one)]
    laid: list[AgendaItem] = []
    ends_at = meeting.starts_at
    for line in lines:
        if line in free:
            continue
        if gap := (line.starts_at - ends_at) // timedelta(minutes=1):
            laid.append(append(meeting, gap, title=queries.FREE))
        laid.append(line)
        ends_at = line.ends_at
    for one in free:
        db.session.delete(one)
    db.session.flush()
    arrange(meeting, laid)
