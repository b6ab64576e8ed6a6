"""A panel that meets, told in the words of those in the room."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Majority
from grants.meetings.models import AgendaItem, Meeting
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.pitch_models import PitchCard
from tests.factories.people import actor
from tests.factories.review import PITCHED
from tests.review.story import Panel

MEETING = datetime(2016, 4, 20, 16, 0, tzinfo=UTC)
"""Nine in the morning where the cycle is."""
PLANNING = MEETING - timedelta(days=7)


@dataclass
class Room:
    """One meeting of a panel, and its people by first name."""

    panel: Panel
    meeting_id: str
    now: datetime = MEETING

    @classmethod
    def planned(
        cls,
        panel: Panel,
        *applications: Application,
        quorum: int = 2,
        chair: Person | None = None,
        ballot: Ballot = Ballot.OPEN,
        majority: Majority = Majority.SIMPLE,
        break_after: int = 0,
        minutes: int = 20,
        kind: str = "panel",
    ) -> "Room":
        """The officer plans the meeting; nobody is told."""
        with clock_at(PLANNING), unit_of_work():
            plan = services.Plan(
                "Panel meeting", MEETING, chair or panel.officer, quorum, "Room 2", "", ballot, majority
            )
            lines = services.Lines([one.id for one in applications], minutes, break_after, 15)
            made = services.make_meeting(panel.by, panel.stage, plan, lines, kind)
            return cls(panel, made.public_id)

    @classmethod
    def running(cls, panel: Panel, *applications: Application, **more: object) -> "Room":
        """The same, invited and begun; everybody of the panel is in the room."""
        room = cls.planned(panel, *applications, **more)  # type: ignore[arg-type]
        room.invites()
        with room.acting():
            services.start(panel.by, room.meeting())
        for name in panel.members:
            room.joins(name)
        return room

    @contextmanager
    def acting(self, minutes: int = 1) -> Iterator[None]:
        """A unit of work, at the meeting, a little later than the one before."""
        self.now += timedelta(minutes=minutes)
        with clock_at(self.now), unit_of_work():
            yield

    def by(self, name: str) -> Actor:
        return self.panel.by if name == "the officer" else self.panel[name].by

    def meeting(self, name: str = "the officer") -> Meeting:
        return queries.meeting_for(self.by(name), self.meeting_id)

    def invites(self) -> None:
        with clock_at(PLANNING), unit_of_work():
            services.invite(self.panel.by, self.meeting())

    def joins(self, name: str) -> None:
        with self.acting():
            services.join(self.by(name), self.meeting(name))

    def leaves(self, name: str) -> None:
        with self.acting():
            services.leave(self.by(name), self.meeting(name))

    def item(self, application: Application, name: str = "the officer") -> AgendaItem:
        meeting = self.meeting(name)
        lines = queries.agenda_of(self.by(name), meeting).lines
        return next(one.item for one in lines if one.item and one.item.application_id == application.id)  # type: ignore[return-value]

    def opens(self, application: Application, by: str = "the officer") -> None:
        """Whatever is up is closed first."""
        with self.acting():
            actor_, meeting = self.by(by), self.meeting(by)
            if up := queries.item_up(meeting):
                services.close_item(actor_, up)
            services.open_item(actor_, self.item(application, by))

    def closes(self, application: Application) -> None:
        with self.acting():
            services.close_item(self.panel.by, self.item(application))

    def scores(self, name: str, application: Application, version: int = 0, **marks: Any) -> PitchCard:
        """Somebody scores a pitch, and submits; marks that are not given are those of `PITCHED`."""
        comments = {"answers": "They did not."} if marks.get("answers") == 1 else {}
        with self.acting(0):
            item = self.item(application, name)
            services.score_pitch(self.by(name), item, PITCHED | marks, comments, None, version)
        with self.acting(0):
            return services.submit_pitch(self.by(name), self.item(application, name))

    def ends(self) -> None:
        """Whatever is up is closed, and then the meeting."""
        with self.acting():
            if up := queries.item_up(self.meeting()):
                services.close_item(self.panel.by, up)
            services.close(self.panel.by, self.meeting())

    def sees(self, name: str) -> list[str]:
        """The agenda as this person reads it, what is up marked with an arrow."""
        db.session.rollback()
        who = self.by(name)
        return [f"{'→ ' if one.is_up else ''}{one.title}" for one in queries.agenda_of(who, self.meeting(name)).lines]

    def is_out(self, name: str) -> bool:
        db.session.rollback()
        return queries.agenda_of(self.by(name), self.meeting(name)).out is not None

    def pulse(self, who: Person) -> tuple[object, ...]:
        db.session.rollback()
        return queries.pulse(actor(who), self.meeting_id)
