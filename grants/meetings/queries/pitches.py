"""Reading a pitch's slots: as the applicant sees their own, and as those who may know of a line see it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application
from grants.applications.queries.drafts import whole
from grants.applications.scope import own_applications
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries.scope import open_to
from grants.meetings.states import TOLD, SlotFacts, SlotState
from grants.people.models import Organization
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.schema import Pitch
from grants.review.queries import ScoredSubmission, ScoreFilters, pitch_of
from grants.review.queries.ranking import ranked_all, ranked_among
from grants.review.queries.scope import REVIEWABLE, reviewable_applications
from grants.review.queries.whole import scores_on

FREE = "Free slot"
"""What a line is called that is kept free for an applicant."""


@dataclass(frozen=True)
class Candidates:
    """Who could pitch, of a stage's applications under review.

    free    those on no pitch yet, as many as were asked for: the best ranked first, then by name
    more    how many stand behind those
    taken   (name, public id and title of the pitch it is on) of the others, by name
    """

    free: Sequence[ScoredSubmission]
    more: int
    taken: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Place:
    """Where a slot can be moved to: in exchange with another line, or at the end of a pitch.

    item   None for the end
    """

    meeting: Meeting
    item: AgendaItem | None
    starts_at: datetime

    @property
    def key(self) -> str:
        return self.item.public_id if self.item else self.meeting.public_id


def the_pitch(stage: CycleStage) -> Pitch:
    """How the stage's applicants pitch, by the version of the program that its cycle keeps.

    raises   Missing where the program has none
    """
    pitch = pitch_of(stage)
    if pitch is None:
        raise Missing("The program of this stage has no pitch.")
    return pitch


def pitching(stage: CycleStage) -> int:
    """How many of the stage's applicants have a slot. For whoever plans its meetings."""
    slots = select(func.count()).select_from(PitchSlot).join(PitchSlot.application)
    return db.session.scalar(slots.where(Application.stage_id == stage.id, stands())) or 0


def stands() -> ColumnElement[bool]:
    """Holds for slots that were not called off."""
    return PitchSlot.state != SlotState.CANCELLED


def with_slot(applications: Collection[int]) -> frozenset[int]:
    """Which of these applications have a slot that stands."""
    slots = select(PitchSlot.application_id).where(PitchSlot.application_id.in_(applications), stands())
    return frozenset(db.session.scalars(slots))


def candidates(actor: Actor, stage: CycleStage, most: int) -> Candidates:
    """Who could pitch; so many of those that are on no pitch yet. For whoever plans the stage's meetings."""
    scores = scores_on(stage, actor)
    on_one = db.session.execute(
        reviewable_applications(actor, stage)
        .join(Application.case)
        .join(Case.organization)
        .join(PitchSlot, and_(PitchSlot.application_id == Application.id, stands()))
        .join(PitchSlot.meeting)
        .order_by(func.lower(Organization.name), Application.id)
        .with_only_columns(Application.id, Organization.name, Meeting.public_id, Meeting.title)
    ).all()
    on_a_pitch = {number for number, *_ in on_one}
    free = {one: place for one, place in ranked_all(actor, scores, ScoreFilters()).items() if one not in on_a_pitch}
    rows = ranked_among(actor, scores, dict(islice(free.items(), most)))
    last = len(free) + 1
    rows.sort(key=lambda one: (one.place or last, "" if one.place else one.name.casefold()))
    return Candidates(rows, len(free) - len(rows), [(name, meeting, title) for _, name, meeting, title in on_one])


def chosen(actor: Actor, stage: CycleStage, public_ids: Sequence[str]) -> list[Application]:
    """Of these applications those under review, in this order, with their organizations."""
    found = db.session.scalars(
        reviewable_applications(actor, stage)
        .where(Application.public_id.in_(public_ids))
        .options(joinedload(Application.case).joinedload(Case.organization))
    )
    by_id = {one.public_id: one for one in found}
    return [by_id[one] for one in dict.fromkeys(public_ids) if one in by_id]


def preticked(found: Candidates, most: int | None, pitching: int) -> list[str]:
    """Public ids of those who are proposed: the best ranked, as many as the shortlist has room for; all without one."""
    free = found.free
    if most is not None:
        free = [one for one in free if one.place is not None][: max(0, most - pitching)]
    return [one.public_id for one in free]


def slots_whole() -> Select[PitchSlot]:
    """Slots with all that is said of them."""
    return select(PitchSlot).options(
        joinedload(PitchSlot.item),
        joinedload(PitchSlot.application).options(*whole()),
        joinedload(PitchSlot.meeting)
        .joinedload(Meeting.stage)
        .joinedload(CycleStage.cycle)
        .joinedload(Cycle.program_version),
    )


def own_slot(actor: Actor, application_id: str) -> PitchSlot:
    """The slot of one of the actor's own applications, once they are invited: the newest that they know of.

    raises   Missing
    """
    slot = db.session.scalars(
        slots_whole()
        .join(PitchSlot.application)
        .where(Application.public_id == application_id, own_applications(actor), PitchSlot.invited_at.is_not(None))
        .order_by(PitchSlot.id.desc())
        .limit(1)
    ).first()
    if slot is None:
        raise Missing("There is no pitch for this application, or it is not yours to see.")
    return slot


def own_slots(actor: Actor) -> Sequence[PitchSlot]:
    """The slots that stand, or were called off, of the actor's own applications, the first first."""
    if not actor.organization_ids:
        return ()
    return db.session.scalars(
        slots_whole()
        .join(PitchSlot.application)
        .where(own_applications(actor), PitchSlot.invited_at.is_not(None))
        .order_by(PitchSlot.starts_at, PitchSlot.id)
    ).all()


