"""The late rule as it is written, answers that staff let pass, and the queue of what is to be screened."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.deadlines import Deadline
from grants.applications.models import Application, OverrideChange, Submission
from grants.applications.services import Write
from grants.applications.services.receipts import receipt_facts
from grants.casework.models import TimelineEvent
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.moves import lock
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from tests.factories import applications as make
from tests.factories.people import actor, person

Browser = Callable[[Person], FlaskClient]
GRACE = timedelta(minutes=15)
TICK = timedelta(microseconds=1)


def ready(**changes: object) -> tuple[make.School, Application, Person]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Lodestar")
        application = make.draft(school, make.stage(), {**make.COMPLETE, **changes})
        return school, application, person("Maya Rivera", Role.PROGRAM_OFFICER)


@pytest.mark.parametrize("extension", [None, timedelta(days=2), -timedelta(days=2)])
@pytest.mark.parametrize("grace", [timedelta(), GRACE])
def test_it_counts_to_the_last_moment_of_grace_after_whichever_deadline_holds(
    grace: timedelta, extension: timedelta | None
) -> None:
    deadline = Deadline(make.CLOSES, grace, make.CLOSES + extension if extension else None)
    last = make.CLOSES + max(extension or timedelta(), timedelta()) + grace
    assert [deadline.holds(last + off) for off in (-TICK, timedelta(), TICK)] == [True, True, False]


def test_a_deadline_on_the_day_the_clocks_go_back_is_one_instant() -> None:
    # 1:30 am comes twice in Oakland on that night; the first is meant, and the second is an hour late.
    zone = ZoneInfo("America/Los_Angeles")
    first, second = (datetime(2016, 11, 6, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1))
    deadline = Deadline(first.astimezone(UTC), GRACE)
    assert deadline.holds(first.astimezone(UTC) + GRACE)
    assert not deadline.holds(second.astimezone(UTC))
    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)


def test_what_was_received_in_time_counts_however_long_it_waited(app: Flask) -> None:
    school, application, _ = ready()
    last = make.CLOSES + GRACE
    with clock_at(last + timedelta(minutes=1)), pytest.raises(Clash, match="deadline has passed"), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name, last + TICK)
    with clock_at(last + timedelta(minutes=1)), unit_of_work():
        submission = services.submit(school.as_signatory, application, school.signatory.name, last)
    assert (submission.submitted_at, submission.content["submitted_at"]) == (last, last.isoformat())


def test_a_request_that_waits_for_a_colleague_past_the_deadline_was_still_in_time(
    app: Flask, client_of: Browser
) -> None:
    school, application, _ = ready()
    browser, number, address = client_of(school.signatory), application.id, f"/applications/{application.public_id}"
    certified, held = {"consent": "y", "certified_name": school.signatory.name}, threading.Event()
    closes = now() + timedelta(seconds=2)
    with unit_of_work() as session:
        stage = session.get_one(CycleStage, application.stage_id)
        stage.closes_at, stage.grace_minutes = closes, 0

    def colleague() -> None:
        with app.app_context(), unit_of_work() as session:
            lock(session.get_one(Application, number))
            held.set()
            time.sleep(max(0.0, (closes - now()).total_seconds()) + 0.5)

    other = threading.Thread(target=colleague)
    other.start()
    assert held.wait(5)
    answer = browser.post(f"{address}/submit", data=certified)
    answered_at = now()
    other.join()
    assert (answer.status_code, answered_at > closes) == (302, True)
    assert db.session.scalars(select(Submission)).one().submitted_at < closes


# ── eligibility ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_answer_says_why_and_whom_to_ask_and_staff_let_it_pass(app: Flask, client_of: Browser) -> None:
    school, application, maya = ready(eligibility_public=False)
    with unit_of_work():
        application.case.officer = maya
    address, staff, lead = f"/applications/{application.public_id}", client_of(maya), client_of(school.lead)
    program = "Grants go to public schools only. Ask the program officer if you are about to become one."
    why = f"{program} Whom to ask: Maya Rivera, {maya.email}."
    with clock_at(make.WRITING):
        assert why in lead.get(f"{address}/check").text
        assert why in lead.get(f"{address}/sections/before_you_start").text
        page = staff.get(address).text
        assert ("7 of 8 questions ready" in page, "Let it pass" in page) == (True, True)
        assert (application.asked, application.answered) == (8, 7)
        form = {"field": "eligibility_public", "reason": "It opens as a public school in May."}
        empty = staff.post(f"{address}/let-pass", data={**form, "reason": " "})
        assert (empty.status_code, "Say why; it stands on the record." in empty.text) == (422, True)
        assert lead.post(f"{address}/let-pass", data=form).status_code == 403
        assert staff.post(f"{address}/let-pass", data=form).status_code == 302
        assert staff.post(f"{address}/let-pass", data=form).status_code == 409
        assert why not in lead.get(f"{address}/check").text
    db.session.expire_all()
    assert (application.asked, application.answered) == (8, 8)
    said = "Maya Rivera let “Is your school a public school?” pass: It opens as a public school in May."
    events = select(TimelineEvent.sentence).where(TimelineEvent.case_id == application.case_id)
    assert said in db.session.scalars(events).all()


def test_it_holds_for_the_question_whatever_is_answered_there_later(app: Flask) -> None:
    school, application, maya = ready(eligibility_public=False)
    with clock_at(make.WRITING), pytest.raises(Clash, match="One thing is not ready yet"), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    with clock_at(make.WRITING), unit_of_work():
        services.override_eligibility(actor(maya), application, "eligibility_public", "It opens in May.")
    for version, answer in ((1, True), (2, False)):
        with clock_at(make.WRITING), unit_of_work():
            services.save_answers(school.as_lead, application, {"eligibility_public": Write(answer, version)})
        assert (application.asked, application.answered) == (8, 8)
    with clock_at(make.WRITING), unit_of_work():
        submission = services.submit(school.as_signatory, application, school.signatory.name)
    assert submission.content["answers"]["eligibility_public"] is False


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.AUDITOR, None])
def test_only_an_officer_lets_an_answer_pass_and_only_one_that_fails(app: Flask, role: Role | None) -> None:
    school, application, maya = ready()
    with unit_of_work():
        who = actor(person(None, role)) if role else school.as_lead
    with pytest.raises(Refused), unit_of_work():
        services.override_eligibility(who, application, "eligibility_public", "Why not.")
    with pytest.raises(Clash, match="keeps nobody from applying"), unit_of_work():
        services.override_eligibility(actor(maya), application, "eligibility_public", "Why not.")
    with pytest.raises(Invalid), unit_of_work():
        services.override_eligibility(actor(maya), application, "eligibility_public", " ")


def test_it_is_taken_back_before_submission_and_given_again_and_all_of_it_is_kept(
    app: Flask, client_of: Browser
) -> None:
    school, application, maya = ready(eligibility_public=False)
    staff, address = client_of(maya), f"/applications/{application.public_id}"
    form = {"field": "eligibility_public", "reason": "It opens in May."}
    with clock_at(make.WRITING):
        assert staff.post(f"{address}/counts-again", data=form).status_code == 409
        assert staff.post(f"{address}/let-pass", data=form).status_code == 302
        assert "Take it back" in staff.get(address).text
        bare = staff.post(f"{address}/counts-again", data={**form, "reason": " "})
        assert (bare.status_code, bare.text.count("Say why; it stands on the record.")) == (422, 2)
        assert client_of(school.lead).post(f"{address}/counts-again", data=form).status_code == 403
        back = {**form, "reason": "The district changed its mind."}
        assert staff.post(f"{address}/counts-again", data=back).status_code == 302
        assert staff.post(f"{address}/counts-again", data=back).status_code == 409
        assert "Take it back" not in staff.get(address).text
    db.session.expire_all()
    assert (application.answered, queries.overrides_of(application)) == (7, [])
    with clock_at(make.WRITING), pytest.raises(Clash, match="One thing is not ready yet"), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    with clock_at(make.WRITING), unit_of_work():
        services.override_eligibility(actor(maya), application, "eligibility_public", "It opens in June.")
    assert [one.reason for one in queries.overrides_of(application)] == ["It opens in June."]
    assert db.session.scalars(select(OverrideChange.reason).order_by(OverrideChange.id)).all() == [
        "The district changed its mind.",
        "It opens in June.",
    ]
    told = select(Message.body).where(Message.template == "application.counts_again").order_by(Message.id)
    assert ["The district changed its mind." in body for body in db.session.scalars(told)] == [True] * 3
    events = db.session.scalars(select(TimelineEvent.sentence).where(TimelineEvent.case_id == application.case_id))
    said = "Maya Rivera took back that “Is your school a public school?” was let pass: The district changed its mind."
    assert said in events.all()


def test_what_was_let_pass_is_frozen_with_what_was_submitted_and_read_there(app: Flask, client_of: Browser) -> None:
    school, application, maya = ready(eligibility_public=False)
    with clock_at(make.WRITING), unit_of_work():
        services.override_eligibility(actor(maya), application, "eligibility_public", "Lodestar opens in May.")
    with clock_at(make.WRITING), unit_of_work():
        submission = services.submit(school.as_signatory, application, school.signatory.name)
    assert submission.content["let_pass"] == [
        {
            "field": "eligibility_public",
            "question": "Is your school a public school?",
            "reason": "Lodestar opens in May.",
            "by": "Maya Rivera",
            "at": make.WRITING.isoformat(),
        }
    ]
    assert submission.sha256 == sha256_of(submission.content)
    assert submission.sha256 != sha256_of({**submission.content, "let_pass": []})
    with pytest.raises(Clash, match="submitted with this question let pass"), unit_of_work():
        services.take_back_override(actor(maya), application, "eligibility_public", "Late.")
    with clock_at(make.WRITING):
        for who in (school.lead, maya):
            for page in ("", "/receipt"):
                text = client_of(who).get(f"/submissions/{submission.public_id}{page}").text
                assert ("Let pass by the foundation" in text, "Lodestar opens in May." in text) == (True, True)
    pairs = receipt_facts(submission, "Receipt")["pairs"]
    assert ["Let pass: Is your school a public school?", "Lodestar opens in May."] in [list(one) for one in pairs]
    for blind, remark in (
        (False, "Let pass by the foundation: Lodestar opens in May."),
        (True, "Let pass by the foundation."),
    ):
        parts = queries.read_submission(submission, blind=blind)
        assert [item.remark for part in parts for item in part.items if item.remark] == [remark]


# ── screening, one after the other ───────────────────────────────────────────────────────────────────────────────────


def test_changes_that_never_came_are_gone_on_without_once_their_day_has_passed(app: Flask, client_of: Browser) -> None:
    school, application, maya = ready()
    until = make.CLOSES + timedelta(days=5)
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    with clock_at(make.CLOSES), unit_of_work():
        services.return_sections(actor(maya), application, ["numbers"], until, "Why?")
    with clock_at(until + GRACE), pytest.raises(Clash, match="still has time"), unit_of_work():
        services.take_as_submitted(actor(maya), application)
    browser, address = client_of(maya), f"/applications/{application.public_id}"
    with clock_at(until + GRACE + TICK):
        assert "Lodestar" in browser.get("/applications?only=overdue").text
        assert "Take it as submitted" in browser.get(address).text
        assert browser.post(f"{address}/as-submitted").status_code == 302
        again = browser.post(f"{address}/as-submitted")
        assert (again.status_code, "Nothing was changed." in again.text) == (409, True)
        assert "Lodestar" in browser.get("/screening").text
    db.session.expire_all()
    assert (application.state, application.returned_until, application.returned_sections) == ("submitted", None, None)
    assert db.session.scalars(queries.latest_submissions(application.stage_id)).one().number == 1


def test_an_officer_screens_one_after_the_other_and_takes_the_last_one_back(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        first, second, third = (
            make.submitted(make.school(name), stage).application for name in ("Zenith", "ASCEND", "Lodestar")
        )
        maya, stage_id = person("Maya Rivera", Role.PROGRAM_OFFICER), stage.public_id
    browser, queue = client_of(maya), f"/screening?stage={stage_id}"

    def heading(address: str) -> str:
        page = browser.get(address)
        assert page.status_code == 200
        return page.text.split("<h1")[1].split(">")[1].split("<")[0].strip()

    def progress(address: str) -> str:
        return browser.get(address).text.split('class="screened"><b>')[1].split("</b>")[0]

    with clock_at(make.CLOSES):
        assert (heading(queue), progress(queue)) == ("Zenith", "3 left")
        assert heading(f"{queue}&after={first.public_id}") == "ASCEND"
        assert heading(f"{queue}&after={third.public_id}") == "Zenith"
        assert (
            heading(f"{queue}&at={third.public_id}"),
            f"at={second.public_id}" in browser.get(f"{queue}&at={third.public_id}").text,
        ) == ("Lodestar", True)
        assert "The one before" not in browser.get(queue).text
        screen = f"/applications/{first.public_id}/%s?queue={stage_id}"
        wrong = browser.post(screen % "ineligible", data={"reason": " "})
        assert (wrong.status_code, "<b>3 left</b>" in wrong.text) == (422, True)
        fine = browser.post(screen % "eligible", data={"remark": "Checked."})
        assert (heading(fine.location), progress(fine.location)) == ("ASCEND", "2 left")
        assert "Zenith is eligible." in browser.get(fine.location).text.replace("\n", "")
        back = browser.post(f"/applications/{first.public_id}/reconsider?queue={stage_id}")
        assert (heading(back.location), progress(back.location)) == ("Zenith", "3 left")
        for one in (first, second, third):
            services_page = f"/applications/{one.public_id}/eligible?queue={stage_id}"
            done = browser.post(services_page, data={})
        assert "Nothing is left to screen" in browser.get(done.location).text
        assert browser.get(f"/applications/{second.public_id}").status_code == 200
