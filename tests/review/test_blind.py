"""A panel that reads without names, on every address of the application: no byte it gets tells whose a blueprint is."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.routing import Rule

from grants.background.runner import run_due
from grants.casework import files
from grants.casework.services import note_event
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.feeds import make_feed, token_of
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review import services
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, join, organization, person
from tests.factories.telling_files import DOCX, XLSX, docx, jpeg, pdf, words_in, xlsx
from tests.meetings.story import Room
from tests.review.story import LATER, Panel

Browser = Callable[[Any], FlaskClient]
SCHOOL = "Quillfeather"
"""In the applicant's name alone, which the list for declaring conflicts shows."""
TELLS = "Zephyranth"
"""In all else that would tell who applies: people, addresses, hidden answers, file names, what files say of makers."""
WORDS = (SCHOOL.encode(), TELLS.encode(), SCHOOL.lower().encode(), TELLS.lower().encode())

FORM = {
    "who": {
        "title": "Who you are",
        "fields": {
            "principal": {
                "type": "short_text",
                "title": "Who leads?",
                "hidden_when_blind": True,
                "carry_forward": "planning.principal",
            },
            "day": {"type": "long_text", "title": "What will a day be like?", "carry_forward": "planning.vision"},
            "pilots": {
                "type": "group",
                "title": "Pilots",
                "fields": {
                    "tried": {"type": "long_text", "title": "What you tried"},
                    "teacher": {"type": "short_text", "title": "Whose class?", "hidden_when_blind": True},
                },
            },
            "plan": {"type": "file", "title": "The plan", "kinds": ["pdf", "docx", "xlsx", "image"], "several": True},
            "letter": {"type": "file", "title": "Who stands behind it", "hidden_when_blind": True},
        },
    }
}
# The list for declaring conflicts is a list of names, and leads to nothing of what they wrote.
NAMES_ALONE = {"review.conflicts", "review.tie"}


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(one_blueprint_read)


def one_blueprint_read() -> Panel:
    """Ben reads one blueprint of a school that every place of the record names, and has read and noted."""
    contents = [(pdf, "application/pdf"), (docx, DOCX), (xlsx, XLSX), (jpeg, "image/jpeg")]
    endings = ("pdf", "docx", "xlsx", "jpg")
    kept = [
        files.put(make_file(name=TELLS), f"{TELLS}.{ending}", kind)
        for (make_file, kind), ending in zip(contents, endings, strict=True)
    ]
    letter = files.put(pdf(TELLS), f"{TELLS} letter.pdf", "application/pdf")
    unreadable = files.put(b"%PDF-1.7 " + TELLS.encode(), f"{TELLS} scan.pdf", "application/pdf")
    rules = {
        "identity": "blind",
        "earlier_evidence": [f"planning.{kind}" for kind in ("submission", "owes", "scorecards")],
    }
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(sections=FORM, **rules)
        panel = Panel(launch, person("Maya Rivera", Role.PROGRAM_OFFICER))
        school = organization(f"{SCHOOL} Academy", city=TELLS, street=f"1 {TELLS} Way")
        lead = person(f"{TELLS} Principal", email=f"lead@{TELLS.lower()}.example")
        join(lead, school, OrganizationRole.LEAD)
        said = {"principal": f"{TELLS} Principal", "vision": "Goal sheets.", "day": "Goal sheets.", "team": "Six."}
        said |= {"pilots": [{"tried": "A lab.", "teacher": TELLS}]}  # type: ignore[dict-item]
        before, application = (make.submitted(stage, school, answers=said) for stage in (planning, launch))
        reader = make.panelist(planning, person("Ann", Role.REVIEWER))
        make.scored(make.assigned(reader, before))
        stored = [files.register(one, case=application.case) for one in (*kept, unreadable)]
        hidden = files.register(letter, case=application.case)
        named = [_answered("plan", one) for one in stored] + [_answered("letter", hidden)]
        for one in (before, application):
            make.resubmit(one, make.CLOSED, said, lead, files=named)
        note_event(actor(lead), application.case, "report", f"{TELLS} handed the log in.", "applicant")
    panel.applications = [application, panel.application_of("Tern School")]  # type: ignore[attr-defined]
    panel.invite("Ben")
    panel.all_declare()
    panel.assigns("Ben", *panel.applications)
    run_due()
    return panel


def _answered(field: str, stored: Any) -> dict[str, Any]:
    return {"field": field, "file": stored.public_id, "name": stored.name, "size": stored.size, "sha256": stored.sha256}


def addresses(app: Flask, feed: str) -> Iterator[tuple[Rule, str]]:
    """Every address that can be read, with every id of the database that its place can take."""
    tables = {name.removesuffix("_id"): name for name in db.metadata.tables}
    tables |= {
        "stage": "cycle_stage",
        "file": "stored_file",
        "version": "program_version",
        "member": "panel_member",
        "item": "agenda_item",
    }
    fixed = {"key": ["planning", "launch"], "form": ["csv", "xlsx"], "feed_token": [feed]}
    bound = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        ways = []
        for name in sorted(rule.arguments):
            table = tables.get(name.removesuffix("_id"))
            found = fixed.get(name) or (_public_ids(table) if table else [])
            ways.append([(name, value) for value in found])
        for way in product(*ways):
            with app.test_request_context():
                yield rule, bound.build(rule.endpoint, dict(way), method="GET")


