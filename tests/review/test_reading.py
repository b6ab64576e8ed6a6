"""What a reviewer reads: the document, earlier evidence, files; and what a blind stage keeps to itself."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import RadioField, SelectField

from grants.casework import files
from grants.casework.services import note_event
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.persistence.session import unit_of_work
from grants.programs.schema import Rubric
from grants.review.forms import scorecard_form
from grants.review.marking import ABSTAIN
from tests.factories import review as make
from tests.factories.people import actor, organization, person

Browser = Callable[[Any], FlaskClient]


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
    assert "Scored 84.4 on average." in page
    assert "Pilot log handed in: 14 entries." in page
    assert "A worry about turnover." not in page
    earlier = browser.get(f"{url}/earlier/planning")
    assert "Promised: two pilot classrooms." in earlier.text
    assert browser.get(f"{url}/earlier/launch").status_code == 404


def test_what_the_program_does_not_name_is_not_shown(app: Flask, client_of: Browser) -> None:
    ben, assignment, _ = two_stage_panel(earlier_evidence=["planning.scorecards"])
    url, browser = f"/review/assignments/{assignment.public_id}", client_of(ben)
    page = browser.get(url).text
    assert "Scored 84.4 on average." in page
    assert "Pilot log" not in page
    assert browser.get(f"{url}/earlier/planning").status_code == 404


@pytest.mark.parametrize(("identity", "name"), [("open", "tern-budget.pdf"), ("blind", "Attachment 1.pdf")])
def test_files_of_the_submission_alone_open_and_a_blind_stage_renames_them(
    app: Flask, client_of: Browser, identity: str, name: str
) -> None:
    own, other = (files.put(b"%PDF-1.7", each, "application/pdf") for each in ("tern-budget.pdf", "private.pdf"))
    with unit_of_work():
        stage = make.reviewed_stage(identity=identity)
        application = make.submitted(stage, "Tern School")
        kept, private = (files.register(each, case=application.case) for each in (own, other))
        answered = {"field": "plan", "file": kept.public_id, "name": kept.name, "size": kept.size}
        make.resubmit(application, make.CLOSED, {"vision": "Goal sheets."}, files=[answered])
        ben = person("Ben", Role.REVIEWER)
        assignment = make.assigned(make.panelist(stage, ben), application)
    browser, url = client_of(ben), f"/review/assignments/{assignment.public_id}/files"
    sent = browser.get(f"{url}/{kept.public_id}")
    assert (sent.status_code, sent.data) == (200, b"%PDF-1.7")
    assert name in sent.headers["Content-Disposition"]
    assert browser.get(f"{url}/{private.public_id}").status_code == 404


def test_a_blind_stage_names_nobody(app: Flask, client_of: Browser) -> None:
    ben, assignment, _ = two_stage_panel(identity="blind", earlier_evidence=["planning.submission"])
    browser, url = client_of(ben), f"/review/assignments/{assignment.public_id}"
    for path in ("/review/", url, f"{url}/earlier/planning", f"{url}/conflict"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Tern School" not in page.text
    assert "Blueprint 1" in browser.get(url).text


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
