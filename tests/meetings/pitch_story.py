"""A pitch, told in the words of the officer who plans it and the schools that present."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from grants.applications.models import Application
from grants.casework import files
from grants.kernel.clock import clock_at
from grants.meetings import queries, services
from grants.meetings.models import Meeting
from grants.meetings.pitch_models import PitchSlides, PitchSlot
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as writing
from tests.factories import review as make
from tests.meetings.story import MEETING, PLANNING
from tests.review.story import Panel

DUE = datetime(2016, 4, 18, 0, 0, tzinfo=UTC)
"""When slides of a pitch at MEETING are due: at five in the afternoon, three days before."""
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PDF_TYPE = "application/pdf"


def odp(**parts: str) -> bytes:
    """Slides as OpenDocument: a whole, harmless file, with these parts changed or added."""
    held = {
        "mimetype": "application/vnd.oasis.opendocument.presentation",
        "META-INF/manifest.xml": "<manifest/>",
        "content.xml": "<content/>",
        **parts,
    }
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return kept.getvalue()


@dataclass
class Pitching(Panel):
    """A stage with a pitch; Auk, Heron and Tern applied, Ann and Ben read, and Ben has a conflict with Tern."""

    schools: dict[str, writing.School] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    now: datetime = PLANNING

    @classmethod
    def begun(cls, *names: str, pitch: dict[str, object] | None = None, **rules: object) -> "Pitching":
        rule = {"minutes": 20, "slides_due": "3 days before", **(pitch or {})}
        panel = cls.of("Ann", "Ben", reviewers_each=2, others_scores="at_meeting", pitch=rule, **rules)
        for name in names or ("Auk", "Heron", "Tern"):
            with unit_of_work():
                school = panel.schools[name] = writing.school(f"{name} School")
                panel.applications[name] = make.submitted(panel.stage, school.organization)
        conflicts = {panel.applications["Tern"].case: "My sister teaches there."} if "Tern" in panel.schools else {}
        panel["Ben"].declares(conflicts)
        panel["Ann"].declares()
        return panel

    @contextmanager
    def acting(self, at: datetime | None = None) -> Iterator[None]:
        """A unit of work, a minute later than the one before, or at an instant."""
        self.now = at or self.now + timedelta(minutes=1)
        with clock_at(self.now), unit_of_work():
            yield

    def plan(self, title: str = "Pitch day", starts_at: datetime = MEETING) -> services.Plan:
        return services.Plan(title, starts_at, self.officer, 2, "Room 2", "https://meet.example/room")

    def plans(self, *names: str, title: str = "Pitch day", starts_at: datetime = MEETING, reason: str = "") -> Meeting:
        """The officer plans a pitch at which these schools present; nobody is told."""
        chosen = [self.applications[name].public_id for name in names or self.applications]
        with self.acting():
            return services.plan_pitch(self.by, self.stage, self.plan(title, starts_at), chosen, 20, 0, 15, reason)

    def invites(self, meeting: Meeting) -> int:
        with self.acting():
            return services.invite_applicants(self.by, self.again(meeting))

    def again(self, meeting: Meeting) -> Meeting:
        return queries.meeting_for(self.by, meeting.public_id)

    def slot(self, name: str) -> PitchSlot:
        """The school's slot that stands, or the last that was called off."""
        return db.session.scalars(
            select(PitchSlot)
            .where(PitchSlot.application_id == self.applications[name].id)
            .order_by(PitchSlot.state == "cancelled", PitchSlot.id.desc())
        ).first()  # type: ignore[return-value]

    def own(self, name: str) -> PitchSlot:
        """The same as the school's editor finds it."""
        return queries.own_slot(self.schools[name].as_editor, self.applications[name].public_id)

    def confirms(self, name: str, *presenters: str) -> None:
        with self.acting():
            slot = self.own(name)
            services.confirm(self.schools[name].as_editor, slot, presenters, slot.starts_at)

    def asks(self, name: str) -> None:
        with self.acting():
            slot = self.own(name)
            editor = self.schools[name].as_editor
            services.ask_another_time(editor, slot, "We test then.", "Not before ten; eleven fits.", slot.starts_at)

    def uploads(self, name: str, file: str = "slides.pdf", at: datetime | None = None) -> PitchSlides:
        with clock_at(at or self.now):
            kept = files.put(PDF, file, PDF_TYPE)
        with self.acting(at):
            return services.keep_slides(self.schools[name].as_editor, self.own(name), kept)

    def times(self, meeting: Meeting) -> list[str]:
        """The agenda as the officer reads it, in the hours of the cycle."""
        db.session.rollback()
        lines = queries.agenda_of(self.by, self.again(meeting)).lines
        return [f"{one.starts_at - timedelta(hours=7):%H:%M} {one.title.removesuffix(' School')}" for one in lines]

    def states(self) -> dict[str, str]:
        db.session.rollback()
        return {name: self.slot(name).state for name in self.applications}

    def told(self, template: str) -> list[str]:
        """To whom a mail was written, in the order of time."""
        db.session.rollback()
        rows = db.session.scalars(select(Message).where(Message.template == template).order_by(Message.id))
        return [one.to_name for one in rows]

    def writers(self, *names: str) -> set[str]:
        """Names of those who write for these schools."""
        schools = [self.schools[name] for name in names]
        return {one.name for school in schools for one in (school.lead, school.editor, school.signatory)}
