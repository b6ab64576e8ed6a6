"""Mail of a meeting, or of a slot at a pitch, brings the entry for its reader's own calendar."""

from datetime import timedelta

from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from grants.casework.services import hand_over
from grants.meetings import services
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.persistence.session import db
from tests.meetings.pitch_story import Pitching
from tests.meetings.story import MEETING

LATER = MEETING + timedelta(hours=3)


def entry(app: Flask, message: Message) -> dict[str, object]:
    """What a calendar takes from a mail."""
    with app.test_request_context():
        mail = mail_of(message)
    [file] = mail.iter_attachments()
    [event] = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
    return {
        "uid": str(event["UID"]).split("@")[0],
        "sequence": event["SEQUENCE"],
        "begins": event.decoded("DTSTART"),
        "ends": event.decoded("DTEND"),
        "status": str(event["STATUS"]),
        "where": str(event["LOCATION"]),
    }


def written(template: str) -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.template == template).order_by(Message.id)))


def test_an_applicant_has_each_time_of_the_slot_in_the_mail_that_tells_it(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    meeting = panel.plans()
    panel.invites(meeting)
    uid = f"pitch-{panel.slot('Auk').public_id}"
    first = {
        "uid": uid,
        "sequence": 0,
        "begins": MEETING,
        "ends": MEETING + timedelta(minutes=20),
        "status": "TENTATIVE",
        "where": "Room 2 · https://meet.example/room",
    }
    assert [entry(app, one) for one in written("pitch.invited")] == [first] * 3
    panel.confirms("Auk")
    with panel.acting():
        services.give_time(panel.by, panel.slot("Auk"), LATER, 10)
    moved = {**first, "sequence": 2, "begins": LATER, "ends": LATER + timedelta(minutes=10)}
    assert [entry(app, one) for one in written("pitch.moved")] == [moved] * 3
    with panel.acting():
        elsewhere = services.Plan("Pitch day", MEETING, panel.officer, 2, "Room 9")
        services.change_meeting(panel.by, panel.again(meeting), elsewhere)
    elsewhere_now = {**moved, "sequence": 3, "where": "Room 9"}
    assert [entry(app, one) for one in written("pitch.elsewhere")] == [elsewhere_now] * 3
    with panel.acting():
        services.call_off_slot(panel.by, panel.slot("Auk"), "You withdrew.")
    assert [entry(app, one) for one in written("pitch.called_off")] == [
        {**elsewhere_now, "sequence": 4, "status": "CANCELLED"}
    ] * 3


def test_the_panel_has_the_meeting_in_the_mail_and_no_applicant(app: Flask) -> None:
    panel = Pitching.begun("Auk", "Heron")
    meeting = panel.plans()
    with panel.acting():
        services.invite(panel.by, panel.again(meeting))
    first = {
        "uid": f"meeting-{meeting.public_id}",
        "sequence": 0,
        "begins": MEETING,
        "ends": MEETING + timedelta(minutes=40),
        "status": "CONFIRMED",
        "where": "Room 2 · https://meet.example/room",
    }
    invited = written("meetings.invited")
    assert [entry(app, one) for one in invited] == [first] * 3
    assert [name in one.calendar for one in invited for name in ("Auk", "Heron") if one.calendar] == [False] * 6
    with panel.acting():
        services.change_meeting(panel.by, panel.again(meeting), panel.plan(starts_at=LATER))
    changed = [entry(app, one) for one in written("meetings.changed")]
    assert [{**one, "sequence": 0} for one in changed] == [
        {**first, "begins": LATER, "ends": LATER + timedelta(minutes=40)}
    ] * 3
    with panel.acting():
        services.cancel(panel.by, panel.again(meeting))
    off = [entry(app, one) for one in written("meetings.cancelled")]
    assert [one["status"] for one in off] == ["CANCELLED"] * 3
    assert 0 < changed[0]["sequence"] < off[0]["sequence"]  # type: ignore[operator]


def test_mail_after_which_no_calendar_changes_brings_nothing(app: Flask) -> None:
    panel = Pitching.begun("Auk")
    with panel.acting():
        hand_over(panel.by, panel.applications["Auk"].case, panel.officer)
    panel.invites(panel.plans())
    panel.asks("Auk")
    with panel.acting():
        services.keep_time(panel.by, panel.slot("Auk"), "The panel has no other day.")
    for template, count in (("pitch.asked", 1), ("pitch.stays", 3)):
        found = written(template)
        with app.test_request_context():
            assert [mail_of(one).is_multipart() for one in found] == [False] * count
