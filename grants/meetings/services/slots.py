"""The slots that the lines of a pitch are: made, moved with their lines, called off; and who is told of it.

Rows are taken in one order: the meeting, its lines, their slots. An applicant's act takes its line first too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from grants.applications.services.telling import note, officer_of, tell, writers
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor
from grants.meetings import queries
from grants.meetings.dates import pitch_entries
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.pitch_rules import over_shortlist
from grants.meetings.states import EXPECTED, SLOT, TOLD, SlotState, still_to_come
from grants.messages.addresses import address_of
from grants.messages.calendars import attached
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all, move
from grants.persistence.session import db
from grants.programs.models import CycleStage

Effects = Mapping[str, Callable[[], object]] | None
_IN_CALENDARS: Final = ("pitch.invited", "pitch.moved", "pitch.elsewhere", "pitch.called_off")
"""The mails after which a calendar has to say something else: they bring it."""
_TELLS_TIME: Final = ("pitch.invited", "pitch.moved", "pitch.stays", "pitch.unconfirmed")


def make_slot(item: AgendaItem) -> PitchSlot | None:
    """The slot that a new line of a pitch is; None for a break, and at other meetings."""
    if item.meeting.kind != "pitch" or item.application_id is None:
        return None
    slot = PitchSlot(
        meeting=item.meeting,
        item=item,
        application_id=item.application_id,
        state=SlotState.PLANNED,
        presenters=[],
        wish="",
        unfit="",
        said="",
    )
    db.session.add(slot)
    db.session.flush()
    return slot


def require_room(actor: Actor, stage: CycleStage, cases: Sequence[int], reason: str) -> None:
    """Whether the applicants of these cases may pitch too: within the program's shortlist, or for a reason, which goes
    on the record of each.

    raises   Invalid, beside `reason`, when there is none; Missing where the program has no pitch
    """
    lock(stage)  # two who plan at once count one another's
    pitching = queries.pitching(stage) + len(cases)
    sentence = over_shortlist(queries.the_pitch(stage).shortlist, pitching)
    if sentence is None:
        return
    if not reason.strip():
        raise Invalid(sentence, {"reason": sentence})
    after = {"pitching": pitching, "reason": reason.strip()}
    for case_id in cases:
        audit.record(actor, "meeting.beyond_shortlist", stage, after=after, case_id=case_id)


def require_not_pitching(applications: Sequence[int], names: Sequence[str]) -> None:
    """Whether none of these applications has a slot already.

    raises   Clash that names those who have
    """
    taken = queries.with_slot(applications)
    if twice := [name for one, name in zip(applications, names, strict=True) if one in taken]:
        raise Clash(f"An application pitches once, and has its slot already: {', '.join(twice)}.")


def move_slot(actor: Actor, slot: PitchSlot, name: str, effects: Effects = None) -> None:
    """One move of a slot; whoever may know of its line sees the change at once, and calendars what they say of it."""
    if name not in ("invite", "keep"):
        lock(slot)
        slot.reschedule()
    move(actor, slot, name, SLOT, lambda: queries.slot_facts(slot), effects)
    if slot.item is not None:
        slot.item.touch()


def renew(actor: Actor, meetings: Sequence[Meeting], said: Mapping[int, str] | None = None) -> int:
    """Tell the applicants for whom the agenda has another time than they were told; they are asked anew, and alone.

    said      slot's id -> what this applicant reads with it, and no other: it may answer what they alone asked
    returns   how many
    """
    changed = [one for meeting in meetings for one in queries.slots_in(meeting) if one.state in EXPECTED]
    changed = [one for one in changed if not one.is_told]
    lock_all(changed)
    for slot in changed:
        before = in_words(slot.starts_at, _zone(slot)) if slot.starts_at else ""
        take_time(slot)
        slot.said = (said or {}).get(slot.id, "")
        key = f"pitch-moved:{slot.public_id}:{now().isoformat()}"
        effect = {"tell_applicant": _teller(actor, slot, "pitch.moved", key, before=before, said=_said(slot.said))}
        move_slot(actor, slot, "move", effect)
    return len(changed)


def tell_place(actor: Actor, slots: Sequence[PitchSlot]) -> None:
    """Tell those who are expected that the pitch has another place; their time stands, and so does their answer."""
    for slot in slots:
        if slot.state in EXPECTED:
            slot.reschedule()
            audit.record(actor, "pitch slot.elsewhere", slot, case_id=slot.case_id)
            tell_applicant(slot, "pitch.elsewhere", f"pitch-elsewhere:{slot.public_id}:{now().isoformat()}")


def call_off(actor: Actor, slot: PitchSlot, said: str = "") -> None:
    """Call one slot off; an applicant who knows of it is told."""
    lock(slot)
    if slot.state == SlotState.CANCELLED:
        return
    effect = _teller(actor, slot, "pitch.called_off", f"pitch-called-off:{slot.public_id}", said=_said(said))
    slot.said = said
    move_slot(actor, slot, "call off", {"tell_applicant": effect})


def let_go(actor: Actor, item: AgendaItem, said: str = "") -> bool:
    """Before a line is taken off its agenda: its slot is called off.

    returns   whether an applicant had been told of it
    """
    slot = queries.slot_on(item)
    if slot is None:
        return False
    was_told = slot.state in TOLD
    call_off(actor, slot, said)
    slot.item = None
    db.session.flush()
    return was_told


def why_it_stands(slot: PitchSlot) -> str | None:
    """Why a slot cannot be moved any more, in a sentence; None while it can."""
    return still_to_come(queries.slot_facts(slot))


def take_time(slot: PitchSlot) -> None:
    """What the agenda says is now what the applicant is told."""
    if slot.item is not None:
        slot.starts_at, slot.minutes = slot.item.starts_at, slot.item.minutes


def tell_applicant(slot: PitchSlot, template: str, key: str, **facts: str) -> int:
    """Write to those who write for the applicant.

    returns   how many were written to now
    """
    application = slot.application
    calendar = attached(pitch_entries([slot])) if template in _IN_CALENDARS else None
    words, people = {**slot_words(slot), **facts}, writers(application)
    twice = queries.told_twice(slot, [one.id for one in people]) if template in _TELLS_TIME else {}
    return sum(
        len(
            tell(template, key, application, [one], calendar=calendar, also=_also(slot, twice.get(one.id, ())), **words)
        )
        for one in people
    )


def _also(slot: PitchSlot, others: Sequence[queries.Again]) -> str:
    """What whoever has more slots that day reads with the time of one."""
    said = [
        f"\n\nYou have another pitch that day, of {one.slot.application.case.organization.name}: "
        f"{in_words(one.starts_at, _zone(slot))}.{' You cannot be at both.' if one.overlaps else ''}"
        for one in others
    ]
    return "".join(said)


def tell_officer(slot: PitchSlot, template: str, key: str, **facts: str) -> None:
    """Write to the case's officer, where there is one who may know of it."""
    application, item_id = slot.application, slot.item.public_id if slot.item else ""
    page = address_of("meetings.slot", meeting_id=slot.meeting.public_id, item_id=item_id)
    tell(template, key, application, officer_of(application), **{**slot_words(slot), "page": page, **facts})


