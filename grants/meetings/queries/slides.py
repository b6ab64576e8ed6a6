"""Slides of a pitch: until when they count, their versions, and who may have them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from grants.applications.deadlines import Deadline
from grants.casework.models import StoredFile
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.pitch_models import PitchSlides, PitchSlot
from grants.meetings.pitch_rules import slides_due
from grants.meetings.queries.pitches import own_slot, the_pitch
from grants.persistence.session import db


def slides_deadline(slot: PitchSlot) -> Deadline:
    """Until when slides for a slot count: by the time the applicant was told, and what staff gave them beyond it."""
    stage = slot.meeting.stage
    starts_at = slot.starts_at or (slot.item.starts_at if slot.item else slot.meeting.starts_at)
    due = slides_due(the_pitch(stage), starts_at, stage.cycle.time_zone)
    return Deadline(due, extended_to=min(slot.slides_until, starts_at) if slot.slides_until else None)


def slides_of(slot: PitchSlot) -> Sequence[PitchSlides]:
    """Every version of a slot's slides, the one that counts first."""
    return db.session.scalars(
        select(PitchSlides)
        .where(PitchSlides.slot_id == slot.id)
        .options(joinedload(PitchSlides.file), joinedload(PitchSlides.uploaded_by))
        .order_by(PitchSlides.number.desc())
    ).all()


def slides_on(slots: Collection[PitchSlot]) -> Mapping[int, PitchSlides]:
    """Slot's id -> the version that counts, of several slots, in one statement."""
    later = aliased(PitchSlides)
    newer = select(later.id).where(later.slot_id == PitchSlides.slot_id, later.number > PitchSlides.number).exists()
    found = db.session.scalars(
        select(PitchSlides)
        .where(PitchSlides.slot_id.in_([one.id for one in slots]), ~newer)
        .options(joinedload(PitchSlides.file))
    )
    return {one.slot_id: one for one in found}


def slides_file(actor: Actor, slot: PitchSlot, public_id: str) -> StoredFile:
    """The file of one version. Who plans the pitch may have each, others the one that counts.

    raises   Missing
    """
    versions = slides_of(slot)
    if not actor.may("meeting.plan"):
        versions = versions[:1]
    return _file_in(versions, public_id)


def own_slides_file(actor: Actor, application_id: str, public_id: str) -> StoredFile:
    """The file of a version of one's own slides.

    raises   Missing
    """
    return _file_in(slides_of(own_slot(actor, application_id)), public_id)


def _file_in(versions: Sequence[PitchSlides], public_id: str) -> StoredFile:
    for one in versions:
        if one.public_id == public_id:
            return one.file
    raise Missing("There are no such slides.")
