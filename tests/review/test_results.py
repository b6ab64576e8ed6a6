"""What the scores of a stage say, and to whom."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from tests.factories import review as make
from tests.factories.people import organization, person
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")


def scored_panel(**rules: Any) -> Any:
    """Three reviewers, three schools: Heron best, then Tern, then Auk, whose plan fails for two of three."""
    panel = Panel.of("Ann", "Ben", "Cleo", **rules)
    schools = {name: panel.application_of(f"{name} School") for name in ("Tern", "Heron", "Auk")}
    panel.all_declare()
    panel.applies(panel.proposal())
    for name, mark in (("Ann", 4), ("Ben", 3), ("Cleo", 2)):
        panel[name].scores(schools["Heron"], team=mark, competency=4)
        panel[name].scores(schools["Tern"], team=mark)
        panel[name].scores(schools["Auk"], team=2, financial_plan=1 if mark < 4 else 2, learning_plans=mark > 2)
    return panel, schools


def test_the_ranking_with_everything_beside_it() -> None:
    panel, schools = scored_panel()
    results = panel.scores()
    assert [(row.name, results.numbers.places[row.application_id]) for row in results.rows] == [
        ("Heron School", 1),
        ("Tern School", 2),
        ("Auk School", 3),
    ]
    heron, tern, auk = results.rows
    assert heron.totals == (Decimal("93.7500"), Decimal("84.3750"), Decimal("75.0000"))
    assert (heron.mean, heron.score and heron.score.spread) == (Decimal("84.3750"), Decimal("9.3750"))
    assert heron.criteria == {"competency": 4, "team": 3, "financial_plan": 3}
    assert (heron.essential_failed, tern.essential_failed) == (None, None)
    assert auk.essential_failed == "Essential criterion “Clear five-year financial plan” failed by 2 of 3."
    assert [(one.failed_by, one.n, one.fails) for one in auk.essentials] == [(1, 3, False), (2, 3, True)]
    assert [(row.rank_low, row.rank_high) for row in results.rows] == [(1, 2), (1, 2), (3, 3)]
    assert (results.numbers.scorecards, results.numbers.assigned, results.numbers.agreement.n) == (9, 9, 3)
    assert (auk.case_id, auk.submission_id) == (schools["Auk"].case_id, newest(schools["Auk"]))


def newest(application: Any) -> int:
    return max(one.id for one in application.submissions)


def test_those_who_decide_get_every_application_scored_or_not() -> None:
    panel, _ = scored_panel()
    with unit_of_work():
        make.submitted(panel.stage, organization("Late School", sector="charter", grade_from="6", grade_to="8"))
    rows = queries.scored_submissions(panel.stage.id)
    assert [row.name for row in rows] == ["Heron School", "Tern School", "Auk School", "Late School"]
    assert (rows[-1].mean, rows[-1].rank_low, rows[-1].adjusted, rows[-1].totals) == (None, None, None, ())
    assert rows[-1].attributes == {
        "kind": "school",
        "sector": "charter",
        "grade_band": "middle",
        "city": None,
        "region": None,
        "enrollment": None,
        "low_income_share": None,
    }


def test_equal_means_share_a_place() -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    for name in ("Tern", "Heron", "Auk"):
        panel.application_of(f"{name} School")
    panel.all_declare()
    panel.applies(panel.proposal())
    for application, mark in zip(queries.coverage(panel.by, panel.stage).items, (1, 4, 4), strict=True):
        panel["Ann"].scores(application.application, team=mark)
    results = panel.scores()
    assert [(row.name, results.numbers.places[row.application_id]) for row in results.rows] == [
        ("Heron School", 1),
        ("Tern School", 1),
        ("Auk School", 3),
    ]


def test_a_draft_and_a_withdrawn_application_count_nowhere() -> None:
    panel, schools = scored_panel()
    with clock_at(make.REVIEWING), unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Cleo"].assignment_id(schools["Tern"]))
        services.reopen_scorecard(panel.by, one, "Budget misread.")
        table = type(schools["Auk"]).__table__
        db.session.execute(table.update().where(table.c.id == schools["Auk"].id).values(state="withdrawn"))
    results = panel.scores()
    assert [(row.name, len(row.given), row.assigned) for row in results.rows] == [
        ("Heron School", 3, 3),
        ("Tern School", 2, 3),
    ]


def test_scores_on_an_earlier_version_stay_with_the_application() -> None:
    panel, schools = scored_panel()
    with unit_of_work():
        second = make.resubmit(schools["Tern"], make.REVIEWING, {"vision": "Better."})
        number = second.id
    row = next(row for row in panel.scores().rows if row.name == "Tern School")
    assert (row.submission_id, len(row.given)) == (number, 3)


def test_the_same_scores_always_draw_the_same_intervals() -> None:
    panel, _ = scored_panel()
    one, two = panel.scores(), panel.scores()
    assert (one.numbers.draws.ranks == two.numbers.draws.ranks).all()
    assert [row.adjusted for row in one.rows] == [row.adjusted for row in two.rows]


def test_for_someone_with_a_conflict_the_case_moves_nothing() -> None:
    """The same panel twice, once with other scores for the hidden case: a conflicted director sees no difference."""
    panel, schools = scored_panel()
    with unit_of_work():
        director = person("Dana Lee", Role.DIRECTOR)
        services.note_conflict(panel.by, schools["Heron"].case, director, "Chairs its board.")
    before = seen(panel.scores(director))
    assert [name for name, *_ in before[0]] == ["Tern School", "Auk School"]
    for name in ("Ann", "Ben"):
        with clock_at(make.REVIEWING), unit_of_work():
            one = queries.panel_assignment(panel.by, panel.stage, panel[name].assignment_id(schools["Heron"]))
            services.reopen_scorecard(panel.by, one, "Look again.")
        panel[name].saves(schools["Heron"], make.COMPLETE | {"team": 1}, version=2)
        panel[name].submits(schools["Heron"])
    assert seen(panel.scores(director)) == before
    assert seen(panel.scores()) != before


def seen(results: queries.StageResults) -> Any:
    rows = [
        (row.name, results.numbers.places[row.application_id], row.mean, row.ranks, row.adjusted, row.totals)
        for row in results.rows
    ]
    return (
        rows,
        results.numbers.agreement,
        replace(results.numbers.severity),
        results.numbers.scorecards,
        results.numbers.assigned,
    )


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.PROGRAM_OFFICER, True),
        (Role.DIRECTOR, True),
        (Role.PARTNER_FUNDER, True),
        (Role.AUDITOR, True),
        (Role.FINANCE_OFFICER, True),
        (Role.REVIEWER, False),
        (Role.ADMINISTRATOR, False),
        (Role.APPLICANT, False),
    ],
)
def test_who_sees_a_panels_scores(role: Role, sees: bool) -> None:
    panel, _ = scored_panel()
    with unit_of_work():
        reader = person("Someone", role)
    if sees:
        assert len(panel.scores(reader).rows) == 3
    else:
        with pytest.raises(Refused):
            panel.scores(reader)


def test_a_reader_who_also_scores_finishes_first() -> None:
    panel, schools = scored_panel()
    with unit_of_work():
        partner = person("Pia Partner", Role.PARTNER_FUNDER)
    with clock_at(make.REVIEWING), unit_of_work():
        services.invite_reviewer(panel.by, panel.stage, partner)
    from tests.review.story import Reviewer

    pia = panel.members["Pia"] = Reviewer(panel, partner)
    pia.declares()
    assert len(panel.scores(partner).rows) == 3
    panel.assigns("Pia", schools["Tern"])
    with pytest.raises(Refused, match="1 scorecard is still yours"):
        panel.scores(partner)
    pia.scores(schools["Tern"])
    assert len(panel.scores(partner).rows) == 3


def test_statements_do_not_grow_with_scores(statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].scores(tern)

    def count() -> int:
        db.session.expire_all()
        with statements() as seen:
            queries.stage_scores(panel.by, panel.stage)
        return len(seen)

    few = count()
    with unit_of_work():
        members = [make.panelist(panel.stage, f"Reviewer {number}") for number in range(3)]
        for number in range(29):
            application = make.submitted(panel.stage, f"School {number}")
            for member in members:
                make.scored(make.assigned(member, application))
    assert count() == few
