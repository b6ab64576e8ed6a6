"""Meetings, the lines of their agendas as somebody may see them, and who is in the room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.queries.scope import open_to, out_for, up_in, visible_meetings
from grants.people.models import Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.queries import blind_name, review_rules
from grants.review.queries.scope import with_program


@dataclass(frozen=True)
class Line:
    """One line of an agenda as the reader may see it.

    number   its place among the lines, from 1
    item     the line itself; None when it is closed to the reader, who then knows when it is and no more
    title    what it is called, for the reader
    is_up    it is up now
    was_up   it has been up: everybody knows that, also who was out for it, and nothing of how it ended
    """

    number: int
    starts_at: datetime
    minutes: int
    item: AgendaItem | None
    title: str
    is_up: bool
    was_up: bool

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def is_break(self) -> bool:
        return self.item is not None and self.item.application_id is None


@dataclass(frozen=True)
class Out:
    """The reader is out of the room: until about when, and for how many lines one after the other."""

    until: datetime
    items: int


@dataclass(frozen=True)
class Agenda:
    """A meeting's lines in their order, as the reader may see them."""

    lines: tuple[Line, ...]

    @property
    def up(self) -> Line | None:
        """What is up now."""
        return next((line for line in self.lines if line.is_up), None)

    @property
    def out(self) -> Out | None:
        """Whether the reader is out of the room now. It rests on the plan of the agenda and on nothing that happens."""
        if self.up is None or self.up.item is not None:
            return None
        run: list[Line] = []
        for line in self.lines[self.up.number - 1 :]:
            if line.item is not None:
                break
            run.append(line)
        return Out(run[-1].ends_at, len(run))

    @property
    def items(self) -> tuple[AgendaItem, ...]:
        """The lines that are open to the reader."""
        return tuple(line.item for line in self.lines if line.item is not None)

    @property
    def ends_at(self) -> datetime | None:
        return self.lines[-1].ends_at if self.lines else None

    @property
    def following(self) -> tuple[Line, ...]:
        """What is still to come, in order, after what is up."""
        begun = self.up.number if self.up else 0
        waits = [one for one in self.lines if (one.item.state == "waiting" if one.item else not one.was_up)]
        if not begun:
            over = (one.number for one in self.lines if (one.item.state == "done" if one.item else one.was_up))
            begun = max(over, default=0)
        return tuple(one for one in waits if one.number > begun)

    @property
    def closed_lines(self) -> int:
        """How many lines are closed to the reader."""
        return sum(line.item is None for line in self.lines)


@dataclass(frozen=True)
class Seat:
    """One person at the meeting; `is_out` for what is up now."""

    attendance: Attendance
    is_out: bool

    @property
    def name(self) -> str:
        return self.attendance.person.name


def meetings(actor: Actor, page: int = 1, stage: CycleStage | None = None) -> Page[Meeting]:
    """Meetings the actor may know of: to come or under way, the next one first; then those held, the last one first."""
    found = _whole().where(visible_meetings(actor))
    if stage is not None:
        found = found.where(Meeting.stage_id == stage.id)
    held = Meeting.state.in_(("closed", "cancelled"))
    to_come = case((~held, Meeting.starts_at))
    return paginate(found.order_by(held, to_come, Meeting.starts_at.desc(), Meeting.id.desc()), page)


def meeting_for(actor: Actor, public_id: str) -> Meeting:
    """One meeting.

    raises   Missing when there is none, or it is not the actor's to know of
    """
    meeting = db.session.scalar(_whole().where(Meeting.public_id == public_id, visible_meetings(actor)))
    if meeting is None:
        raise Missing("There is no such meeting, or you are not invited to it.")
    return meeting


def _whole() -> Select[Meeting]:
    return select(Meeting).options(with_program(Meeting.stage), joinedload(Meeting.chair))


def is_over(meeting: Meeting) -> bool:
    return meeting.state in ("closed", "cancelled")


