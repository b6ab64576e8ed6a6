"""A small program with every kind of question, schools that write, and submitted applications, for tests.

Called inside a unit of work; they flush. Dates: discovery to 31 January 2016, the application stage `launch` from
1 February to 20 March 2016, 5 pm Pacific, with 15 minutes of grace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from grants.applications import services
from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.dates import StageDates
from grants.programs.models import Cycle, CycleStage
from grants.programs.services import load_program, open_cycle
from tests.factories.people import actor, join, organization, person

OPENS = datetime(2016, 2, 1, 17, 0, tzinfo=UTC)
WRITING = datetime(2016, 3, 8, 17, 0, tzinfo=UTC)
CLOSES = datetime(2016, 3, 21, 0, 0, tzinfo=UTC)

_numbers = count(1)

PROGRAM = Path(__file__).with_name("small_program.yaml")

COMPLETE: dict[str, Any] = {
    "eligibility_public": True,
    "move_on": "When she can show it.",
    "grades": ["k_2"],
    "pilots": False,
    "students": 320,
    "asked": 350_000_00,
    "opens": "2016-08-22",
    "team": [{"name": "Dana Ruiz", "role": "Lead teacher", "email": "dana@example.org"}],
}


def cycle(enter: str = "open", *more: str, participation: str = "{}") -> Cycle:
    """An open cycle of the small program; `enter` is the entry rule of its launch stage, in YAML, `more` are further
    settings of that stage, a line each, and `participation` says who may apply.
    """
    number = 1 + db.session.scalars(select(func.count()).select_from(Cycle)).one()  # the same text in every test
    text = (
        PROGRAM.read_text()
        .replace("program: small", f"program: small_{number}")
        .replace("funder:", f"participation: {participation}\nfunder:", 1)
        .replace("enter: open", "\n    ".join([f"enter: {enter}", *more]))
    )
    version = load_program(SYSTEM, text, "small.yaml")
    dates = {
        "discovery": StageDates(datetime(2015, 9, 1, tzinfo=UTC), datetime(2016, 2, 1, 1, 0, tzinfo=UTC)),
        "launch": StageDates(OPENS, CLOSES, 15, datetime(2016, 4, 15, tzinfo=UTC)),
        "growth": StageDates(datetime(2017, 2, 1, tzinfo=UTC), datetime(2017, 3, 1, tzinfo=UTC)),
    }
    with clock_at(datetime(2015, 8, 1, tzinfo=UTC)):
        return open_cycle(SYSTEM, version, f"small-{number}", "NGLC in Oakland", dates)


def stage(of: Cycle | None = None, key: str = "launch") -> CycleStage:
    """A stage of a cycle; the launch stage of a new one unless told otherwise."""
    return next(one for one in (of or cycle()).stages if one.key == key)


@dataclass(frozen=True)
class School:
    """A school and those who write for it."""

    organization: Organization
    lead: Person
    editor: Person
    viewer: Person
    signatory: Person

    @property
    def as_lead(self) -> Actor:
        return actor(self.lead)

    @property
    def as_editor(self) -> Actor:
        return actor(self.editor)

    @property
    def as_viewer(self) -> Actor:
        return actor(self.viewer)

    @property
    def as_signatory(self) -> Actor:
        return actor(self.signatory)


def school(name: str | None = None, **more: Any) -> School:
    """A school with a lead, an editor, a viewer and a signatory."""
    place = organization(name, **more)
    people = {role: person() for role in OrganizationRole}
    for role, someone in people.items():
        join(someone, place, role)
    return School(
        place,
        people[OrganizationRole.LEAD],
        people[OrganizationRole.EDITOR],
        people[OrganizationRole.VIEWER],
        people[OrganizationRole.SIGNATORY],
    )


def draft(of: School, at: CycleStage, answers: Mapping[str, Any] | None = None) -> Application:
    """An application that the school's lead has started, with these answers. The clock has to stand in the stage."""
    application = services.start(of.as_lead, at, of.organization)
    if answers:
        writes = {key: services.Write(value, 0) for key, value in answers.items()}
        outcome = services.save_answers(of.as_editor, application, writes)
        assert outcome.is_clean, outcome
    return application


def submitted(of: School, at: CycleStage, answers: Mapping[str, Any] | None = None) -> Submission:
    """A complete application, certified and submitted by the school's signatory."""
    application = draft(of, at, {**COMPLETE, **(answers or {})})
    return services.submit(of.as_signatory, application, of.signatory.name)


def named(name: str) -> Application:
    """The one application of the school of this name."""
    theirs = select(Application).join(Application.case).join(Case.organization).where(Organization.name == name)
    return db.session.scalars(theirs).one()


def coached(of: School, application: Application, *sections: str, by: str | None = None) -> Person:
    """A coach from a partner, who said yes when the school's lead asked them to read these sections of its draft."""
    someone = person(by)
    asked = services.invite_coach(
        of.as_lead, application, someone.name, someone.email, "Mastery Design Collaborative", sections
    )
    services.accept_coaching(actor(someone), asked)
    return someone


def decided(application: Application, outcome: str = "award", version: int = 1) -> None:
    """A released decision as the later step stores it; only what this one reads of it is meant."""
    from grants.decisions.models import Decision, Slate
    from grants.documents.models import Document
    from grants.kernel.clock import now

    maker = person()
    slate = Slate(stage_id=application.stage_id, title="A", made_at=now(), made_by_id=maker.id, state="released")
    letter = Document(
        kind="letter", subject_id=application.public_id, version=version, case_id=application.case_id, title="Letter",
        template="letter", facts={}, facts_sha256="0" * 64, code=f"code{next(_numbers)}", frozen_at=now(),
        state="frozen",
    )  # fmt: skip
    db.session.add_all([slate, letter])
    db.session.flush()
    db.session.add(
        Decision(
            application_id=application.id, version=version, case_id=application.case_id, slate_id=slate.id,
            letter_id=letter.id, outcome=outcome, amount=0, released_at=now(),
        )
    )  # fmt: skip
    db.session.flush()
