"""Mail goes out once, in the words of its template, and stays in the outbox where it cannot."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash
from grants.messages import jobs, library, services
from grants.messages.calendars import Entry, attached
from grants.messages.delivery import Server
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from tests.checkout import free_port
from tests.factories.casework import case
from tests.factories.people import person
from tests.messages.conftest import Postbox

NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)
JOINED = {"invited_by": "Dana", "organization": "ASCEND", "role": "editor"}


def write(
    key: str = "joined:1", to: str = "Luis Vega", *, facts: dict[str, str] | None = None, **person_: Any
) -> Message:
    """A message to a new person, "<first name>@example.org"."""
    with unit_of_work():
        email = f"{to.split(maxsplit=1)[0].lower()}@example.org"
        message = services.post(key, "people.joined", person(to, **{"email": email, **person_}), JOINED | (facts or {}))
        assert message is not None
        return message


def again(message: Message) -> Message:
    return db.session.get_one(Message, message.id, populate_existing=True)


def test_a_message_is_delivered_once(app: Flask, postbox: Postbox) -> None:
    with clock_at(NOON):
        message = write()
        assert postbox.mail == []
        run_due()
        jobs.deliver(message.public_id)
        run_due()
    (mail,) = postbox.mail
    assert postbox.recipients == ["luis@example.org"]
    assert mail["To"] == "Luis Vega <luis@example.org>"
    assert mail["From"] == "Harbormaster <grants@localhost>"
    assert mail["Subject"] == "You are now with ASCEND at Harbormaster"
    assert mail["Date"] == "Tue, 08 Mar 2016 20:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == message.body + "\n"
    assert (again(message).state, again(message).sent_at, again(message).error) == ("sent", NOON, None)


def test_a_calendar_arrives_as_calendars_read_it(app: Flask, postbox: Postbox) -> None:
    entry = Entry("event:1", "Ein Abend über Entwürfe", NOON, NOON, NOON + timedelta(hours=1), "Bring a plan. " * 20)
    with clock_at(NOON), unit_of_work():
        calendar = attached([entry])
        services.post("joined:1", "people.joined", person("Luis"), JOINED, calendar=calendar)
        services.post("joined:2", "people.joined", person("Other"), JOINED)
    run_due()
    mail, other = postbox.mail
    [file] = mail.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "calendar.ics")
    assert (file.get_param("method"), file.get_param("charset")) == ("PUBLISH", "utf-8")
    content = file.get_payload(decode=True)
    assert content == calendar.encode()
    lines = content.split(b"\r\n")
    assert (lines[0], lines[-2:]) == (b"BEGIN:VCALENDAR", [b"END:VCALENDAR", b""])
    assert not any(b"\n" in one or len(one) > 75 for one in lines)
    assert b"METHOD:PUBLISH" in lines
    assert b"X-WR-CALNAME" not in content  # it would be taken for a calendar of its own
    text = mail.get_body(("plain",))
    assert text.get_content().startswith("Dear Luis,")
    assert (mail["Message-ID"] != other["Message-ID"], other.is_multipart()) == (True, False)


def test_its_number_follows_from_its_cause(app: Flask, postbox: Postbox) -> None:
    first, second = write("joined:1"), write("joined:2", "Other")
    assert first.message_id == f"<{sha256(b'joined:1').hexdigest()[:32]}@localhost>"
    assert first.message_id != second.message_id
    run_due()
    assert [mail["Message-ID"] for mail in postbox.mail] == [first.message_id, second.message_id]


def test_one_cause_is_one_message(app: Flask) -> None:
    with unit_of_work():
        luis, other = person("Luis"), person("Other")
        assert services.post("one", "people.joined", luis, JOINED) is not None
        assert services.post("one", "people.joined", other, JOINED) is None
        assert services.post("two", "people.joined", other, JOINED) is not None
    assert db.session.scalars(select(Message.key).order_by(Message.id)).all() == ["one", "two"]


def test_a_message_and_its_cause_are_stored_together_or_not_at_all(app: Flask, postbox: Postbox) -> None:
    with pytest.raises(Clash), unit_of_work():
        services.post("one", "people.joined", person("Luis"), JOINED)
        raise Clash("It was decided a moment ago.")
    assert run_due() == 0
    assert postbox.mail == []
    assert db.session.scalars(select(Message)).all() == []


def test_without_a_server_mail_waits_and_is_taken_up_later(app: Flask, postbox: Postbox, sending_to: Any) -> None:
    with sending_to(""), clock_at(NOON):
        message = write()
        assert run_due() == 1
        jobs.sweep()
        assert run_due() == 0
    assert again(message).state == "queued"
    with clock_at(NOON + timedelta(hours=2)):
        jobs.sweep()
        jobs.sweep()
        assert run_due() == 1
    assert len(postbox.mail) == 1
    assert again(message).state == "sent"


def test_what_waited_too_long_is_not_sent(app: Flask, postbox: Postbox, sending_to: Any) -> None:
    with sending_to(""), clock_at(NOON):
        message = write()
        run_due()
    with clock_at(NOON + timedelta(days=6)):
        jobs.sweep()
        run_due()
    assert postbox.mail == []
    assert (again(message).state, again(message).error) == (
        "failed",
        "It stayed in the outbox too long to be sent still.",
    )


def test_a_server_that_is_away_is_tried_again(app: Flask, postbox: Postbox) -> None:
    postbox.refusal = "451 Try again later"
    with clock_at(NOON):
        message = write()
        run_due()
    assert again(message).state == "queued"
    assert "451" in (again(message).error or "")
    assert db.session.scalars(select(Job.state)).all() == ["queued"]
    postbox.refusal = None
    with clock_at(NOON + timedelta(minutes=3)):
        run_due()
    assert (again(message).state, again(message).error) == ("sent", None)
    assert len(postbox.mail) == 1


def test_an_address_that_is_refused_for_good_is_given_up(app: Flask, postbox: Postbox) -> None:
    postbox.refusal = "550 No such user"
    message = write()
    run_due()
    assert again(message).state == "failed"
    assert again(message).error == "The mail server refused it: 550 No such user"
    assert db.session.scalars(select(Job.state)).all() == ["done"]


def test_nobody_listening_is_an_error_that_is_kept(app: Flask, sending_to: Callable[[str], Any]) -> None:
    message = write()
    with sending_to(f"smtp://127.0.0.1:{free_port()}"):
        run_due()
    assert again(message).state == "queued"
    assert "ConnectionRefusedError" in (again(message).error or "")


def test_suppressed_messages_are_logged_and_never_sent(app: Flask, postbox: Postbox) -> None:
    with services.suppressed():
        silent = write("silent", "One")
        with services.suppressed():
            pass
        still = write("still", "Two")
    heard = write("heard", "Three")
    run_due()
    jobs.deliver(silent.public_id)
    assert [again(one).state for one in (silent, still, heard)] == ["suppressed", "suppressed", "sent"]
    assert len(postbox.mail) == 1


def test_a_closed_account_gets_no_mail(app: Flask, postbox: Postbox) -> None:
    message = write(to="Gone", is_active=False)
    run_due()
    assert (message.state, postbox.mail) == ("suppressed", [])


def test_names_and_subjects_cannot_add_headers(app: Flask, postbox: Postbox) -> None:
    write(to="Luis\r\nBcc: all@example.org", facts={"organization": "A\r\nBcc: all@example.org"})
    run_due()
    (mail,) = postbox.mail
    assert mail["Bcc"] is None
    assert mail["Subject"] == "You are now with A Bcc: all@example.org at Harbormaster"
    assert postbox.recipients == ["luis@example.org"]


def test_letters_of_any_script_arrive(app: Flask, postbox: Postbox) -> None:
    write(to="José Ñuñez", email="jose@example.org", facts={"organization": "École “Łódź”"})
    run_due()
    (mail,) = postbox.mail
    assert mail["To"].addresses[0].display_name == "José Ñuñez"
    assert mail["Subject"] == "You are now with École “Łódź” at Harbormaster"


def test_a_message_belongs_to_its_case(app: Flask) -> None:
    with unit_of_work():
        one = case()
        message = services.post("one", "people.joined", person(), JOINED, case=one)
    assert message is not None
    assert message.case_id == one.id


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 587, False, None, "")),
        ("smtp://me%40here:p%2Fw@mail.example:25", Server("mail.example", 25, False, "me@here", "p/w")),
        ("smtps://me:pw@mail.example", Server("mail.example", 465, True, "me", "pw")),
    ],
)
def test_a_servers_address_is_read(url: str, server: Server) -> None:
    assert Server.from_url(url) == server


def test_every_template_can_be_filled_and_lacks_nothing() -> None:
    for name, (subject, body) in library.TEMPLATES.items():
        needed = set(library.placeholders(subject)) | set(library.placeholders(body))
        facts = {fact: f"<{fact}>" for fact in needed - library.PRIVATE}
        filled = " ".join(library.compose(name, facts))
        assert library.placeholders(filled) == sorted(library.private_in(name)), name
        for fact in sorted(facts):
            with pytest.raises(library.IncompleteMessage, match=fact):
                library.compose(name, {key: value for key, value in facts.items() if key != fact})


def test_facts_are_text_and_never_placeholders(app: Flask) -> None:
    _, body = library.compose("people.joined", JOINED | {"name": "{invited_by}", "site": "x"})
    assert body.startswith("Dear {invited_by},")
    with pytest.raises(KeyError):
        library.compose("people.unheard_of", {})
