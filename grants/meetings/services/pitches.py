"""Planning a pitch: who presents when, who is invited, and slots that move."""

from collections.abc import Sequence
from datetime import datetime

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, Missing, required
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.services import slots
from grants.meetings.services.lines import append, changing, remove, retime, touch
from grants.meetings.services.planning import Lines, Plan, make_meeting
from grants.meetings.states import TOLD, SlotState
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage


def plan_pitch(
    actor: Actor,
    stage: CycleStage,
    plan: Plan,
    chosen: Sequence[str],
    minutes: int,
    break_after: int = 0,
    break_minutes: int = 15,
    reason: str = "",
) -> Meeting:
    """Plan a pitch at which these present, one after the other, in the best order. Nobody is told yet.

    chosen   public ids of applications under review; `minutes` for each
    reason   why there are more than the program's shortlist has places for
    raises   Refused; Missing where the program has no pitch; Invalid; Clash when one of them has a slot already
    """
    require(queries.may_plan(actor, stage))
    queries.the_pitch(stage)
    lock(stage)
    by_id = {one.application.public_id: one for one in queries.candidates(actor, stage)}
    found = [by_id[one] for one in dict.fromkeys(chosen) if one in by_id]
    if not found:
        raise Invalid("Choose who pitches.", {"who": "Choose at least one application."})
    ids = [one.application.id for one in found]
    slots.require_not_pitching(ids, [one.name for one in found])
    slots.require_room(actor, stage, [one.application.case_id for one in found], reason)
    return make_meeting(actor, stage, plan, Lines(ids, minutes, break_after, break_minutes), kind="pitch")


def invite_applicants(actor: Actor, meeting: Meeting) -> int:
    """Invite everybody on the agenda who was not invited yet, each to their own slot.

    returns  how many were invited now
    raises   Refused; Clash when it is over, or a slot's time has come
    """
    changing(actor, meeting)
    planned = [one for one in queries.slots_in(meeting) if one.state == SlotState.PLANNED]
    lock_all(planned)
    for slot in planned:
        slots.take_time(slot)
        slot.invited_at = now()
        slots.move_slot(actor, slot, "invite", {"tell_applicant": slots.invitation(actor, slot)})
    return len(planned)


def tell_times(actor: Actor, meeting: Meeting) -> int:
    """Tell those whose slot has another time on the agenda than they know of.

    returns  how many
    raises   Refused; Clash
    """
    changing(actor, meeting)
    return slots.renew(actor, [meeting])


def exchange(actor: Actor, slot: PitchSlot, place: str, said: str = "", seen: datetime | None = None) -> int:
    """Move a slot: in exchange with another one, to a free one, or to the end of a pitch. All others keep their times.

    place    public id of the line to change places with, or of the pitch at whose end it goes
    said     what the applicants are told with their new time
    seen     where it stood on the page of whoever moves it: of two who move it at once, the second looks again
    returns  how many applicants were told
    raises   Refused; Clash once one of the two was up, or its time has come; Missing for another place
    """
    stage = slot.meeting.stage
    require(queries.may_plan(actor, stage))
    pitches = queries.planned_pitches(stage)
    lock_all(pitches)
    item = _movable(slot, pitches, seen)
    places = queries.places_for(slot, queries.lines_in(pitches), pitches)
    found = next((one for one in places if one.key == place), None)
    if found is None:
        raise Missing("Choose one of the times offered.")
    other = found.item or append(found.meeting, item.minutes, title=queries.FREE)
    if found.item is None:
        retime(found.meeting)
    _swap(item, other)
    touched = {one.id: one for one in (item.meeting, other.meeting)}.values()
    for meeting in touched:
        _tidy(meeting)
        touch(meeting)
        retime(meeting)
    audit.record(actor, "meeting.exchange", item, case_id=item.case_id)
    return slots.renew(actor, list(touched), said)


