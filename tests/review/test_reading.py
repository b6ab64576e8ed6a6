"""What a reviewer reads: the document, earlier evidence, files; and what a blind stage keeps to itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from wtforms import RadioField, SelectField

from grants.applications.queries import read_submission
from grants.background.runner import run_due
from grants.casework import files
from grants.casework.models import StoredFile, TimelineEvent
from grants.casework.services import note_event
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.programs.schema import Rubric
from grants.review import jobs, queries, services
from grants.review.forms import scorecard_form
from grants.review.marking import ABSTAIN
from grants.review.models import Assignment
from grants.review.pitch_models import PitchCard
from grants.review.reading_models import VeiledFile
from tests.factories import discovery
from tests.factories import review as make
from tests.factories import telling_files as traces
from tests.factories.people import actor, organization, person

Browser = Callable[[Any], FlaskClient]
PDF = "application/pdf"


def two_stage_panel(**rules: Any) -> tuple[Any, Any, Any]:
    """Ben reviews Tern School's launch application: (Ben, his assignment, the planning application before it)."""
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(**rules)
        school = organization("Tern School")
        before = make.submitted(planning, school, answers={"vision": "Promised: two pilot classrooms.", "team": "Two."})
        ben = person("Ben", Role.REVIEWER)
        assignment = make.assigned(
            make.panelist(launch, ben),
            make.submitted(launch, school, answers={"vision": "Goal sheets.", "team": "Six."}),
        )
        reader = make.panelist(planning, person("Ann", Role.REVIEWER))
        make.scored(make.assigned(reader, before))
        officer = person("Maya", Role.PROGRAM_OFFICER)
        note_event(actor(officer), before.case, "report", "Pilot log handed in: 14 entries.", "applicant")
        note_event(actor(officer), before.case, "report", "A worry about turnover.", "staff")
    return ben, assignment, before


def test_the_planning_year_stands_beside_the_blueprint(app: Flask, client_of: Browser) -> None:
    evidence = ["planning.submission", "planning.owes", "planning.scorecards"]
    ben, assignment, _ = two_stage_panel(earlier_evidence=evidence)
    url, browser = f"/review/assignments/{assignment.public_id}", client_of(ben)
    page = browser.get(url).text
    assert "From the planning grant." in page
    assert "Scored 84.4 by 1 reviewer." in page
    assert "A worry about turnover." not in page
    earlier = browser.get(f"{url}/earlier/planning")
    assert "Promised: two pilot classrooms." in earlier.text
    assert browser.get(f"{url}/earlier/launch").status_code == 404


def test_what_the_earlier_pitch_was_given_is_said_apart(app: Flask, client_of: Browser) -> None:
    ben, assignment, before = two_stage_panel(earlier_evidence=["planning.scorecards"], pitch=make.COUNTED)
    url, browser = f"/review/assignments/{assignment.public_id}", client_of(ben)
    assert "Scored 84.4 by 1 reviewer." in browser.get(url).text
    with clock_at(make.REVIEWING), unit_of_work():
        cleo = make.panelist(before.stage, "Cleo")
        card = PitchCard(
            application_id=before.id,
            reviewer_id=cleo.person_id,
            pitched_in="x" * 20,
            state="submitted",
            total=Decimal(60),
            version=1,
            saved_at=make.REVIEWING,
        )
        db.session.add(card)
    assert "Scored 84.4 by 1 reviewer, and 60.0 at its pitch." in browser.get(url).text


def test_what_the_program_does_not_name_is_not_shown(app: Flask, client_of: Browser) -> None:
    ben, assignment, _ = two_stage_panel(earlier_evidence=["planning.scorecards"])
    url, browser = f"/review/assignments/{assignment.public_id}", client_of(ben)
    page = browser.get(url).text
    assert "Scored 84.4 by 1 reviewer." in page
    assert "Open what was submitted" not in page
    assert browser.get(f"{url}/earlier/planning").status_code == 404


PROMISED = {
    "plan": {
        "title": "The plan",
        "fields": {
            "day": {"type": "long_text", "title": "What will a day be like?", "carry_forward": "planning.vision"},
            "who": {"type": "long_text", "title": "Who leads?", "carry_forward": "planning.team"},
            "principal": {
                "type": "long_text",
                "title": "Who is the principal?",
                "carry_forward": "planning.team",
                "hidden_when_blind": True,
            },
        },
    }
}


