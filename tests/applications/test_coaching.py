"""A coach reads the sections that a school names, comments there, and is out with the submission."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import queries, services
from grants.applications.completeness import part_of
from grants.applications.jobs import let_coaches_of_past_drafts_go
from grants.applications.models import Application, Attachment, CoachedSection
from grants.applications.scope import visible_applications
from grants.background.runner import run_due
from grants.casework import files
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Problem, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import services as people
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from grants.review.queries import applicants
from grants.web.access import PUBLIC, access_of
from tests.applications.test_uploads import PDF
from tests.factories import applications as make
from tests.factories.people import actor, join, organization, person
from tests.review.story import LATER, Panel

Browser = Callable[[Person], FlaskClient]
SEEN, KEPT = "Our motto for all to see", "Nobody else reads this"


def begun(*sections: str) -> tuple[make.School, Application, Person]:
    """A draft with text in two sections, a file in the second, and a coach who reads these."""
    letter = files.put(PDF, f"{KEPT}.pdf", "application/pdf")
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        answers = {**make.COMPLETE, "motto": SEEN, "trials": [{"what": KEPT, "cost": "5"}]}
        application = make.draft(school, make.stage(), answers)
        services.attach(school.as_lead, application, "letter", letter)
        services.comment(school.as_lead, application, "people", f"{KEPT}, and I doubt it.")
        coach = make.coached(school, application, *sections, by="Carmen Lee")
    return school, application, coach


def submit(school: make.School, application: Application) -> None:
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)


def pages_of(app: Flask, application: Application, **more: str) -> list[str]:
    """Every page and file that is about one application, its case or its school, by their addresses."""
    ids = {
        "application_id": application.public_id,
        "case_id": application.case.public_id,
        "organization_id": application.case.organization.public_id,
        "stage_id": application.stage.public_id,
        "cycle_id": application.stage.cycle.public_id,
        "file_id": db.session.scalars(select(Attachment)).one().file.public_id,
        "form": "csv",
        **more,
    }
    about = {"application_id", "case_id", "organization_id", "submission_id"}
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or access_of(app, rule.endpoint) == PUBLIC or not about & rule.arguments:
            continue
        keys = {"section_key": ["vision", "numbers", "people"], "field_key": ["motto", "trials", "letter", "team"]}
        ways: list[dict[str, Any]] = [ids]
        for name in keys.keys() & rule.arguments:
            ways = [{**way, name: key} for way in ways for key in keys[name]]
        if rule.arguments <= ways[0].keys():
            with app.test_request_context():
                found += [app.url_map.bind("localhost").build(rule.endpoint, _of(rule.arguments, way)) for way in ways]
    return found


def _of(arguments: set[str], way: dict[str, Any]) -> dict[str, Any]:
    return {name: way[name] for name in arguments}


def test_a_coach_reads_the_named_sections_and_nothing_else(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun("vision", "numbers")
    browser, draft = client_of(coach), f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        answers = {page: browser.get(page) for page in pages_of(app, application)}
        own = client_of(school.lead)
        kept = sorted(page for page in answers if KEPT in own.get(page).text or page.endswith(".pdf"))
        overview = answers[draft].text
    letter = next(page for page in answers if f"{draft}/files/" in page)
    assert answers[f"{draft}/sections/vision"].status_code == 200
    assert SEEN in answers[f"{draft}/sections/vision"].text
    assert answers[f"{draft}/history/motto"].status_code == 200
    # What is kept from them is there for the school, on pages that this test opened.
    assert {f"{draft}/sections/people", f"{draft}/history/trials", draft} <= set(kept)
    assert [page for page, answer in answers.items() if KEPT in answer.text] == []
    closed = (f"{draft}/sections/people", f"{draft}/history/trials", letter, f"{draft}/check", f"{draft}/coaches")
    assert [answers[page].status_code for page in closed] == [404, 404, 404, 403, 403]
    assert "6 of 6 questions ready" in overview, "the two sections' own: the team of the third is not counted"
    assert (">People<" in overview, "Check and submit" in overview) == (False, False)


def test_a_coach_comments_and_neither_writes_nor_submits(app: Flask, client_of: Browser) -> None:
    _, application, coach = begun("vision")
    with unit_of_work():
        join(coach, organization(), OrganizationRole.SIGNATORY)  # which lets them submit at home
    browser, draft = client_of(coach), f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        said = browser.post(f"{draft}/sections/vision/comments", data={"body": "Who decides?"})
        elsewhere = browser.post(f"{draft}/sections/people/comments", data={"body": "Who are they?"})
        acts = {
            rule.rule: browser.post(
                _build(app, rule.endpoint, rule.arguments, application), data={"motto": "Mine", "version-motto": "1"}
            ).status_code
            for rule in app.url_map.iter_rules()
            if rule.endpoint.startswith("applications.")
            and "POST" in (rule.methods or ())
            and "application_id" in rule.arguments
            and not rule.endpoint.endswith(("comment", "presence"))
        }
        here = [browser.post(f"{draft}/presence", data={"section": key}).status_code for key in ("vision", "people")]
    assert (said.status_code, elsewhere.status_code) == (302, 404)
    assert set(acts.values()) <= {403, 404}
    assert (len(acts) > 10, here) == (True, [200, 404])
    assert queries.answers_of(application)["motto"] == SEEN
    assert [one.body for one in queries.open_comments(application, ["vision"]).items] == ["Who decides?"]
    with clock_at(make.WRITING), pytest.raises(Refused, match="not named this section"), unit_of_work():
        services.comment(actor(coach), application, "people", "Who are they?")


def _build(app: Flask, endpoint: str, arguments: set[str], application: Application) -> str:
    given = {"application_id": application.public_id, "section_key": "vision", "field_key": "motto"}
    with app.test_request_context():
        values = {name: given.get(name, "2" * 20) for name in arguments}
        return app.url_map.bind("localhost").build(endpoint, values, method="POST")


def test_a_question_shows_to_a_coach_as_the_whole_form_has_it(app: Flask) -> None:
    with clock_at(make.WRITING), unit_of_work():
        form = queries.form_of(make.draft(make.school(), make.stage()))
    part = part_of(form, {"pilots": True}, ["vision"])
    assert list(part.sections) == ["vision"]
    assert [field.key for field in part.all_fields()] == list(form.sections["vision"].fields)
    hidden = part_of(form, {"pilots": False}, ["vision"])
    assert {f.key for f in part.all_fields()} - {f.key for f in hidden.all_fields()} == {"pilots_shown"}


def test_the_submission_ends_the_coaching_everywhere_and_for_good(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun("vision")
    submit(school, application)
    submission = queries.submissions_of(application)[0]
    pages = pages_of(app, application, submission_id=submission.public_id)

    def opened() -> dict[str, int]:
        with clock_at(make.WRITING):
            found = {page: client_of(coach).get(page).status_code for page in pages}
        return {page: status for page, status in found.items() if status not in (403, 404)}

    assert opened() == {}
    assert (actor(coach).coaching, Role.COACH in actor(coach).roles) == (frozenset(), False)
    with clock_at(make.WRITING), pytest.raises(Refused), unit_of_work():
        services.comment(actor(coach), application, "vision", "One more thing.")
    # Reopened, the draft is the school's own, until its lead lets the coach in again.
    with clock_at(make.WRITING), unit_of_work():
        services.reopen(school.as_lead, application)
    assert opened() == {}
    with clock_at(make.WRITING), unit_of_work():
        again = services.invite_coach(school.as_lead, application, coach.name, coach.email, "MDC", ["numbers"])
    assert opened() == {f"/coaching/{school.organization.public_id}": 200}, "and the coach says yes"
    with clock_at(make.WRITING), unit_of_work():
        services.accept_coaching(actor(coach), again)
    draft = f"/applications/{application.public_id}"
    assert {page for page in opened() if page.startswith(draft)} == {
        *(draft, f"{draft}/sections/numbers"),
    }
    assert not {page for page in opened() if page.startswith("/submissions")}


def test_a_draft_returned_for_changes_stays_closed_to_its_coach(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun("vision")
    submit(school, application)
    with clock_at(make.WRITING), unit_of_work():
        officer = person("Maya", Role.PROGRAM_OFFICER)
        services.return_sections(actor(officer), application, ["vision"], make.CLOSES, "Say who decides.")
    with clock_at(make.WRITING):
        closed = client_of(coach).get(f"/applications/{application.public_id}")
    told = "You hold no role here now. A coach reads a draft until its school submits it." in closed.text
    assert (closed.status_code, told) == (403, True)


def test_let_go_on_one_draft_a_coach_reads_the_other_still(app: Flask) -> None:
    school, first, coach = begun("vision")
    with clock_at(make.WRITING), unit_of_work():
        second = make.draft(school, make.stage())
        services.invite_coach(school.as_lead, second, coach.name, coach.email, "MDC", ["people"])

    def reads() -> list[frozenset[str] | None]:
        return [queries.sections_open_to(actor(coach), one) for one in (first, second)]

    assert reads() == [{"vision"}, {"people"}]
    submit(school, first)
    assert reads() == [frozenset(), {"people"}]
    assert [one.id for one, _ in queries.coached(actor(coach))] == [second.id]
    # Let go altogether and asked anew for the one, what was named on the other before is not named now.
    with clock_at(make.WRITING), unit_of_work():
        third = make.draft(school, make.stage())
        services.invite_coach(school.as_lead, third, coach.name, coach.email, "MDC", ["people"])
    with clock_at(make.WRITING), unit_of_work():
        people.end_coaching(school.as_lead, school.organization, coach)
    assert reads() == [frozenset(), frozenset()]
    with clock_at(LATER), unit_of_work():
        again = services.invite_coach(school.as_lead, third, coach.name, coach.email, "MDC", ["vision"])
        services.accept_coaching(actor(coach), again)
    assert reads() == [frozenset(), frozenset()]
    assert queries.sections_open_to(actor(coach), third) == {"vision"}


def test_the_school_changes_what_a_coach_reads(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun("vision")
    page = f"/applications/{application.public_id}/coaches"
    lead = client_of(school.lead)
    with clock_at(make.WRITING):
        assert client_of(school.editor).get(page).status_code == 403
        shown = lead.get(page).text
        assert ("Carmen Lee" in shown, "Mastery Design Collaborative" in shown) == (True, True)
        changes = f"{page}/{coach.public_id}/sections"
        none = lead.post(changes, data={})
        assert (none.status_code, "Choose at least one section." in none.text) == (422, True)
        assert lead.post(changes, data={f"{coach.public_id}-sections": "numbers"}).status_code == 302
        assert queries.sections_open_to(actor(coach), application) == {"numbers"}
        assert lead.post(f"{page}/{coach.public_id}/end").status_code == 302
        assert client_of(coach).get(f"/applications/{application.public_id}").status_code == 403
        assert lead.post(f"{page}/{coach.public_id}/end").status_code == 404
    assert (queries.coaches_on(application), actor(coach).coaching) == ([], frozenset())


def test_an_invitation_by_page_is_told_once(app: Flask, client_of: Browser) -> None:
    school, application, _ = begun("vision")
    page, lead = f"/applications/{application.public_id}/coaches", client_of(school.lead)
    sent = {"name": "Kent Yamada", "email": "kent@alvo.example", "partner": "Alvo Institute", "sections": "people"}
    with clock_at(make.WRITING):
        empty = lead.post(page, data={**sent, "partner": " ", "sections": []})
        assert (empty.status_code, "Write where they come from." in empty.text) == (422, True)
        assert [lead.post(page, data=sent).status_code for _ in range(2)] == [302, 302]
        member = lead.post(page, data={**sent, "email": school.editor.email})
        assert (member.status_code, "reads its drafts already" in member.text) == (409, True)
    run_due()
    told = db.session.scalars(select(Message).where(Message.to_email == "kent@alvo.example")).one()
    asked = "you are asked to read “People” of the Launch grant of Urban Promise Academy, and comment on it."
    assert asked in told.body
    assert [(one.known_as, one.sections) for one in queries.coaches_on(application)] == [
        ("Carmen Lee", ("vision",)),
        ("kent@alvo.example", ("people",)),
    ]


def test_who_may_not_be_or_invite_a_coach(app: Flask) -> None:
    school, application, _ = begun("vision")
    with unit_of_work():
        officer, other = person("Maya", Role.PROGRAM_OFFICER, email="maya@example.org"), person("Olga")
        join(other, make.school("Another school").organization, OrganizationRole.LEAD)
    for who, address, sections, refusal in (
        (school.as_editor, "x@example.org", ["vision"], Refused),
        (actor(officer), "x@example.org", ["vision"], Refused),
        (actor(other), "x@example.org", ["vision"], Refused),
        (school.as_lead, officer.email, ["vision"], Invalid),
        (school.as_lead, "x@example.org", [], Invalid),
        (school.as_lead, "x@example.org", ["nowhere"], Invalid),
        (school.as_lead, school.viewer.email, ["vision"], Clash),
    ):
        with clock_at(make.WRITING), pytest.raises(refusal), unit_of_work():
            services.invite_coach(who, application, "X", address, "MDC", sections)
    submit(school, application)
    with clock_at(make.WRITING), pytest.raises(Clash, match="nothing to coach"), unit_of_work():
        services.invite_coach(school.as_lead, application, "X", "x@example.org", "MDC", ["vision"])
    assert {one.ended_at for one in db.session.scalars(select(CoachedSection))} == {make.WRITING}


def test_who_coached_a_draft_judges_that_case_never(app: Flask) -> None:
    panel = Panel.of("Cleo", "Ann")
    panel.application_of("Heron School")
    panel.all_declare()
    cleo = panel["Cleo"].person
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Tern School")
        tern = make.draft(school, panel.stage, {"vision": "Goal sheets."})
        asked = services.invite_coach(school.as_lead, tern, cleo.name, cleo.email, "MDC", ["vision"])
        services.accept_coaching(actor(cleo), asked)
        services.end_coaching(school.as_lead, tern, queries.coach_on(tern, cleo.public_id).invitation)
    submit(school, tern)
    named = {
        who: [one.name for one in applicants(actor(who), panel.stage).items] for who in (cleo, panel["Ann"].person)
    }
    assert list(named.values()) == [["Heron School"], ["Heron School", "Tern School"]]
    # Before any rule has noted it, and after somebody thought it could be lifted.
    with pytest.raises(Problem):
        panel.assigns("Cleo", tern)
    panel["Cleo"].declares(at=LATER)
    assert panel.conflicts() == {("Cleo", "Tern School"): "coach"}
    conflict = db.session.scalars(select(Conflict)).one()
    with pytest.raises(Refused, match="this conflict stands for good"):
        panel.lifts(conflict)
    with unit_of_work():
        conflict.lifted_at = LATER
    assert db.session.scalar(select(Application).where(not_conflicted(actor(cleo), Application.case_id))) != tern
    with pytest.raises(Problem):
        panel.assigns("Cleo", tern)
    assert panel["Cleo"].pile() == []


def test_a_reviewer_who_comes_to_coach_loses_the_case_at_once(app: Flask) -> None:
    panel = Panel.of("Cleo")
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Tern School")
        tern = make.draft(school, panel.stage, {"vision": "Goal sheets."})
    submit(school, tern)
    panel.all_declare()
    panel.assigns("Cleo", tern)
    assert panel["Cleo"].pile() == ["Tern School"]
    with clock_at(make.WRITING), unit_of_work():
        cleo = panel["Cleo"].person
        services.reopen(school.as_lead, tern)
        asked = services.invite_coach(school.as_lead, tern, cleo.name, cleo.email, "MDC", ["vision"])
    assert queries.coaches_on(tern)[0].known_as == cleo.email, "the school learns no name it did not have"
    submit(school, tern)
    assert panel["Cleo"].pile() == ["Tern School"], "asked, she is no coach"
    with clock_at(make.WRITING), unit_of_work():
        services.reopen(school.as_lead, tern)
        asked = services.invite_coach(school.as_lead, tern, cleo.name, cleo.email, "MDC", ["vision"])
        services.accept_coaching(actor(cleo), asked)
    submit(school, tern)
    assert panel["Cleo"].pile() == []


@pytest.mark.parametrize("answer", ["none", "no", "asked again"])
def test_a_school_shuts_nobody_out_by_asking_them_to_coach(app: Flask, client_of: Browser, answer: str) -> None:
    """A lead asks a reviewer and a partner funder, who do not say yes: each keeps what is theirs."""
    panel = Panel.of("Cleo")
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Tern School")
        tern = make.draft(school, panel.stage, {"vision": "Goal sheets."})
        funder = person("Fay", Role.PARTNER_FUNDER)
    cleo = panel["Cleo"].person
    for who in (cleo, funder):
        for _ in range(2 if answer == "asked again" else 1):
            with clock_at(make.WRITING), unit_of_work():
                services.invite_coach(school.as_lead, tern, "X", who.email, "MDC", ["vision"])
            page = f"/coaching/{school.organization.public_id}"
            with clock_at(make.WRITING):
                browser = client_of(who)
                shown = " ".join(browser.get(page).text.split())
                assert "You would read “Vision and student agency” of its draft for" in shown
                assert "Answer whether you coach Tern School" in browser.get("/").text
                assert client_of(school.editor).get(page).status_code == 404, "asked of somebody else"
                assert browser.get(f"/applications/{tern.public_id}/sections/vision").status_code in (403, 404)
                if answer != "none":
                    assert browser.post(f"{page}/decline").status_code == 302
                    assert browser.post(f"{page}/decline").status_code == 404
    names = {one.known_as for one in queries.coaches_on(tern)}
    assert names == ({cleo.email, funder.email} if answer == "none" else set())
    submit(school, tern)
    panel.all_declare()
    assert panel.conflicts() == {}
    panel.assigns("Cleo", tern)
    assert panel["Cleo"].pile() == ["Tern School"]
    seen = select(Application.id).where(visible_applications(actor(funder)))
    assert db.session.scalars(seen).all() == [tern.id]
    assert client_of(cleo).post(page).status_code == 404, "submitted, nobody is asked any more"


@pytest.mark.parametrize(("days", "more_time", "stays"), [(6, False, True), (8, False, False), (8, True, True)])
def test_coaching_of_a_draft_that_nobody_submits_ends_a_week_after_its_last_moment(
    app: Flask, days: int, more_time: bool, stays: bool
) -> None:
    _, application, coach = begun("vision")
    late = application.stage.closes_at + timedelta(days=days)
    if more_time:
        with clock_at(make.WRITING), unit_of_work():
            application.extended_to = application.stage.closes_at + timedelta(days=5)
    for _ in range(2):
        with clock_at(late):
            let_coaches_of_past_drafts_go()
    db.session.rollback()
    assert [one.person.name for one in queries.coaches_on(application)] == (["Carmen Lee"] if stays else [])
    assert (coach.coaching != []) is stays


def test_a_comment_that_came_after_the_coach_was_let_go_is_given_back(app: Flask, client_of: Browser) -> None:
    school, application, coach = begun("vision")
    browser, address = client_of(coach), f"/applications/{application.public_id}/sections/vision/comments"
    submit(school, application)
    here = {"Origin": "http://localhost"}
    answer = browser.post(address, data={"body": "Who decides, and <b>when</b>?"}, headers=here)
    assert (answer.status_code, "Who decides, and &lt;b&gt;when&lt;/b&gt;?" in answer.text) == (403, True)
    foreign = browser.post(address, data={"body": "Who decides?"}, headers={"Origin": "http://evil.example"})
    assert (foreign.status_code, "Who decides" in foreign.text) == (403, False)