def _movable(slot: PitchSlot, pitches: Sequence[Meeting], seen: datetime | None) -> AgendaItem:
    if slot.item is None or slot.meeting_id not in {one.id for one in pitches}:
        raise Clash("This pitch has begun or is over, so its slots stand.")
    if reason := slots.why_it_stands(slot):
        raise Clash(reason)
    if seen is not None and seen != slot.item.starts_at:
        raise Clash("This slot has moved meanwhile. Look where it is now.")
    return slot.item


def keep_time(actor: Actor, slot: PitchSlot, said: str) -> None:
    """Answer an applicant who asked for another time that it stays; they are asked to confirm it once more.

    raises   Refused; Invalid without a word of why; Clash
    """
    require(queries.may_plan(actor, slot.meeting.stage))
    said = required(said, "said", "Say why the time stays: the applicant reads it.")
    lock(slot)
    slot.said = said
    slots.move_slot(actor, slot, "keep", {"tell_applicant": slots.time_stays(actor, slot, said)})


def call_off_slot(actor: Actor, slot: PitchSlot, said: str) -> None:
    """Take one applicant off the pitch, and tell them; the others keep their times, and the slot is free.

    raises   Refused; Invalid without a word of why where they know of it; Clash once it was up
    """
    changing(actor, slot.meeting)
    if slot.item is None:
        raise Clash("This slot was called off already.")
    if slot.state in TOLD:
        said = required(said, "why", "Say why: the applicant reads it.")
    remove(actor, slot.item, said)


def give_more_time(actor: Actor, slot: PitchSlot, until: datetime | None, reason: str) -> None:
    """Take one applicant's slides until later than the others'; they are told, with the reason.

    until    later than now and than their slides are due, at the latest when the slot begins
    raises   Refused; Invalid; Clash when they are not expected
    """
    require(queries.may_plan(actor, slot.meeting.stage))
    reason = required(reason, "reason", "Say why: the applicant reads it, and it stays on record.")
    lock(slot)
    if not queries.is_expected(slot) or slot.starts_at is None:
        raise Clash("This applicant is not expected to pitch, or their slot has begun.")
    sentence = _wrong_time(slot, until, slot.starts_at)
    if until is None or sentence:
        raise Invalid(sentence, {"until": sentence})
    before = queries.slides_deadline(slot).at
    slot.slides_until, slot.slides_reason = until, reason
    if slot.item is not None:
        slot.item.touch()
    db.session.flush()
    after = {"until": until.isoformat(), "reason": reason}
    audit.record(
        actor, "pitch slot.more_time", slot, before={"until": before.isoformat()}, after=after, case_id=slot.case_id
    )
    key = f"pitch-more-time:{slot.public_id}:{until.isoformat()}"
    slots.tell_applicant(slot, "pitch.more_time", key, reason=reason)


def _wrong_time(slot: PitchSlot, until: datetime | None, starts_at: datetime) -> str:
    zone, due = slot.meeting.stage.cycle.time_zone, queries.slides_deadline(slot).at
    if until is None:
        return "Say until when."
    if until <= max(now(), due):
        return f"Choose a time later than now, and than their slides are due: {in_words(due, zone)}."
    if until > starts_at:
        return f"Their slot begins {in_words(starts_at, zone)}. Choose a time before it."
    return ""


def _swap(item: AgendaItem, other: AgendaItem) -> None:
    """Two lines change places, and their slots with them; a break that takes part takes the line's length."""
    if other.application_id is None:
        other.minutes = item.minutes
    item.meeting, other.meeting = other.meeting, item.meeting
    item.position, other.position = other.position, item.position
    db.session.flush()
    for one in (item, other):
        if (slot := queries.slot_on(one)) is not None:
            slot.meeting = one.meeting
    db.session.flush()


def _tidy(meeting: Meeting) -> None:
    """A free slot after the last applicant is no slot: it goes."""
    for line in reversed(queries.lines_of(meeting)):
        if line.application_id is not None or line.title != queries.FREE or line.opened_at is not None:
            break
        db.session.delete(line)
    db.session.flush()