def slot_words(slot: PitchSlot) -> dict[str, str]:
    """What every message about a slot may name."""
    zone, meeting = _zone(slot), slot.meeting
    starts_at = slot.starts_at or meeting.starts_at
    return {
        "when": in_words(starts_at, zone),
        "minutes": str(slot.minutes or 0),
        "where": " · ".join(one for one in (meeting.place, meeting.link) if one) or "to be announced",
        "due": in_words(queries.slides_deadline(slot).at, zone),
        "link": address_of("meetings.own_pitch", application_id=slot.application.public_id),
    }


def _teller(actor: Actor, slot: PitchSlot, template: str, key: str, **facts: str) -> Callable[[], None]:
    def tell_and_note() -> None:
        tell_applicant(slot, template, key, **facts)
        note(actor, slot.application, NOTED[template].format(when=slot_words(slot)["when"]))

    return tell_and_note


def invitation(actor: Actor, slot: PitchSlot) -> Callable[[], None]:
    """What an invitation does: mail, and a line on the case's timeline."""
    return _teller(actor, slot, "pitch.invited", f"pitch-invited:{slot.public_id}")


def time_stays(actor: Actor, slot: PitchSlot, said: str) -> Callable[[], None]:
    """The same for the answer that the time stays as it is."""
    return _teller(actor, slot, "pitch.stays", f"pitch-stays:{slot.public_id}:{now().isoformat()}", said=_said(said))


NOTED = {
    "pitch.invited": "The school was invited to pitch: {when}.",
    "pitch.moved": "The pitch has another time: {when}.",
    "pitch.stays": "The pitch keeps its time: {when}.",
    "pitch.called_off": "The pitch was called off: {when}.",
}
"""What the timeline says of what an applicant is told; the school reads it too."""


def _said(said: str) -> str:
    return f"\n\n{said.strip()}" if said.strip() else ""


def _zone(slot: PitchSlot) -> str:
    return slot.meeting.stage.cycle.time_zone
