"""What waits for reviewers and their organizers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from tests.factories import review as make
from tests.review.story import Panel

LATE = make.DUE + timedelta(days=1)


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> Any:
    """Addresses of pages need one, and the story writes."""
    with app.test_request_context(method="POST"):
        yield


def todos(actor: Actor, at: Any = make.REVIEWING) -> list[tuple[Any, ...]]:
    db.session.rollback()
    with clock_at(at):
        return [(one.urgency, one.title, one.detail, one.when, one.count) for one in queries.todos(actor)]


DUE = date(2016, 4, 15)


def panel_of(*names: str) -> Any:
    """A panel in a request of no actor's; writing is done by the services, as jobs would."""
    return Panel.of(*names, reviewers_each=1)


def test_a_reviewer_declares_then_scores_then_is_done() -> None:
    panel = panel_of("Ben")
    tern = panel.application_of("Tern School")
    ben = panel["Ben"]
    declare = (
        "due",
        "Declare conflicts of interest: Launch grant",
        "1 applicant to look through by name; nothing else shows before.",
        DUE,
        None,
    )
    assert todos(ben.by) == [declare]
    assert todos(ben.by, make.CLOSED - timedelta(days=1)) == []
    ben.declares()
    assert todos(ben.by) == []
    panel.assigns("Ben", tern)
    assert todos(ben.by) == [("due", "Score 1 application: Launch grant", "0 of 1 submitted.", DUE, 1)]
    assert [one[0] for one in todos(ben.by, LATE)] == ["late"]
    ben.scores(tern)
    assert todos(ben.by, LATE) == []
    with clock_at(make.REVIEWING), unit_of_work():
        services.reopen_scorecard(panel.by, ben.assignment(tern), "The budget was misread.")
    again = "0 of 1 submitted, 1 opened again."
    assert todos(ben.by) == [("due", "Score 1 application: Launch grant", again, DUE, 1)]


def test_an_officer_hears_who_is_missing_silent_and_late() -> None:
    panel = panel_of("Ann", "Ben")
    tern, _ = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel.assigns("Ann", tern)
    assign = ("due", "Assign reviewers: Launch grant", "NGLC in Oakland: 1 application with too few reviewers.", DUE, 1)
    silent = ("ask", "Conflicts to be declared: Launch grant", "NGLC in Oakland: Ben has not declared yet.", DUE, 1)
    late = ("late", "1 late scorecard: Launch grant", "NGLC in Oakland: Ann 1.", DUE, 1)
    assert todos(panel.by) == [assign, silent]
    assert todos(panel.by, LATE) == [assign, silent, late]
    with unit_of_work():
        services.declare_conflict(panel.by, tern.case, "I chair its board.")
    assert todos(panel.by, LATE) == [assign, silent]


def test_a_place_that_a_conflict_emptied_has_one_line_and_what_lacks_beside_it_another() -> None:
    panel = panel_of("Ann")
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].declares_conflict(tern)
    services.keep_up()
    place = (
        "due",
        "Somebody else is needed: Tern School",
        "Launch grant: Ann has a conflict of interest. The page says who fits best.",
        DUE,
        None,
    )
    assert todos(panel.by) == [place]
    panel.application_of("Heron School")
    assert todos(panel.by) == [
        ("due", "Assign reviewers: Launch grant", "NGLC in Oakland: 1 application with too few reviewers.", DUE, 1),
        place,
    ]


def test_two_reviewers_of_one_name_are_two_and_a_line_names_no_more_than_it_bears() -> None:
    panel = panel_of("Ann")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    panel["Ann"].declares()
    panel.assigns("Ann", tern, heron)
    panel.invite("Ann", email="other.ann@university.example")
    panel["Ann"].declares()
    panel.assigns("Ann", tern)
    late = ("late", "3 late scorecards: Launch grant", "NGLC in Oakland: Ann 2 and Ann 1.", DUE, 3)
    assert todos(panel.by, LATE)[-1] == late
    with unit_of_work():
        for number in range(10):
            make.panelist(panel.stage, f"Reviewer {number}", declared_at=None)
    named = ", ".join(f"Reviewer {number}" for number in range(8))
    silent = (
        "ask",
        "Conflicts to be declared: Launch grant",
        f"NGLC in Oakland: {named} and 2 more have not declared yet.",
    )
    assert [one[:3] for one in todos(panel.by, LATE) if one[0] == "ask"] == [silent]


def test_nothing_waits_once_the_decisions_are_out() -> None:
    panel = panel_of("Ann")
    tern = panel.application_of("Tern School")
    panel["Ann"].declares()
    panel.assigns("Ann", tern)
    with unit_of_work():
        panel.stage.released_at = LATE
    assert todos(panel.by, LATE) == []
    assert todos(panel["Ann"].by, LATE) == []


def test_statements_do_not_grow(statements: Callable[[], Any]) -> None:
    panel = panel_of("Ann")
    first = panel.application_of("Tern School")
    panel["Ann"].declares()
    with unit_of_work():
        make.assigned(queries.member_for(panel["Ann"].by, panel.stage), first)

    def count(who: Actor) -> int:
        db.session.expire_all()
        with clock_at(LATE), statements() as seen:
            queries.todos(who)
        return len(seen)

    few = count(panel.by), count(panel["Ann"].by)
    with unit_of_work():
        member = queries.member_for(panel["Ann"].by, panel.stage)
        for number in range(29):
            make.assigned(member, make.submitted(panel.stage, f"School {number}"))
            make.panelist(panel.stage, f"Reviewer {number}", declared_at=None)
    assert (count(panel.by), count(panel["Ann"].by)) == few
