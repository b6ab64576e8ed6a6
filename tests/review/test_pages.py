"""The pages of reviewing, as a browser without scripts meets them."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Assignment, Conflict, Scorecard
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.exports import file_of, rows_of
from tests.factories.people import join, person
from tests.review.story import LATER, Panel

Browser = Callable[[Any], FlaskClient]


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(ann_and_ben)


def ann_and_ben() -> Panel:
    """Ann and Ben, who have declared and both review Tern and Heron School."""
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    panel.tern, panel.heron = (panel.application_of(name) for name in ("Tern School", "Heron School"))  # type: ignore[attr-defined]
    panel.all_declare()
    panel.applies(panel.proposal())
    return panel


def card_url(panel: Panel, name: str, application: Any) -> str:
    return f"/review/assignments/{panel[name].assignment_id(application)}"


def marks(version: int = 0, action: str = "submit", **more: str) -> dict[str, str]:
    """A filled scorecard as its form sends it."""
    filled = {"mark_learning_plans": "yes", "mark_competency": "3", "mark_team": "4", "mark_financial_plan": "3"}
    return {"version": str(version), "action": action, "why_team": "Six strong.", **filled, **more}


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


# ── declaring ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_declaring_in_a_browser_opens_the_pile(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    with unit_of_work():
        member = services.conflicts.member_for(panel["Ben"].by, panel.stage)
        make.assigned(member, tern)
    browser, conflicts = client_of(panel["Ben"].person), f"/review/stages/{panel.stage.public_id}/conflicts"
    with clock_at(make.REVIEWING):
        pile = browser.get("/review/")
        assert "2 applicants" in text_of(pile)
        assert "Tern School" not in pile.text
        assert "Heron School" in browser.get(conflicts).text
        tie = {"applicant": "heron", "kind": "close", "reason": "My sister teaches there."}
        added = browser.post(conflicts, data=tie)
        assert added.location == conflicts
        listed = browser.get(conflicts).text.split('class="names"')[1]
        assert re.findall(r'<li id="name-\w+"><span>(\w+ School)', listed) == ["Tern School"]
        assert browser.post(f"{conflicts}/done").location == "/review/"
        pile = browser.get("/review/")
    assert "Tern School" in pile.text
    assert "Heron School" not in pile.text
    assert panel.conflicts() == {("Ben", "Heron School"): "declared"}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"applicant": "", "kind": "close", "reason": "A tie."}, "Write the name of the applicant."),
        ({"applicant": "Heron", "kind": "close", "reason": ""}, "Say in a few words what the tie is."),
        ({"applicant": "Heron", "kind": "", "reason": "A tie."}, "Choose the nearest kind."),
        ({"applicant": "Heron", "kind": "rivalry", "reason": "A tie."}, "Choose one of these."),
        ({"applicant": "Auk", "kind": "close", "reason": "A tie."}, "No applicant is called “Auk”."),
        ({"applicant": "School", "kind": "close", "reason": "A tie."}, "Which one: Heron School, Tern School?"),
    ],
)
def test_a_name_that_is_not_clear_is_asked_again_with_what_was_typed(
    panel: Panel, client_of: Browser, sent: dict[str, str], sentence: str
) -> None:
    page = client_of(panel["Ben"].person).post(f"/review/stages/{panel.stage.public_id}/conflicts", data=sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{sent["applicant"]}"' in page.text
    assert re.findall(r"<textarea[^>]*>\s*([^<]*?)\s*</textarea>", page.text) == [sent["reason"]]
    assert ('<option selected value="close">' in page.text) == (sent["kind"] == "close")
    assert panel.conflicts() == {}


def test_a_slip_is_taken_back_in_the_browser(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    panel["Ben"].declares_conflict(tern)
    conflict = db.session.scalars(select(Conflict.public_id)).one()
    url = f"/review/stages/{panel.stage.public_id}/conflicts/{conflict}/back"
    assert client_of(panel.officer).post(url).status_code == 404
    assert client_of(panel["Ben"].person).post(url).status_code == 302
    assert panel.conflicts() == {}


# ── scoring ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_scoring_a_pile_needs_one_post_a_card_and_nothing_is_chosen_beforehand(
    panel: Panel, client_of: Browser
) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    with clock_at(make.REVIEWING):
        page = browser.get(first)
        assert "checked" not in page.text
        assert "3 Strong: Progress rests on demonstrated mastery" in text_of(page)
        assert "Judged by: Every student" in text_of(page)
        onward = browser.post(first, data=marks())
        assert onward.location == card_url(panel, "Ben", panel.heron)
        assert browser.post(onward.location, data=marks(mark_team="abstain")).location == "/review/"
        page = browser.get("/review/")
    assert "That was the last one" in page.text
    totals = db.session.scalars(select(Scorecard.total).order_by(Scorecard.total)).all()
    assert [str(total) for total in totals] == ["75.0000", "84.3750"]


def test_the_pile_says_what_is_next_how_far_it_is_and_how_to_stand_back(panel: Panel, client_of: Browser) -> None:
    browser = client_of(panel["Ben"].person)
    panel["Ben"].saves(panel.heron, {"learning_plans": True, "team": 4})
    with clock_at(make.REVIEWING):
        page = browser.get("/review/")
        said = text_of(page)
        assert "0 of 2 submitted due 15 April 2016, 4:59 pm Pacific , in 9 days Begin with Tern School" in said
        assert "Heron School district Scoring 2 of 4 answered 100.0 so far" in said
        assert page.text.count('/conflict"') == 2
        panel["Ben"].scores(panel.tern)
        page = browser.get("/review/")
        said = "1 of 2 submitted due 15 April 2016, 4:59 pm Pacific , in 9 days Continue with Heron School"
        assert (said in text_of(page), page.text.count('/conflict"')) == (True, 2)  # a tie may be remembered late
    with clock_at(make.DUE + timedelta(days=1)):
        assert "Late were due 15 April 2016" in text_of(browser.get("/review/"))


def test_skipping_keeps_what_was_typed_and_opens_the_next(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    skipped = browser.post(first, data={"version": "0", "action": "skip", "mark_team": "2", "why_team": "Thin."})
    assert skipped.location == card_url(panel, "Ben", panel.heron)
    page = browser.get(first).text
    assert re.findall(r"<input checked[^>]*name=\"(\w+)\"[^>]*value=\"(\w+)\"", page) == [("mark_team", "2")]
    assert "Thin." in page


def test_an_incomplete_card_is_saved_and_says_what_is_missing_beside_it(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    page = browser.post(first, data=marks(mark_competency="1", mark_team=""))
    assert page.status_code == 422
    assert 'href="#mark_team-0"' in page.text
    assert "Say why, for “Competency-based progression”." in page.text
    assert 'name="version" value="1"' in page.text
    card = db.session.scalars(select(Scorecard)).one()
    assert (card.state, len(card.marks)) == ("draft", 4)
    assert browser.post(first, data=marks(version=1)).status_code == 302


@pytest.mark.parametrize(
    "sent", [{"mark_team": "9"}, {"mark_team": "yes"}, {"mark_learning_plans": "3"}, {"mark_team": "x; drop"}]
)
def test_a_mark_that_no_button_gives_is_refused(panel: Panel, client_of: Browser, sent: dict[str, str]) -> None:
    page = client_of(panel["Ben"].person).post(card_url(panel, "Ben", panel.tern), data=marks(**sent))
    assert page.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 0


def test_two_windows_never_overwrite_one_another(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    browser.post(first, data=marks(action="save", mark_team="2", why_team="Thin."))
    clash = browser.post(first, data=marks(action="save", mark_team="4", why_team="Six strong."))
    assert clash.status_code == 409
    assert "Strong team, engaged and equipped: 2 Emerging . Thin." in text_of(clash)
    assert "Six strong." in clash.text
    assert panel["Ben"].assignment(panel.tern).scorecard.version == 1
    assert 'name="version" value="1"' in clash.text
    assert browser.post(first, data=marks(version=1, action="save", why_team="Six strong.")).status_code == 302


def test_the_same_content_from_two_windows_is_no_clash(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    assert [browser.post(first, data=marks(action="save")).status_code for _ in range(2)] == [302, 302]
    assert panel["Ben"].assignment(panel.tern).scorecard.version == 1


def test_a_second_submit_is_told_so_and_counts_once(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    assert browser.post(first, data=marks()).status_code == 302
    again = browser.post(first, data=marks(version=1))
    assert again.status_code == 409
    assert "This scorecard is submitted, and locked." in again.text
    assert db.session.scalar(select(func.count()).where(AuditRecord.action == "scorecard.submit")) == 1


def test_autosave_answers_with_the_line_that_says_so(panel: Panel, client_of: Browser) -> None:
    browser, save = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern) + "/save"
    with clock_at(make.REVIEWING):
        kept = browser.post(save, data=marks(mark_team=""))
        assert (kept.status_code, text_of(kept).strip()) == (
            200,
            "Saved 10:00 am · total so far 75.0 Left: Strong team, engaged and equipped",
        )
        assert 'id="version" name="version" value="1" hx-swap-oob="true"' in kept.text
        assert browser.post(save, data=marks(version=0)).status_code == 409
        stale = browser.post(save, data=marks(version=0))
    assert "Not saved: This scorecard was changed in another window" in stale.text
    assert "hx-swap-oob" not in stale.text
    with clock_at(make.REVIEWING + timedelta(days=1)):
        assert "Saved 6 April, 10:00 am" in browser.get(card_url(panel, "Ben", panel.tern)).text


@pytest.mark.parametrize("where", ["comment", "why_team"])
def test_an_autosave_that_is_not_kept_never_says_that_it_is(panel: Panel, client_of: Browser, where: str) -> None:
    browser, save = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern) + "/save"
    with clock_at(make.REVIEWING):
        refused = browser.post(save, data=marks(**{where: "x" * 20_001}))
    assert refused.status_code == 422
    assert "Not saved: Write at most 20000 characters." in text_of(refused)
    assert "version" not in refused.text
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 0


def test_a_locked_card_shows_what_was_given_and_what_the_others_gave(panel: Panel, client_of: Browser) -> None:
    panel["Ann"].scores(panel.tern, team=1)
    panel["Ben"].scores(panel.tern)
    page = client_of(panel["Ben"].person).get(card_url(panel, "Ben", panel.tern))
    assert "The others gave 56.3 ." in text_of(page)
    assert "Ann" not in page.text
    assert '<form method="post" novalidate id="card"' not in page.text


def test_recusing_closes_the_application_at_once(panel: Panel, client_of: Browser) -> None:
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    assert browser.post(f"{first}/conflict", data={"reason": ""}).status_code == 422
    assert (
        browser.post(f"{first}/conflict", data={"kind": "works_there", "reason": "I taught there."}).location
        == "/review/"
    )
    page = browser.get("/review/")
    assert "Tern School" not in page.text
    assert "Heron School" in page.text


def test_a_tie_that_is_remembered_late_is_named_from_the_pile_too(panel: Panel, client_of: Browser) -> None:
    panel["Ben"].scores(panel.tern)
    browser, first = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)
    with clock_at(make.REVIEWING):
        assert f'href="{first}/conflict"' in browser.get("/review/").text
        tie = {"kind": "works_there", "reason": "I taught there."}
        assert browser.post(f"{first}/conflict", data=tie).location == "/review/"
        assert "Tern School" not in browser.get("/review/").text
    assert panel.conflicts() == {("Ben", "Tern School"): "declared"}


def test_a_reopened_card_says_by_whom_and_why_and_staff_read_what_became_of_it(
    panel: Panel, client_of: Browser
) -> None:
    panel["Ben"].scores(panel.tern)
    browser, card = client_of(panel.officer), panel["Ben"].assignment_id(panel.tern)
    reopening = f"/review/stages/{panel.stage.public_id}/assignments/{card}/reopen"
    with clock_at(LATER):
        assert browser.post(reopening, data={"reason": "The budget was misread."}).status_code == 302
        ben = client_of(panel["Ben"].person)
        assert "Tern School district Reopened 4 of 4 answered 84.4 so far" in text_of(ben.get("/review/"))
        page = text_of(ben.get(f"/review/assignments/{card}"))
        assert "Opened again. By Maya Rivera, 1:00 pm: The budget was misread. Your total was 84.4" in page
        panel["Ben"].saves(panel.tern, make.COMPLETE | {"team": 3}, version=2, at=LATER)
        panel["Ben"].submits(panel.tern, at=LATER)
        said = text_of(browser.get(reopening))
    assert (
        "Submitted by Ben, 10:00 am, total 84.4 Opened again by Maya Rivera, 1:00 pm: The budget was misread." in said
    )
    told = db.session.scalars(select(TimelineEvent.sentence).where(TimelineEvent.sentence.contains("reopened"))).all()
    assert told == ["The scorecard of Ben was reopened: The budget was misread."]


def test_the_panel_that_is_done_stands_below_the_one_that_is_not(panel: Panel, client_of: Browser) -> None:
    """Both are due on the same day, and the one with the older stage would come first."""
    other = Panel.of(reviewers_each=1)
    other.add(panel["Ben"].person)
    heron = other.application_of("Auk School")
    other.all_declare()
    other.assigns("Ben", heron)
    ben = client_of(panel["Ben"].person)

    def piles() -> list[str]:
        with clock_at(make.REVIEWING):
            page = ben.get("/review/").text
        return re.findall(r'<span class="mut">(\d of \d submitted)</span>', page)

    assert piles() == ["0 of 2 submitted", "0 of 1 submitted"]
    for application in (panel.tern, panel.heron):
        panel["Ben"].scores(application)
    assert piles() == ["0 of 1 submitted", "2 of 2 submitted"]


def test_paper_says_of_what_a_total_is(panel: Panel, client_of: Browser) -> None:
    ben, card = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.tern)

    def total() -> str:
        with clock_at(make.REVIEWING):
            return text_of(ben.get(f"{card}/paper")).partition("Scorecard ")[2].partition(" Ben,")[0]

    panel["Ben"].saves(panel.tern, make.COMPLETE)
    whole = total()
    panel["Ben"].saves(panel.tern, make.COMPLETE | {"team": "abstain"}, version=1)
    assert (whole, total()) == ("Total so far 84.4 of 100", "Total so far 75.0 of 100, from 2 of 3 criteria")


# ── who is let in ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", ["", "/conflict", "/earlier/planning", "/files/" + "a" * 20])
@pytest.mark.parametrize("why", ["another's", "conflict", "revoked", "undeclared"])
def test_a_card_that_is_not_ones_own_is_not_there(panel: Panel, client_of: Browser, path: str, why: str) -> None:
    url = card_url(panel, "Ann" if why == "another's" else "Ben", panel.tern)
    with unit_of_work():
        assignment = db.session.scalars(select(Assignment).where(Assignment.public_id == url.rsplit("/", 1)[1])).one()
        if why == "revoked":
            services.unassign(panel.by, assignment)
        if why == "undeclared":
            services.conflicts.member_for(panel["Ben"].by, panel.stage).declared_at = None
    if why == "conflict":
        panel["Ben"].declares_conflict(panel.tern)
    page = client_of(panel["Ben"].person).get(url + path)
    assert page.status_code == 404
    assert "Tern School" not in page.text
    if not path:
        assert client_of(panel["Ben"].person).post(f"{url}/save", data=marks()).status_code == 404
        assert client_of(panel["Ben"].person).post(url, data=marks()).status_code == 404


PAGES = {
    "/review/": {Role.REVIEWER},
    "/review/stages": {"reader"},
    "/review/stages/STAGE/conflicts": {Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.PARTNER_FUNDER, Role.FINANCE_OFFICER},
    "/review/stages/STAGE/panel": {Role.PROGRAM_OFFICER, Role.AUDITOR},
    "/review/stages/STAGE/conflicts/all": {Role.PROGRAM_OFFICER, Role.AUDITOR},
    "/review/stages/STAGE/assignment": {Role.PROGRAM_OFFICER},
    "/review/stages/STAGE/applications/TERN/reviewers": {Role.PROGRAM_OFFICER, Role.AUDITOR},
    "/review/stages/STAGE/applications/TERN/tied": {Role.PROGRAM_OFFICER},
    "/review/stages/STAGE/scores": {"reader"},
    "/review/stages/STAGE/scores/TERN": {"reader"},
    "/review/stages/STAGE/assignments/CARD/reopen": {Role.PROGRAM_OFFICER},
    "/review/stages/STAGE/conflicts/CONFLICT/lift": {Role.PROGRAM_OFFICER},
}
READERS = {Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.PARTNER_FUNDER, Role.FINANCE_OFFICER, Role.AUDITOR}


def paths(panel: Panel) -> dict[str, set[Any]]:
    conflict = db.session.scalars(select(Conflict.public_id)).first()
    names = {"STAGE": panel.stage.public_id, "TERN": panel.tern.public_id, "CONFLICT": conflict or "a" * 20}
    names["CARD"] = panel["Ben"].assignment_id(panel.tern)
    return {
        re.sub("[A-Z]+", lambda found: names[found[0]], path): READERS if roles == {"reader"} else roles
        for path, roles in PAGES.items()
    }


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_each_page_opens_to_its_roles_alone(panel: Panel, client_of: Browser, role: Role) -> None:
    panel["Ann"].declares_conflict(panel.heron)
    with unit_of_work():
        someone = person("Someone", *({role} & set(Role.granted())))
        if role is Role.APPLICANT:
            join(someone, panel.tern.case.organization)
    browser = client_of(someone)
    # A reviewer of another panel has the role, and no place on this one.
    strangers = {403} if role is not Role.REVIEWER else {403, 404}
    seen = {path: browser.get(path).status_code for path in paths(panel)}
    assert {path for path, status in seen.items() if status == 200} == {
        path for path, roles in paths(panel).items() if role in roles
    }
    assert {status for status in seen.values() if status != 200} <= strangers


def test_someone_with_a_conflict_meets_the_case_on_no_page_and_in_no_file(panel: Panel, client_of: Browser) -> None:
    for name in ("Ann", "Ben"):
        panel[name].scores(panel.tern)
        panel[name].scores(panel.heron)
    with unit_of_work():
        officer = person("Olga Officer", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, panel.tern.case, officer, "Her brother is the principal.")
    open_browser, closed_browser = client_of(panel.officer), client_of(officer)
    for path in paths(panel):
        shown, hidden = open_browser.get(path), closed_browser.get(path)
        if path.endswith(("lift", "reopen", "reviewers", panel.tern.public_id)):
            assert hidden.status_code == 404
        elif shown.status_code == 200 and path.endswith(("panel", "scores", "conflicts")):
            assert "Tern School" in shown.text
        assert b"Tern School" not in hidden.data
    stage = f"/review/stages/{panel.stage.public_id}"
    sheet = load_workbook(io.BytesIO(file_of(closed_browser, f"{stage}/scores/scores", "xlsx").data))
    assert [row[1].value for row in sheet.active.iter_rows(min_row=2)] == ["Heron School"]
    cards = rows_of(file_of(closed_browser, f"{stage}/scores/scorecards"))
    assert {tuple(row[:2]) for row in cards[1:]} == {("Heron School", "Ann"), ("Heron School", "Ben")}
    assert "1 application" in text_of(closed_browser.get(f"/review/stages/{panel.stage.public_id}/scores"))


def test_applicants_learn_nothing_of_who_reviews(panel: Panel) -> None:
    panel["Ben"].scores(panel.tern)
    told = set(db.session.scalars(select(TimelineEvent.audience).where(TimelineEvent.kind == "review")))
    assert told == {"staff"}
    asked_and_asking = {one.person.email for one in panel.members.values()} | {panel.officer.email}
    assert set(db.session.scalars(select(Message.to_email))) == asked_and_asking


# ── organizing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_invites_by_address(panel: Panel, client_of: Browser) -> None:
    with unit_of_work():
        person("Cleo Marsh", email="cleo@example.org")
    browser, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    for address, sentence in (
        ("cleo", "This is not an email address."),
        ("nobody@example.org", "Write the person’s name."),
    ):
        page = browser.post(f"{stage}/members", data={"email": address, "expertise": "high"})
        assert page.status_code == 422
        assert sentence in page.text
        assert f'value="{address}"' in page.text
    assert browser.post(f"{stage}/members", data={"email": "Cleo@Example.org"}).location == f"{stage}/panel#asked"
    assert "Cleo Marsh" in browser.get(f"{stage}/panel").text
    again = browser.post(f"{stage}/members", data={"email": "cleo@example.org"})
    assert again.status_code == 409
    assert "Cleo Marsh is asked already" in again.text


def test_an_officer_assigns_and_takes_back_by_hand(panel: Panel, client_of: Browser) -> None:
    panel.invite("Cleo").declares()
    browser = client_of(panel.officer)
    page_url = f"/review/stages/{panel.stage.public_id}/applications/{panel.tern.public_id}/reviewers"
    page = browser.get(page_url)
    assign = re.search(rf'action="({page_url}/\w+)"', page.text)[1]
    with clock_at(make.REVIEWING):
        assert browser.post(assign).location == page_url
        assert browser.post(assign).status_code == 409
    assert panel["Cleo"].pile() == ["Tern School"]
    card = panel["Cleo"].assignment_id(panel.tern)
    revoke = f"/review/stages/{panel.stage.public_id}/assignments/{card}/revoke"
    assert browser.post(revoke).location == page_url
    assert panel["Cleo"].pile() == []
    assert browser.post(revoke).status_code == 404


def test_an_officer_lifts_a_conflict_and_reopens_a_card(panel: Panel, client_of: Browser) -> None:
    panel["Ann"].declares_conflict(panel.heron)
    panel["Ben"].scores(panel.tern)
    conflict = db.session.scalars(select(Conflict.public_id)).one()
    browser, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    lift = f"{stage}/conflicts/{conflict}/lift"
    assert browser.post(lift, data={"reason": ""}).status_code == 422
    assert browser.post(lift, data={"reason": "Another Heron School."}).status_code == 302
    assert browser.post(lift, data={"reason": "Another Heron School."}).status_code == 409
    assert panel.conflicts() == {}
    reopen = f"{stage}/assignments/{panel['Ben'].assignment_id(panel.tern)}/reopen"
    assert browser.post(reopen, data={"reason": ""}).status_code == 422
    assert browser.post(reopen, data={"reason": "Budget misread."}).status_code == 302
    assert browser.post(reopen, data={"reason": "Budget misread."}).status_code == 409
    assert panel["Ben"].assignment(panel.tern).scorecard.state == "draft"


# ── scores ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_scores_page_and_its_files_say_the_same(panel: Panel, client_of: Browser) -> None:
    panel["Ann"].scores(panel.tern, financial_plan=1)
    panel["Ben"].saves(panel.tern, make.COMPLETE, comments={"team": "Six strong."}, comment="Promising.")
    panel["Ben"].submits(panel.tern)
    panel["Ann"].scores(panel.heron)
    browser, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    waiting = text_of(browser.get(f"{stage}/scores"))
    assert "2 applications, 3 scorecards, 1 still open" in waiting
    assert "Adjusted means, ranks and agreement are being worked out" in waiting
    services.keep_up()
    page = text_of(browser.get(f"{stage}/scores"))
    assert "worked out" not in page
    assert "Agreement needs at least two submissions with two scores each." in page
    assert "Clear five-year financial plan: failed by 1 of 2" in page
    rows = rows_of(file_of(browser, f"{stage}/scores/scores"))
    assert [row[:8] for row in rows] == [
        ["Place", "Applicant", "Sector", "Grades", "Scorecards", "Reviewers", "Mean", "Spread"],
        ["1", "Heron School", "district", "", "1", "2", "84.3750", ""],
        ["2", "Tern School", "district", "", "2", "2", "78.1250", "8.8388"],
    ]
    reviewers = rows[0].index("Reviewer 1")
    assert [row[reviewers : reviewers + 4] for row in rows] == [
        ["Reviewer 1", "Total 1", "Reviewer 2", "Total 2"],
        ["Ann", "84.3750", "", ""],
        ["Ann", "71.8750", "Ben", "84.3750"],
    ]
    cards = rows_of(file_of(browser, f"{stage}/scores/scorecards"))
    rubric = queries.rubric_of(panel.stage)
    titles = [title for one in rubric.criteria.values() for title in (one.title, f"Why: {one.title}")]
    assert cards[0][:-3] == ["Applicant", "Reviewer", "Submitted", "Total", *titles]
    assert cards[0][-3:] == ["On the whole", "Total before", "Revised at a meeting"]
    assert [(row[0], row[1], row[3], *row[-3:]) for row in cards[1:]] == [
        ("Heron School", "Ann", "84.3750", "", "", ""),
        ("Tern School", "Ann", "71.8750", "", "", ""),
        ("Tern School", "Ben", "84.3750", "Promising.", "", ""),
    ]
    team = cards[0].index("Strong team, engaged and equipped")
    assert [row[team : team + 2] for row in cards if row[1] == "Ben"] == [["4", "Six strong."]]
    assert {len(row) for row in cards} == {4 + 2 * len(make.COMPLETE) + 3}
    assert browser.get(f"{stage}/scores/passwords").status_code == 404


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["Heron School", "Tern School"]),
        ("mean", ["Tern School", "Heron School"]),
        ("name", ["Heron School", "Tern School"]),
        ("-name", ["Tern School", "Heron School"]),
        ("spread", ["Tern School", "Heron School"]),
        ("password", ["Heron School", "Tern School"]),
    ],
)
def test_the_order_of_the_table_is_in_its_address(
    panel: Panel, client_of: Browser, sort: str, names: list[str]
) -> None:
    panel["Ann"].scores(panel.tern, financial_plan=1)
    panel["Ben"].scores(panel.tern)
    panel["Ann"].scores(panel.heron)
    page = client_of(panel.officer).get(f"/review/stages/{panel.stage.public_id}/scores?sort={sort}").text
    assert re.findall(r">((?:Heron|Tern) School)</a>", page) == names


def test_one_application_in_detail(panel: Panel, client_of: Browser) -> None:
    panel["Ben"].saves(panel.tern, make.COMPLETE, comments={"team": "Six <b>strong</b>."}, comment="Promising.")
    panel["Ben"].submits(panel.tern)
    url = f"/review/stages/{panel.stage.public_id}/scores/{panel.tern.public_id}"
    page = client_of(panel.officer).get(url)
    assert "Six &lt;b&gt;strong&lt;/b&gt;." in page.text
    assert "mean 84.4, place 1 of 1" in text_of(page)
    assert "4 Exemplary" in page.text


# ── speed ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_ask_as_often_for_thirty_as_for_one(
    panel: Panel, client_of: Browser, statements: Callable[[], Any]
) -> None:
    ben, officer = client_of(panel["Ben"].person), client_of(panel.officer)
    stage = f"/review/stages/{panel.stage.public_id}"
    pages = [(ben, "/review/"), (ben, card_url(panel, "Ben", panel.tern)), (ben, f"{stage}/conflicts")]
    pages += [(officer, f"{stage}/{path}") for path in ("panel", "assignment", "scores")]
    pages.append((officer, "/review/stages"))
    panel["Ann"].scores(panel.tern)

    def counts() -> list[int]:
        found = []
        for browser, path in pages:
            with clock_at(LATER), statements() as seen:
                assert browser.get(path).status_code == 200
            found.append(len(seen))
        return found

    few = counts()
    with unit_of_work():
        members = [services.conflicts.member_for(one.by, panel.stage) for one in panel.members.values()]
        members += [make.panelist(panel.stage, f"Reviewer {number}") for number in range(29)]
        for number in range(29):
            application = make.submitted(panel.stage, f"School {number}")
            for member in (members[0], members[1], members[2 + number]):
                one = make.assigned(member, application)
                if member is not members[1]:
                    make.scored(one)
    assert counts() == few


# ── long lists ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_long_lists_of_a_panel_are_turned_over_each_by_itself(panel: Panel, client_of: Browser) -> None:
    with unit_of_work():
        for number in range(31):
            make.panelist(panel.stage, f"Reviewer {number:02}")
            make.submitted(panel.stage, f"School {number:02}")
    browser, address = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    first = browser.get(f"{address}/panel").text
    assert ("School 00" in first, "School 30" in first, "Reviewer 30" in first) == (True, False, False)
    second = browser.get(f"{address}/panel?applications=2").text
    assert ("School 00" in second, "School 30" in second, "Reviewer 30" in second) == (False, True, False)
    assert f'href="{address}/panel?applications=2&amp;reviewers=2"' in second
    scores = [browser.get(f"{address}/scores?sort=name&page={number}").text for number in (1, 2)]
    assert ["School 30" in page for page in scores] == [False, True]
    assert len(rows_of(file_of(browser, f"{address}/scores/scores"))) == 1 + 33
    found = browser.get(f"{address}/scores?q=30").text
    assert ("School 30" in found, "School 00" in found) == (True, False)


def test_pages_of_review_ask_the_same_questions_for_one_row_and_for_thirty(
    panel: Panel, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel["Ben"].scores(panel.tern)
    address = f"/review/stages/{panel.stage.public_id}"
    browser, reviewer = client_of(panel.officer), client_of(panel["Ben"].person)
    pages = [
        (browser, "/review/stages"),
        (browser, f"{address}/panel"),
        (browser, f"{address}/scores"),
        (browser, f"{address}/scores/{panel.tern.public_id}"),
        (browser, f"{address}/assignment"),
        (browser, f"{address}/applications/{panel.tern.public_id}/reviewers"),
        (reviewer, f"{address}/conflicts"),
    ]

    def counts() -> list[int]:
        found = []
        for who, path in pages:
            who.get(path)
            with statements() as seen:
                assert who.get(path).status_code == 200
            found.append(len(seen))
        return found

    few = counts()
    with unit_of_work():
        for number in range(29):
            make.scored(make.assigned(make.panelist(panel.stage), make.submitted(panel.stage, f"School {number:02}")))
    assert counts() == few


def test_pages_of_a_reviewer_ask_the_same_questions_for_one_begun_scorecard_and_for_thirty(
    panel: Panel, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel["Ben"].saves(panel.heron, {"team": 3})
    reviewer, card = client_of(panel["Ben"].person), card_url(panel, "Ben", panel.heron)

    def counts() -> list[int]:
        found = []
        for path in ("/review/", card, f"{card}/paper"):
            reviewer.get(path)
            with statements() as seen:
                assert reviewer.get(path).status_code == 200
            found.append(len(seen))
        return found

    few = counts()
    with unit_of_work():
        ben = services.conflicts.member_for(panel["Ben"].by, panel.stage)
        for number in range(29):
            application = make.submitted(panel.stage, f"School {number:02}")
            make.scored(make.assigned(ben, application), state="draft")
    assert counts() == few
