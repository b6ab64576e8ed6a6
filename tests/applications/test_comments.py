"""Talking about a draft: whom a comment is for, answers, what is dealt with, and what is new to whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.comment_models import DraftComment
from grants.applications.mentions import mentioned
from grants.applications.models import Application
from grants.applications.todos import todos
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import Actor
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make
from tests.factories.people import actor, person

Browser = Callable[[Person], FlaskClient]
SOON = make.WRITING + timedelta(minutes=6)


def begun(*coached: str) -> tuple[make.School, Application, Person]:
    """A draft of a school, and a coach who reads these sections."""
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        application = make.draft(school, make.stage())
        school.lead.name, school.editor.name, school.viewer.name = "Dana Ruiz", "Luis Ortega", "Vera Lund"
        coach = make.coached(school, application, *(coached or ("vision",)), by="Carmen Lee")
    run_due()
    return school, application, coach


def say(who: Actor, application: Application, body: str, section: str = "vision", **more: Any) -> str:
    at = more.pop("at", make.WRITING)
    with clock_at(at), unit_of_work():
        return services.comment(who, application, section, body, **more).public_id


def answer(who: Actor, application: Application, comment_id: str, body: str, at: datetime = make.WRITING) -> str:
    with clock_at(at), unit_of_work():
        return services.answer(who, application, comment_id, body).public_id


def mails(someone: Person) -> list[str]:
    """Bodies of the mails that told somebody of comments, sent by now."""
    with clock_at(SOON):
        run_due()
    found = select(Message.body).where(Message.person_id == someone.id, Message.template == "application.addressed")
    return list(db.session.scalars(found.order_by(Message.id)))


def waits(someone: Person, app: Flask) -> list[str]:
    with clock_at(SOON), app.test_request_context():
        return [one.title for one in todos(actor(someone)) if one.urgency == "ask"]


def threads(someone: Person, application: Application) -> list[queries.Thread]:
    return list(queries.threads_of(actor(someone), application, "vision").items)


def test_colleagues_and_coaches_comment_and_who_is_asked_is_told_once(app: Flask) -> None:
    school, application, coach = begun()
    to = [school.editor.public_id, coach.public_id]
    first = say(school.as_viewer, application, " Who decides? ", to=to)
    assert say(school.as_viewer, application, "Who decides?", to=to) == first, "the button pressed twice"
    say(school.as_lead, application, "And when?", field="move_on", to=[school.editor.public_id])
    assert waits(school.editor, app) == ["2 comments for you on “How students move through learning”"]
    (told,) = mails(school.editor)
    assert "Vera Lund, Dana Ruiz wrote 2 comments for you on the draft of Urban Promise Academy" in told
    assert ("Who decides?" in told, "And when?" in told) == (False, False), "the foundation may read what is mailed"
    assert f"/applications/{application.public_id}/sections/vision#comments" in told
    assert (len(mails(coach)), len(mails(school.lead)), len(mails(school.editor))) == (1, 0, 1)
    second, one = threads(school.editor, application)
    assert (one.comment.body, [who.name for who in one.addressed]) == ("Who decides?", ["Luis Ortega", "Carmen Lee"])
    assert (second.comment.field, len(second.new)) == ("move_on", 1)


def test_an_answer_is_for_those_who_spoke_and_ends_the_waiting(app: Flask) -> None:
    school, application, coach = begun()
    asked = say(actor(coach), application, "Who chooses them?", to=[school.lead.public_id])
    answer(school.as_lead, application, asked, "Their advisors.")
    assert (
        answer(school.as_lead, application, asked, "Their advisors.")
        == threads(coach, application)[0].answers[0].public_id
    )
    assert (waits(school.lead, app), waits(coach, app)) == (
        [],
        ["1 comment for you on “How students move through learning”"],
    )
    assert (len(mails(school.lead)), len(mails(coach))) == (1, 1)
    with clock_at(SOON), unit_of_work():
        services.resolve_comment(actor(coach), application, asked)  # its author may, though they write nothing else
    assert waits(coach, app) == []
    answer(school.as_editor, application, asked, "And the students.", at=SOON)
    assert waits(coach, app) == [], "dealt with"
    with clock_at(SOON), unit_of_work():
        services.reopen_comment(school.as_editor, application, asked)
    assert waits(coach, app) == ["2 comments for you on “How students move through learning”"]


def test_what_is_dealt_with_meanwhile_is_not_mailed(app: Flask) -> None:
    school, application, _ = begun()
    asked = say(school.as_viewer, application, "Who decides?", to=[school.editor.public_id])
    with clock_at(make.WRITING), unit_of_work():
        services.resolve_comment(school.as_editor, application, asked)
    assert mails(school.editor) == []


@pytest.mark.parametrize("then", ["let go", "other section", "submitted"])
def test_a_coach_is_told_only_of_what_they_may_read_still(app: Flask, then: str) -> None:
    school, application, coach = begun()
    with clock_at(make.WRITING), unit_of_work():
        writes = {key: services.Write(value, 0) for key, value in make.COMPLETE.items()}
        services.save_answers(school.as_lead, application, writes)
    say(school.as_lead, application, "What do you think?", to=[coach.public_id])
    with clock_at(make.WRITING), unit_of_work():
        invitation = queries.coach_on(application, coach.public_id).invitation
        if then == "let go":
            services.end_coaching(school.as_lead, application, invitation)
        elif then == "other section":
            services.name_sections(school.as_lead, application, invitation, ["numbers"])
        else:
            services.submit(school.as_signatory, application, school.signatory.name)
    assert (mails(coach), waits(coach, app)) == ([], [])


def test_who_may_say_what(app: Flask) -> None:
    school, application, coach = begun()
    with unit_of_work():
        stranger = person("Stranger")
    asked = say(school.as_lead, application, "Who decides?")
    for act, refusal in (
        (lambda: services.comment(actor(stranger), application, "vision", "Hello"), Refused),
        (lambda: services.comment(actor(coach), application, "numbers", "Hello"), Refused),
        (lambda: services.comment(school.as_lead, application, "nowhere", "Hello"), Missing),
        (lambda: services.comment(school.as_lead, application, "vision", "  "), Invalid),
        (lambda: services.comment(school.as_lead, application, "vision", "Hi", field="students"), Invalid),
        (lambda: services.comment(school.as_lead, application, "vision", "Hi", to=[stranger.public_id]), Invalid),
        # The coach does not read the numbers, and so cannot be asked about them.
        (lambda: services.comment(school.as_lead, application, "numbers", "Hi", to=[coach.public_id]), Invalid),
        (lambda: services.answer(actor(stranger), application, asked, "Me."), Refused),
        (lambda: services.answer(school.as_lead, application, "2" * 20, "Me."), Missing),
        (lambda: services.resolve_comment(school.as_viewer, application, asked), Refused),
        (lambda: services.resolve_comment(actor(coach), application, asked), Refused),
        (lambda: services.mark_read(actor(coach), application, "numbers", asked), Refused),
    ):
        with clock_at(make.WRITING), pytest.raises(refusal), unit_of_work():
            act()
    hidden = say(school.as_lead, application, "Is this all?", section="numbers")
    with clock_at(make.WRITING), pytest.raises(Missing), unit_of_work():
        services.answer(actor(coach), application, hidden, "Yes.")
    with clock_at(make.WRITING), unit_of_work():
        services.withdraw(school.as_lead, application)
    with clock_at(make.WRITING), pytest.raises(Clash, match="no longer being written"), unit_of_work():
        services.answer(school.as_editor, application, asked, "Me.")
    assert len(db.session.scalars(select(DraftComment)).all()) == 2


def test_what_is_new_is_new_to_each_until_they_have_read_it(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun()
    page = f"/applications/{application.public_id}/sections/vision"
    say(school.as_lead, application, "Who decides?")
    last = say(school.as_lead, application, "And when?")

    def unread() -> dict[str, dict[str, int]]:
        people = {"lead": school.lead, "editor": school.editor, "coach": coach}
        sections = ["vision", "numbers"]
        return {name: queries.unread_in(actor(who), application, sections) for name, who in people.items()}

    assert unread() == {"lead": {}, "editor": {"vision": 2}, "coach": {"vision": 2}}
    browser = client_of(school.editor)
    with clock_at(make.WRITING):
        shown = browser.get(page).text
        assert (shown.count(">New<"), "2 new comments" in shown, "Mark as read" in shown) == (2, True, True)
        for _ in range(2):
            assert browser.post(f"{page}/comments/read", data={"last": last}).status_code == 302
        read = browser.get(page).text
    assert (read.count(">New<"), "new comment" in read, "Mark as read" in read) == (0, False, False)
    assert unread() == {"lead": {}, "editor": {}, "coach": {"vision": 2}}
    answer(actor(coach), application, last, "In May.")
    assert unread() == {"lead": {"vision": 1}, "editor": {"vision": 1}, "coach": {"vision": 2}}


def test_the_page_says_and_answers_without_javascript(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun()
    draft = f"/applications/{application.public_id}"
    lead, reads = client_of(school.lead), client_of(coach)
    sent = {"body": "Who <decides>?", "about": "move_on", "to": [coach.public_id, school.editor.public_id]}
    with clock_at(make.WRITING):
        wrong = lead.post(f"{draft}/sections/vision/comments", data={**sent, "body": " "})
        assert (wrong.status_code, "Write the comment." in wrong.text) == (422, True)
        assert wrong.text.count("checked") == 2, "whom it is for is not lost"
        unknown = lead.post(f"{draft}/sections/vision/comments", data={**sent, "to": ["2" * 20]})
        assert (unknown.status_code, "Who &lt;decides&gt;?" in unknown.text) == (422, True)
        done = lead.post(f"{draft}/sections/vision/comments", data=sent)
        assert done.location == f"{draft}/sections/vision#comments"
        asked = db.session.scalars(select(DraftComment)).one().public_id
        page = reads.get(f"{draft}/sections/vision").text
        assert "For Luis Ortega and Carmen Lee" in page
        assert '<a href="#field-move_on">' in page
        empty = reads.post(f"{draft}/comments/{asked}/answers", data={"section": "vision", f"{asked}-body": ""})
        assert (empty.status_code, "Write the answer." in empty.text) == (422, True)
        answered = {"section": "vision", f"{asked}-body": "Her advisor."}
        assert reads.post(f"{draft}/comments/{asked}/answers", data=answered).status_code == 302
        refused = reads.post(f"{draft}/comments/{asked}/resolve")
        assert (refused.status_code, "can say that it is dealt with." in refused.text) == (403, True)
        assert 'id="comments-title"' in refused.text, "it is said where the button was"
        assert "Her advisor." in lead.get(f"{draft}/sections/vision").text
        assert lead.post(f"{draft}/comments/{asked}/resolve").status_code == 302
        assert "Dealt with by Dana Ruiz" in reads.get(f"{draft}/sections/vision").text
        assert "Comments to deal with" not in lead.get(draft).text
        assert lead.post(f"{draft}/comments/{asked}/reopen").status_code == 302
        assert "Comments to deal with" in lead.get(draft).text


def test_a_name_called_in_the_text_is_whom_it_is_for(app: Flask) -> None:
    school, application, coach = begun()
    say(school.as_lead, application, "@Luis, who chooses? Carmen may know.")
    (thread,) = threads(coach, application)
    assert [one.name for one in thread.addressed] == ["Luis Ortega"]


@pytest.mark.parametrize(
    ("body", "called"),
    [
        ("@Luis: who?", ["Luis Ortega"]),
        ("ask @luis ortega please", ["Luis Ortega"]),
        ("@Dana", []),
        ("@Dana Lee", ["Dana Lee"]),
        ("@Lui", []),
        ("write to x@luis.example", []),
        ("Luis Ortega", []),
        ("(@Luis) and @Dana Ruiz.", ["Luis Ortega", "Dana Ruiz"]),
    ],
)
def test_who_is_called(body: str, called: list[str]) -> None:
    assert mentioned(body, ["Luis Ortega", "Dana Ruiz", "Dana Lee"]) == called


@pytest.mark.parametrize("count", [1, 30])
def test_the_comments_cost_the_same_however_many_there_are(
    app: Flask, client_of: Browser, statements: Any, count: int
) -> None:
    school, application, coach = begun()
    for number in range(count):
        asked = say(school.as_lead, application, f"Comment {number}", to=[school.editor.public_id, coach.public_id])
        answer(actor(coach), application, asked, "Yes.")
    browser = client_of(school.editor)
    with clock_at(make.WRITING):
        browser.get(f"/applications/{application.public_id}/sections/vision")
        with statements() as run:
            page = browser.get(f"/applications/{application.public_id}/sections/vision").text
        with app.test_request_context(), statements() as asked_of:
            todos(school.as_editor)
    assert (page.count("Comment "), _selects(run), _selects(asked_of)) == (min(count, 20), 18, 10)


def _selects(seen: list[str]) -> int:
    return sum(one.startswith("SELECT") for one in seen)


def test_without_scripts_a_question_s_button_saves_and_opens_a_comment_on_it(app: Flask, client_of: Browser) -> None:
    school, application, _ = begun()
    browser, address = client_of(school.editor), f"/applications/{application.public_id}/sections/vision"
    with clock_at(make.WRITING):
        answer = browser.post(address, data={"do": "about:motto", "motto": "Show it", "version-motto": "0"})
        assert answer.location == f"{address}?about=motto#comment-form"
        page, elsewhere = browser.get(answer.location).text, browser.get(f"{address}?about=letter").text
    assert queries.answers_of(application)["motto"] == "Show it"
    assert ('<option selected value="motto">' in page, '<option selected value="">' in elsewhere) == (True, True)
