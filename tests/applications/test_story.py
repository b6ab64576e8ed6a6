"""Two people write one blueprint, a third certifies and submits it: told through the services."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.models import AnswerVersion, Submission
from grants.applications.services import Write
from grants.casework.models import TimelineEvent
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.messages.models import Message
from grants.persistence import audit
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make

pytestmark = pytest.mark.scenario
MONDAY_NIGHT = datetime(2016, 3, 15, 4, 14, tzinfo=UTC)


def test_two_write_and_a_third_certifies(app: Flask) -> None:
    with clock_at(MONDAY_NIGHT), unit_of_work():
        urban = make.school("Urban Promise Academy")
        stage = make.stage()
        application = services.start(urban.as_lead, stage, urban.organization)
    dana, luis, reyes = urban.as_lead, urban.as_editor, urban.as_signatory

    # Dana writes; Luis, who had the empty field before him, writes the same field a minute later.
    with clock_at(MONDAY_NIGHT), unit_of_work():
        services.save_answers(dana, application, {"move_on": Write("When she can show it.", 0)})
    with clock_at(MONDAY_NIGHT + timedelta(minutes=1)), unit_of_work():
        late = services.save_answers(luis, application, {"move_on": Write("When the term ends.", 0)})

    # Nothing was overwritten: both texts are there, and Luis is told whose text stands.
    assert queries.answers_of(application) == {"move_on": "When she can show it."}
    stale = late.stale["move_on"]
    assert (stale.mine.value, stale.present.value, stale.present.version) == (
        "When the term ends.",
        "When she can show it.",
        1,
    )
    assert stale.sentence == f"{urban.lead.name} changed this answer while you were writing. Both texts are kept."
    versions = db.session.scalars(select(AnswerVersion).order_by(AnswerVersion.id)).all()
    assert [(one.value, one.version, one.stale, one.written_by_id) for one in versions] == [
        ("When she can show it.", 1, False, urban.lead.id),
        ("When the term ends.", 0, True, urban.editor.id),
    ]

    # He reads hers, joins the two, and they finish the rest together.
    with clock_at(MONDAY_NIGHT + timedelta(hours=1)), unit_of_work():
        services.save_answers(luis, application, {"move_on": Write("When she can show it, not when the term ends.", 1)})
    rest = {key: Write(value, 0) for key, value in make.COMPLETE.items() if key != "move_on"}
    with clock_at(MONDAY_NIGHT + timedelta(hours=1)), unit_of_work():
        assert services.save_answers(dana, application, rest).is_clean
    assert (application.answered, application.asked) == (8, 8)

    # Only Principal Reyes can certify; she does, on Sunday at 4:59 pm.
    sunday = make.CLOSES - timedelta(minutes=1)
    with clock_at(sunday), pytest.raises(Refused, match="Only a signatory"), unit_of_work():
        services.submit(dana, application, urban.lead.name)
    with clock_at(sunday), unit_of_work():
        submission = services.submit(reyes, application, urban.signatory.name)

    assert submission.sha256 == sha256_of(submission.content)
    assert submission.content["answers"]["move_on"] == "When she can show it, not when the term ends."
    assert submission.content["certified_by"] == urban.signatory.name
    assert (application.state, submission.number, submission.submitted_at) == ("submitted", 1, sunday)

    # Pressing the button again stores nothing twice.
    again = pytest.raises(Clash, match="Nothing was stored a second time")
    with clock_at(sunday + timedelta(seconds=5)), again, unit_of_work():
        services.submit(reyes, application, urban.signatory.name)
    assert db.session.scalars(select(Submission)).all() == [submission]

    # Everyone who writes has the receipt, the case's timeline tells the story, and the record holds.
    mails = db.session.scalars(select(Message).order_by(Message.person_id, Message.id)).all()
    assert [mail.person_id for mail in mails] == sorted([urban.lead.id, urban.editor.id, urban.signatory.id])
    assert {submission.sha256 in mail.body for mail in mails} == {True}
    told = db.session.scalars(select(TimelineEvent.sentence).order_by(TimelineEvent.id)).all()
    assert told == [
        "The case of Urban Promise Academy was opened.",
        f"{urban.lead.name} started the application: Launch grant.",
        f"{urban.signatory.name} certified and submitted Launch grant.",
    ]
    assert audit.verify(db.session()).faults == ()
