"""The demonstration as pages are looked for on it: with what it has none of added, and its people to open them as."""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from itertools import islice
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select, text
from werkzeug.routing import Rule

from grants.applications import services as applications
from grants.awards import services as awards
from grants.background.models import Job
from grants.background.runner import run_due
from grants.casework import exporting, files
from grants.decisions import services as decisions
from grants.decisions.models import Slate
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.feeds import token_of
from grants.messages.models import CalendarFeed
from grants.payments import services as payments
from grants.people import services as people
from grants.people.directory_files import table_of
from grants.people.models import Organization, Person
from grants.people.services.directory import keep_directory
from grants.people.tokens import Purpose, link_hash, panel_token, password_token, request_token
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.programs.services import load_program
from grants.replay.demo import PRESENT, add_what_no_recording_has
from grants.review import services as reviewing
from grants.review.aims import Aims
from grants.review.models import Assignment
from grants.review.people_models import PanelInvitation
from grants.review.queries.invitations import stamp_of
from tests.browser.house import session_of
from tests.browser.pages import AUDITOR, OFFICER, SIGN_IN, Seen
from tests.factories import applications as writing
from tests.factories import awards as granting
from tests.factories import review
from tests.factories.people import actor, person

TRIED = 60


def add_what_it_lacks() -> None:
    """A file in a draft, one handed in, a program's second version, another slate, awards that wait, failed work,
    a link to a school, a school directory, files of lists."""
    kept = [files.put(b"%PDF-1.7\n%%EOF\n", "letter.pdf", "application/pdf") for _ in range(2)]
    with clock_at(writing.WRITING), unit_of_work():
        stage = writing.stage()
        drafting, handing_in = writing.school("Bayfront School"), writing.school("Hillside School")
        applications.attach(drafting.as_editor, writing.draft(drafting, stage), "letter", kept[0])
        complete = writing.draft(handing_in, stage, writing.COMPLETE)
        applications.attach(handing_in.as_editor, complete, "letter", kept[1])
        applications.submit(handing_in.as_signatory, complete, handing_in.signatory.name)
        review.assigned(review.panelist(stage, person("Ben Okafor", Role.REVIEWER)), complete)
        source = stage.cycle.program_version.source
        load_program(SYSTEM, source.replace("Your motto", "Your school’s motto"), "small.yaml")
    add_what_no_recording_has()
    with clock_at(PRESENT):
        stage = db.session.scalars(select(Slate).where(Slate.state == "proposed")).one().stage
        solution = decisions.solve_slate(actor(_who(OFFICER)), stage)
        with unit_of_work():
            decisions.make_slate(actor(_who(OFFICER)), stage, "Another way", solution)
            failed = {
                "state": "failed",
                "attempts": 5,
                "error": "The mail server did not answer.",
                "finished_at": PRESENT,
            }
            db.session.add(Job(name="messages.deliver", args={}, run_at=PRESENT, created_at=PRESENT, **failed))
        _awards_that_wait()
        _link_that_is_open()
        _directory_to_look_at()
        _assignment_to_look_at()
        _place_to_fill()
        _files_of_lists()


def _assignment_to_look_at() -> None:
    """Who would review what of the intake that is being read."""
    stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Winter intake")).one()
    with unit_of_work():
        reviewing.ask_for_assignment(actor(_who(OFFICER)), stage, Aims())
    run_due()


def _place_to_fill() -> None:
    """Somebody who has scored an application turns out to be tied to the school."""
    stage = db.session.scalars(select(CycleStage).where(CycleStage.title == "Autumn intake")).one()
    cards = select(Assignment).where(Assignment.stage_id == stage.id, Assignment.revoked_at.is_(None))
    # The newest: the first ones are talked about at the meetings that are looked at as a reviewer.
    card = db.session.scalars(cards.order_by(Assignment.id.desc()).limit(1)).one()
    case = card.submission.application.case
    with unit_of_work():
        reviewing.declare_conflict(actor(card.reviewer), case, "My firm has sold them tablets since June.", "money")


def _files_of_lists() -> None:
    """A file of an officer's list, and one of the auditor's."""
    everything = {"action": "", "who": "Nobody", "since": None, "until": None}
    with unit_of_work():
        exporting.ask(actor(_who(OFFICER)), "applications.answers", "csv", "answers", {}, [("Stage", "Launch")])
        exporting.ask(actor(_who(AUDITOR)), "casework.record", "xlsx", "record", everything, [("Who", "Nobody")])
    run_due()


