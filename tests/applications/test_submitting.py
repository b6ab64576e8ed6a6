"""Certified, on time, once; taken back and submitted again."""

import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.models import Application, Submission
from grants.applications.services import Write
from grants.kernel.canonical import canonical_json, sha256_of
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories import applications as make
from tests.factories.people import actor, person


def ready(**answers: object) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        application = make.draft(school, make.stage(), {**make.COMPLETE, **answers})
    return school, application


def submit(school: make.School, application: Application, at: datetime = make.WRITING) -> Submission:
    with clock_at(at), unit_of_work():
        return services.submit(school.as_signatory, application, school.signatory.name)


@pytest.mark.parametrize("seconds", [0, 15 * 60])
def test_until_the_last_moment_of_grace_it_counts(app: Flask, seconds: int) -> None:
    school, application = ready()
    at = make.CLOSES + timedelta(seconds=seconds)
    assert submit(school, application, at).submitted_at == at


def test_a_second_later_it_does_not_and_nothing_is_lost(app: Flask) -> None:
    school, application = ready()
    with pytest.raises(Clash, match="The deadline has passed"):
        submit(school, application, make.CLOSES + timedelta(minutes=15, seconds=1))
    assert (application.state, db.session.scalars(select(Submission)).all()) == ("draft", [])
    assert queries.answers_of(application)["move_on"] == make.COMPLETE["move_on"]


def test_one_applicant_can_be_given_more_time(app: Flask) -> None:
    school, application = ready()
    to = make.CLOSES + timedelta(days=2)
    with clock_at(make.CLOSES), unit_of_work():
        officer = actor(person("Maya Rivera", "program_officer"))  # type: ignore[arg-type]
        services.extend_deadline(officer, application, to, "A storm closed the school.")
    with clock_at(make.CLOSES), pytest.raises(Invalid, match="after the present deadline"), unit_of_work():
        services.extend_deadline(officer, application, to, "Again.")
    with clock_at(make.CLOSES), pytest.raises(Refused), unit_of_work():
        services.extend_deadline(school.as_lead, application, to + timedelta(days=1), "Please.")
    assert submit(school, application, to).number == 1


def test_what_is_incomplete_is_not_submitted(app: Flask) -> None:
    school, application = ready(students=None, move_on="word " * 40)
    with pytest.raises(Clash, match="2 things are not ready yet"):
        submit(school, application)


def test_the_signatory_types_their_own_name(app: Flask) -> None:
    school, application = ready()
    with clock_at(make.WRITING), pytest.raises(Invalid) as refused, unit_of_work():
        services.submit(school.as_signatory, application, school.lead.name)
    assert refused.value.errors == {
        "certified_name": f"Type your name as it stands in your account: {school.signatory.name}."
    }
    with clock_at(make.WRITING), unit_of_work():
        spaced = f"  {school.signatory.name.upper().replace(' ', '   ')} "
        assert services.submit(school.as_signatory, application, spaced).certified_name == school.signatory.name


def test_what_is_frozen_is_what_shows_and_hashes_to_what_the_receipt_says(app: Flask) -> None:
    school, application = ready(pilots_shown="Hidden, since there were no pilots.")
    submission = submit(school, application)
    db.session.expire_all()
    content = submission.content
    assert content["answers"] == make.COMPLETE
    assert content["organization"]["name"] == school.organization.name
    assert content["submitted_at"] == make.WRITING.isoformat()
    assert sha256_of(content) == submission.sha256
    assert sha256_of({**content, "certified_by": "Somebody else"}) != submission.sha256
    (mail,) = db.session.scalars(select(Message).where(Message.person_id == school.signatory.id))
    assert submission.sha256 in mail.body


def test_reopened_and_submitted_again_is_a_second_version(app: Flask) -> None:
    school, application = ready()
    first = submit(school, application)
    with clock_at(make.WRITING), unit_of_work():
        services.reopen(school.as_lead, application)
    assert db.session.scalars(queries.latest_submissions(application.stage_id)).all() == []
    with clock_at(make.WRITING), unit_of_work():
        services.save_answers(school.as_editor, application, {"students": Write("321", 1)})
    second = submit(school, application)
    assert [one.number for one in queries.submissions_of(application)] == [2, 1]
    assert (first.content["answers"]["students"], second.content["answers"]["students"]) == (320, 321)
    assert first.sha256 != second.sha256
    assert db.session.scalars(queries.latest_submissions(application.stage_id)).all() == [second]


def test_after_the_deadline_it_stays_as_submitted(app: Flask) -> None:
    school, application = ready()
    submit(school, application)
    late = make.CLOSES + timedelta(hours=1)
    with clock_at(late), pytest.raises(Clash, match="The deadline has passed"), unit_of_work():
        services.reopen(school.as_lead, application)
    with clock_at(late), pytest.raises(Refused), unit_of_work():
        services.withdraw(school.as_editor, application)
    with clock_at(late), unit_of_work():
        services.withdraw(school.as_lead, application)
    assert application.state == "withdrawn"
    assert db.session.scalars(queries.latest_submissions(application.stage_id)).all() == []


def test_nothing_is_withdrawn_once_the_decision_is_out(app: Flask) -> None:
    school, application = ready()
    submit(school, application)
    with unit_of_work():
        make.decided(application, "decline")
    refused = pytest.raises(Clash, match="The decision on this application has been released")
    with clock_at(make.CLOSES), refused, unit_of_work():
        services.withdraw(school.as_lead, application)


def test_a_submission_cannot_be_changed_by_anyone(app: Flask) -> None:
    school, application = ready()
    submission = submit(school, application)
    with pytest.raises(Exception, match="append-only"), unit_of_work():
        submission.certified_name = "Somebody else"


contents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(content=st.dictionaries(st.text(max_size=8), contents, max_size=5), data=st.data())
def test_the_fingerprint_does_not_depend_on_the_order_of_keys(content: dict[str, object], data: st.DataObject) -> None:
    def shuffled(value: object) -> object:
        if isinstance(value, dict):
            keys = data.draw(st.permutations(list(value)))
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    assert sha256_of(shuffled(content)) == sha256_of(content)
    # And it survives storage as JSON, whatever order that gives back.
    assert sha256_of(json.loads(json.dumps(content))) == sha256_of(content)
    assert json.loads(canonical_json(content)) == content


@pytest.mark.parametrize(("conflicted", "told"), [(False, ["Maya Rivera"]), (True, [])])
def test_a_withdrawal_is_told_to_the_case_s_officer_unless_it_is_hidden_from_them(
    app: Flask, conflicted: bool, told: list[str]
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school()
        application = make.draft(school, make.stage(), make.COMPLETE)
        officer = application.case.officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        db.session.flush()
        if conflicted:
            db.session.add(Conflict(case=application.case, person=officer, source="declared", since=make.WRITING))
        services.withdraw(school.as_lead, application)
    mails = db.session.scalars(select(Message).where(Message.template == "application.withdrawn"))
    assert [one.to_name for one in mails] == told
