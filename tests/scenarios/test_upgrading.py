"""A site that is in use goes back to the first schema and forward again: rows, triggers and checks are all there."""

import flask_migrate
from flask import Flask
from sqlalchemy import func, inspect, select, text

from grants.applications.models import Application, CoachedSection
from grants.background.queue import handler_of
from grants.casework.models import TimelineEvent
from grants.decisions.models import SlateLine
from grants.documents.models import Document
from grants.messages.models import Message
from grants.monitoring.models import IndicatorReading
from grants.payments.queries.check import check_ledger
from grants.people.models import CoachInvitation
from grants.persistence import audit
from grants.persistence.base import Base
from grants.persistence.session import db
from grants.review.models import Tally


def rows() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name != "tries"
    }


def tallies() -> dict[int, tuple[object, ...]]:
    """What each application's scorecards add up to."""
    shown = [column for column in Tally.__table__.c if column.name != "id"]
    return {number: tuple(said) for number, *said in db.session.execute(select(*shown))}


def safeguards() -> dict[str, list[str]]:
    """What the database itself holds: triggers by name, checks by table."""
    if db.engine.dialect.name == "sqlite":
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        triggers = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    checks = inspect(db.engine)
    found = {
        table.name: sorted(str(one["name"]) for one in checks.get_check_constraints(table.name))
        for table in Base.metadata.sorted_tables
    }
    return found | {"triggers": list(db.session.scalars(text(triggers)))}


def _as_it_was_told() -> int:
    """A line of the timeline as releases wrote it before places were left to the letters; its id."""
    with db.engine.begin() as connection:
        number = connection.execute(
            text(
                "INSERT INTO timeline_event (public_id, case_id, at, actor_name, kind, audience, sentence, reference) "
                "SELECT 'asitwastoldasitwasto', case_id, at, actor_name, kind, audience, "
                "'Launch grant: on the waitlist, place 2.', reference FROM timeline_event "
                "WHERE sentence = 'Launch grant: on the waitlist.' ORDER BY id LIMIT 1 RETURNING id"
            )
        ).scalar_one()
    return int(number)


def test_a_site_in_use_is_taken_back_and_brought_up_to_date(replayed: Flask) -> None:
    before, guarded = rows(), safeguards()
    values = select(func.count()).where(IndicatorReading.value.is_not(None))
    read = db.session.scalar(values)
    coached = select(CoachedSection.application_id, CoachedSection.invitation_id, CoachedSection.ended_at).distinct()
    coached = coached.where(CoachedSection.opened_at.is_not(None))
    coaching = set(db.session.execute(coached).all())
    asked = db.session.scalar(select(func.count()).where(CoachInvitation.accepted_at.is_(None))) or 0
    unknown = db.session.scalar(select(func.count()).where(Message.person_id.is_(None))) or 0
    added_up = tallies()
    db.session.remove()
    flask_migrate.downgrade(directory=replayed.config["MIGRATIONS"], revision="0001")
    known = before.keys() & inspect(db.engine).get_table_names()
    waiting = _as_it_was_told()
    flask_migrate.upgrade(directory=replayed.config["MIGRATIONS"])
    told = db.session.get_one(TimelineEvent, waiting)
    assert (told.sentence, told.reference) == ("Launch grant: on the waitlist.", None)
    db.session.rollback()
    compared = set(db.session.scalars(select(Document.subject_id).where(Document.compares)))
    waitlisted = (
        select(Application.public_id)
        .join(SlateLine.application)
        .where(SlateLine.outcome == "waitlist", SlateLine.letter_id.is_not(None))
    )
    assert compared == set(db.session.scalars(waitlisted))
    before["timeline_event"] += 1
    before["message"] -= unknown  # the first schema had no mail to people without an account
    before["coach_invitation"] -= asked  # nor anybody who was asked to coach and had not said yes
    assert (unknown > 0, asked) == (True, 1)
    # The first schema did not know which sections a coach reads: who read some of a draft now reads them all.
    assert set(db.session.execute(coached).all()) == coaching
    after = rows()
    assert before["coached_section"] < after["coached_section"]
    # What stood in tables that the first schema had not is gone; all else is there.
    assert {name: after[name] for name in known if after[name] != before[name]} == {}
    assert (len(added_up) > 0, tallies()) == (True, {})
    handler_of("review.keep_up")()
    assert tallies() == added_up
    assert safeguards() == guarded
    assert db.session.scalar(values) == read
    assert audit.verify(db.session()).faults == ()
    assert check_ledger() == []