def _directory_to_look_at() -> None:
    """A school directory of which a line is new, one is alike, and one cannot be read."""
    lines = ("School,City,Charter", "Harbor Point,Oakland,Y", "Urban Promise Acad.,Oakland,N", "Nowhere,Oakland,Maybe")
    content = "\n".join(lines).encode()
    with unit_of_work():
        keep_directory(actor(_who(OFFICER)), "schools.csv", content, table_of("schools.csv", content))
    run_due()


def _link_that_is_open() -> None:
    """A link to a school. Its secret is kept nowhere, so here it is its public id."""
    with unit_of_work():
        school = db.session.scalars(select(Organization).where(Organization.kind == "school").limit(1)).one()
        link, _ = people.make_link(actor(_who(OFFICER)), school, OrganizationRole.EDITOR, days=7, most=None)
        link.token_hash = link_hash(link.public_id)


def _awards_that_wait() -> None:
    """Three awards: one offered, one with an agreement to sign, one to countersign."""
    with unit_of_work():
        cycle = granting.cycle()
        payments.open_fund(SYSTEM, cycle, "outside", "Outside money", 1_000_000_00)
        payments.open_fund(SYSTEM, cycle, "local", "Local money", 500_000_00)
        offered, to_sign, to_countersign = (granting.award(cycle) for _ in range(3))
        for award in (offered, to_sign, to_countersign):
            award.answer_by_on = PRESENT.date() + timedelta(days=30)
    run_due()
    for award in (to_sign, to_countersign):
        with unit_of_work():
            awards.accept(actor(award.case.organization.memberships[0].person), award)
    run_due()
    with unit_of_work():
        signatory = to_countersign.case.organization.memberships[1].person
        awards.sign(actor(signatory), to_countersign, signatory.name, consent=True)


def _who(title: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == SIGN_IN[title])).one()


class Demonstration:
    """The demonstration while it is served.

    address   where it is served
    """

    def __init__(self, app: Flask, address: str) -> None:
        self.address = address
        self._app = app
        self._urls = app.url_map.bind("localhost")
        self._people = {title: _who(title) for title in SIGN_IN}
        self._roles: dict[Any, frozenset[Role]] = {}

    def opened(self, rule: Rule, seen: Seen, **more: str) -> tuple[str | None, str]:
        """The session of whoever opens the page (None is a visitor's), and the first address that they may open."""
        for who, path in self._addresses(rule, seen, **more):
            session = session_of(self._app, who) if who else None
            if seen.ids is None or self.client(session).get(path).status_code == HTTPStatus.OK:
                return session, path
        raise AssertionError(f"{seen.who} of the demonstration finds no page at {rule}")

    def roles_that_open(self, rule: Rule, places: list[Seen], wanted: set[Role]) -> set[Role]:
        """Which of these roles somebody has who finds a page there."""
        found: set[Role] = set()
        for title in SIGN_IN:
            for seen in places:
                for who, path in self._addresses(rule, Seen(title, seen.ids), form="csv"):
                    new = self._roles_of(who) & wanted - found
                    if new and self.client(session_of(self._app, who)).get(path).status_code == HTTPStatus.OK:
                        found |= new
        return found

    def _roles_of(self, who: Person) -> frozenset[Role]:
        """Looked up once: nobody's roles change while pages are read."""
        known = inspect(who).identity
        if known not in self._roles:
            self._roles[known] = actor(who).roles
        return self._roles[known]

    def _addresses(self, rule: Rule, seen: Seen, **more: str) -> Iterator[tuple[Person | None, str]]:
        for row in islice(_rows(seen), TRIED):
            opener = row.pop("opener", None)
            who = db.session.get_one(Person, opener) if opener else self._people.get(seen.who)
            wanted = {key: value for key, value in more.items() if key in rule.arguments}
            yield who, self._urls.build(rule.endpoint, row | wanted, method="GET")

    def client(self, session: str | None) -> FlaskClient:
        """A browser without a window."""
        client = self._app.test_client()
        if session:
            client.set_cookie("session", session)
        return client


def _rows(seen: Seen) -> list[dict[str, Any]]:
    if seen.ids is None:
        return [{}]
    found = [dict(row) for row in db.session.execute(text(seen.ids)).mappings()]
    for row in found:
        if "feed_token" in row:
            row["feed_token"] = token_of(db.session.get_one(CalendarFeed, row["feed_token"]))
        if "panel_token" in row:
            asked = db.session.get_one(PanelInvitation, row["panel_token"])
            row["panel_token"] = panel_token(asked.public_id, stamp_of(asked))
        if "request_token" in row:
            row["request_token"] = request_token(row["request_token"])
        if "token" in row:  # what no database holds
            row["token"] = password_token(db.session.get_one(Person, row["token"]), Purpose.INVITATION)
    return found
