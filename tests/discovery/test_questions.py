"""Questions before applying: asked by anyone, answered privately or for everyone, told to whoever asked."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from grants.casework.services import open_case
from grants.discovery.asking import closed_because, telling_words
from grants.discovery.call_models import Call, Question, Reply
from grants.discovery.queries import asking, todos
from grants.discovery.queries.asking import QuestionFilters
from grants.discovery.services.asking import answer, ask, set_aside, take_back, take_up
from grants.discovery.services.calling import CallPlan, show_call
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import ANONYMOUS, SYSTEM
from grants.kernel.roles import Role
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.messages.services import Visitor
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.beginnings import Begin
from tests.factories.applications import cycle as small_cycle
from tests.factories.people import actor, join, organization, person

NOW = datetime(2016, 3, 2, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Browser = Callable[[Person], FlaskClient]
ANA = Visitor("Ana Quintero", "ana@quintero.example")
PAGE = CallPlan("listed", "Come and plan with us.", "Maya Rivera", "maya@foundation.example")


class Desk:
    """A cycle with its public page, two officers, and a school with a lead."""

    def __init__(self) -> None:
        with clock_at(NOW), unit_of_work():
            self.cycle = small_cycle()
            self.maya = person("Maya Rivera", Role.PROGRAM_OFFICER)
            self.omar = person("Omar Haddad", Role.PROGRAM_OFFICER)
            self.school = organization("Urban Promise Academy")
            self.dana = person("Dana Ruiz")
            join(self.dana, self.school)
            self.call: Call = show_call(actor(self.maya), self.cycle, PAGE)

    def url(self, page: str = "") -> str:
        return f"/calls/{self.cycle.key}-{self.call.public_id}{page}"

    def asked(self, text: str = "Are we too small?", who: Visitor | None = ANA, **more: Any) -> Question:
        with clock_at(more.pop("at", NOW)), unit_of_work():
            return ask(more.pop("actor", ANONYMOUS), self.call, text, who, **more)

    def answered(self, question: Question, said: str = "No, you are not.", **more: Any) -> None:
        with clock_at(more.pop("at", NOW + DAY)), unit_of_work():
            answer(actor(self.maya), question, said, **more)


@pytest.fixture
def desk(begin: Begin) -> Desk:
    return begin(Desk)


def subjects() -> list[tuple[str, str, str]]:
    found = db.session.execute(select(Message.template, Message.to_name, Message.to_email).order_by(Message.id))
    return [(template, name, address) for template, name, address in found]


@pytest.mark.scenario
def test_a_visitor_asks_and_everybody_reads_the_answer_without_a_trace_of_who_asked(
    desk: Desk, client: FlaskClient, client_of: Browser
) -> None:
    typed = {
        "text": "I am Ana of Tern School: may eleven teachers apply?",
        "name": ANA.name,
        "email": "Ana@Quintero.example",
    }
    with clock_at(NOW):
        sent = client.post(desk.url("/ask"), data=typed)
        assert (sent.status_code, sent.location) == (302, desk.url("/questions"))
        officer = client_of(desk.maya)
        assert "Are" not in officer.get("/questions").text.split("<tbody>")[0]
        (question,) = db.session.scalars(select(Question))
        page = officer.get(f"/questions/{question.public_id}").text
        assert ("Ana Quintero" in page, "ana@quintero.example" in page) == (True, True)
        reply = {
            "asked": "Is there a smallest size?",
            "said": "No. A team with time is enough.",
            "topic": "Who may apply",
        }
        assert ("See how it reads" in page, "Publish it" in page) == (True, False)  # what is published was looked at
        preview = officer.post(f"/questions/{question.public_id}/answer", data={**reply, "preview": "1"}).text
        assert ("As everybody would read it" in preview, "Publish it" in preview) == (True, True)
        assert db.session.scalars(select(Reply)).all() == []
        digest = re.search(r'name="previewed" value="(\w{64})"', preview)
        assert digest is not None
        seen = {"previewed": digest[1], "publish": "1"}
        edited = {**reply, **seen, "said": "No. A team is enough."}
        for unseen in ({**reply, "publish": "1"}, edited, {**reply, **seen, "topic": "Money"}):
            again = officer.post(f"/questions/{question.public_id}/answer", data=unseen)
            assert (again.status_code, "Nothing is published yet" in again.text) == (409, True)
            assert again.text.count(unseen["said"]) == 2  # as everybody would read it, and where it is written
        assert db.session.scalars(select(Reply)).all() == []
        done = officer.post(f"/questions/{question.public_id}/answer", data={**reply, **seen})
        assert done.status_code == 302
        public = [client.get(desk.url(path)) for path in ("", "/questions", "/questions?search=smallest", "/ask")]
    assert [answer.status_code for answer in public] == [200, 200, 200, 200]
    assert [answer.text.count("Is there a smallest size?") for answer in public] == [1, 1, 1, 0]
    everything = " ".join(answer.text + str(answer.headers) for answer in public)
    for secret in ("Ana", "Quintero", "quintero.example", "Tern", "eleven teachers"):
        assert secret not in everything
    told = [(template, *who) for template, *who in subjects()]
    assert told == [(name, ANA.name, ANA.email) for name in ("question.received", "question.published")]


def test_a_private_answer_goes_to_the_asker_alone(desk: Desk, client: FlaskClient, client_of: Browser) -> None:
    question = desk.asked(actor=actor(desk.dana), who=None, organization_id=desk.school.id)
    desk.answered(question, "Only between us: yes.")
    with clock_at(NOW + DAY):
        assert "Only between us" not in client.get(desk.url("/questions")).text
        assert "Only between us" in client_of(desk.dana).get(desk.url("/questions")).text
        assert "Only between us" not in client_of(person_in_another_school()).get(desk.url("/questions")).text
    assert [template for template, *_ in subjects()] == ["question.received", "question.answered"]
    mail = db.session.scalars(select(Message).where(Message.template == "question.answered")).one()
    assert (mail.person_id, mail.to_email) == (desk.dana.id, desk.dana.email)


def person_in_another_school() -> Person:
    with unit_of_work():
        someone = person("Ada Bright")
        join(someone, organization("Lodestar"))
    return someone


def test_an_answer_is_corrected_with_a_reason_and_the_one_before_is_kept(desk: Desk) -> None:
    question = desk.asked()
    desk.answered(question, "No.", asked="Is there a size?", publish=True)
    with pytest.raises(Invalid, match="Say why"):
        desk.answered(question, "Yes: ten teachers.", asked="Is there a size?", publish=True)
    desk.answered(question, "Yes: ten.", asked="Is there a size?", publish=True, because="The rule says ten.")
    desk.answered(question, "Yes: ten.", asked="Is there a size?", publish=True)  # said twice is said once
    with unit_of_work():
        take_back(actor(desk.maya), question)
    with pytest.raises(Clash), unit_of_work():
        take_back(actor(desk.maya), question)
    replies = db.session.scalars(select(Reply).order_by(Reply.number)).all()
    assert [(one.number, one.said, one.because) for one in replies] == [
        (1, "No.", None),
        (2, "Yes: ten.", "The rule says ten."),
    ]
    assert [template.removeprefix("question.") for template, *_ in subjects()] == [
        "received",
        "published",
        "corrected",
        "taken_back",
    ]
    assert asking.published(desk.call).total == 0


@pytest.mark.parametrize("given_away", [ANA.name, "write to ana@quintero.example", "ANA  QUINTERO asked"])
def test_what_would_tell_who_asked_is_not_published(desk: Desk, given_away: str) -> None:
    question = desk.asked()
    with pytest.raises(Invalid, match="would tell who asked"):
        desk.answered(question, "No.", asked=f"A question: {given_away}", publish=True)
    with pytest.raises(Invalid, match="would tell who asked"):
        desk.answered(question, f"Dear all, {given_away}", asked="A question", publish=True)
    with pytest.raises(Invalid, match="would tell who asked"):
        desk.answered(question, "No.", asked="A question", topic=f"From: {given_away}", publish=True)
    assert (question.state, question.topic, db.session.scalars(select(Reply)).all()) == ("open", None, [])


def test_nothing_private_is_added_to_an_answer_that_everybody_reads(
    desk: Desk, client: FlaskClient, client_of: Browser
) -> None:
    """Two officers have the question open; one publishes, the other then corrects the answer for its asker alone."""
    own = "I am Ana Quintero of Tern School: may we apply?"
    question = desk.asked(own)
    desk.answered(question, "Yes.", asked="May a small school apply?", publish=True)
    private = {"asked": own, "said": "Dear Ana, yes, as we told Tern School.", "because": "Clearer"}
    address = f"/questions/{question.public_id}"
    with clock_at(NOW + DAY):
        refused = client_of(desk.omar).post(f"{address}/answer", data=private)
        public = client.get(desk.url("/questions")).text
    assert (refused.status_code, "everybody would read" in refused.text, private["said"] in refused.text) == (
        409,
        True,
        True,
    )
    assert ("May a small school apply?" in public, "Tern School" in public, "Quintero" in public) == (
        True,
        False,
        False,
    )
    with unit_of_work():
        take_back(actor(desk.maya), question)
    desk.answered(question, private["said"], asked=own, because="Clearer")
    assert [template for template, *_ in subjects()][-1] == "question.corrected"


def test_the_same_question_is_asked_once(desk: Desk) -> None:
    assert desk.asked().id == desk.asked().id
    assert [template for template, *_ in subjects()] == ["question.received"]


def test_the_form_sends_nobody_what_a_stranger_wrote(desk: Desk) -> None:
    desk.asked("Win a prize at pills.example")
    desk.asked("Are we too small?", actor=actor(desk.dana), who=None)
    mails = db.session.scalars(select(Message).order_by(Message.id))
    texts = {mail.to_email: mail_of(mail).get_content() for mail in mails}
    assert ("pills.example" in texts[ANA.email], "within 5 days" in texts[ANA.email]) == (False, True)
    assert "Are we too small?" in texts[desk.dana.email]


def test_one_address_is_not_written_to_without_end(desk: Desk, app: Flask, client_of: Browser) -> None:
    def ask_as(address: str, number: int) -> int:
        typed = {"text": f"No. {number}?", "name": ANA.name, "email": address}
        place = {"REMOTE_ADDR": f"192.0.2.{number}"}
        return app.test_client().post(desk.url("/ask"), data=typed, environ_base=place).status_code

    with clock_at(NOW):
        answers = [ask_as(ANA.email if number % 2 else " Ana@Quintero.EXAMPLE", number) for number in range(13)]
        assert answers == [302] * 12 + [429]
        assert ask_as("bo@li.example", 13) == 302
        mine = client_of(desk.dana).post(desk.url("/ask"), data={"text": "Mine?"})
    assert (mine.status_code, len(db.session.scalars(select(Question)).all())) == (302, 14)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"text": "", "name": "Ana", "email": "a@b.example"}, "Write your question."),
        ({"text": "Why?", "name": "", "email": "a@b.example"}, "Write your name."),
        ({"text": "Why?", "name": "Ana", "email": ""}, "Write the address at which you want the answer."),
        ({"text": "Why?", "name": "Ana", "email": "not an address"}, "is not an email address."),
        ({"text": "Why?", "name": "Ana", "email": "a@b.example", "website": "http://x"}, "Leave this field empty"),
        ({"text": "y" * 4001, "name": "Ana", "email": "a@b.example"}, "Write at most 4,000 signs."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(
    desk: Desk, client: FlaskClient, data: dict[str, str], wrong: str
) -> None:
    with clock_at(NOW):
        answer = client.post(desk.url("/ask"), data=data)
    assert (answer.status_code, wrong in answer.text, data["text"] in answer.text) == (422, True, True)
    assert db.session.scalars(select(Question)).all() == []


def test_what_was_answered_already_is_shown_before_a_question_is_sent(desk: Desk, client: FlaskClient) -> None:
    desk.answered(desk.asked("?"), "Yes.", asked="May substitutes be paid from the budget?", publish=True)
    desk.answered(desk.asked("??"), "No.", asked="Is there a smallest size of school?", publish=True)
    typed = {"text": "Can our budget pay a substitute?", "name": "Bo Li", "email": "bo@li.example"}
    with clock_at(NOW + DAY):
        first = client.post(desk.url("/ask"), data=typed)
        second = client.post(desk.url("/ask"), data={**typed, "sure": "1"})
    assert (first.status_code, "May substitutes be paid" in first.text, "smallest size" in first.text) == (
        200,
        True,
        False,
    )
    assert second.status_code == 302
    assert [one.asker_name for one in db.session.scalars(select(Question).order_by(Question.id))][2:] == ["Bo Li"]


def test_questions_end_when_the_cycle_says_so(desk: Desk, client: FlaskClient) -> None:
    with unit_of_work():
        show_call(actor(desk.maya), desk.cycle, CallPlan(**{**vars(PAGE), "questions_until": NOW + DAY}))
    desk.asked("In time?", at=NOW + DAY)
    with pytest.raises(Clash, match="The time for questions is over"):
        desk.asked("Late?", at=NOW + DAY + timedelta(microseconds=1))
    with clock_at(NOW + 2 * DAY):
        late = client.post(desk.url("/ask"), data={"text": "Late?", "name": "A B", "email": "a@b.example"})
        assert (late.status_code, "The time for questions is over" in late.text) == (409, True)
        assert "Ask a question</a>" not in client.get(desk.url()).text
    assert [one.text for one in db.session.scalars(select(Question))] == ["In time?"]


def test_nobody_asks_for_another_organization(desk: Desk) -> None:
    other = person_in_another_school()
    with pytest.raises(Refused, match="your own organizations"):
        desk.asked(actor=actor(other), who=None, organization_id=desk.school.id)


def test_who_may_read_and_answer(desk: Desk) -> None:
    question = desk.asked()
    with unit_of_work():
        people = {
            role: person(role.label, role) for role in Role if role not in {Role.SYSTEM, Role.APPLICANT, Role.COACH}
        }
    reads = {role for role, one in people.items() if asking.questions(actor(one), QuestionFilters()).total}
    assert reads == {Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR}
    for role, one in people.items():
        if role is not Role.PROGRAM_OFFICER:
            with pytest.raises(Refused), unit_of_work():
                answer(actor(one), question, "Yes.")
    with pytest.raises(Missing):
        asking.question_for(actor(desk.dana), question.public_id)
    assert asking.question_for(actor(people[Role.AUDITOR]), question.public_id).id == question.id


@pytest.mark.parametrize("how", ["from its application", "by membership", "by an account's address", "by its domain"])
def test_a_conflicted_officer_learns_nothing_of_what_the_school_asked(
    app: Flask, desk: Desk, client_of: Browser, how: str
) -> None:
    with clock_at(NOW), unit_of_work():
        desk.school.email_domain = "upa.example"
        case = open_case(SYSTEM, desk.cycle.id, desk.school.id)
        db.session.add(Conflict(case=case, person=desk.omar, source="declared", since=NOW))
    mine = {"actor": actor(desk.dana), "who": None}
    question = {
        "from its application": lambda: desk.asked("Secret of Urban", organization_id=desk.school.id, **mine),
        "by membership": lambda: desk.asked("Secret of Urban", **mine),
        "by an account's address": lambda: desk.asked("Secret of Urban", Visitor("D", desk.dana.email)),
        "by its domain": lambda: desk.asked("Secret of Urban", Visitor("D R", "someone@upa.example")),
    }[how]()
    other = desk.asked("Of somebody else", at=NOW + timedelta(minutes=1))
    seen = {
        one.name: [q.text for q in asking.questions(actor(one), QuestionFilters()).items]
        for one in (desk.maya, desk.omar)
    }
    assert seen == {"Maya Rivera": [question.text, other.text], "Omar Haddad": [other.text]}
    with pytest.raises(Missing):
        asking.question_for(actor(desk.omar), question.public_id)
    with clock_at(NOW), app.test_request_context():
        counted = {
            one.name: [todo.count for todo in todos(actor(one)) if "question" in todo.title]
            for one in (desk.maya, desk.omar)
        }
        assert counted == {"Maya Rivera": [2], "Omar Haddad": [1]}
    with clock_at(NOW):
        outbox = {one.name: client_of(one).get("/outbox").text.count("has arrived") for one in (desk.maya, desk.omar)}
    assert outbox == {"Maya Rivera": 2, "Omar Haddad": 1}


def test_reading_questions_does_not_cost_more_with_every_school_that_is_known(desk: Desk) -> None:
    """SQLite counts the steps of its own machine: those of 20 questions, with few schools and with many."""
    with clock_at(NOW), unit_of_work():
        hidden = open_case(SYSTEM, desk.cycle.id, desk.school.id)
        db.session.add(Conflict(case=hidden, person=desk.omar, source="declared", since=NOW))
    for number in range(20):
        desk.asked(f"No. {number}?", Visitor("A B", f"a{number}@elsewhere.example"))
    desk.asked("Secret of Urban", actor=actor(desk.dana), who=None)
    few = _steps(desk.omar)
    with clock_at(NOW), unit_of_work():
        for number in range(60):
            other = organization(f"School {number}", email_domain=f"s{number}.example")
            open_case(SYSTEM, desk.cycle.id, other.id)
    assert _steps(desk.omar) < 3 * few


def _steps(someone: Person) -> int:
    """In hundreds; 1 where the database does not count them."""
    counted: list[int] = []
    raw: Any = db.session.connection().connection.driver_connection
    counts = db.engine.dialect.name == "sqlite"
    if counts:
        raw.set_progress_handler(lambda: counted.append(1), 100)
    assert asking.questions(actor(someone), QuestionFilters()).total == 20
    if counts:
        raw.set_progress_handler(None, 100)
    return len(counted) or 1


def test_questions_that_wait_too_long_are_late(app: Flask, desk: Desk) -> None:
    desk.asked("One?")
    desk.asked("Two?", at=NOW + 3 * DAY)
    with clock_at(NOW + 5 * DAY), app.test_request_context():
        assert [(one.urgency, one.title) for one in todos(actor(desk.maya))] == [("due", "2 questions to answer")]
    with clock_at(NOW + 6 * DAY), app.test_request_context():
        (todo,) = todos(actor(desk.maya))
        overdue = asking.questions(actor(desk.maya), QuestionFilters("overdue"))
    assert (todo.urgency, [one.text for one in overdue.items]) == ("late", ["One?"])


def test_a_question_set_aside_waits_for_nobody_and_can_be_taken_up(desk: Desk) -> None:
    question = desk.asked("Buy cheap pills")
    with unit_of_work():
        set_aside(actor(desk.maya), question)
    with pytest.raises(Clash, match="set aside"):
        desk.answered(question)
    assert todos(actor(desk.maya)) == []
    with unit_of_work():
        take_up(actor(desk.maya), question)
    desk.answered(question)
    assert (question.state, [template for template, *_ in subjects()]) == (
        "answered",
        ["question.received", "question.answered"],
    )


def test_answers_are_found_grouped_and_paged_in_the_database(
    desk: Desk, client: FlaskClient, client_of: Browser, statements: Any
) -> None:
    counts = {}
    for rows in (1, 30):
        for number in range(db.session.query(Question).count(), rows):
            topic = "Money" if number % 2 else "Dates"
            desk.answered(desk.asked(f"No. {number}"), "Yes.", asked=f"Public {number}", topic=topic, publish=True)
        officer = client_of(desk.maya)
        pages = {}
        with clock_at(NOW + 2 * DAY):
            for name, browser, url in (
                ("public", client, desk.url("/questions")),
                ("call", client, desk.url()),
                ("staff", officer, "/questions"),
                ("todos", officer, "/"),
            ):
                browser.get(url)
                with statements() as seen:
                    assert browser.get(url).status_code == 200
                pages[name] = len(seen)
        counts[rows] = pages
    assert counts[1] == counts[30]
    desk.answered(desk.asked("No. 30"), "Yes, 100% of it.", asked="Public 30", topic="Money", publish=True)
    with clock_at(NOW + 2 * DAY):
        first = client.get(desk.url("/questions")).text
        assert (first.count('class="asked"'), first.count("<h2>")) == (30, 2)
        assert client.get(desk.url("/questions?page=2")).text.count('class="asked"') == 1
        found = {
            search: client.get(desk.url(f"/questions?search={search}")).text.count('class="asked"')
            for search in ("100%25", "money", "nothing")
        }
    assert found == {"100%25": 1, "money": 16, "nothing": 0}


def test_replies_cannot_be_changed_even_by_hand(desk: Desk) -> None:
    desk.answered(desk.asked())
    with pytest.raises(Exception, match="append-only"), unit_of_work() as session:
        session.execute(update(Reply).values(said="Something else"))


def test_the_record_says_what_was_done_and_nothing_of_who_asked(desk: Desk) -> None:
    desk.answered(desk.asked(), "No.", asked="Is there a size?", publish=True)
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.action.startswith("question"))).all()
    assert [one.action for one in records] == ["question.ask", "question.publish"]
    said = str([(one.actor_name, one.before, one.after) for one in records])
    assert ("Ana" in said, "small" in said) == (False, False)


@pytest.mark.parametrize(
    ("after", "closed_after", "open_"),
    [(None, None, True), (1, None, True), (-1, None, False), (None, -1, False), (None, 1, True), (1, -1, False)],
)
def test_when_questions_are_taken(after: int | None, closed_after: int | None, open_: bool) -> None:
    until = None if after is None else NOW + after * DAY
    closed = None if closed_after is None else NOW + closed_after * DAY
    assert (closed_because(NOW, until, closed) is None) is open_


@given(st.text())
def test_the_words_of_a_question_are_few_telling_and_always_the_same(text: str) -> None:
    words = telling_words(text)
    assert len(words) <= 8
    assert words == sorted(set(words), key=lambda word: (-len(word), word))
    assert all(word in text.lower() for word in words)
    assert telling_words(f"{text} {text}") == words