def _public_ids(table: str) -> list[str]:
    if "public_id" not in db.metadata.tables[table].c:
        return []
    return list(db.session.scalars(text(f'SELECT public_id FROM "{table}" ORDER BY id')))


def told(answer: Any) -> list[bytes]:
    """The words that tell, in an answer's headers and bytes and in what those unpack to."""
    seen = [str(answer.headers).encode(), *words_in(answer.data)]
    return [word for word in WORDS if any(word in part for part in seen)]


def test_no_address_tells_a_blind_reviewer_who_applies(app: Flask, panel: Panel, client_of: Browser) -> None:
    ben = panel["Ben"]
    room = Room.running(panel, *panel.applications)  # type: ignore[attr-defined]
    room.opens(panel.applications[0])  # type: ignore[attr-defined]
    with room.acting():
        feed = token_of(make_feed(ben.by))
    browser = client_of(ben.person)
    opened: dict[str, int] = {}
    with clock_at(room.now):
        found = list(addresses(app, feed))
        for rule, address in found:
            answer = browser.get(address)
            allowed = {SCHOOL.encode()} if rule.endpoint in NAMES_ALONE else set()
            assert set(told(answer)) <= allowed, address
            if answer.status_code == 200:
                opened[rule.endpoint] = opened.get(rule.endpoint, 0) + 1
    # It walked where there is something to tell: both applications, the earlier one, and each file that can be cleaned.
    wanted = {
        "review.scorecard": 2,
        "review.paper": 2,
        "review.recuse": 2,
        "review.earlier": 1,
        "review.assignments": 1,
    }
    assert {endpoint: opened.get(endpoint) for endpoint in wanted} == wanted
    assert opened["review.file"] == 4
    assert opened["review.conflicts"] == 1
    assert opened["calendars.feed"] == 1
    assert (opened["meetings.meeting"], opened["meetings.application"]) == (1, 2)


def test_what_a_blind_reviewer_sends_is_answered_without_names(panel: Panel, client_of: Browser) -> None:
    ben, browser = panel["Ben"], client_of(panel["Ben"].person)
    card = f"/review/assignments/{ben.assignment_id(panel.applications[0])}"
    marks = {"mark_learning_plans": "yes", "mark_competency": "3", "mark_team": "4", "mark_financial_plan": "3"}
    with clock_at(LATER):
        answers = [
            browser.post(f"{card}/save", data={"version": "0", **marks, "mark_team": "9"}),
            browser.post(card, data={"version": "0", "action": "submit", "mark_team": "2"}),
            browser.post(card, data={"version": "0", "action": "save", "mark_team": "4"}),
            browser.post(f"{card}/notes", data={"note-charm": "Much.", "notes-version": "0"}),
            browser.post(f"{card}/conflict", data={"kind": "close", "reason": ""}),
            browser.post(card, data={"version": "1", "action": "submit", **marks}),
            browser.get(card),
            browser.post(f"{card}/conflict", data={"kind": "close", "reason": "My sister teaches there."}),
            browser.get("/review/"),
            browser.get(card),
        ]
    assert [answer.status_code for answer in answers] == [422, 422, 409, 422, 422, 302, 200, 302, 200, 404]
    assert [told(answer) for answer in answers] == [[]] * len(answers)


def test_no_mail_tells_a_blind_reviewer_who_applies(panel: Panel) -> None:
    ben = panel["Ben"]
    ben.scores(panel.applications[0])
    with clock_at(LATER), unit_of_work():
        one = ben.assignment(panel.applications[0])
        services.reopen_scorecard(panel.by, one, "The budget was misread.")
    mails = db.session.scalars(select(Message).where(Message.to_email == ben.person.email)).all()
    assert {mail.template for mail in mails} >= {"review.assigned", "review.reopened"}
    for mail in mails:
        assert not any(word in f"{mail.subject} {mail.body}".encode() for word in WORDS)


def test_staff_and_open_panels_read_names(panel: Panel, client_of: Browser) -> None:
    """The words are there to be told: what the others find nothing of is on these pages."""
    ann = db.session.scalars(select(Person).where(Person.name == "Ann")).one()
    with clock_at(LATER):
        pages = [
            client_of(panel.officer).get(f"/cases/{panel.applications[0].case.public_id}"),
            client_of(panel.officer).get(f"/submissions/{panel.applications[0].submissions[-1].public_id}"),
            client_of(ann).get("/review/"),
        ]
    assert [set(told(page)) & {WORDS[0], WORDS[1]} for page in pages] == [
        {WORDS[0], WORDS[1]},
        {WORDS[0], WORDS[1]},
        {WORDS[0]},
    ]
