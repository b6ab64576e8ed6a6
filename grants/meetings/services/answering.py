"""What an applicant says to their slot at a pitch, who presents there, and their slides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from grants.applications.policy import may_write
from grants.applications.services.telling import note
from grants.casework import files
from grants.casework.files import PutFile
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.pitch_models import PitchSlides, PitchSlot
from grants.meetings.pitch_rules import faults_of_names
from grants.meetings.services import slots
from grants.meetings.states import EXPECTED, SlotState
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

LONGEST: Final = 2_000
_NOTED: Final = {
    "pitch.asked": "The school asked for another time than {}.",
    "pitch.declined": "The school does not pitch: {}.",
}
MOST_VERSIONS: Final = 20


def confirm(actor: Actor, slot: PitchSlot, presenters: Sequence[str], seen: datetime | None) -> None:
    """Say that the applicant comes, and who presents. Confirmed twice is confirmed once.

    seen     the time that stood on the page of whoever confirms
    raises   Refused; Invalid for the names; Clash when the time has changed meanwhile, or has come
    """
    _take(actor, slot)
    _same_time(slot, seen)
    names = _names(presenters)
    if slot.state == SlotState.CONFIRMED:
        _keep_names(actor, slot, names)
        return
    slot.presenters = names
    _answered(actor, slot)
    slots.move_slot(actor, slot, "confirm", {"note": lambda: _note(actor, slot, "The school confirmed its pitch: {}.")})


def name_presenters(actor: Actor, slot: PitchSlot, presenters: Sequence[str]) -> None:
    """Change who presents, until the slot begins.

    raises   Refused; Invalid; Clash
    """
    _take(actor, slot)
    names = _names(presenters)
    if not queries.is_expected(slot):
        raise Clash("This slot has begun, or is not yours any more; who presents stands.")
    _keep_names(actor, slot, names)


def ask_another_time(actor: Actor, slot: PitchSlot, wish: str, unfit: str, seen: datetime | None) -> None:
    """Ask for another time; the program officer is told.

    wish     what keeps them from coming; `unfit` which times do not fit, and which would
    raises   Refused; Invalid without either; Clash
    """
    wish = _short(required(wish, "wish", "Say what keeps you from coming then."), "wish")
    unfit = _short(required(unfit, "unfit", "Say which times do not fit, and which would."), "unfit")
    _take(actor, slot)
    _same_time(slot, seen)
    slot.wish, slot.unfit = wish, unfit
    _answered(actor, slot)
    slots.move_slot(
        actor, slot, "ask", {"tell_officer": lambda: _tell(actor, slot, "pitch.asked", wish=wish, unfit=unfit)}
    )


def decline(actor: Actor, slot: PitchSlot, reason: str) -> None:
    """Say that the applicant does not pitch; until the slot begins they may still confirm it.

    raises   Refused; Invalid without a reason; Clash
    """
    reason = _short(required(reason, "reason", "Say in a few words why you do not pitch."), "reason")
    _take(actor, slot)
    slot.wish, slot.unfit = reason, ""
    _answered(actor, slot)
    slots.move_slot(actor, slot, "decline", {"tell_officer": lambda: _tell(actor, slot, "pitch.declined", wish=reason)})


def require_slides_open(actor: Actor, slot: PitchSlot) -> None:
    """Whether slides are taken now: asked before their bytes are stored, and once more when they are kept.

    raises   Refused; Clash
    """
    require(may_write(actor, slot.application.case.organization_id))
    if slot.state not in EXPECTED or not queries.slot_facts(slot).takes_part:
        raise Clash("Slides are taken for a pitch to which you come.")
    due = queries.slides_deadline(slot)
    if not due.holds(now()):
        was_due = in_words(due.at, slot.meeting.stage.cycle.time_zone)
        raise Clash(f"Slides were due {was_due}. Ask your program officer, who can give you more time.")
    if len(queries.slides_of(slot)) >= MOST_VERSIONS:
        raise Clash(f"{MOST_VERSIONS} versions are kept already, and the last one counts. Ask your program officer.")


def keep_slides(actor: Actor, slot: PitchSlot, kept: PutFile) -> PitchSlides:
    """Keep one more version of the slides, which counts from now on.

    raises   as `require_slides_open`
    """
    _take(actor, slot)
    require_slides_open(actor, slot)
    person = db.session.get_one(Person, actor.person_id)
    versions = queries.slides_of(slot)
    made = PitchSlides(
        slot=slot,
        number=versions[0].number + 1 if versions else 1,
        file=files.register(kept, case=slot.application.case, by=person),
        uploaded_at=now(),
        uploaded_by=person,
    )
    db.session.add(made)
    db.session.flush()
    if slot.item is not None:
        slot.item.touch()
    after = {"number": made.number, "name": kept.name, "sha256": kept.sha256}
    audit.record(actor, "pitch slot.slides", slot, after=after, case_id=slot.case_id)
    return made


def _take(actor: Actor, slot: PitchSlot) -> None:
    """Take the line, then the slot, and ask whether the actor answers for the applicant."""
    require(may_write(actor, slot.application.case.organization_id))
    if slot.item is not None:
        lock(slot.item)
    lock(slot)


def _same_time(slot: PitchSlot, seen: datetime | None) -> None:
    if slot.starts_at != seen:
        raise Clash("The time of your pitch has changed meanwhile. Look at the new one, and answer once more.")


def _answered(actor: Actor, slot: PitchSlot) -> None:
    slot.answered_at, slot.answered_by_id = now(), actor.person_id


def _names(presenters: Sequence[str]) -> list[str]:
    if sentence := faults_of_names(presenters):
        raise Invalid(sentence, {"presenters": sentence})
    return list(presenters)


def _keep_names(actor: Actor, slot: PitchSlot, names: list[str]) -> None:
    before = list(slot.presenters)
    if before == names:
        return
    slot.presenters = names
    if slot.item is not None:
        slot.item.touch()
    db.session.flush()
    audit.record(
        actor, "pitch slot.presenters", slot, before={"names": before}, after={"names": names}, case_id=slot.case_id
    )


def _note(actor: Actor, slot: PitchSlot, sentence: str) -> None:
    note(actor, slot.application, sentence.format(slots.slot_words(slot)["when"]))


def _tell(actor: Actor, slot: PitchSlot, template: str, **said: str) -> None:
    key = f"{template}:{slot.public_id}:{now().isoformat()}"
    slots.tell_officer(slot, template, key, by=actor.name, **said)
    _note(actor, slot, _NOTED[template])


def _short(text: str, field: str) -> str:
    if len(text) > LONGEST:
        sentence = f"Write at most {LONGEST:,} characters."
        raise Invalid(sentence, {field: sentence})
    return text
