"""The demonstration: a site of its own, filled by replay, in which every role has something to do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import make_url, select

from grants.applications import services as applications
from grants.applications.services import Write
from grants.config import INSTANCE, Settings, use_site
from grants.kernel import clock
from grants.kernel.policy import SYSTEM, Actor, OrganizationRole
from grants.people import services as people
from grants.people.details import OrganizationDetails
from grants.people.models import Organization, Person
from grants.people.queries import actor_of
from grants.people.requests import leads_of
from grants.people.services.organizations import new_organization
from grants.persistence.commands import bring_up_to_date
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.replay import panel_call
from grants.replay.engine.runner import play
from grants.replay.recording import Recording, load
from grants.replay.sign_ins import PASSWORD, SIGN_INS

PRESENT: Final = datetime(2016, 11, 15, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
"""When the demonstration begins; from then on its clock runs like any other."""


def site_of_demo() -> Settings:
    """The demonstration's own site; its clock is set when it is used for the first time."""
    behind = PRESENT - clock.now()
    first = {
        "ENVIRONMENT": "demo",
        "DATABASE_URL": "sqlite:///instance/demo.sqlite3",
        "FILES_URL": "file://instance/demo-files",
        "LOG_LEVEL": "WARNING",
        "CLOCK_OFFSET_SECONDS": str(round(behind.total_seconds())),
    }
    return use_site(INSTANCE / "demo.env", first)


def is_missing(settings: Settings) -> bool:
    """Whether the demonstration has to be prepared yet."""
    return not _file(settings).exists()


def prepare(settings: Settings, make_app: Callable[[Settings], Flask], say: Callable[[str], None]) -> None:
    """Fill the site by replay. It is there whole or not at all: it takes its name only when it is done."""
    whole = _file(settings)
    building = whole.with_name(f"{whole.name}.building")
    for ending in ("", "-wal", "-shm"):
        Path(f"{building}{ending}").unlink(missing_ok=True)
    with make_app(replace(settings, database_url=f"sqlite:///{building}")).app_context():
        bring_up_to_date(replace(settings, database_url=f"sqlite:///{building}"))
        play(recordings(), PRESENT, say)
        add_what_no_recording_has()
        db.session.remove()
        db.engine.dispose()  # the last connection to close brings the write-ahead log into the file
    building.replace(whole)


def recordings() -> list[Recording]:
    """What is replayed: the published cycle, then invented ones of the same people and schools."""
    oakland = load("oakland")
    return [oakland, *(load(name, before=oakland) for name in ("pilot_fund", "school_designs"))]


def add_what_no_recording_has() -> None:
    """A school registered twice, a person of two schools, schools that apply together, and a panel on a call."""
    register_twin()
    belong_to_two()
    apply_together()
    panel_call.meet(PRESENT)


def register_twin() -> None:
    """A school that is here already is registered once more, spelled another way, by somebody who did not look.

    School, person and address are illustrative.
    """
    details = OrganizationDetails(
        "Temescal Elem. School", "school", "district", street="118 Illustration Way", city="Oakland", region="CA"
    )
    with clock.clock_at(PRESENT - timedelta(days=2)), unit_of_work():
        twin = new_organization(details, illustrative=True, unchecked_since=clock.now())
        somebody = people.add_person(SYSTEM, "Rosa Delgado", "rosa@temescal-elem.example", illustrative=True)
        people.add_member(SYSTEM, twin, somebody, OrganizationRole.LEAD)


def belong_to_two() -> None:
    """A head of school reads along at another school too, and so has two to look at; a third asks her, and she has not
    answered. That she does is illustrative."""
    with clock.clock_at(PRESENT - timedelta(days=1)), unit_of_work() as session:
        head = session.scalars(select(Person).where(Person.email == "principal@urban-promise.example")).one()
        other = session.scalars(select(Organization).where(Organization.name == "Temescal Elementary")).one()
        people.add_member(SYSTEM, other, head, OrganizationRole.VIEWER)
        third = _school("Golden Poppy Elementary")
        people.invite_member(_lead_of(third), third, head.name, head.email, OrganizationRole.VIEWER)


def apply_together() -> None:
    """Three schools share an idea: one leads the consortium, one has joined it, and one has yet to answer."""
    with clock.clock_at(PRESENT - timedelta(hours=40)), unit_of_work():
        leading, joined, asked = (
            _school(name) for name in ("Fruitvale Prep", "Golden Poppy Elementary", "Lakeside Secondary")
        )
        ours = people.form_consortium(_lead_of(leading), leading, "Readers of Three Schools", illustrative=True)
        place = people.ask_member(_lead_of(leading), ours, joined)
        people.answer_consortium(_lead_of(joined), place, joins=True)
        people.ask_member(_lead_of(leading), ours, asked)
    with clock.clock_at(PRESENT - timedelta(hours=20)), unit_of_work() as session:
        spring = session.scalars(select(CycleStage).where(CycleStage.title == "Spring intake")).one()
        draft = applications.start(_lead_of(leading), spring, ours)
        said = {"name": "One shelf in three schools", "students": 90}
        applications.save_answers(_lead_of(joined), draft, {key: Write(value, 0) for key, value in said.items()})


def _school(name: str) -> Organization:
    return db.session.scalars(select(Organization).where(Organization.name == name)).one()


def _lead_of(school: Organization) -> Actor:
    return actor_of(leads_of(school)[0])


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def welcome(settings: Settings) -> str:
    """The address, and one sign-in for each role."""
    wide = max(len(role) for role, _, _ in SIGN_INS)
    widest = max(len(address) for _, address, _ in SIGN_INS)
    rows = [f"  {role:<{wide}}  {address:<{widest}}  {waits}" for role, address, waits in SIGN_INS]
    return "\n".join(
        [
            "",
            f"Harbormaster is on {settings.base_url}",
            f"It is November 2016 there. Everybody's password is: {PASSWORD}",
            "",
            *rows,
            "",
            "The schools and figures are those of the published record; people, words and marks are illustrative.",
            "Ctrl-C stops it; `make reset-demo` forgets it.",
        ]
    )