@pytest.mark.parametrize("identity", ["open", "blind"])
def test_what_was_promised_stands_beside_what_is_said_now(app: Flask, identity: str) -> None:
    with clock_at(make.CLOSED), unit_of_work():
        rules = {"identity": identity, "earlier_evidence": ["planning.submission"]}
        planning, launch = make.two_stages(sections=PROMISED, **rules)
        school = organization("Tern School")
        make.submitted(planning, school, answers={"vision": "Two pilot classrooms.", "team": "Six teachers."})
        said = {"day": "Three pilot classrooms.", "who": "Six teachers.", "principal": "Ada."}
        ben = person("Ben", Role.REVIEWER)
        one = make.assigned(make.panelist(launch, ben), make.submitted(launch, school, answers=said))
    blind = identity == "blind"
    parts = read_submission(one.submission, blind=blind)
    found = queries.promises_of(one, parts, blind=blind)
    assert {key: promise.difference.is_same for key, promise in found.items()} == (
        {"day": False, "who": True} if blind else {"day": False, "who": True, "principal": False}
    )
    assert (found["day"].stage, found["day"].before.value) == ("Planning grant", "Two pilot classrooms.")
    changes = [(run.kind, run.text.strip()) for run in found["day"].difference.value]
    assert changes == [("gone", "Two"), ("new", "Three"), ("same", "pilot classrooms.")]


