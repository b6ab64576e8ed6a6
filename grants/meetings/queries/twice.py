"""People with two slots on one day: who writes for two applicants, or is named as presenting for both."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.meetings.models import AgendaItem
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries.pitches import slots_whole, stands
from grants.meetings.queries.scope import open_to
from grants.meetings.states import EXPECTED, SlotState
from grants.people.models import OrganizationMembership, Person
from grants.persistence.session import db


@dataclass(frozen=True)
class Again:
    """Another slot on the day of one, with people of its own in it.

    names      who has both
    overlaps   they would have to be at both at once
    """

    slot: PitchSlot
    starts_at: datetime
    names: tuple[str, ...]
    overlaps: bool


def twice_on_the_day(actor: Actor, slot: PitchSlot) -> list[Again]:
    """The other slots of the day of a slot that its people have too, as the agendas say now; in two statements. Of what
    the actor may know of alone.
    """
    if slot.item is None or slot.state in (SlotState.CANCELLED, SlotState.DECLINED):
        return []
    begins, ends = _day_of(slot, slot.item.starts_at)
    others = db.session.scalars(
        slots_whole()
        .join(PitchSlot.item)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.starts_at >= begins, AgendaItem.starts_at < ends, PitchSlot.id != slot.id)
        .where(stands(), PitchSlot.state != SlotState.DECLINED, open_to(actor))
        .order_by(AgendaItem.starts_at, PitchSlot.id)
    ).all()
    writing = _writing_for([slot, *others])
    found = []
    for other in others:
        names = _shared(slot, other, writing)
        if names and other.item is not None:
            starts_at, minutes = other.item.starts_at, other.item.minutes
            overlaps = _overlap(slot.item.starts_at, slot.item.minutes, starts_at, minutes)
            found.append(Again(other, starts_at, names, overlaps))
    return found


def told_twice(slot: PitchSlot, people: Collection[int]) -> Mapping[int, Sequence[Again]]:
    """Person's id -> the other slots of that day that they were told of, of these people; in two statements. For what
    is written to them.
    """
    if slot.starts_at is None:
        return {}
    begins, ends = _day_of(slot, slot.starts_at)
    others = db.session.scalars(
        slots_whole()
        .where(PitchSlot.starts_at >= begins, PitchSlot.starts_at < ends, PitchSlot.id != slot.id)
        .where(PitchSlot.state.in_(EXPECTED))
        .order_by(PitchSlot.starts_at, PitchSlot.id)
    ).all()
    writing = _writing_for(others) if others else {}
    found: dict[int, list[Again]] = {}
    for other in others:
        for person_id, name in writing.get(other.application.case.organization_id, {}).items():
            if person_id in people and other.starts_at is not None:
                overlaps = _overlap(slot.starts_at, slot.minutes or 0, other.starts_at, other.minutes or 0)
                found.setdefault(person_id, []).append(Again(other, other.starts_at, (name,), overlaps))
    return found


def _day_of(slot: PitchSlot, at: datetime) -> tuple[datetime, datetime]:
    """The day of an instant where the cycle is: when it begins, and the next one."""
    begins = at.astimezone(ZoneInfo(slot.meeting.stage.cycle.time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return begins, begins + timedelta(days=1)


def _writing_for(slots: Sequence[PitchSlot]) -> Mapping[int, Mapping[int, str]]:
    """Organization's id -> id and name of those who write for it."""
    rows = db.session.execute(
        select(OrganizationMembership.organization_id, Person.id, Person.name)
        .join(OrganizationMembership.person)
        .where(
            OrganizationMembership.organization_id.in_([one.application.case.organization_id for one in slots]),
            OrganizationMembership.role.in_(OrganizationRole.writers()),
            Person.is_active,
        )
        .order_by(Person.name, Person.id)
    )
    found: dict[int, dict[int, str]] = {}
    for organization_id, person_id, name in rows:
        found.setdefault(organization_id, {})[person_id] = name
    return found


def _shared(slot: PitchSlot, other: PitchSlot, writing: Mapping[int, Mapping[int, str]]) -> tuple[str, ...]:
    mine, theirs = (writing.get(one.application.case.organization_id, {}) for one in (slot, other))
    named = {one.casefold() for one in other.presenters}
    both = [name for person_id, name in mine.items() if person_id in theirs]
    return tuple(dict.fromkeys([*both, *(one for one in slot.presenters if one.casefold() in named)]))


def _overlap(at: datetime, minutes: int, other_at: datetime, other_minutes: int) -> bool:
    return at < other_at + timedelta(minutes=other_minutes) and other_at < at + timedelta(minutes=minutes)
