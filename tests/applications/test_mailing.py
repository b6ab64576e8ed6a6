"""Reminding and writing to many: who gets what, once, logged on the case, and never to a hidden one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import services
from grants.applications.jobs import mail, remind_all
from grants.applications.mailing_models import Mailing, MailingRecipient
from grants.applications.models import Application
from grants.background.runner import run_due
from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories import applications as make
from tests.factories.exports import read_at
from tests.factories.people import actor, person

Browser = Callable[[Person], FlaskClient]
WORDS = {"subject": "{school}: come by", "body": "Dear {name},\n\n{ready} ready by {deadline}."}


def stage_of_three() -> tuple[Person, list[Application]]:
    """An officer; two schools that started and never submitted, and one that submitted."""
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        drafts = [make.draft(make.school(name), stage) for name in ("ASCEND", "Lodestar")]
        done = make.submitted(make.school("Roosevelt"), stage).application
        return person("Maya Rivera", Role.PROGRAM_OFFICER), [*drafts, done]


def written(template: str) -> list[tuple[str, str]]:
    """(case's school, subject) of every message of a template, in order of the case."""
    found = db.session.scalars(
        select(Message).where(Message.template == template).order_by(Message.case_id, Message.id)
    )
    schools = {one.case_id: one.case.organization.name for one in db.session.scalars(select(Application))}
    return [(schools[one.case_id], one.subject) for one in found if one.case_id]


def field(page: str, name: str) -> str:
    """What stands in a hidden field of a page."""
    return page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


def conflicted(officer: Person, application: Application) -> None:
    with clock_at(make.WRITING), unit_of_work():
        db.session.add(
            Conflict(case_id=application.case_id, person_id=officer.id, source="declared", since=make.WRITING)
        )


def test_one_press_reminds_one_school_and_not_again_for_three_days(app: Flask, client_of: Browser) -> None:
    officer, (ascend, _, done) = stage_of_three()
    browser, address = client_of(officer), f"/applications/{ascend.public_id}"
    with clock_at(make.WRITING):
        assert "Remind them" in browser.get(address).text
        assert browser.post(f"{address}/remind").status_code == 302
        again = browser.post(f"{address}/remind")
        assert (again.status_code, "the next reminder can go out 3 days after" in again.text) == (409, True)
        assert browser.post(f"/applications/{done.public_id}/remind").status_code == 409
    assert written("application.reminder") == [("ASCEND", "Not submitted yet: Launch grant of ASCEND")] * 3
    db.session.expire_all()
    assert ascend.reminded_at == make.WRITING
    events = select(TimelineEvent.sentence).where(TimelineEvent.case_id == ascend.case_id)
    assert "Maya Rivera reminded the school that Launch grant is not submitted." in db.session.scalars(events).all()
    with clock_at(make.WRITING + timedelta(days=3)), unit_of_work():
        assert services.remind(actor(officer), ascend) == 3
    with clock_at(make.CLOSES), pytest.raises(Clash, match="deadline has passed"), unit_of_work():
        services.remind(actor(officer), ascend)


def test_all_in_the_list_are_reminded_after_one_has_seen_who_gets_what(app: Flask, client_of: Browser) -> None:
    officer, _ = stage_of_three()
    browser, address = client_of(officer), "/applications/message?only=never_submitted&kind=reminder"
    with clock_at(make.WRITING):
        page = browser.get(address).text
        assert "To 6 people of 2 applications." in page
        assert "Not submitted yet: Launch grant of ASCEND" in page
        assert "Roosevelt" not in page
        sent = {"do": "send", "key": field(page, "key"), "count": field(page, "count")}
        first, twice = browser.post(address, data=sent), browser.post(address, data=sent)
        assert (first.status_code, twice.location) == (302, first.location)
        assert "<b>0</b> of 2 applications dealt with" in browser.get(first.location).text
        run_due()
        assert "<b>2</b> of 2 applications dealt with, 6 messages written." in browser.get(first.location).text
        # Done meanwhile: the same press is the same mailing still, and nobody is left to be reminded.
        assert browser.post(address, data=sent).location == first.location
        assert "There is nobody to write to" in browser.get(address).text
        mail(db.session.scalars(select(Mailing.public_id)).one())
    assert [school for school, _ in written("application.reminder")] == ["ASCEND"] * 3 + ["Lodestar"] * 3


def test_what_was_submitted_meanwhile_is_left_out_with_its_reason(app: Flask) -> None:
    officer, (ascend, lodestar, _) = stage_of_three()
    with clock_at(make.WRITING), unit_of_work():
        services.write_to(actor(officer), "k", [ascend, lodestar], "2")
        services.withdraw(actor(db.session.get_one(Person, lodestar.started_by_id)), lodestar)
    conflicted(officer, ascend)
    with clock_at(make.WRITING):
        run_due()
    left = select(MailingRecipient.left_out).order_by(MailingRecipient.id)
    assert db.session.scalars(left).all() == [
        "Its sender may not write to it any more.",
        "It is not a draft that was never submitted.",
    ]
    assert written("application.reminder") == []


def test_own_words_go_to_those_ticked_with_each_school_s_own_facts(app: Flask, client_of: Browser) -> None:
    officer, (_, lodestar, done) = stage_of_three()
    browser = client_of(officer)
    address = f"/applications/message?pick={lodestar.public_id}&pick={done.public_id}"
    with clock_at(make.WRITING):
        page = browser.get(address).text
        keys = {"key": field(page, "key"), "count": field(page, "count")}
        wrong = browser.post(address, data={**keys, **WORDS, "body": "{salary}", "do": "preview"})
        assert (wrong.status_code, "There is no {salary} to put in." in wrong.text) == (422, True)
        seen = browser.post(address, data={**keys, **WORDS, "do": "preview"}).text
        assert ("Lodestar: come by" in seen, "0 of 8 ready by Sunday 20 March 2016, 5:00 pm Pacific." in seen) == (
            True,
            True,
        )
        assert db.session.scalars(select(Mailing)).all() == []
        keys["previewed"] = field(seen, "previewed")
        changed = browser.post(address, data={**keys, **WORDS, "count": "7", "do": "send"})
        assert (changed.status_code, "The list has changed since you looked: 2 fit now." in changed.text) == (409, True)
        unseen = browser.post(address, data={**keys, **WORDS, "body": "Come, {name}.", "do": "send"})
        assert (unseen.status_code, "Nothing is sent yet" in unseen.text, '<p class="pre">Come, ' in unseen.text) == (
            409,
            True,
            True,
        )
        assert browser.post(address, data={**keys, **WORDS, "do": "send"}).status_code == 302
        run_due()
    assert (
        written("application.message")
        == [("Lodestar", "Lodestar: come by")] * 3 + [("Roosevelt", "Roosevelt: come by")] * 3
    )
    said = select(TimelineEvent.sentence).where(TimelineEvent.sentence.contains("wrote to"))
    assert db.session.scalars(said.order_by(TimelineEvent.id)).all() == [
        "Maya Rivera wrote to the school: Lodestar: come by",
        "Maya Rivera wrote to the school: Roosevelt: come by",
    ]


def test_a_school_named_like_a_placeholder_stays_its_name(app: Flask) -> None:
    with clock_at(make.WRITING), unit_of_work():
        application = make.draft(make.school("{link} {password_link}"), make.stage())
        reader = person("{school}")
        subject, text = services.message_for(application, reader, "{school}", "{name}")
    assert (subject, text) == ("{link} {password_link}", "{school}")


def test_a_conflict_hides_a_school_from_every_message_and_count(app: Flask, client_of: Browser) -> None:
    officer, (ascend, lodestar, _) = stage_of_three()
    browser = client_of(officer)
    with clock_at(make.WRITING), unit_of_work():
        sent = services.write_to(actor(officer), "k", [lodestar], "1", "Hello", "Text").public_id
    pages = (
        "/applications/message",
        f"/applications/message?pick={lodestar.public_id}&pick={ascend.public_id}",
        "/applications/message?kind=reminder",
        f"/applications/messages/{sent}",
        "/applications?only=never_submitted",
        "/applications/file",
    )

    def seen() -> list[tuple[int, bool]]:
        with clock_at(make.WRITING):
            return [(page.status_code, "Lodestar" in page.text) for page in (read_at(browser, one) for one in pages)]

    def never_submitted() -> str:
        with clock_at(make.WRITING):
            page = browser.get("/applications").text
        return page.split("Started, never submitted <span")[1].split(">")[1].split("<")[0]

    assert (seen()[:5], never_submitted()) == ([(200, True)] * 5, "2")
    conflicted(officer, lodestar)
    assert (seen(), never_submitted()) == ([(200, False)] * 3 + [(404, False)] + [(200, False)] * 2, "1")


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR, Role.FINANCE_OFFICER, Role.PARTNER_FUNDER])
def test_only_officers_write_to_applicants(app: Flask, client_of: Browser, role: Role) -> None:
    _, (ascend, _, _) = stage_of_three()
    with unit_of_work():
        reader = person(None, role)
    browser = client_of(reader)
    with clock_at(make.WRITING):
        assert browser.get("/applications/message").status_code == 403
        assert browser.post(f"/applications/{ascend.public_id}/remind").status_code == 403
        assert ("Write a message" in browser.get("/applications").text, ascend.reminded_at) == (False, None)
    with pytest.raises(Refused), unit_of_work():
        services.write_to(actor(reader), "k", [ascend], "1")