def test_the_events_somebody_came_to_are_counted_and_not_those_the_applicant_gave(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = {"title": "Discovery", "kind": "discovery", "counts": ["workshop"], "complete_when": {"at_least": 1}}
    monkeypatch.setitem(make.PROGRAM, "stages", {"discovery": rules, **make.PROGRAM["stages"]})
    with clock_at(make.CLOSED), unit_of_work():
        launch = make.reviewed_stage(earlier_evidence=["discovery.attendance"])
        opens = {"opens_at": make.CLOSED - timedelta(days=300), "closes_at": make.CLOSED - timedelta(days=200)}
        stage = {"key": "discovery", "kind": "discovery", "title": "Discovery", "position": 0}
        db.session.add(CycleStage(cycle=launch.cycle, **stage, **opens))
        school, other = organization("Tern School"), organization("Heron School")
        day = make.CLOSED - timedelta(days=250)
        events = [
            discovery.event(launch.cycle, day, title="Learner profiles"),
            discovery.event(launch.cycle, day, title="Our open day", host_id=school.id),
            discovery.event(launch.cycle, day, kind="school_visit", title="A visit"),
            discovery.event(launch.cycle, day, title="Finances"),
        ]
        for each in events[:3]:
            for _ in range(2):
                discovery.placed(each, school, came=True)
        discovery.placed(events[3], school)
        discovery.placed(events[3], other, came=True)
        ben = make.panelist(launch, person("Ben", Role.REVIEWER))
        one = make.assigned(ben, make.submitted(launch, school))
    [found] = queries.earlier_evidence(one)
    assert (found.title, [(each.title, each.people) for each in found.came]) == ("Discovery", [("Learner profiles", 2)])


def test_promises_of_a_stage_that_is_not_shown_are_not_shown(app: Flask) -> None:
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(sections=PROMISED, earlier_evidence=["planning.scorecards"])
        school = organization("Tern School")
        make.submitted(planning, school)
        application = make.submitted(launch, school, answers={"day": "Goal sheets."})
        one = make.assigned(make.panelist(launch, person("Ben", Role.REVIEWER)), application)
    assert queries.promises_of(one, read_submission(one.submission), blind=False) == {}


FILES = {
    "files": {
        "title": "Attached",
        "fields": {
            "plan": {"type": "file", "title": "The plan", "kinds": ["pdf", "docx"], "several": True},
            "letter": {"type": "file", "title": "Who stands behind it", "hidden_when_blind": True},
        },
    }
}


def panel_with_files(identity: str, *kept: files.PutFile, field: str = "plan") -> tuple[Any, str, list[str]]:
    """Ben reads Tern School's files: (Ben, the address of the files, their ids)."""
    with clock_at(make.CLOSED), unit_of_work():
        stage = make.reviewed_stage(identity=identity, sections=FILES)
        application = make.submitted(stage, "Tern School")
        stored = [files.register(each, case=application.case) for each in kept]
        answered = [
            {"field": field, "file": each.public_id, "name": each.name, "size": each.size, "sha256": each.sha256}
            for each in stored
        ]
        make.resubmit(application, make.CLOSED, {"vision": "Goal sheets."}, files=answered)
        ben, officer = person("Ben", Role.REVIEWER), person("Maya Rivera", Role.PROGRAM_OFFICER)
        make.panelist(stage, ben)
        assignment = services.assign(actor(officer), stage, ben, application)
    return ben, f"/review/assignments/{assignment.public_id}/files", [each.public_id for each in stored]


def test_files_of_the_submission_alone_open(app: Flask, client_of: Browser) -> None:
    own, other = (files.put(b"%PDF-1.7", each, PDF) for each in ("tern-budget.pdf", "private.pdf"))
    ben, url, [kept] = panel_with_files("open", own)
    with unit_of_work():
        private = files.register(other).public_id
    sent = client_of(ben).get(f"{url}/{kept}")
    assert (sent.status_code, sent.data) == (200, b"%PDF-1.7")
    assert "tern-budget.pdf" in sent.headers["Content-Disposition"]
    assert client_of(ben).get(f"{url}/{private}").status_code == 404


def test_a_blind_panel_gets_files_without_their_names_and_makers(app: Flask, client_of: Browser) -> None:
    kept = [files.put(traces.pdf(), f"{traces.NAME}.pdf", PDF), files.put(traces.docx(), "Plan.DOCX", traces.DOCX)]
    ben, url, ids = panel_with_files("blind", *kept)
    browser = client_of(ben)
    early = browser.get(f"{url}/{ids[0]}")
    assert early.status_code == 409
    assert "being made ready" in early.text
    run_due()
    for place, (file_id, ending) in enumerate(zip(ids, ("pdf", "docx"), strict=True), start=1):
        sent = browser.get(f"{url}/{file_id}")
        assert sent.status_code == 200
        assert [part for part in traces.words_in(sent.data) if traces.NAME.encode() in part] == []
        assert sent.headers["Content-Disposition"] == f'attachment; filename="Attachment {place}.{ending}"'
    names = db.session.scalars(select(StoredFile.name).order_by(StoredFile.id)).all()
    assert names == [f"{traces.NAME}.pdf", "Plan.DOCX", "Attachment.pdf", "Attachment.docx"]


def test_a_file_of_a_hidden_question_is_not_there_for_a_blind_panel(app: Flask, client_of: Browser) -> None:
    ben, url, [kept] = panel_with_files("blind", files.put(traces.pdf(), "a.pdf", PDF), field="letter")
    run_due()
    assert client_of(ben).get(f"{url}/{kept}").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(VeiledFile)) == 0


def test_a_file_whose_maker_cannot_be_taken_out_is_kept_back_and_staff_are_told(app: Flask, client_of: Browser) -> None:
    ben, url, [kept] = panel_with_files("blind", files.put(b"%PDF-1.7 Quillfeather", "tern-budget.pdf", PDF))
    run_due()
    refused = client_of(ben).get(f"{url}/{kept}")
    assert refused.status_code == 403
    assert "could not be taken out. The program officer has been told" in refused.text
    assert "Quillfeather" not in refused.text + str(refused.headers)
    [told] = db.session.scalars(select(TimelineEvent).where(TimelineEvent.sentence.contains("without names")))
    assert (told.audience, told.sentence) == (
        "staff",
        "“tern-budget.pdf” is not shown to the panel, which reads without names: it cannot be read through.",
    )