def agenda_of(actor: Actor, meeting: Meeting) -> Agenda:
    """The lines of a meeting, in two statements."""
    frame = db.session.execute(frame_of(actor, meeting.id)).all()
    shown = {
        item.id: item
        for item in db.session.scalars(
            select(AgendaItem)
            .outerjoin(AgendaItem.application)
            .where(AgendaItem.meeting_id == meeting.id, open_to(actor))
            .options(contains_eager(AgendaItem.application).joinedload(Application.case).joinedload(Case.organization))
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    }
    titles = titles_of(actor, meeting, [(row.id, shown.get(row.id)) for row in frame])
    return Agenda(
        tuple(
            Line(
                *(number, row.starts_at, row.minutes, shown.get(row.id), titles[row.id]),
                is_up=row.state == "open",
                was_up=row.opened_at is not None,
            )
            for number, row in enumerate(frame, start=1)
        )
    )


def frame_of(actor: Actor, meeting_id: int) -> Select[*tuple[Any, ...]]:
    """Of every line what everyone at the meeting may know, and of those open to the actor how often they changed."""
    return (
        select(
            AgendaItem.id,
            AgendaItem.starts_at,
            AgendaItem.minutes,
            AgendaItem.state,
            AgendaItem.opened_at,
            AgendaItem.version,
            open_to(actor).label("is_open_to_them"),
        )
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )


def titles_of(actor: Actor, meeting: Meeting, lines: Sequence[tuple[int, AgendaItem | None]]) -> Mapping[int, str]:
    """Line's id -> what the actor calls it; in a blind stage, reviewers know applications as they do in their piles."""
    blind = is_blind(actor, meeting)
    titles: dict[int, str] = {}
    for line_id, item in lines:
        if item is None:
            titles[line_id] = "Closed to you"
        elif item.application is None:
            titles[line_id] = item.title or ""
        elif blind:
            titles[line_id] = blind_name(meeting.stage, item.application)
        else:
            titles[line_id] = item.application.case.organization.name
    return titles


def is_blind(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor reads the stage's applications without the applicants' names; a pitch shows who they are."""
    return meeting.kind != "pitch" and not actor.may("review.read") and review_rules(meeting.stage).identity == "blind"


def seats(meeting: Meeting, item: AgendaItem | None) -> tuple[Seat, ...]:
    """Who is invited or came, by name, and who of them is out for this item. For whoever is in the room for it."""
    out = db.session.scalars(
        select(Attendance.person_id)
        .join(Application, Application.id == (item.application_id if item else None))
        .where(Attendance.meeting_id == meeting.id, out_for())
    ).all()
    found = db.session.scalars(
        select(Attendance)
        .join(Attendance.person)
        .where(Attendance.meeting_id == meeting.id)
        .options(contains_eager(Attendance.person))
        .order_by(Person.name, Attendance.id)
    )
    return tuple(Seat(one, one.person_id in out) for one in found)


def seat_of(actor: Actor, meeting: Meeting) -> Attendance | None:
    """The actor's own place at a meeting."""
    return db.session.scalar(
        select(Attendance).where(Attendance.meeting_id == meeting.id, Attendance.person_id == actor.person_id)
    )


def item_for(actor: Actor, meeting: Meeting, public_id: str) -> AgendaItem:
    """One line of the agenda.

    raises   Missing when there is none, or it is closed to the actor
    """
    item = db.session.scalar(
        select(AgendaItem)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.public_id == public_id, AgendaItem.meeting_id == meeting.id, open_to(actor))
        .options(
            joinedload(AgendaItem.meeting),
            contains_eager(AgendaItem.application).joinedload(Application.case).joinedload(Case.organization),
        )
    )
    if item is None:
        raise Missing("There is no such line on the agenda.")
    return item


def item_up(meeting: Meeting) -> AgendaItem | None:
    """What is up, whoever may know of it: for services, which ask who acts."""
    return db.session.scalar(select(AgendaItem).where(up_in(meeting.id)))
