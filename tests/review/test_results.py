"""What the scores of a stage say, and to whom."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from grants.decisions.slate_rules import Candidate, in_order
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.review import exports, queries, services
from grants.review.agreement import RankInterval
from grants.review.models import Analysis, Standing
from grants.review.ordering import lot_of
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import organization, person
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")


def scored_panel() -> Any:
    """Three reviewers, three schools: Heron best, then Tern, then Auk, whose plan fails for two of three."""
    panel = Panel.of("Ann", "Ben", "Cleo")
    schools = {name: panel.application_of(f"{name} School") for name in ("Tern", "Heron", "Auk")}
    panel.all_declare()
    panel.applies(panel.proposal())
    for name, mark in (("Ann", 4), ("Ben", 3), ("Cleo", 2)):
        panel[name].scores(schools["Heron"], team=mark, competency=4)
        panel[name].scores(schools["Tern"], team=mark)
        panel[name].scores(schools["Auk"], team=2, financial_plan=1 if mark < 4 else 2, learning_plans=mark > 2)
    return panel, schools


def test_the_ranking_with_everything_beside_it(begin: Begin) -> None:
    panel, schools = begin(scored_panel)
    results = panel.scores()
    assert [(row.name, row.place) for row in results.rows] == [
        ("Heron School", 1),
        ("Tern School", 2),
        ("Auk School", 3),
    ]
    heron, tern, auk = results.rows
    assert heron.totals == (Decimal("93.7500"), Decimal("84.3750"), Decimal("75.0000"))
    assert (heron.mean, heron.spread) == (Decimal("84.3750"), Decimal("9.3750"))
    assert heron.criteria == {"competency": 4, "team": 3, "financial_plan": 3}
    assert (heron.essential_failed, tern.essential_failed) == (None, None)
    assert auk.essential_failed == "Essential criterion “Clear five-year financial plan” failed by 2 of 3."
    assert [(one.failed_by, one.n, one.fails) for one in auk.essentials] == [(1, 3, False), (2, 3, True)]
    assert [row.ranks for row in results.rows] == [RankInterval(1, 2), RankInterval(1, 2), RankInterval(3, 3)]
    assert (results.scores.scorecards, results.scores.assigned, results.scores.scored) == (9, 9, 3)
    assert results.scores.analysis is not None
    assert results.scores.analysis.agreement["total"]["n"] == 3
    assert (auk.case_id, auk.submission_id) == (schools["Auk"].case_id, newest(schools["Auk"]))


def test_an_adjusted_mean_in_the_file_is_rounded_as_on_the_page(begin: Begin) -> None:
    panel, _ = begin(scored_panel)
    panel.scores()
    with unit_of_work():
        for standing in db.session.scalars(select(Standing)):
            standing.adjusted = 70.25  # half to even it were 70.2
    table = exports.scores(panel.by, {"stage": panel.stage.public_id, "q": "", "sort": ""})
    place = table.columns.index("Adjusted mean")
    assert [row[place] for row in table.rows(table.ids)] == [Decimal("70.3")] * 3


def newest(application: Any) -> int:
    return max(one.id for one in application.submissions)


def test_those_who_decide_get_every_application_scored_or_not(begin: Begin) -> None:
    panel, _ = begin(scored_panel)
    with unit_of_work():
        make.submitted(panel.stage, organization("Late School", sector="charter", grade_from="6", grade_to="8"))
    rows = panel.scores().rows
    assert [row.name for row in rows] == ["Heron School", "Tern School", "Auk School", "Late School"]
    assert (rows[-1].mean, rows[-1].ranks, rows[-1].adjusted, rows[-1].totals) == (None, None, None, ())
    assert rows[-1].attributes == {
        "kind": "school",
        "sector": "charter",
        "grade_band": "middle",
        "city": None,
        "region": None,
        "enrollment": None,
        "low_income_share": None,
    }


def equal_panel(**rules: Any) -> tuple[Panel, dict[str, Any]]:
    """Three schools with one score each, the same but for one that is lower."""
    panel = Panel.of("Ann", reviewers_each=1, **rules)
    schools = {name: panel.application_of(f"{name} School") for name in ("Tern", "Heron", "Auk")}
    panel.all_declare()
    panel.assigns("Ann", *schools.values())
    for name, marks in (("Tern", (3, 4)), ("Heron", (4, 3)), ("Auk", (1, 1))):
        panel["Ann"].scores(schools[name], competency=marks[0], team=marks[1])
    return panel, schools


def order(panel: Panel) -> list[tuple[str, int | None]]:
    return [(row.name.removesuffix(" School"), row.place) for row in panel.ranking()[1]]


def test_equal_means_share_a_place_and_stand_in_the_order_of_the_lot() -> None:
    panel, schools = equal_panel()
    seed = queries.lot_seed(panel.stage)
    lots = sorted((lot_of(seed, schools[name].public_id), name) for name in ("Tern", "Heron"))
    assert order(panel) == [(lots[0][1], 1), (lots[1][1], 1), ("Auk", 3)]


def test_ties_are_broken_by_the_programs_rules_as_things_are_now() -> None:
    """By the criterion it names; by an attribute of the organization, and an answer, the moment they change."""
    panel, _ = equal_panel(ties=[{"criterion": "team"}, "lot"])
    assert order(panel) == [("Tern", 1), ("Heron", 1), ("Auk", 3)]
    panel, _ = equal_panel(ties=[{"criterion": "team", "prefer": "lower"}, "lot"])
    assert order(panel) == [("Heron", 1), ("Tern", 1), ("Auk", 3)]
    panel, schools = equal_panel(ties=[{"attribute": "enrollment"}, "lot"])
    for enrollments, first in (((None, 80), "Heron"), ((300, 80), "Tern"), ((300, 301), "Heron")):
        with unit_of_work():
            for name, enrollment in zip(("Tern", "Heron"), enrollments, strict=True):
                db.session.merge(schools[name]).case.organization.enrollment = enrollment
        assert order(panel)[0] == (first, 1)
    panel, schools = equal_panel(ties=[{"attribute": "answers.pupils"}, "lot"])
    for name, pupils, first in (("Heron", 20, "Heron"), ("Tern", 30, "Tern"), ("Heron", 31, "Heron")):
        with unit_of_work():
            make.resubmit(db.session.merge(schools[name]), make.REVIEWING, {"pupils": pupils})
        assert order(panel)[0] == (first, 1)


def test_the_list_and_the_slate_stand_in_the_same_order() -> None:
    panel, schools = equal_panel(ties=[{"attribute": "low_income_share"}, {"criterion": "team"}, "lot"])
    for name, share in (("Tern", None), ("Heron", Decimal("0.0001"))):
        with unit_of_work():
            db.session.merge(schools[name]).case.organization.low_income_share = share
        rows = panel.scores().rows
        candidates = [Candidate(one.public_id, one.name, one.mean, 1, (), one.ties) for one in reversed(rows)]
        slate = in_order(candidates, queries.lot_seed(panel.stage))
        assert [one.name for one in slate] == [one.name for one in rows]
    assert [row.ties for row in rows] == [(Decimal("0.0001"), Decimal(3)), (None, Decimal(4)), (None, Decimal(1))]


def test_a_draft_and_a_withdrawn_application_count_nowhere(begin: Begin) -> None:
    panel, schools = begin(scored_panel)
    assert [one.reviewer for one in queries.written_on(panel.by, schools["Auk"].id)] == ["Ann", "Ben", "Cleo"]
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
    assert queries.written_on(panel.by, schools["Auk"].id) == []
    assert sorted(panel["Ann"].pile()) == ["Heron School", "Tern School"]


def test_scores_on_an_earlier_version_stay_with_the_application(begin: Begin) -> None:
    panel, schools = begin(scored_panel)
    with unit_of_work():
        second = make.resubmit(schools["Tern"], make.REVIEWING, {"vision": "Better."})
        number = second.id
    row = next(row for row in panel.scores().rows if row.name == "Tern School")
    assert (row.submission_id, len(row.given)) == (number, 3)


def test_the_same_scores_always_draw_the_same_intervals(begin: Begin) -> None:
    panel, _ = begin(scored_panel)
    one = seen(panel.scores())
    with unit_of_work():
        db.session.execute(delete(Standing))
        db.session.execute(delete(Analysis))
    assert panel.ranking()[0].analysis is None
    assert seen(panel.scores()) == one


def test_for_someone_with_a_conflict_the_case_moves_nothing(begin: Begin) -> None:
    """The same panel twice, once with other scores for the hidden case: a conflicted director sees no difference."""
    panel, schools = begin(scored_panel)
    with unit_of_work():
        director = person("Dana Lee", Role.DIRECTOR)
        services.note_conflict(panel.by, schools["Heron"].case, director, "Chairs its board.")
    before, listed = seen(panel.scores(director)), shown(panel.ranking(director))
    assert [name for name, *_ in before[2]] == ["Tern School", "Auk School"]
    for name in ("Ann", "Ben"):
        with clock_at(make.REVIEWING), unit_of_work():
            one = queries.panel_assignment(panel.by, panel.stage, panel[name].assignment_id(schools["Heron"]))
            services.reopen_scorecard(panel.by, one, "Look again.")
        panel[name].saves(schools["Heron"], make.COMPLETE | {"team": 1}, version=2)
        panel[name].submits(schools["Heron"])
    assert (seen(panel.scores(director)), shown(panel.ranking(director))) == (before, listed)
    assert seen(panel.scores()) != before
    assert shown(panel.ranking()) != listed


def shown(ranking: Any) -> Any:
    """Everything that a page of scores shows, the moment of the analysis too."""
    scores, rows = ranking
    return scores.analysis.made_at, scores.is_fresh, figures(scores, rows)


def seen(results: queries.StageResults) -> Any:
    return figures(results.scores, results.rows)


def figures(scores: queries.StageScores, rows: Any) -> Any:
    made = scores.analysis
    assert made is not None
    return (
        (scores.applications, scores.assigned, scores.scorecards, scores.scored),
        (made.agreement, made.severity, made.shrinkage, made.reason, made.groups),
        [(row.name, row.place, row.mean, row.totals, row.adjusted, row.ranks) for row in rows],
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
def test_who_sees_a_panels_scores(begin: Begin, role: Role, sees: bool) -> None:
    panel, _ = begin(scored_panel)
    with unit_of_work():
        reader = person("Someone", role)
    if sees:
        assert len(panel.ranking(reader)[1]) == 3
    else:
        with pytest.raises(Refused):
            panel.ranking(reader)


def test_a_reader_who_also_scores_finishes_first(begin: Begin) -> None:
    panel, schools = begin(scored_panel)
    with unit_of_work():
        partner = person("Pia Partner", Role.PARTNER_FUNDER)
    pia = panel.members["Pia"] = panel.add(partner)
    pia.declares()
    assert len(panel.ranking(partner)[1]) == 3
    panel.assigns("Pia", schools["Tern"])
    with pytest.raises(Refused, match="1 scorecard is still yours"):
        panel.ranking(partner)
    pia.scores(schools["Tern"])
    assert len(panel.ranking(partner)[1]) == 3


def test_statements_do_not_grow_with_scores(statements: Callable[[], Any]) -> None:
    panel = Panel.of("Ann", reviewers_each=1)
    tern = panel.application_of("Tern School")
    panel.all_declare()
    panel.assigns("Ann", tern)
    panel["Ann"].scores(tern)

    def count() -> int:
        db.session.expire_all()
        with statements() as seen:
            queries.stage_results(panel.stage, panel.by)
        return len(seen)

    few = count()
    with unit_of_work():
        members = [make.panelist(panel.stage, f"Reviewer {number}") for number in range(3)]
        for number in range(29):
            application = make.submitted(panel.stage, f"School {number}")
            for member in members:
                make.scored(make.assigned(member, application))
    assert count() == few