@pytest.mark.parametrize("anew", [False, True])
def test_officers_are_asked_about_a_file_that_is_kept_back_until_there_is_another(app: Flask, anew: bool) -> None:
    panel_with_files("blind", files.put(b"%PDF-1.7 Quillfeather", "tern-budget.pdf", PDF))
    run_due()
    with app.test_request_context(method="POST"), clock_at(make.REVIEWING), unit_of_work():
        maya, other = person("Maya", Role.PROGRAM_OFFICER), person("Olga", Role.PROGRAM_OFFICER)
        [assignment] = db.session.scalars(select(Assignment))
        case = assignment.submission.application.case
        services.note_conflict(actor(maya), case, other, "Her brother is the principal.")
        if anew:
            make.resubmit(assignment.submission.application, make.CLOSED, {"vision": "Goal sheets."})
            services.unassign(actor(maya), assignment)
            services.assign(actor(maya), assignment.stage, assignment.reviewer, assignment.submission.application)
        seen = {
            who.name: [todo.title for todo in queries.todos(actor(who)) if "file" in todo.title]
            for who in (maya, other)
        }
    assert seen == {"Maya": [] if anew else ["A file is kept from the panel: Tern School"], "Olga": []}


def test_copies_are_made_once_however_often_and_by_whomever_they_are_asked_for(app: Flask) -> None:
    panel_with_files("blind", files.put(traces.pdf(), "a.pdf", PDF))
    [assignment] = db.session.scalars(select(Assignment))
    for _ in range(2):
        jobs.veil_files(assignment.public_id)
        jobs.veil_what_is_left()
    assert db.session.scalar(select(func.count()).select_from(VeiledFile)) == 1
    [veiled] = db.session.scalars(select(VeiledFile))
    spare = files.put(b"late", "Attachment.pdf", PDF)
    with unit_of_work():
        assert not services.keep_veiled(veiled.file.public_id, spare, None)


def test_what_is_submitted_anew_is_found_by_the_clock(app: Flask) -> None:
    panel_with_files("blind", files.put(traces.pdf(), "a.pdf", PDF))
    jobs.veil_what_is_left()
    assert db.session.scalar(select(func.count()).select_from(VeiledFile)) == 1


def test_a_file_that_cannot_be_had_just_now_holds_no_other_back(app: Flask) -> None:
    lost, other = (files.put(traces.pdf(name), f"{name}.pdf", PDF) for name in ("Quillfeather", "Zephyranth"))
    panel_with_files("blind", lost, other)
    files.remove(lost.storage_key)
    for _ in range(2):
        with pytest.raises(jobs.SomeLeft, match="Copies of files that could not be made: 1"):
            jobs.veil_what_is_left()
    assert [one.file.storage_key for one in db.session.scalars(select(VeiledFile))] == [other.storage_key]


def test_an_open_panel_needs_no_copies(app: Flask) -> None:
    panel_with_files("open", files.put(traces.pdf(), "a.pdf", PDF))
    run_due()
    jobs.veil_what_is_left()
    assert db.session.scalar(select(func.count()).select_from(VeiledFile)) == 0


def test_a_blind_stage_names_nobody(app: Flask, client_of: Browser) -> None:
    ben, assignment, _ = two_stage_panel(identity="blind", earlier_evidence=["planning.submission"])
    browser, url = client_of(ben), f"/review/assignments/{assignment.public_id}"
    for path in ("/review/", url, f"{url}/earlier/planning", f"{url}/conflict"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Tern School" not in page.text
    name = queries.name_for(assignment)
    assert re.fullmatch(r"Blueprint [B-Z2-9]{4}", name)
    assert f"<h1>{name}</h1>" in browser.get(url).text
    assert f">{name}</a>" in browser.get("/review/").text


def test_a_long_scale_is_a_list_to_choose_from_and_a_short_one_buttons(app: Flask) -> None:
    rubric = Rubric.model_validate(
        {
            "title": "Points",
            "criteria": {"plan": {"title": "Plan", "points": 25}, "team": {"title": "Team", "points": 10}},
        }
    )
    with app.test_request_context(method="POST", data={"mark_plan": "21", "mark_team": ABSTAIN, "version": "4"}):
        form = scorecard_form(rubric, None)
    plan, team = form.criteria
    assert isinstance(form.mark(plan), SelectField)
    assert isinstance(form.mark(team), RadioField)
    assert (form.card().marks, form.based_on) == ({"plan": 21, "team": ABSTAIN}, 4)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_version_that_is_no_number_rests_on_nothing(app: Flask, version: str) -> None:
    rubric = Rubric.model_validate(make.PROGRAM["rubrics"]["launch"])
    with app.test_request_context(method="POST", data={"version": version}):
        assert scorecard_form(rubric, None).based_on == -1
