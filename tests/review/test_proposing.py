"""Who reviews what: worked out in the background, looked at, corrected, applied."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.aims import Aims
from grants.review.models import Assignment, PanelMember, ReviewerProfile
from grants.review.proposal_models import AssignmentProposal, ProposedAssignment
from tests.factories import review as make
from tests.factories.people import actor, organization, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


def assignments() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Assignment)) or 0


# ── the best there is ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proposal_meets_every_need_under_the_load_and_keeps_conflicts_apart() -> None:
    panel = Panel.of("Ann", "Ben", "Cleo", reviewers_each=2, load={"at_most": 4})
    schools = [panel.application_of(f"School {letter}") for letter in "ABCDEF"]
    panel["Ann"].declares({schools[0].case: "My sister teaches there."})
    panel["Ben"].declares()
    panel["Cleo"].declares()
    proposal = panel.proposal()
    assert proposal.state == "ready"
    assert queries.short_of_readers(panel.by, proposal) == []
    assert [(one.member.person.name, one.now, one.then) for one in queries.planned_loads(panel.by, proposal).items] == [
        ("Ann", 0, 4),
        ("Ben", 0, 4),
        ("Cleo", 0, 4),
    ]
    assert queries.planned_coverage(panel.by, proposal) == ({0: 6}, {0: 0, 2: 6})
    panel.applies(proposal)
    assert "School A" not in panel["Ann"].pile()
    assert [len(panel[name].pile()) for name in ("Ann", "Ben", "Cleo")] == [4, 4, 4]
    assert [one.missing for one in queries.coverage(panel.by, panel.stage).items] == [0] * 6


def test_working_it_out_assigns_nothing() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    assert queries.outcomes(panel.by, panel.proposal()) == {"": 1}
    assert assignments() == 0


def test_who_has_not_declared_gets_nothing_and_is_named() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    panel.application_of("Tern School")
    panel["Ann"].declares()
    found = panel.worked_out()
    assert [(one.reviewer.name, one.paper.title) for one in found.additions] == [("Ann", "Tern School")]
    assert panel.proposal().undeclared == ["Ben"]


def test_a_shortage_is_said_in_words_with_the_application_it_hits() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    panel["Ann"].declares({tern.case: "My sister teaches there."})
    panel["Ben"].declares()
    assert queries.short_of_readers(panel.by, panel.proposal()) == [
        "Tern School lacks 1 of 2 reviewers. Only 1 of 2 reviewers is known to have no conflict with it."
    ]


def test_a_bar_is_drawn_to_the_reviewer_s_own_limit_which_is_one_press_away(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    panel.application_of("Tern School"), panel.application_of("Heron School"), panel.application_of("Auk School")
    panel.all_declare()
    member = db.session.scalars(select(PanelMember).where(PanelMember.person_id == panel["Ann"].person.id)).one()
    with unit_of_work():
        services.agree_load(panel.by, member, 2, None)
    panel.proposal()
    stage = f"/review/stages/{panel.stage.public_id}"
    page = client_of(panel.officer).get(f"{stage}/assignment").text
    assert re.findall(r"0 now, \d added, \d of at most \d+", page) == [
        "0 now, 2 added, 2 of at most 2",
        "0 now, 3 added, 3 of at most 10",
    ]
    assert f'<a href="{stage}/members/{member.public_id}#load">Ann</a>' in page
    assert "A reviewer’s limit is changed on their own page" in page


def test_a_second_proposal_fills_what_is_open_and_touches_nothing_else() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ben", tern)
    heron = panel.application_of("Heron School")
    assert [one.paper.application_id for one in panel.worked_out().additions] == [heron.id]
    panel.applies(panel.proposal())
    assert panel["Ben"].pile()[0] == "Tern School"
    assert panel.worked_out().additions == ()


def test_expertise_decides_between_equals_as_far_as_it_matters() -> None:
    panel = Panel.of(reviewers_each=1)
    panel.invite("Ann", "charter, high")
    panel.invite("Ben", "Elementary")
    with unit_of_work():
        high = make.submitted(panel.stage, organization("Heron High", sector="charter", grade_from="9", grade_to="12"))
        small = make.submitted(panel.stage, organization("Tern School", grade_from="K", grade_to="5"))
    panel.all_declare()
    found = {(one.reviewer.name, one.paper.application_id): one.reasons for one in panel.worked_out().additions}
    assert found == {
        ("Ann", high.id): ("knows charter", "knows high"),
        ("Ben", small.id): ("knows elementary",),
    }


def test_who_knows_what_an_application_is_about_reads_it() -> None:
    options = {"paths": "Learning paths", "profiles": "Learner profiles"}
    asked = {"type": "choice", "title": "What will you work on?", "several": True, "options": options}
    about = {"about": {"title": "About", "fields": {"topics": asked}}}
    panel = Panel.of(reviewers_each=1, sections=about, subjects=["topics"])
    panel.invite("Ann", "learning paths")
    panel.invite("Ben", "Learner profiles, budgets")
    with unit_of_work():
        tern = make.submitted(panel.stage, "Tern School", answers={"topics": ["profiles"]})
        heron = make.submitted(panel.stage, "Heron School", answers={"topics": ["paths", "no longer offered"]})
        make.submitted(panel.stage, "Gull School")
    panel.all_declare()
    found = {(one.reviewer.name, one.paper.application_id): one.reasons for one in panel.worked_out().additions}
    assert found["Ben", tern.id] == ("knows learner profiles",)
    assert found["Ann", heron.id] == ("knows learning paths",)
    assert len(found) == 3


def test_a_profile_s_number_and_absence_limit_what_is_proposed() -> None:
    panel = Panel.of("Ann", "Ben", "Cleo", reviewers_each=1, load={"at_most": 9})
    for letter in "ABCDE":
        panel.application_of(f"School {letter}")
    panel.all_declare()
    with clock_at(make.REVIEWING), unit_of_work() as session:
        until = make.DUE.date() + timedelta(days=1)
        more = {"saved_at": make.REVIEWING, "grade_bands": []}
        session.add(ReviewerProfile(person_id=panel["Ann"].person.id, most=2, **more))
        session.add(ReviewerProfile(person_id=panel["Ben"].person.id, away_until=until, **more))
        agreed = select(PanelMember).where(PanelMember.person_id == panel["Cleo"].person.id)
        session.scalars(agreed).one().load_cap = 2
    proposal = panel.proposal()
    loads = queries.planned_loads(panel.by, proposal).items
    assert [(one.member.person.name, one.then, one.most) for one in loads] == [
        ("Ann", 2, 2),
        ("Ben", 0, 9),
        ("Cleo", 2, 2),
    ]
    assert proposal.away == ["Ben"]
    [short] = queries.short_of_readers(panel.by, proposal)
    assert short.endswith("are at their limit: Ann (2), Ben, away (0), Cleo (2).")


def test_a_pile_mixes_grade_spans_unless_that_does_not_matter() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    with unit_of_work():
        for number, (low, high) in enumerate([("9", "12"), ("9", "12"), ("K", "5"), ("K", "5")]):
            make.submitted(panel.stage, organization(f"School {number}", grade_from=low, grade_to=high))
    panel.all_declare()
    loads = queries.planned_loads(panel.by, panel.proposal(Aims(mix="strong"))).items
    assert [{band: count for band, count in one.bands.items() if count} for one in loads] == [
        {"elementary": 1, "high": 1},
        {"elementary": 1, "high": 1},
    ]


@pytest.mark.parametrize(("earlier", "read"), [("keep", ["A", "B", "C"]), ("change", ["B", "C", "A"])])
def test_readers_of_the_earlier_stage_are_kept_or_changed(earlier: Any, read: list[str]) -> None:
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(reviewers_each=1, load={"at_most": 1})
        officer = person("Maya", Role.PROGRAM_OFFICER)
        readers = [person(name, Role.REVIEWER) for name in ("Ann", "Ben", "Cleo")]
        schools = [organization(f"School {letter}") for letter in "ABC"]
        for reader, school in zip(readers, schools, strict=True):
            make.assigned(make.panelist(planning, reader), make.submitted(planning, school))
        # On the later panel in another order, so that the order alone would not give the same pairs.
        for reader in reversed(readers):
            make.panelist(launch, reader)
        for school in schools:
            make.submitted(launch, school)
    found = services.best_of(queries.planning_facts(actor(officer), launch), Aims(earlier=earlier)).additions
    before = dict(zip(("Ann", "Ben", "Cleo"), "ABC", strict=True))
    now_reads = {one.reviewer.name: one.paper.title[-1] for one in found}
    assert sorted(now_reads.values()) == sorted(read)
    assert {name for name in before if now_reads[name] == before[name]} == (set(before) if earlier == "keep" else set())
    assert {one.reasons for one in found} == ({("read this applicant before",)} if earlier == "keep" else {()})


def test_the_program_says_whether_readers_are_kept_unless_the_organizer_does(client_of: Browser) -> None:
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(reviewers_each=1, keep_reviewers_from="planning")
        officer, tern = person("Maya", Role.PROGRAM_OFFICER), organization("Tern School")
        make.submitted(launch, tern)
    address = f"/review/stages/{launch.public_id}/assignment"
    assert "Who read an applicant in" not in client_of(officer).get(address).text
    with clock_at(make.CLOSED), unit_of_work():
        make.assigned(make.panelist(planning, "Ann"), make.submitted(planning, tern))
    page = client_of(officer).get(address).text
    assert 'selected value="keep"' in page
    assert "Who read an applicant in" in page


# ── looked at, then applied ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("change", ["conflict", "application", "by hand", "member"])
def test_a_proposal_that_the_world_has_left_behind_is_worked_out_anew(change: str) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    looked_at = panel.proposal()
    first, before = looked_at.round, 0
    if change == "conflict":
        panel["Ann"].declares_conflict(tern)
    elif change == "application":
        panel.application_of("Heron School")
    elif change == "by hand":
        panel.assigns("Ben", tern)
        before = 1
    else:
        panel.invite("Cleo").declares()
    overtaken = panel.applies(looked_at)
    assert (overtaken.state, overtaken.round) == ("ready", first + 1)
    assert overtaken.note is not None
    assert "Look at the new proposal" in overtaken.note
    assert assignments() == before


def test_opening_a_proposal_says_what_the_world_has_left_behind_and_counts_nothing_twice(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    tern, _ = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    panel.proposal()
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/assignment"
    said, button = "<b>Things have changed since this was worked out ", "Apply all 2"
    with clock_at(make.REVIEWING):
        page = browser.get(url).text
        assert (said in page, button in page) == (False, True)
        [reader] = next(
            one.additions
            for one in queries.proposed(panel.by, panel.proposed()).items
            if one.organization.name == "Tern School"
        )
        panel.assigns(reader.reviewer.name, tern)
        page = browser.get(url).text
        assert (said in page, "&lt;" in page, "Apply" in page) == (True, False, False)
        loads = queries.planned_loads(panel.by, panel.proposed()).items
        assert sorted((one.now, one.then) for one in loads) == [(0, 1), (1, 1)]
        assert queries.planned_coverage(panel.by, panel.proposed()) == ({0: 1, 1: 1}, {0: 0, 1: 2})


def test_applying_twice_assigns_once() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    proposal = panel.proposal()
    panel.applies(proposal)
    with pytest.raises(Clash):
        panel.applies(proposal)
    assert assignments() == 1


def test_what_was_not_looked_at_is_not_applied() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    panel.proposal()
    with pytest.raises(Clash, match="Look at it before"), unit_of_work():
        services.apply_proposal(panel.by, panel.proposed(), 0)
    assert panel.proposed().state == "ready"


def test_each_reviewer_is_told_once_and_the_case_remembers_for_staff_only() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    panel.applies(panel.proposal())
    told = db.session.scalars(select(Message).where(Message.template == "review.assigned")).all()
    assert [one.subject for one in told] == ["For you to review: 2 applications, Launch grant"]
    events = db.session.scalars(select(TimelineEvent).where(TimelineEvent.kind == "review")).all()
    assert [(one.case_id, one.audience, one.sentence) for one in events] == [
        (tern.case_id, "staff", "Assigned to Ann."),
        (heron.case_id, "staff", "Assigned to Ann."),
    ]


def test_a_pair_that_is_left_out_makes_room_for_the_next_best() -> None:
    panel = Panel.of(reviewers_each=1)
    panel.invite("Ann", "charter")
    panel.invite("Ben")
    with unit_of_work():
        tern = make.submitted(panel.stage, organization("Tern School", sector="charter"))
    panel.all_declare()
    assert panel.proposal().round == 1
    with unit_of_work():
        services.leave_out(panel.by, panel.proposed(), (panel["Ann"].person.id, tern.id))
    run_due()
    again = panel.proposed()
    assert again.round == 2
    [group] = queries.proposed(panel.by, again).items
    assert [one.reviewer.name for one in group.additions] == ["Ben"]
    panel.applies(again)
    assert (panel["Ann"].pile(), panel["Ben"].pile()) == ([], ["Tern School"])


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_conflict_that_comes_while_it_is_applied_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grants.review.services.applying.AT_ONCE", 1)
    panel = Panel.of("Ann", reviewers_each=1)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    proposal = panel.proposal()
    with clock_at(make.REVIEWING):
        with unit_of_work():
            services.apply_proposal(panel.by, proposal, proposal.round)
        with unit_of_work():
            services.apply_some(panel.by, panel.proposed())  # and here the worker is killed
        panel["Ann"].declares_conflict(heron)
        run_due()
    assert panel["Ann"].pile() == ["Tern School"]
    assert panel.proposed().state == "applied"
    rows = db.session.scalars(select(ProposedAssignment).order_by(ProposedAssignment.id)).all()
    assert [(one.application_id, one.outcome) for one in rows] == [(tern.id, "assigned"), (heron.id, "left_out")]
    told = db.session.scalars(select(Message).where(Message.template == "review.assigned")).all()
    assert [one.subject for one in told] == ["For you to review: 1 application, Launch grant"]


def test_a_round_that_was_asked_for_again_is_worked_out_once() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    with unit_of_work():
        services.ask_for_assignment(panel.by, panel.stage, Aims())
        services.ask_for_assignment(panel.by, panel.stage, Aims(mix="off"))
    run_due()
    assert (panel.proposed().round, panel.proposed().aims["mix"]) == (2, "off")
    assert queries.outcomes(panel.by, panel.proposed()) == {"": 1}
    assert set(db.session.scalars(select(Job.state).where(Job.name == services.WORK_OUT))) == {"done"}


def test_two_clicks_at_once_are_one_proposal(app: Any) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    stage_id, officer = panel.stage.public_id, panel.by
    together = threading.Barrier(2)
    done: list[bool] = []

    def click() -> None:
        with app.app_context():
            together.wait()
            with unit_of_work():
                services.ask_for_assignment(officer, queries.stage_for(officer, stage_id), Aims())
            done.append(True)
            db.session.remove()

    db.session.rollback()
    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert done == [True, True]
    assert db.session.scalar(select(func.count()).select_from(AssignmentProposal)) == 1


# ── who may see it ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_reviewers_do_not_propose() -> None:
    panel = Panel.of("Ann")
    panel.application_of("Tern School")
    panel.all_declare()
    with pytest.raises(Refused), unit_of_work():
        services.ask_for_assignment(panel["Ann"].by, panel.stage, Aims())


def test_an_officer_who_comes_to_have_a_conflict_sees_the_rest_alone() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    panel["Ann"].declares()
    panel["Ben"].declares({tern.case: "My sister teaches there."})
    proposal = panel.proposal()
    assert len(queries.short_of_readers(panel.by, proposal)) == 1
    with unit_of_work():
        services.let_stand(panel.by, tern.case_id, panel.officer.id, "declared", "My brother leads it.")
    proposal = panel.proposed()
    assert [group.organization.name for group in queries.proposed(panel.by, proposal).items] == ["Heron School"]
    assert queries.short_of_readers(panel.by, proposal) == []
    assert [one.then for one in queries.planned_loads(panel.by, proposal).items] == [1, 1]
    assert queries.planned_coverage(panel.by, proposal) == ({0: 1}, {0: 0, 2: 1})
    assert queries.outcomes(panel.by, proposal) == {"": 2}


def test_one_officer_s_proposal_is_not_another_s(client_of: Browser) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    panel.proposal()
    with unit_of_work():
        other = person("Omar", Role.PROGRAM_OFFICER)
    url = f"/review/stages/{panel.stage.public_id}/assignment"
    assert "No proposal yet" in client_of(other).get(url).text
    assert client_of(other).post(f"{url}/apply", data={"round": "1"}).status_code == 404
    assert assignments() == 0


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_has_it_worked_out_looks_at_it_and_applies_it(client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/assignment"
    aims = {"earlier": "any", "expertise": "some", "balance": "strong", "mix": "off"}
    with clock_at(make.REVIEWING):
        assert "Work it out" in browser.get(url).text
        assert browser.post(url, data=aims | {"mix": "very"}).status_code == 422
        assert browser.post(url, data=aims).location == url
        assert "It is being worked out" in browser.get(url).text
        run_due()
        page = browser.get(url).text
        assert "2 assignments to add" in page
        assert 'selected value="strong"' in page
        gone = {"reviewer": panel["Ann"].person.public_id, "application": tern.public_id}
        assert browser.post(f"{url}/without", data=gone).location == url
        run_due()
        assert browser.post(f"{url}/without", data=gone).status_code == 404
        assert "Tern School lacks 1 of 2 reviewers" in browser.get(url).text
        late = browser.post(f"{url}/apply", data={"round": "1"})
        assert (late.status_code, "Look at it before it is applied." in late.text) == (409, True)
        panel.application_of("Heron School", at=LATER)
        assert browser.post(f"{url}/apply", data={"round": "2"}).location == url
        assert "Reviewers are being assigned" in browser.get(url).text
        run_due()
        # Heron came after the declarations, so it is in the facts and in nobody's reach.
        assert "Worked out anew." in browser.get(url).text
        browser.post(f"{url}/apply", data={"round": "3"})
        run_due()
        assert "1 assignment made" in browser.get(url).text
    assert [len(panel[name].pile()) for name in ("Ann", "Ben")] == [0, 1]


def test_statements_do_not_grow_with_what_is_proposed(client_of: Browser, statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/assignment"

    def count() -> int:
        panel.proposal()
        browser.get(url)
        with statements() as seen:
            assert browser.get(url).status_code == 200
        return len(seen)

    few = count()
    with unit_of_work():
        for number in range(29):
            make.panelist(panel.stage, f"Reviewer {number}")
            make.submitted(panel.stage, f"School {number}")
    assert count() == few
