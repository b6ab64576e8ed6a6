"""Panels and who reads what: proposed, applied, given by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Assignment, PanelMember
from tests.factories import review as make
from tests.factories.people import actor, organization, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")


# ── the panel ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invited_person_becomes_a_reviewer_and_is_told_once() -> None:
    panel = Panel.of("Ann")
    ann = panel["Ann"]
    assert ann.by.roles == {Role.REVIEWER}
    with pytest.raises(Clash, match="already"), unit_of_work():
        services.invite_reviewer(panel.by, panel.stage, ann.person)
    told = db.session.scalars(select(Message).where(Message.template == "review.invited")).all()
    assert [(one.to_email, panel.stage.public_id in one.body) for one in told] == [(ann.person.email, True)]


def test_inviting_is_for_officers_and_needs_an_open_account() -> None:
    panel = Panel.of("Ann")
    with pytest.raises(Refused), unit_of_work():
        services.invite_reviewer(panel["Ann"].by, panel.stage, person("Ben"))
    with pytest.raises(Invalid), unit_of_work():
        services.invite_reviewer(panel.by, panel.stage, person("Cy", is_active=False))
    assert db.session.scalar(select(func.count()).select_from(PanelMember)) == 1


# ── proposed and applied ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_proposal_meets_every_need_under_the_load_and_keeps_conflicts_apart() -> None:
    panel = Panel.of("Ann", "Ben", "Cleo", reviewers_each=2, load={"at_most": 4})
    schools = [panel.application_of(f"School {letter}") for letter in "ABCDEF"]
    panel["Ann"].declares({schools[0].case: "My sister teaches there."})
    panel["Ben"].declares()
    panel["Cleo"].declares()
    proposal = panel.proposal()
    assert proposal.plan.is_complete
    assert [(who.name, before, after) for who, before, after in proposal.loads()] == [
        ("Ann", 0, 4),
        ("Ben", 0, 4),
        ("Cleo", 0, 4),
    ]
    panel.applies(proposal)
    assert "School A" not in panel["Ann"].pile()
    assert [len(panel[name].pile()) for name in ("Ann", "Ben", "Cleo")] == [4, 4, 4]
    assert [one.missing for one in queries.coverage(panel.by, panel.stage).items] == [0] * 6


def test_proposing_writes_nothing() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    panel.proposal()
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 0


def test_who_has_not_declared_gets_nothing_and_is_named() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    panel.application_of("Tern School")
    panel["Ann"].declares()
    proposal = panel.proposal()
    assert proposal.facts.undeclared == ("Ben",)
    assert [(one.reviewer.name, one.paper.title) for one in proposal.additions] == [("Ann", "Tern School")]


def test_a_shortage_is_said_in_words_with_the_application_it_hits() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    panel["Ann"].declares({tern.case: "My sister teaches there."})
    panel["Ben"].declares()
    proposal = panel.proposal()
    [shortage] = proposal.plan.shortages
    assert (int(shortage.submission), shortage.missing) == (tern.id, 1)
    assert shortage.sentence == ("Tern School lacks 1 of 2 reviewers. Only 1 of 2 reviewers have no conflict with it.")


def test_a_second_proposal_fills_what_is_open_and_touches_nothing_else() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ben", tern)
    heron = panel.application_of("Heron School")
    proposal = panel.proposal()
    assert [one.paper.application_id for one in proposal.additions] == [heron.id]
    panel.applies(proposal)
    assert panel["Ben"].pile()[0] == "Tern School"
    assert panel.proposal().additions == ()


def test_expertise_decides_between_equals() -> None:
    panel = Panel.of(reviewers_each=1)
    panel.invite("Ann", "charter, high")
    panel.invite("Ben", "Elementary")
    with unit_of_work():
        high = make.submitted(panel.stage, organization("Heron High", sector="charter", grade_from="9", grade_to="12"))
        small = make.submitted(panel.stage, organization("Tern School", grade_from="K", grade_to="5"))
    panel.all_declare()
    found = {(one.reviewer.name, one.paper.application_id): one.reasons for one in panel.proposal().additions}
    assert found == {
        ("Ann", high.id): ("knows charter", "knows high"),
        ("Ben", small.id): ("knows elementary",),
    }


def test_reviewers_of_an_earlier_stage_keep_their_schools_where_the_program_says_so() -> None:
    with clock_at(make.CLOSED), unit_of_work():
        planning, launch = make.two_stages(reviewers_each=1, keep_reviewers_from="planning")
        officer = person("Maya", Role.PROGRAM_OFFICER)
        readers = [person(name, Role.REVIEWER) for name in ("Ann", "Ben", "Cleo")]
        schools = [organization(f"School {letter}") for letter in "ABC"]
        for reader, school in zip(readers, schools, strict=True):
            before = make.submitted(planning, school)
            make.assigned(make.panelist(planning, reader), before)
        # On the later panel in another order, so that the order alone would not give the same pairs.
        for reader in reversed(readers):
            make.panelist(launch, reader)
        for school in schools:
            make.submitted(launch, school)
    proposal = services.propose_assignment(actor(officer), launch)
    assert [(one.reviewer.name, one.paper.title) for one in proposal.additions] == [
        ("Ann", "School A"),
        ("Ben", "School B"),
        ("Cleo", "School C"),
    ]
    assert {one.reasons for one in proposal.additions} == {("read this applicant before",)}


@pytest.mark.parametrize("change", ["conflict", "application", "by hand", "member"])
def test_a_proposal_that_the_world_has_left_behind_is_not_applied(change: str) -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    proposal = panel.proposal()
    before = 0
    if change == "conflict":
        panel["Ann"].declares_conflict(tern)
    elif change == "application":
        panel.application_of("Heron School")
    elif change == "by hand":
        panel.assigns("Ben", tern)
        before = 1
    else:
        panel.invite("Cleo").declares()
    with pytest.raises(Clash, match="Look at the new proposal"):
        panel.applies(proposal)
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == before


def test_applying_twice_assigns_once() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    panel.application_of("Tern School")
    panel.all_declare()
    proposal = panel.proposal()
    panel.applies(proposal)
    with pytest.raises(Clash):
        panel.applies(proposal)
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_each_reviewer_is_told_once_and_the_case_remembers_for_staff_only() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    panel.applies(panel.proposal())
    told = db.session.scalars(select(Message).where(Message.template == "review.assigned")).all()
    assert [one.subject for one in told] == ["For you to review: 2 applications, Launch grant"]
    events = db.session.scalars(select(TimelineEvent).where(TimelineEvent.kind == "review")).all()
    assert [(one.case_id, one.audience, one.sentence) for one in events] == [
        (tern.case_id, "staff", "Asked to review: Ann."),
        (heron.case_id, "staff", "Asked to review: Ann."),
    ]


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_by_hand_goes_over_the_load_but_never_past_a_declaration() -> None:
    panel = Panel.of("Ann", "Ben", load={"at_most": 1})
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel.assigns("Ann", tern, heron)
    assert panel["Ann"].pile() == ["Tern School", "Heron School"]
    with pytest.raises(Clash, match="already"):
        panel.assigns("Ann", tern)
    with pytest.raises(Invalid, match="has not declared"):
        panel.assigns("Ben", tern)


def test_what_is_taken_back_leaves_the_pile_and_comes_back_with_its_draft() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].saves(tern, {"team": 2})
    take_back(panel, tern)
    assert panel["Ann"].pile() == []
    panel.assigns("Ann", tern)
    card = panel["Ann"].assignment(tern).scorecard
    assert card is not None
    assert [mark.value for mark in card.marks] == [2]


def test_a_submitted_scorecard_is_not_taken_back() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].scores(tern)
    with pytest.raises(Clash, match="has submitted"):
        take_back(panel, tern)
    assert panel["Ann"].pile() == ["Tern School"]


def take_back(panel: Panel, application: Any) -> None:
    with unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Ann"].assignment_id(application))
        services.unassign(panel.by, one)


def test_reviewers_do_not_assign() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    ann = panel["Ann"]
    with pytest.raises(Refused):
        services.propose_assignment(ann.by, panel.stage)
    with pytest.raises(Refused), unit_of_work():
        services.assign(ann.by, panel.stage, ann.person, tern)
    assert ann.pile() == []


# ── progress ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_progress_counts_what_each_has_and_has_done() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=2)
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel["Ben"].declares({heron.case: "I taught there."})
    panel.assigns("Ann", tern, heron)
    panel.assigns("Ben", tern)
    panel["Ann"].scores(tern)
    panel["Ann"].saves(heron, {"team": 3}, at=LATER)
    with clock_at(make.DUE + timedelta(days=1)):
        progress = queries.panel_progress(panel.by, panel.stage)
        members = queries.member_progress(panel.by, panel.stage).items
        coverage = queries.coverage(panel.by, panel.stage).items
    assert [
        (one.member.person.name, one.assigned, one.submitted, one.started, one.conflicts, one.last_at, one.is_late)
        for one in members
    ] == [("Ann", 2, 1, 1, 0, LATER, True), ("Ben", 1, 0, 0, 1, None, True)]
    assert [(one.application.id, one.missing, one.submitted) for one in coverage] == [
        (heron.id, 1, 0),
        (tern.id, 0, 1),
    ]
    assert (progress.applications, progress.assigned, progress.submitted, progress.lacking) == (2, 3, 1, 1)
    assert (progress.members, progress.undeclared) == (2, 0)


def test_a_pile_goes_round_to_what_is_open() -> None:
    panel = Panel.of("Ann")
    schools = [panel.application_of(f"School {letter}") for letter in "ABC"]
    panel.all_declare()
    _, second, third = panel.assigns("Ann", *schools)
    panel["Ann"].scores(schools[0])
    [pile] = queries.piles_of(panel["Ann"].by)
    assert (pile.done, len(pile.open), pile.place(third)) == (1, 2, 3)
    after = [pile.next_after(one) for one in (None, second, third)]
    assert [one.id if one else None for one in after] == [second.id, third.id, second.id]


def test_statements_do_not_grow_with_applications_or_reviewers(statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.applies(panel.proposal())
    panel["Ann"].scores(tern)

    def counts() -> list[int]:
        found = []
        for read in (
            lambda: queries.panel_progress(panel.by, panel.stage),
            lambda: queries.member_progress(panel.by, panel.stage),
            lambda: queries.coverage(panel.by, panel.stage),
            lambda: queries.panel_conflicts(panel.by, panel.stage),
            lambda: queries.score_page(panel.by, panel.stage, queries.ScoreFilters()),
            lambda: queries.planning_facts(panel.by, panel.stage),
            lambda: queries.review_stages(panel.by),
            lambda: queries.piles_of(panel["Ann"].by),
        ):
            db.session.expire_all()
            with statements() as seen:
                read()
            found.append(len(seen))
        return found

    few = counts()
    with unit_of_work():
        for number in range(29):
            member = make.panelist(panel.stage, f"Reviewer {number}")
            make.assigned(member, make.submitted(panel.stage, f"School {number}"))
        ann = db.session.scalars(select(PanelMember).where(PanelMember.person_id == panel["Ann"].person.id)).one()
        for number in range(29):
            make.scored(make.assigned(ann, make.submitted(panel.stage, f"More {number}")))
    assert counts() == few
