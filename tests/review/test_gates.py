"""Nothing of any application shows before every step of the panel is done, on any surface."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing, Refused
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Assignment, PanelMember
from grants.review.steps import text_hash
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import person
from tests.review.story import Panel
from tests.review.test_pages import marks

Browser = Callable[[Any], FlaskClient]
SAMPLES: dict[str, Any] = {
    "within": 1,
    "samples": {
        "gull": {
            "title": "Gull School",
            "text": {"Vision": "A day of learning.\n\n- By boat\n- On foot"},
            "anchors": {
                "learning_plans": {"passed": True, "because": "Promised to all."},
                "competency": {"mark": 2, "because": "Two subjects."},
                "team": {"mark": 4, "because": "Everybody."},
            },
        },
        "auk": {
            "title": "Auk School",
            "text": {"Vision": "Nests."},
            "anchors": {"team": {"mark": 1, "because": "One."}},
        },
    },
}
SECRET = "Tern School"


def lock(panel: Panel, name: str, step: str) -> None:
    """Take one step of a member back, as if it had never been taken."""
    with unit_of_work():
        member = queries.own_member(panel[name].by, panel.stage)
        if step == "terms":
            member.terms_sha256 = text_hash("An earlier text.")
        elif step == "profile":
            member.profile_at = None
        elif step == "conflicts":
            member.declared_at = None
        else:
            member.calibrated_at = None


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(both_trained)


def both_trained() -> Panel:
    """Ann and Ben have done everything and read Tern School, with a file; Ben has scored it."""
    panel = Panel.of("Ann", "Ben", reviewers_each=2, calibration=SAMPLES, others_scores="after_own")
    panel.tern = panel.application_of(SECRET)  # type: ignore[attr-defined]
    panel.all_declare()
    for one in panel.members.values():
        one.trains()
    panel.assigns("Ann", panel.tern)  # type: ignore[attr-defined]
    panel.assigns("Ben", panel.tern)  # type: ignore[attr-defined]
    panel["Ben"].scores(panel.tern)  # type: ignore[attr-defined]
    return panel


def urls(panel: Panel) -> list[str]:
    """Every page a reviewer has on this panel."""
    stage = f"/review/stages/{panel.stage.public_id}"
    card = f"/review/assignments/{panel['Ann'].assignment_id(panel.tern)}"  # type: ignore[attr-defined]
    own = [card, f"{card}/conflict", f"{card}/earlier/planning", f"{card}/files/{'a' * 20}"]
    steps = [f"{stage}/{step}" for step in ("terms", "profile", "conflicts", "training", "training/gull")]
    return ["/", "/review/", "/calendar", *steps, *own]


@pytest.mark.parametrize("step", ["terms", "profile", "conflicts", "training"])
def test_no_page_of_a_reviewer_names_an_application_before_a_step(panel: Panel, step: str, client_of: Browser) -> None:
    browser = client_of(panel["Ann"].person)
    with clock_at(make.REVIEWING):
        assert any(SECRET in browser.get(url).text for url in urls(panel))  # there is something to leak
        lock(panel, "Ann", step)
        shown = {url: page for url in urls(panel) if SECRET in (page := browser.get(url)).text}
        named = {f"/review/stages/{panel.stage.public_id}/conflicts"} if step in {"conflicts", "training"} else set()
        assert shown.keys() == named
        card = f"/review/assignments/{panel['Ann'].assignment_id(panel.tern)}"  # type: ignore[attr-defined]
        for url in (card, f"{card}/conflict", f"{card}/earlier/planning"):
            assert browser.get(url).status_code == 404
        assert browser.post(card, data=marks()).status_code == 404
        assert browser.post(f"{card}/save", data=marks()).status_code == 404
        assert browser.post(f"{card}/conflict", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize("step", ["terms", "profile", "conflicts", "training"])
def test_no_query_and_no_service_goes_round_a_step(panel: Panel, step: str) -> None:
    ann = panel["Ann"]
    assignment = ann.assignment(panel.tern)  # type: ignore[attr-defined]
    public_id = assignment.public_id
    lock(panel, "Ann", step)
    assert queries.assignments_for(ann.by) == []
    assert [(pile.total, pile.first) for pile in queries.piles_of(ann.by)] == [(0, None)]
    with pytest.raises(Missing):
        queries.assignment_for(ann.by, public_id)
    with pytest.raises(Refused), clock_at(make.REVIEWING), unit_of_work():
        held = db.session.query(Assignment).filter_by(public_id=public_id).one()
        services.save_scorecard(ann.by, held, make.COMPLETE)
    names = queries.applicants(ann.by, panel.stage).total
    assert names == (1 if step in {"conflicts", "training"} else 0)


def test_declaring_waits_for_the_terms_and_the_profile(panel: Panel) -> None:
    for step in ("terms", "profile"):
        lock(panel, "Ann", step)
        with pytest.raises(Refused, match="first"):
            panel["Ann"].declares()
        panel["Ann"].begins()


def test_a_reader_of_the_panel_who_still_has_to_score_sees_no_scores_before_the_steps(panel: Panel) -> None:
    with unit_of_work():
        partner = person("Pia Partner", Role.PARTNER_FUNDER)
    pia = panel.add(partner)
    pia.declares()
    panel.assigns(partner.name, panel.tern)  # type: ignore[attr-defined]
    assert queries.assignments_for(pia.by) == []  # her pile is shut: she has not trained
    with pytest.raises(Refused, match="1 scorecard is still yours"):
        panel.ranking(partner)


def test_the_steps_cost_the_same_for_every_pile(panel: Panel, statements: Callable[[], Any]) -> None:
    def count() -> int:
        db.session.rollback()
        with clock_at(make.REVIEWING), statements() as run:
            queries.assignments_for(panel["Ann"].by)
        return len(run)

    few = count()
    for number in range(30):
        panel.assigns("Ann", panel.application_of(f"School {number}"))
    assert count() == few


# ── the training ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everyone_scores_the_samples_sees_the_anchors_and_only_then_the_pile(panel: Panel, client_of: Browser) -> None:
    cal = panel.invite("Cal")
    cal.declares()
    panel.assigns("Cal", panel.tern)  # type: ignore[attr-defined]
    browser, stage = client_of(cal.person), f"/review/stages/{panel.stage.public_id}"
    with clock_at(make.REVIEWING):
        assert browser.get(f"{stage}/conflicts").status_code == 200
        first = browser.get(f"{stage}/training/gull").text
        assert ("By boat" in first, "Promised to all." in first) == (True, False)
        short = browser.post(f"{stage}/training/gull", data=marks(mark_team=""))
        # The keys stand before what is wrong, which would push them off the screen.
        assert re.findall('class="(small mut keys|error-summary)"', short.text) == ["small mut keys", "error-summary"]
        assert (short.status_code, "Promised to all." in short.text) == (422, False)
        version = re.search(r'name="version" value="(\d+)"', short.text)
        assert version is not None
        assert int(version[1]) == 1  # what was marked is kept
        lost = browser.post(f"{stage}/training/gull", data=marks(0, mark_team="1"))
        assert lost.status_code == 409
        done = browser.post(f"{stage}/training/gull", data=marks(1, mark_competency="4"))
        assert done.location == f"{stage}/training/gull"
        page = browser.get(done.location).text
        for said in ("Promised to all.", "2 marks higher.", "The same.", "2 of 3 agree within 1 mark"):
            assert said in page
        assert cal.pile() == []
        assert browser.post(f"{stage}/training/gull/seen").location == f"{stage}/training"
        assert browser.post(f"{stage}/training/auk/seen").status_code == 403
        browser.post(f"{stage}/training/auk", data=marks(mark_team="1"))
        assert cal.pile() == []
        assert browser.post(f"{stage}/training/auk/seen").location == "/review/"
        assert cal.pile() == [SECRET]
        assert browser.post(f"{stage}/training/gull", data=marks(2)).status_code == 409


def test_a_sample_that_is_not_kept_never_says_that_it_is(panel: Panel, client_of: Browser) -> None:
    cal = panel.invite("Cal")
    browser, save = client_of(cal.person), f"/review/stages/{panel.stage.public_id}/training/gull/save"
    with clock_at(make.REVIEWING):
        refused = browser.post(save, data=marks(why_team="x" * 20_001))
        assert (refused.status_code, "Not saved: Write at most 20000" in refused.text) == (422, True)
        assert queries.sample_cards(queries.own_member(cal.by, panel.stage)) == {}
        kept = browser.post(save, data=marks())
    assert (kept.status_code, "Saved" in kept.text) == (200, True)


def test_staff_see_who_has_trained_and_how_far_each_is_off(panel: Panel, client_of: Browser) -> None:
    members = db.session.query(PanelMember).order_by(PanelMember.id).all()
    trained = queries.training_of(panel.by, panel.stage, members)
    # Marks 3 and 4 on Gull against 2 and 4, and 4 on Auk against 1.
    found = [one.offsets for one in trained.values()]
    assert [(one.signed, one.absolute, one.count, one.agreed, one.anchors) for one in found if one] == [
        (4 / 3, 4 / 3, 3, 3, 4)
    ] * 2
    officer, stage = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}"
    said = re.findall(r'data-label="Training, beside the anchors">(.*?)</td>', officer.get(f"{stage}/panel").text)
    assert [re.sub(r"<[^>]+>", "", one) for one in said] == ["3 of 4 marks agree, on average 1.3 above"] * 2
    page = officer.get(f"{stage}/members/{members[0].public_id}").text
    assert ("gives more than the anchors" in page, "3 marks higher." in page) == (True, True)
    with pytest.raises(Refused):
        queries.training_of(panel["Ann"].by, panel.stage, members)
    assert client_of(panel["Ann"].person).get(f"{stage}/members/{members[1].public_id}").status_code == 403


def test_a_member_s_page_shows_what_they_read_and_their_conflicts_but_nothing_that_is_kept_from_its_reader(
    panel: Panel, client_of: Browser
) -> None:
    heron = panel.application_of("Heron School")
    panel.assigns("Ben", heron)
    panel["Ben"].declares_conflict(heron)
    member = queries.own_member(panel["Ben"].by, panel.stage)
    stage = f"/review/stages/{panel.stage.public_id}"

    def seen(who: Any) -> tuple[list[str], list[str], list[str]]:
        page = client_of(who).get(f"{stage}/members/{member.public_id}").text
        reads, conflicts = (re.findall(r'<td class="head">(?:<a[^>]*>)?([^<]+)', one) for one in tables(page))
        said = re.findall(r"What they know well|Grades they know|What do you know well", page)
        return reads, conflicts, said

    def tables(page: str) -> tuple[str, str]:
        return page.split("What they read")[1].split("Conflicts of interest</h2>", maxsplit=1)[0], page.split(
            "Conflicts of interest</h2>"
        )[1].split("</section>", maxsplit=1)[0]

    words = ["What they know well", "Grades they know"]
    assert seen(panel.officer) == ([SECRET], ["Heron School"], words)
    with unit_of_work():
        mona = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, heron.case, mona, "Her sister teaches there.")
    assert seen(mona) == ([SECRET], [], words)


def test_a_stage_without_samples_has_no_training(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ann")
    assert queries.standing_of(queries.own_member(panel["Ann"].by, panel.stage)).left == ("conflicts",)
    browser = client_of(panel["Ann"].person)
    assert browser.get(f"/review/stages/{panel.stage.public_id}/training").status_code == 404
    assert "Training" not in browser.get("/review/").text


def test_an_officer_agrees_a_load_and_corrects_a_profile(panel: Panel, client_of: Browser) -> None:
    member = queries.own_member(panel["Ann"].by, panel.stage)
    officer, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/members/{member.public_id}"
    assert officer.post(f"{url}/load", data={"load-load_cap": "0"}).status_code == 422
    assert officer.post(f"{url}/load", data={"load-load_cap": "3"}).location == url
    assert officer.post(url, data={"expertise": "math, Math", "most": "5"}).location == url
    page = officer.get(url).text
    assert ('value="3"' in page, 'value="math"' in page, "They take at most 5" in page) == (True, True, True)
    members = officer.get(f"/review/stages/{panel.stage.public_id}/panel").text
    assert '<td data-label="At most" class="n">3</td>' in members