def slot_on(item: AgendaItem) -> PitchSlot | None:
    """The slot that a line is. Whether the actor may know of the line is asked before."""
    return db.session.scalar(slots_whole().where(PitchSlot.item_id == item.id))


def slot_for(actor: Actor, meeting: Meeting, item_id: str) -> PitchSlot:
    """The slot of a line of a pitch.

    raises   Missing when there is none, or the line is closed to the actor
    """
    slot = db.session.scalar(
        slots_whole()
        .join(PitchSlot.item)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.public_id == item_id, AgendaItem.meeting_id == meeting.id, open_to(actor))
    )
    if slot is None:
        raise Missing("There is no such slot.")
    return slot


def slots_on(actor: Actor, meeting: Meeting) -> Mapping[int, PitchSlot]:
    """Line's id -> its slot, of the lines open to the actor, in one statement."""
    if meeting.kind != "pitch":
        return {}
    found = db.session.scalars(
        select(PitchSlot)
        .join(PitchSlot.item)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.meeting_id == meeting.id, open_to(actor))
        .options(contains_eager(PitchSlot.item))
    )
    return {one.item_id: one for one in found if one.item_id is not None}


def slots_in(meeting: Meeting) -> Sequence[PitchSlot]:
    """All slots of a pitch that stand, in the order of the agenda, in one statement. For whoever plans it."""
    return db.session.scalars(
        slots_whole()
        .join(AgendaItem, AgendaItem.id == PitchSlot.item_id)
        .where(PitchSlot.meeting_id == meeting.id, stands())
        .order_by(AgendaItem.position, PitchSlot.id)
    ).all()


def slots_by_id(ids: Collection[int]) -> Sequence[PitchSlot]:
    """These slots, whoever may know of them: for reminders, which go to the applicants themselves."""
    return db.session.scalars(slots_whole().where(PitchSlot.id.in_(ids)).order_by(PitchSlot.id)).all()


def states_on(items: Collection[int]) -> Mapping[int, str]:
    """Line's id -> what became of its slot. For whoever plans the meetings."""
    rows = db.session.execute(select(PitchSlot.item_id, PitchSlot.state).where(PitchSlot.item_id.in_(items)))
    return {item_id: state for item_id, state in rows if item_id is not None}


def presenters_on(items: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Line's id -> who presents there, as the applicants wrote. Whether one may know of the lines is asked before."""
    rows = db.session.execute(select(PitchSlot.item_id, PitchSlot.presenters).where(PitchSlot.item_id.in_(items)))
    return {item_id: names for item_id, names in rows if names}


def places_for(slot: PitchSlot, lines: Sequence[AgendaItem], meetings: Sequence[Meeting]) -> list[Place]:
    """Where a slot can be moved to: other slots, free ones that are long enough, and the end of each pitch."""
    others = [one for one in lines if one.id != slot.item_id]
    taken = [one for one in others if not is_free(one)]
    minutes = slot.item.minutes if slot.item else 0
    found = [
        Place(one.meeting, one, one.starts_at)
        for one in others
        if (one.application_id is not None and one.opened_at is None)
        or (
            is_free(one)
            and _fits(one.starts_at, minutes, [line for line in taken if line.meeting_id == one.meeting_id])
        )
    ]
    for meeting in meetings:
        ends = [one.ends_at for one in lines if one.meeting_id == meeting.id]
        found.append(Place(meeting, None, max(ends, default=meeting.starts_at)))
    return found


def is_free(line: AgendaItem) -> bool:
    """Whether a line keeps time free, and says nothing else."""
    return line.title == FREE and line.opened_at is None and not line.notes


def _fits(at: datetime, minutes: int, taken: Sequence[AgendaItem]) -> bool:
    ends_at = at + timedelta(minutes=minutes)
    return not any(one.starts_at < ends_at and at < one.ends_at for one in taken)


def planned_pitches(stage: CycleStage) -> Sequence[Meeting]:
    """The stage's pitches that have not begun, the first first. For whoever plans them."""
    return db.session.scalars(
        select(Meeting)
        .where(Meeting.stage_id == stage.id, Meeting.kind == "pitch", Meeting.state == "planned")
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def lines_in(meetings: Sequence[Meeting]) -> Sequence[AgendaItem]:
    """The lines of several agendas in their order. For whoever plans the meetings."""
    return db.session.scalars(
        select(AgendaItem)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.meeting_id.in_([one.id for one in meetings]))
        .options(
            joinedload(AgendaItem.meeting),
            contains_eager(AgendaItem.application).joinedload(Application.case).joinedload(Case.organization),
        )
        .order_by(AgendaItem.starts_at, AgendaItem.position, AgendaItem.id)
    ).all()


def slot_facts(slot: PitchSlot) -> SlotFacts:
    """What the slot's moves ask, as it stands now."""
    begins = slot.starts_at or (slot.item.starts_at if slot.item else None)
    was_up = slot.item is not None and slot.item.opened_at is not None
    return SlotFacts(
        has_begun=was_up or (begins is not None and begins <= now()),
        is_over=slot.meeting.state in ("closed", "cancelled"),
        takes_part=slot.application.state in REVIEWABLE,
    )


def is_expected(slot: PitchSlot) -> bool:
    """Whether the applicant knows of the slot, and it is still to come."""
    facts = slot_facts(slot)
    return slot.state in TOLD and facts.takes_part and not (facts.has_begun or facts.is_over)
