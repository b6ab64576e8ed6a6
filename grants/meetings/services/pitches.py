"""Planning a pitch: who presents, who is invited, what each is answered, and slots that are called off."""

from collections.abc import Sequence
from datetime import datetime

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.services import slots
from grants.meetings.services.lines import changing, remove
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
    found = queries.chosen(actor, stage, chosen)
    if not found:
        raise Invalid("Choose who pitches.", {"who": "Choose at least one application."})
    ids = [one.id for one in found]
    slots.require_not_pitching(ids, [one.case.organization.name for one in found])
    slots.require_room(actor, stage, [one.case_id for one in found], reason)
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
    slot.reschedule()
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
