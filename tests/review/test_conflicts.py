"""Conflicts of interest: found by rule, declared, lifted, and what they close."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from grants.applications.models import Application
from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import Role
from grants.people.models import CoachInvitation
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Conflict
from grants.review.ties import PUBLIC_MAIL, Judge, Judged, Tie, ties
from tests.factories import review as make
from tests.factories.people import join, organization, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


TERN = Judged({7: "Tern School"}, {"tern.example": "Tern School", "gmail.com": "Tern School"})
RULES = ("same_organization", "same_email_domain", "declared")


@pytest.mark.parametrize(
    ("judge", "rules", "sources"),
    [
        (Judge("ann@heron.example", frozenset({8}), frozenset()), RULES, []),
        (Judge("ann@heron.example", frozenset({7}), frozenset()), RULES, ["same_organization"]),
        (Judge("ann@heron.example", frozenset({7}), frozenset()), ("declared",), ["same_organization"]),
        (Judge("ann@TERN.example", frozenset(), frozenset()), RULES, ["same_email_domain"]),
        (Judge("ann@north.tern.example", frozenset(), frozenset()), RULES, []),
        (Judge("ann@gmail.com", frozenset(), frozenset()), RULES, []),
        (Judge("ann@heron.example", frozenset(), frozenset({7})), (), ["coach"]),
        (
            Judge("ann@tern.example", frozenset({7}), frozenset({7})),
            RULES,
            ["same_organization", "same_email_domain", "coach"],
        ),
    ],
)
def test_ties_are_those_the_stage_looks_for(judge: Judge, rules: tuple[str, ...], sources: list[str]) -> None:
    assert [tie.source for tie in ties(judge, TERN, rules)] == sources


def test_a_tie_says_what_it_is() -> None:
    judge = Judge("ann@tern.example", frozenset(), frozenset())
    assert ties(judge, TERN, RULES) == [
        Tie("same_email_domain", "Shares the email domain tern.example with Tern School.")
    ]


def test_public_mail_domains_are_written_in_small_letters() -> None:
    assert {domain for domain in PUBLIC_MAIL if domain != domain.lower() or "." not in domain} == set()


# ── found ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_inviting_finds_members_colleagues_and_coaches() -> None:
    panel = Panel.of()
    tern = panel.application_of("Tern School")
    panel.application_of("Heron School")
    with unit_of_work():
        tern.case.organization.email_domain = "tern.example"
        principal, cleo = person("Pat Tern"), person("Cleo Coach")
        join(principal, tern.case.organization)
        db.session.add(
            CoachInvitation(
                organization_id=tern.case.organization_id,
                person_id=cleo.id,
                invited_by_id=principal.id,
                since=make.CLOSED,
                accepted_at=make.CLOSED,
                ended_at=make.CLOSED,
            )
        )
        dora = person("Dora Tern", email="dora@tern.example")
    for someone in (principal, cleo, dora):
        panel.add(someone)
    assert panel.conflicts() == {
        ("Pat Tern", "Tern School"): "same_organization",
        ("Cleo Coach", "Tern School"): "coach",
        ("Dora Tern", "Tern School"): "same_email_domain",
    }


def test_a_lifted_finding_is_not_found_again() -> None:
    panel = Panel.of()
    with unit_of_work():
        school = organization("Tern School", email_domain="tern.example")
    tern = panel.application_of(school)
    ann = panel.invite("Ann", email="ann@tern.example")
    panel.lifts(db.session.scalars(select(Conflict)).one())
    ann.declares()
    assert panel.conflicts() == {}
    panel.assigns("Ann", tern)
    assert ann.pile() == ["Tern School"]


def test_a_school_that_applied_after_the_invitation_is_found_when_its_member_declares() -> None:
    panel = Panel.of("Ann")
    with unit_of_work():
        school = organization("Tern School")
        join(panel["Ann"].person, school)
    panel.application_of(school)
    panel["Ann"].declares()
    assert panel.conflicts() == {("Ann", "Tern School"): "same_organization"}


def test_a_tie_that_nobody_has_noted_yet_bars_a_proposal_and_is_noted_when_it_is_applied() -> None:
    panel = Panel.of("Ann", "Ben", reviewers_each=1)
    with unit_of_work():
        school = organization("Tern School")
    panel.application_of(school)
    panel.all_declare()
    with unit_of_work():
        join(panel["Ann"].person, school)
    panel.applies(panel.proposal())
    assert (panel["Ann"].pile(), panel["Ben"].pile()) == ([], ["Tern School"])
    assert panel.conflicts() == {("Ann", "Tern School"): "same_organization"}


# ── declared ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_to_declare_from_is_names_of_applicants_and_leaves_out_what_a_rule_has_closed() -> None:
    panel = Panel.of("Ann")
    with unit_of_work():
        osprey = organization("Osprey School")
        join(panel["Ann"].person, osprey)
        make.submitted(panel.stage, osprey)
        make.submitted(panel.stage, organization("Tern School", city="Oakland"))
        make.submitted(panel.stage, organization("Tern School", city="Alameda"))
        make.submitted(panel.stage, organization("heron School", city="Oakland"))
        withdrawn = make.submitted(panel.stage, organization("Auk School"))
        services.find_rule_conflicts(panel.stage, [panel["Ann"].person.id])
        db.session.execute(
            Application.__table__.update().where(Application.id == withdrawn.id).values(state="withdrawn")
        )
    shown = [one.label for one in queries.applicants(panel["Ann"].by, panel.stage).items]
    assert shown == ["heron School", "Tern School (Oakland)", "Tern School (Alameda)"]
    assert [one.label for one in queries.applicants(panel["Ann"].by, panel.stage, "HER").items] == ["heron School"]
    # However many names hold what was typed, the one that is just that comes first.
    exact = queries.applicants(panel["Ann"].by, panel.stage, "tern school (oakland)", size=1)
    near = queries.applicants(panel["Ann"].by, panel.stage, "School", size=1)
    assert ([one.label for one in exact.items], near.total) == (["Tern School (Oakland)"], 3)


def test_nothing_shows_before_declaring() -> None:
    panel = Panel.of("Ann")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        member = queries.member_for(panel["Ann"].by, panel.stage)
        assert member is not None
        assignment = make.assigned(member, tern)
    ann = panel["Ann"]
    assert ann.pile() == []
    with pytest.raises(Missing):
        queries.assignment_for(ann.by, assignment.public_id)
    ann.declares()
    assert ann.pile() == ["Tern School"]


def test_whoever_applied_after_the_declaration_is_asked_about_first() -> None:
    panel = Panel.of("Ann")
    panel.application_of("Tern School")
    ann = panel["Ann"]
    ann.declares()
    heron = panel.application_of("Heron School", at=make.REVIEWING + timedelta(hours=1))
    [pile] = queries.piles_of(ann.by)
    assert (pile.must_declare, pile.newcomers) == (True, 1)
    assert [one.label for one in queries.applicants(ann.by, panel.stage).items if one.is_new] == ["Heron School"]
    with pytest.raises(Invalid):
        panel.assigns("Ann", heron)
    ann.declares(at=LATER)
    panel.assigns("Ann", heron)
    assert ann.pile() == ["Heron School"]
    assert [pile.must_declare for pile in queries.piles_of(ann.by)] == [False]


def test_declaring_closes_the_named_cases_and_opens_the_rest() -> None:
    panel = Panel.of("Ben")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    ben = panel["Ben"]
    ben.declares({tern.case: "My sister teaches there."})
    panel.assigns("Ben", heron)
    with pytest.raises(Invalid, match="a conflict stands"):
        panel.assigns("Ben", tern)
    assert ben.pile() == ["Heron School"]
    [conflict] = queries.own_conflicts(ben.by, panel.stage)
    assert (conflict.case_id, conflict.source, conflict.reason) == (
        tern.case_id,
        "declared",
        "My sister teaches there.",
    )


def test_declaring_twice_is_declaring_once() -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    panel["Ben"].declares({tern.case: "My sister teaches there."})
    panel["Ben"].declares({tern.case: "My sister teaches there."})
    assert panel.conflicts() == {("Ben", "Tern School"): "declared"}


@pytest.mark.parametrize(("where", "reason"), [("stage", " "), ("elsewhere", "A tie.")])
def test_a_conflict_needs_a_reason_and_an_applicant_of_the_stage(where: str, reason: str) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        other = make.submitted(make.reviewed_stage(), "Heron School")
    with pytest.raises(Invalid):
        panel["Ben"].declares({(tern if where == "stage" else other).case: reason})
    assert panel.conflicts() == {}
    assert [pile.must_declare for pile in queries.piles_of(panel["Ben"].by)] == [True]


def test_a_slip_can_be_taken_back_until_one_has_declared() -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    ben = panel["Ben"]
    ben.declares_conflict(tern)
    _take_back(panel)
    assert panel.conflicts() == {}
    ben.declares({tern.case: "Meant it after all."})
    with pytest.raises(Clash):
        _take_back(panel)
    assert panel.conflicts() == {("Ben", "Tern School"): "declared"}


def _take_back(panel: Panel) -> None:
    with unit_of_work():
        [slip] = queries.own_conflicts(panel["Ben"].by, panel.stage)
        services.take_back_conflict(panel["Ben"].by, panel.stage, slip)


def test_a_late_conflict_closes_the_case_at_once_and_keeps_the_draft_out_of_sight() -> None:
    panel = Panel.of("Ben", "Ann")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    for name in ("Ben", "Ann"):
        panel.assigns(name, tern, heron)
    ben = panel["Ben"]
    ben.saves(tern, {"team": 4})
    ben.declares_conflict(tern)
    assert ben.pile() == ["Heron School"]
    with pytest.raises(Missing):
        ben.saves(tern, {"team": 1}, version=1)
    kept = ben.assignment(tern)
    assert kept.revoked_at == make.REVIEWING
    assert kept.scorecard is not None
    assert [(mark.criterion, mark.value) for mark in kept.scorecard.marks] == [("team", 4)]


def test_scores_given_before_a_late_conflict_are_set_aside() -> None:
    panel = Panel.of("Ben", "Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    for name, mark in (("Ben", 1), ("Ann", 4)):
        panel.assigns(name, tern)
        panel[name].scores(tern, team=mark)
    [before] = panel.scores().rows
    panel["Ben"].declares_conflict(tern)
    [after] = panel.scores().rows
    assert [one.reviewer_id for one in before.given] == [panel["Ben"].person.id, panel["Ann"].person.id]
    assert [one.reviewer_id for one in after.given] == [panel["Ann"].person.id]
    assert after.mean == after.totals[0]
    card = panel["Ben"].assignment(tern).scorecard
    assert card is not None
    assert (card.state, card.total is None) == ("submitted", False)


def test_an_officer_can_declare_too_and_then_knows_nothing_of_the_case() -> None:
    panel = Panel.of("Ann", "Ben")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, tern, heron)
    with unit_of_work():
        services.declare_conflict(panel.by, tern.case, "I chair its board.")
    assert [one.application.id for one in queries.coverage(panel.by, panel.stage).items] == [heron.id]
    members = queries.member_progress(panel.by, panel.stage).items
    assert [(one.member.person.name, one.assigned) for one in members] == [("Ann", 1), ("Ben", 1)]
    progress = queries.panel_progress(panel.by, panel.stage)
    assert (progress.applications, progress.assigned) == (1, 2)
    assert [one.application_id for one in panel.worked_out().facts.papers] == [heron.id]
    with pytest.raises(Missing):
        queries.application_under_review(panel.by, panel.stage, tern.public_id)
    with pytest.raises(Missing):
        queries.panel_assignment(panel.by, panel.stage, panel["Ann"].assignment_id(tern))


def test_no_conflict_can_be_declared_with_a_case_one_does_not_know_of() -> None:
    panel = Panel.of("Ann")
    with unit_of_work():
        other = make.submitted(make.reviewed_stage(), "Heron School")
    with pytest.raises(Missing):
        panel["Ann"].declares_conflict(other)
    assert panel.conflicts() == {}


# ── noted and lifted by staff ────────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_lifts_a_conflict_with_a_reason_and_assigns_again_with_the_old_draft() -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ben", tern)
    ben = panel["Ben"]
    ben.saves(tern, {"team": 4})
    ben.declares_conflict(tern)
    conflict = db.session.scalars(select(Conflict)).one()
    with pytest.raises(Invalid):
        panel.lifts(conflict, " ")
    panel.lifts(conflict, "A different Tern School.")
    assert ben.pile() == []
    panel.assigns("Ben", tern)
    assert ben.pile() == ["Tern School"]
    card = ben.assignment(tern).scorecard
    assert card is not None
    assert [mark.value for mark in card.marks] == [4]
    lifted = db.session.scalars(select(Conflict)).one()
    assert (lifted.lifted_by_id, lifted.lifted_reason) == (panel.officer.id, "A different Tern School.")
    with pytest.raises(Clash):
        panel.lifts(lifted)


def test_nobody_lifts_their_own_conflict_and_reviewers_lift_none() -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        services.declare_conflict(panel.by, tern.case, "I chair its board.")
        services.note_conflict(panel.by, tern.case, panel["Ben"].person, "Former employer.")
    own, noted = db.session.scalars(select(Conflict).order_by(Conflict.id))
    assert (own.source, noted.source) == ("declared", "staff")
    with pytest.raises(Refused, match="Someone else"):
        panel.lifts(own)
    with pytest.raises(Refused), unit_of_work():
        services.lift_conflict(panel["Ben"].by, noted, "It is nothing.")
    assert panel.conflicts() == {("Maya Rivera", "Tern School"): "declared", ("Ben", "Tern School"): "staff"}


def test_the_record_says_who_declared_and_who_lifted() -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    panel["Ben"].declares({tern.case: "My sister teaches there."})
    panel.lifts(db.session.scalars(select(Conflict)).one(), "Half-sister, long retired.")
    done = db.session.execute(
        select(AuditRecord.actor_name, AuditRecord.action).where(
            AuditRecord.action.like("review.%") | AuditRecord.action.like("conflict.%")
        )
    )
    assert sorted(done) == [
        ("Ben", "review.accept_terms"),
        ("Ben", "review.conflict"),
        ("Ben", "review.declare"),
        ("Ben", "review.join"),
        ("Maya Rivera", "conflict.clear"),
        ("Maya Rivera", "review.invite"),
    ]


def test_what_is_said_of_a_conflict_is_on_record_with_the_act_that_it_is_said_of() -> None:
    """Confirmed and cleared once each, with the officer's words; the reviewer's own stand where they were given."""
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    with clock_at(make.REVIEWING):
        panel["Ben"].declares({tern.case: "Worked there until 2012."})
        with unit_of_work():
            services.confirm_conflict(panel.by, db.session.scalars(select(Conflict)).one(), "They say so themselves.")
        panel.lifts(db.session.scalars(select(Conflict)).one(), "Left four years ago.")
    acts = db.session.execute(
        select(AuditRecord.action, AuditRecord.before, AuditRecord.after)
        .where(AuditRecord.case_id == tern.case_id, AuditRecord.action.like("%conflict%"))
        .order_by(AuditRecord.number)
    )
    given = {"person": "Ben", "source": "declared", "kind": "other", "reason": "Worked there until 2012."}
    assert [tuple(one) for one in acts] == [
        ("review.conflict", None, given),
        (
            "conflict.confirm",
            {"state": "declared"},
            {"state": "confirmed", "person": "Ben", "reason": "They say so themselves."},
        ),
        (
            "conflict.clear",
            {"state": "confirmed"},
            {"state": "cleared", "person": "Ben", "reason": "Left four years ago."},
        ),
    ]


def test_what_a_rule_finds_is_nobody_s_word() -> None:
    """Ben states where he worked, and declares; that a rule found him tied is Harbormaster's act."""
    panel = Panel.of("Ben", conflicts=["same_organization", "former_employer", "declared"])
    tern = panel.application_of("Tern School")
    ben = panel["Ben"]
    with clock_at(make.REVIEWING), unit_of_work():
        services.state_affiliation(ben.by, ben.person, "former_employer", name="Tern School")
    ben.declares()
    acts = select(AuditRecord.actor_name, AuditRecord.acting_as, AuditRecord.action).where(
        AuditRecord.action.in_(("review.affiliation", "review.conflict", "review.declare"))
    )
    assert [tuple(one) for one in db.session.execute(acts.order_by(AuditRecord.number))] == [
        ("Ben", "reviewer", "review.affiliation"),
        ("Harbormaster", "system", "review.conflict"),
        ("Ben", "reviewer", "review.declare"),
    ]
    told = select(TimelineEvent.actor_name, TimelineEvent.sentence).where(TimelineEvent.case_id == tern.case_id)
    assert [tuple(one) for one in db.session.execute(told.order_by(TimelineEvent.id))][-1] == (
        *("Harbormaster", "Ben has a conflict of interest with this case."),
    )


def test_not_conflicted_is_one_predicate_for_every_capability(app: Flask) -> None:
    panel = Panel.of("Ben")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ben"].declares_conflict(tern)

    def seen() -> list[int]:
        return list(
            db.session.scalars(
                select(Application.id)
                .where(queries.not_conflicted(panel["Ben"].by, Application.case_id))
                .order_by(Application.id)
            )
        )

    assert seen() == [heron.id]
    panel.lifts(db.session.scalars(select(Conflict)).one())
    assert seen() == [tern.id, heron.id]


def test_statements_do_not_grow_with_the_panel(statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann")
    panel.application_of("Tern School")

    def count() -> int:
        with clock_at(make.REVIEWING):
            db.session.rollback()
            by, stage = panel["Ann"].by, panel.stage
            stage.cycle.program_version.definition  # noqa: B018 - loaded before counting
            with statements() as seen:
                queries.applicants(by, stage)
                queries.unnoted_ties(stage, [one.person.id for one in panel.members.values()])
                queries.piles_of(by)
            return len(seen)

    few = count()
    with unit_of_work():
        for number in range(30):
            make.submitted(panel.stage, f"School {number}")
            make.panelist(panel.stage, person(f"Reviewer {number}", Role.REVIEWER))
    assert count() == few
