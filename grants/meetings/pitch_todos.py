"""What waits for someone around pitches: for applicants an answer and slides, for officers who is not sure to come."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.applications.deadlines import time_left
from grants.applications.models import Application
from grants.casework.queries import conflicted_cycles
from grants.kernel.clock import now, today
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlides, PitchSlot
from grants.meetings.queries.pitches import is_expected, own_slots
from grants.meetings.queries.slides import slides_deadline
from grants.meetings.states import EXPECTED, SlotState
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.queries.scope import REVIEWABLE
from grants.web.filters import instant, plural
from grants.web.todo import Todo, Urgency

UNSURE = timedelta(days=3)
"""So long before a pitch an applicant who has not confirmed is somebody to call."""
SOON = timedelta(days=7)
SHOWN = 20


def todos(actor: Actor) -> list[Todo]:
    """An applicant's own slots, and for officers the pitches with something open."""
    return [*_own(actor), *_open(actor)]


def _own(actor: Actor) -> Iterator[Todo]:
    expected = [one for one in own_slots(actor) if one.state in EXPECTED and is_expected(one)]
    having = set(
        db.session.scalars(select(PitchSlides.slot_id).where(PitchSlides.slot_id.in_([one.id for one in expected])))
        if expected
        else ()
    )
    for slot in expected:
        stage, school = slot.meeting.stage, slot.application.case.organization.name
        url = url_for("meetings.own_pitch", application_id=slot.application.public_id)
        begins, due = slot.starts_at or now(), slides_deadline(slot)
        when = instant(begins, stage.cycle.time_zone, weekday=True)
        if slot.state == SlotState.INVITED:
            title = f"Confirm your pitch: {stage.title}"
            yield Todo("due", title, url, f"{school}: {when}.", _day(begins, stage), cycle_id=stage.cycle_id)
        elif slot.state == SlotState.CONFIRMED:
            yield Todo(
                "plan", f"Pitch: {stage.title}", url, f"{school}: {when}.", _day(begins, stage), cycle_id=stage.cycle_id
            )
        if slot.id not in having and due.holds(now()):
            left = f"{school}: {time_left(due.left(now()))} left."
            urgency: Urgency = "due" if due.left(now()) <= SOON else "plan"
            title = f"Upload the slides of your pitch: {stage.title}"
            yield Todo(urgency, title, url, left, _day(due.at, stage), cycle_id=stage.cycle_id)


def _open(actor: Actor) -> list[Todo]:
    """In two statements: what of each planned pitch waits for an officer who may plan it."""
    if not actor.may("meeting.plan"):
        return []
    hidden = conflicted_cycles(actor)
    found = db.session.scalars(
        select(Meeting)
        .where(Meeting.kind == "pitch", Meeting.state == "planned")
        .options(joinedload(Meeting.stage).joinedload(CycleStage.cycle))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(SHOWN)
    ).all()
    pitches = [one for one in found if one.stage.cycle_id not in hidden]
    if not pitches:
        return []
    counts: dict[int, Counter[str]] = {one.id: Counter() for one in pitches}
    untold = (PitchSlot.starts_at != AgendaItem.starts_at) | (PitchSlot.minutes != AgendaItem.minutes)
    gone = Application.state.not_in(REVIEWABLE)
    for meeting_id, state, changed, left, number in db.session.execute(
        select(PitchSlot.meeting_id, PitchSlot.state, untold, gone, func.count())
        .join(PitchSlot.item)
        .join(PitchSlot.application)
        .where(PitchSlot.meeting_id.in_(counts), PitchSlot.state != SlotState.CANCELLED)
        .group_by(PitchSlot.meeting_id, PitchSlot.state, untold, gone)
    ):
        key = "gone" if left else state
        counts[meeting_id][key] += number
        counts[meeting_id]["untold"] += number if changed and not left and state in EXPECTED else 0
    return [todo for one in pitches for todo in _of(one, counts[one.id])]


def _of(meeting: Meeting, count: Counter[str]) -> Iterator[Todo]:
    stage, url = meeting.stage, url_for("meetings.agenda", meeting_id=meeting.public_id)
    on = _day(meeting.starts_at, stage)
    said: list[tuple[str, str, str]] = [
        (SlotState.ASKED, "{} {} for another time to pitch", "Move the slot, or answer that it stays."),
        ("untold", "Tell {} their new time to pitch", "The agenda says another time than they know of."),
        ("gone", "{} on a pitch’s agenda {} part no more", "Call the slot off: the application was withdrawn."),
        (SlotState.PLANNED, "Invite {} to pitch", "They are on the agenda, and nobody has told them."),
        (SlotState.DECLINED, "{} {} not pitch", "Call the slot off, or give it to another applicant."),
    ]
    if meeting.starts_at - now() <= UNSURE:
        said.append((SlotState.INVITED, "{} {} not confirmed the pitch", "Call them: the pitch is near."))
    verbs: dict[str, tuple[str, str]] = {
        SlotState.ASKED: ("asks", "ask"),
        SlotState.DECLINED: ("does", "do"),
        SlotState.INVITED: ("has", "have"),
        "gone": ("takes", "take"),
    }
    for key, words, detail in said:
        if number := count[key]:
            title = words.format(plural(number, "applicant"), verbs.get(key, ("", ""))[number > 1])
            urgency: Urgency = "plan" if key == SlotState.PLANNED else "ask"
            when = on
            if key == SlotState.ASKED:  # an applicant waits for the answer, however far away the pitch is
                urgency, when = "due", today(stage.cycle.time_zone)
            yield Todo(urgency, title, url, f"{meeting.title}: {detail}", when, number, stage.cycle_id)


def _day(at: datetime, stage: CycleStage) -> date:
    return at.astimezone(ZoneInfo(stage.cycle.time_zone)).date()
