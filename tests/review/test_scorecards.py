"""Scorecards: what is kept, what is asked, what locks them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import Rubric
from grants.review import queries, services
from grants.review.marking import Card, gaps, total_of, wrong_marks
from grants.review.models import Mark, Scorecard
from tests.factories import review as make
from tests.factories.people import join
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")

RUBRIC = Rubric.model_validate(make.PROGRAM["rubrics"]["launch"])


def panel_on_tern(*names: str, **rules: Any) -> Any:
    """A panel whose members all review Tern School."""
    panel = Panel.of(*(names or ("Ben",)), **rules)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    for name in panel.members:
        panel.assigns(name, tern)
    return panel, tern


# ── what a rubric asks ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("marks", "comments", "missing"),
    [
        (make.COMPLETE, {}, []),
        ({**make.COMPLETE, "team": "abstain"}, {}, []),
        ({key: value for key, value in make.COMPLETE.items() if key != "team"}, {}, ["team"]),
        ({}, {"team": "Good people."}, ["learning_plans", "competency", "team", "financial_plan"]),
        ({**make.COMPLETE, "competency": 1}, {}, ["competency.comment"]),
        ({**make.COMPLETE, "competency": 1}, {"competency": " "}, ["competency.comment"]),
        ({**make.COMPLETE, "competency": 1}, {"competency": "Seat time decides."}, []),
        ({**make.COMPLETE, "learning_plans": False}, {}, []),
    ],
)
def test_a_card_is_complete_when_every_criterion_is_answered_and_explained_where_asked(
    marks: dict[str, Any], comments: dict[str, str], missing: list[str]
) -> None:
    assert list(gaps(RUBRIC, Card(marks, comments))) == missing


@pytest.mark.parametrize(
    ("marks", "wrong"),
    [
        ({"team": 4}, {}),
        ({"team": "abstain", "learning_plans": "abstain"}, {}),
        ({"team": 5}, {"team": "Choose a mark from 1 to 4."}),
        ({"team": 0}, {"team": "Choose a mark from 1 to 4."}),
        ({"team": True}, {"team": "Choose a mark on the scale."}),
        ({"learning_plans": 3}, {"learning_plans": "Answer yes or no."}),
        ({"charm": 3}, {"charm": "This rubric has no such criterion."}),
    ],
)
def test_an_answer_fits_its_criterion(marks: dict[str, Any], wrong: dict[str, str]) -> None:
    assert wrong_marks(RUBRIC, Card(marks, {})) == wrong


def test_the_total_by_hand() -> None:
    # 100 × (3·3/4 + 3·4/4 + 2·3/4) / (3 + 3 + 2)
    assert total_of(RUBRIC, Card(make.COMPLETE, {})) == Decimal("84.3750")
    # an abstention leaves both sums: 100 × (3·4/4 + 2·3/4) / (3 + 2)
    assert total_of(RUBRIC, Card({**make.COMPLETE, "competency": "abstain"}, {})) == Decimal("90.0000")
    assert total_of(RUBRIC, Card({"learning_plans": True}, {})) is None


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_save_keeps_exactly_what_stands_on_the_card() -> None:
    panel, tern = panel_on_tern()
    ben = panel["Ben"]
    ben.saves(tern, {"team": 4, "learning_plans": True}, comments={"team": "Six strong."}, comment="Promising.")
    ben.saves(tern, {"team": "abstain", "competency": 2}, version=1, comments={"financial_plan": "Ask about year 4."})
    card = ben.assignment(tern).scorecard
    assert card is not None
    assert sorted((one.criterion, one.value, one.passed, one.abstained, one.comment) for one in card.marks) == [
        ("competency", 2, None, False, None),
        ("financial_plan", None, None, False, "Ask about year 4."),
        ("team", None, None, True, None),
    ]
    assert (card.state, card.version, card.total, card.comment) == ("draft", 2, None, None)


def test_a_stale_save_is_refused_and_overwrites_nothing() -> None:
    panel, tern = panel_on_tern()
    ben = panel["Ben"]
    ben.saves(tern, {"team": 4})
    ben.saves(tern, {"team": 3}, version=1)
    with pytest.raises(Clash, match="another window"):
        ben.saves(tern, {"team": 1}, version=1)
    with pytest.raises(Clash, match="another window"):
        ben.saves(tern, {"team": 1}, version=0)
    card = ben.assignment(tern).scorecard
    assert card is not None
    assert ([mark.value for mark in card.marks], card.version) == ([3], 2)


def test_a_save_off_the_scale_is_refused_whole() -> None:
    panel, tern = panel_on_tern()
    with pytest.raises(Invalid) as refused:
        panel["Ben"].saves(tern, {"competency": 3, "team": 9}, comments={"charm": "Much."}, comment="x" * 20_001)
    assert set(refused.value.errors) == {"team", "charm", "comment"}
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 0


def test_a_draft_is_not_on_the_record_and_a_submission_is() -> None:
    panel, tern = panel_on_tern()
    panel["Ben"].scores(tern)
    done = db.session.execute(
        select(AuditRecord.action, AuditRecord.after).where(AuditRecord.subject_type == "scorecard")
    ).all()
    assert [tuple(row) for row in done] == [
        ("scorecard.submit", {"state": "submitted"}),
        (
            "review.score",
            {
                "total": "84.3750",
                "marks": {"competency": "3", "financial_plan": "3", "learning_plans": "True", "team": "4"},
            },
        ),
    ]


# ── submitting ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_submitting_locks_the_card_with_its_total() -> None:
    panel, tern = panel_on_tern()
    card = panel["Ben"].scores(tern)
    assert (card.state, card.total, card.submitted_at) == ("submitted", Decimal("84.3750"), make.REVIEWING)
    with pytest.raises(Clash, match="locked"):
        panel["Ben"].saves(tern, {"team": 1}, version=1)


def test_a_second_submit_changes_nothing() -> None:
    panel, tern = panel_on_tern()
    panel["Ben"].scores(tern)
    with pytest.raises(Clash):
        panel["Ben"].submits(tern, at=LATER)
    card = panel["Ben"].assignment(tern).scorecard
    assert card is not None
    assert card.submitted_at == make.REVIEWING
    assert db.session.scalar(select(func.count()).where(AuditRecord.action == "scorecard.submit")) == 1


@pytest.mark.parametrize("begun", [True, False])
def test_an_incomplete_card_stays_a_draft_and_says_what_is_missing(begun: bool) -> None:
    panel, tern = panel_on_tern()
    if begun:
        panel["Ben"].saves(tern, {"learning_plans": True, "competency": 1, "financial_plan": 2})
    with pytest.raises(Invalid) as refused:
        panel["Ben"].submits(tern)
    missing = ["competency.comment", "team"] if begun else ["learning_plans", "competency", "team", "financial_plan"]
    assert list(refused.value.errors) == missing
    db.session.rollback()
    assert [card.state for card in db.session.scalars(select(Scorecard))] == ["draft"] * begun


def test_a_card_of_nothing_but_abstentions_can_be_submitted_and_has_no_total() -> None:
    panel, tern = panel_on_tern()
    card = panel["Ben"].scores(tern, competency="abstain", team="abstain", financial_plan="abstain")
    assert (card.state, card.total) == ("submitted", None)
    [row] = panel.scores().rows
    assert (row.mean, row.totals, len(row.given)) == (None, (), 1)


def test_a_late_scorecard_counts_until_the_decisions_are_released() -> None:
    panel, tern = panel_on_tern("Ben", "Ann")
    after_due = make.DUE + timedelta(days=2)
    with clock_at(after_due):
        [pile] = queries.piles_of(panel["Ben"].by)
        assert pile.is_late
    panel["Ben"].scores(tern, at=after_due)
    assert [row.totals for row in panel.scores().rows] == [(Decimal("84.3750"),)]
    with unit_of_work():
        panel.stage.released_at = after_due
    with pytest.raises(Refused, match="closed"):
        panel["Ann"].scores(tern, at=after_due + timedelta(hours=1))
    with pytest.raises(Clash, match="released"):
        reopen(panel, tern)


def reopen(panel: Panel, application: Any, reason: str = "The budget was misread.") -> None:
    with clock_at(LATER), unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Ben"].assignment_id(application))
        services.reopen_scorecard(panel.by, one, reason)


def test_its_history_says_what_became_of_a_card_with_totals_and_reasons() -> None:
    panel, tern = panel_on_tern("Ben", "Ann")
    panel["Ben"].scores(tern)
    reopen(panel, tern)
    panel["Ben"].saves(tern, make.COMPLETE | {"team": 2}, version=2, at=LATER)
    panel["Ben"].submits(tern, at=LATER)
    one = panel["Ben"].assignment(tern)
    expected = [
        ("submitted", "Ben", Decimal("84.3750"), ""),
        ("reopened", "Maya Rivera", Decimal("84.3750"), "The budget was misread."),
        ("submitted", "Ben", Decimal("65.6250"), ""),
    ]
    for who in (panel["Ben"].by, panel.by):
        assert [(turn.kind, turn.by, turn.total, turn.reason) for turn in queries.history_of(who, one)] == expected
    assert queries.history_of(panel["Ann"].by, one) == ()


def test_staff_reopen_a_card_with_a_reason_that_its_reviewer_reads() -> None:
    panel, tern = panel_on_tern()
    ben = panel["Ben"]
    ben.scores(tern)
    with pytest.raises(Invalid):
        reopen(panel, tern, " ")
    reopen(panel, tern)
    card = ben.assignment(tern).scorecard
    assert card is not None
    assert (card.state, card.total, card.submitted_at, card.version) == ("draft", None, None, 2)
    assert [row.given for row in panel.scores().rows] == [()]
    body = db.session.scalars(select(Message.body).where(Message.template == "review.reopened")).one()
    assert "The budget was misread." in body
    ben.saves(tern, make.COMPLETE | {"team": 1}, version=2)
    assert ben.submits(tern, at=LATER).total == Decimal("56.2500")
    kept = db.session.scalars(select(AuditRecord.before).where(AuditRecord.action == "review.reopen")).one()
    assert kept == {"total": "84.3750"}


def test_a_draft_cannot_be_reopened() -> None:
    panel, tern = panel_on_tern()
    panel["Ben"].saves(tern, {"team": 4})
    with pytest.raises(Clash):
        reopen(panel, tern)


@pytest.mark.parametrize(("gone", "said"), [("tied", "is set aside"), ("left", "has left the panel")])
def test_what_its_reviewer_could_not_give_again_is_not_reopened(gone: str, said: str) -> None:
    panel, tern = panel_on_tern("Ben", "Ann")
    panel["Ben"].scores(tern)
    one = panel["Ben"].assignment(tern)
    if gone == "tied":
        panel["Ben"].declares_conflict(tern)
    else:
        with clock_at(make.REVIEWING), unit_of_work():
            services.leave_panel(panel["Ben"].by, panel.stage, "I am moving away.")
    with pytest.raises(Clash, match=said), clock_at(LATER), unit_of_work():
        services.reopen_scorecard(panel.by, one, "The budget was misread.")
    assert db.session.scalars(select(Message.id).where(Message.template == "review.reopened")).all() == []
    card = db.session.scalars(select(Scorecard)).one()
    assert (card.state, card.total) == ("submitted", Decimal("84.3750"))


# ── whose card ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_else_writes_on_a_card() -> None:
    panel, tern = panel_on_tern("Ben", "Ann")
    for other in (panel["Ann"].by, panel.by):
        with pytest.raises(Missing):
            queries.assignment_for(other, panel["Ben"].assignment_id(tern))
        with pytest.raises(Refused):
            save_as(other, panel, tern)
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 0


def test_who_came_to_belong_to_the_school_or_reviews_no_more_takes_no_marks() -> None:
    """Nobody noted anything, and the assignment is still theirs."""
    panel, tern = panel_on_tern("Ben", "Ann", conflicts=["declared"])
    with pytest.raises(Refused, match=r"^Only reviewers score\.$"):
        save_as(replace(panel["Ben"].by, roles=frozenset({Role.APPLICANT})), panel, tern)
    with unit_of_work():
        join(panel["Ben"].person, db.session.merge(tern).case.organization)
    with pytest.raises(Refused, match=r"^You declared a conflict of interest on this application\.$"):
        save_as(panel["Ben"].by, panel, tern)
    assert db.session.scalar(select(func.count()).select_from(Scorecard)) == 0


def save_as(who: Any, panel: Panel, application: Any) -> None:
    with unit_of_work():
        services.save_scorecard(who, panel["Ben"].assignment(application), {"team": 4})


def test_a_revoked_assignment_takes_no_marks() -> None:
    panel, tern = panel_on_tern()
    with unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Ben"].assignment_id(tern))
        services.unassign(panel.by, one)
    with pytest.raises(Refused, match="no longer assigned"):
        save_as(panel["Ben"].by, panel, tern)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("after_own", None, [Decimal("84.3750"), Decimal("56.2500")]),
        ("never", None, None),
        ("at_meeting", None, None),
    ],
)
def test_the_others_scores_show_as_the_stage_says(rule: str, before: Any, after: Any) -> None:
    panel, tern = panel_on_tern("Ann", "Ben", "Cleo", "Dan", others_scores=rule)
    panel["Ann"].scores(tern, team=1)
    panel["Cleo"].scores(tern)
    panel["Dan"].scores(tern, team=2)
    panel["Dan"].declares_conflict(tern)
    ben = panel["Ben"]
    assert queries.others_totals(ben.by, ben.assignment(tern)) == before
    ben.scores(tern)
    assert queries.others_totals(ben.by, ben.assignment(tern)) == after
    assert queries.others_totals(panel["Ann"].by, ben.assignment(tern)) is None
