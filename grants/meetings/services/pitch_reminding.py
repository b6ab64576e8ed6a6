"""Applicants are reminded by the clock: of a slot they have not confirmed, and of slides that are not there."""

from datetime import datetime
from typing import Final

from sqlalchemy import exists

from grants.applications.deadlines import time_left
from grants.applications.services.reminding import FRESH, reached
from grants.kernel.clock import now
from grants.meetings import queries
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.services.slots import tell_applicant
from grants.meetings.states import EXPECTED, SlotState
from grants.messages.models import Message
from grants.persistence.session import db

UNCONFIRMED: Final = (7, 3, 1)
SLIDES: Final = (3, 1, 0)
"""Days before the slot, and before slides are due, at which a reminder is written in the morning; 0 is that day."""
_SAID_IT_ALREADY: Final = tuple(
    f"pitch.{told}" for told in ("invited", "moved", "stays", "more_time", "unconfirmed", "slides_due")
)


def remind_of_pitch(slot: PitchSlot, has_slides: bool) -> int:
    """Write the reminder whose day has come, and none twice; none to who has confirmed and handed their slides in, nor
    within a day of another mail about it.

    returns   how many mails were written
    """
    if slot.starts_at is None or slot.state not in EXPECTED or not queries.is_expected(slot):
        return 0
    if _told_since(slot, now() - FRESH):
        return 0
    told = 0
    if slot.state == SlotState.INVITED:
        missing = "" if has_slides else ", and there are no slides yet"
        told = _remind(slot, "pitch.unconfirmed", slot.starts_at, UNCONFIRMED, missing=missing)
    if not told and not has_slides:
        told = _remind(slot, "pitch.slides_due", queries.slides_deadline(slot).at, SLIDES)
    return told


def _told_since(slot: PitchSlot, since: datetime) -> bool:
    """Whether its people were written to about it within a day: one mail says it all."""
    told = exists().where(
        Message.case_id == slot.case_id, Message.template.in_(_SAID_IT_ALREADY), Message.queued_at > since
    )
    return bool(db.session.scalar(told.select()))


def _remind(slot: PitchSlot, template: str, due: datetime, steps: tuple[int, ...], **facts: str) -> int:
    step = reached(due, now(), slot.meeting.stage.cycle.time_zone, steps)
    if step is None:
        return 0
    key = f"{template}:{slot.public_id}:{due.isoformat()}:{step}"
    return tell_applicant(slot, template, key, left=time_left(due - now()), **facts)