def test_writing_to_many_costs_the_page_the_same_for_one_and_for_thirty(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    officer, (ascend, _, _) = stage_of_three()
    browser = client_of(officer)

    def cost() -> tuple[int, ...]:
        found = []
        with clock_at(make.WRITING):
            for address in ("/applications/message", "/applications/message?kind=reminder", "/screening"):
                with statements() as seen:
                    assert browser.get(address).status_code == 200
                found.append(len(seen))
        return tuple(found)

    cost()
    few = cost()
    with clock_at(make.WRITING), unit_of_work():
        stage = db.session.get_one(Application, ascend.id).stage
        for number in range(28):
            (make.submitted if number % 2 else make.draft)(make.school(), stage)
    assert cost() == few


def test_sending_reads_as_little_for_thirty_as_for_three(app: Flask, client_of: Browser, statements: Any) -> None:
    officer, (ascend, _, _) = stage_of_three()
    browser, address = client_of(officer), "/applications/message"

    def cost() -> int:
        with clock_at(make.WRITING):
            page = browser.get(address).text
            keys = {"key": field(page, "key"), "count": field(page, "count")}
            keys["previewed"] = field(browser.post(address, data={**keys, **WORDS, "do": "preview"}).text, "previewed")
            with statements() as seen:
                assert browser.post(address, data={**keys, **WORDS, "do": "send"}).status_code == 302
        return sum(one.startswith("SELECT") for one in seen)

    cost()
    few = cost()
    with clock_at(make.WRITING), unit_of_work():
        stage = db.session.get_one(Application, ascend.id).stage
        for _ in range(28):
            make.draft(make.school(), stage)
    assert cost() == few


# ── by the clock ─────────────────────────────────────────────────────────────────────────────────────────────────────


def reminded(*moments: datetime) -> list[int]:
    """How many messages have been written in all after the hourly work of each of these moments."""
    counts = []
    for at in moments:
        with clock_at(at):
            remind_all()
            remind_all()
        counts.append(len(written("application.due")))
    return counts


def test_the_clock_reminds_seven_days_and_two_days_before_and_on_the_day_and_stops_when_submitted(app: Flask) -> None:
    _, (_, lodestar, _) = stage_of_three()
    morning = datetime(2016, 3, 13, 15, 0, tzinfo=UTC)  # 8 am in Oakland, on the day its clocks were put forward
    before, two_days = morning - timedelta(minutes=1), datetime(2016, 3, 18, 15, 0, tzinfo=UTC)
    # Three people write for each of the two schools.
    assert reminded(before, morning, morning + timedelta(hours=5)) == [0, 6, 6]
    with clock_at(two_days), unit_of_work():
        services.withdraw(actor(db.session.get_one(Person, lodestar.started_by_id)), lodestar)
    assert reminded(two_days, datetime(2016, 3, 20, 16, 0, tzinfo=UTC), make.CLOSES) == [9, 12, 12]
    assert [school for school, _ in written("application.due")].count("ASCEND") == 9


def test_a_reminder_missed_on_its_day_is_not_sent_late_nor_beside_one_by_hand(app: Flask) -> None:
    officer, (ascend, _, _) = stage_of_three()
    two_days = datetime(2016, 3, 18, 15, 0, tzinfo=UTC)
    assert reminded(datetime(2016, 3, 15, 16, 0, tzinfo=UTC)) == [0]
    with clock_at(two_days - timedelta(hours=2)), unit_of_work():
        services.remind(actor(officer), ascend)
    assert reminded(two_days) == [3]  # the other school's


def test_what_was_returned_is_reminded_of_its_own_day(app: Flask) -> None:
    officer, (_, _, done) = stage_of_three()
    until = datetime(2016, 5, 6, 0, 0, tzinfo=UTC)  # 5 pm on the 5th in Oakland
    with clock_at(datetime(2016, 4, 25, 16, 0, tzinfo=UTC)), unit_of_work():
        services.return_sections(actor(officer), done, ["numbers"], until, "Why?")
    assert reminded(datetime(2016, 4, 28, 15, 0, tzinfo=UTC), until) == [3, 3]
    assert {subject for _, subject in written("application.due")} == {
        "Launch grant of Roosevelt is due Thursday 5 May 2016, 5:00 pm Pacific"
    }


def drafted(*settings: str) -> Application:
    with clock_at(make.WRITING), unit_of_work():
        return make.draft(make.school("ASCEND"), make.stage(make.cycle("open", *settings)))


def test_a_stage_says_itself_on_which_days_it_reminds(app: Flask) -> None:
    application = drafted("remind: [1 week before, 3 days before]")
    week, three = datetime(2016, 3, 13, 15, 0, tzinfo=UTC), datetime(2016, 3, 17, 15, 0, tzinfo=UTC)
    with clock_at(make.WRITING):
        assert services.next_reminder(application) == week
    assert reminded(week, three - timedelta(days=1)) == [3, 3]
    with clock_at(week):
        assert services.next_reminder(application) == three
    # Neither two days before nor on the day, which are what a stage has that says nothing.
    assert reminded(three, datetime(2016, 3, 18, 15, 0, tzinfo=UTC), datetime(2016, 3, 20, 15, 0, tzinfo=UTC)) == [
        6,
        6,
        6,
    ]
    with clock_at(three):
        assert services.next_reminder(application) is None


def test_a_reminder_long_before_the_deadline_goes_out_as_well(app: Flask) -> None:
    drafted("remind: [11 days before]")
    morning = datetime(2016, 3, 9, 16, 0, tzinfo=UTC)  # 8 am in Oakland
    assert reminded(morning - timedelta(minutes=1), morning, make.CLOSES - timedelta(days=7)) == [0, 3, 3]


def test_a_stage_that_reminds_nobody_writes_nothing(app: Flask) -> None:
    application = drafted("remind: []")
    with clock_at(make.WRITING):
        assert services.next_reminder(application) is None
    assert reminded(*(make.CLOSES - timedelta(days=day, hours=5) for day in (7, 2, 0))) == [0, 0, 0]


def test_officers_see_when_the_clock_reminds_next(app: Flask, client_of: Browser) -> None:
    officer, (ascend, _, done) = stage_of_three()
    browser = client_of(officer)
    with clock_at(make.WRITING):
        assert browser.get("/applications").text.count("next reminder") == 2
        assert "Next reminder" in browser.get(f"/applications/{ascend.public_id}").text
        assert "Next reminder" not in browser.get(f"/applications/{done.public_id}").text
