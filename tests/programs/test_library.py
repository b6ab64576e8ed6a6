"""The definitions that come with the house: they load without warnings, and say what the record says."""

import json
from datetime import UTC, date, datetime
from typing import Any, get_args

import jsonschema
import pytest

from grants.programs.dates import usual_dates
from grants.programs.faults import Level
from grants.programs.loading import (
    LIBRARY,
    SCHEMA_FILE,
    check,
    json_schema,
    library_definition,
    schema_text,
    sha256_of,
    spelled,
)
from grants.programs.schema import AmountRule, AnyField, Criterion, Definition, EntryFacts, FiveYearBudget
from grants.programs.yaml_reading import read_yaml

FILES = sorted(LIBRARY.glob("*.yaml"))


@pytest.fixture(scope="module")
def oakland() -> Definition:
    return library_definition("oakland")


def test_the_library_holds_these() -> None:
    assert [file.name for file in FILES] == ["oakland.yaml", "pilot_fund.yaml", "school_designs.yaml"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_definition_of_the_library_has_no_errors_or_warnings(file: Any) -> None:
    report = check(file.read_bytes(), file.name)
    assert [str(finding) for finding in report.findings if finding.level is not Level.NOTE] == []
    assert {finding.where.rsplit(".", 1)[-1] for finding in report.findings} == {"by_score"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_editors_find_the_schema_and_it_accepts_the_file(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=./program.schema.json"
    jsonschema.Draft202012Validator.check_schema(json_schema())
    plain = json.loads(json.dumps(read_yaml(text).data, default=str))
    jsonschema.validate(plain, json_schema(), cls=jsonschema.Draft202012Validator)


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    plain = json.loads(json.dumps(read_yaml((LIBRARY / "oakland.yaml").read_bytes()).data, default=str))
    plain["stages"]["planning"]["decision"]["pool"] = 800000
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, json_schema(), cls=jsonschema.Draft202012Validator)


def test_the_published_schema_is_the_one_in_force() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_stored_reads_back_equal(file: Any) -> None:
    definition = library_definition(file.stem)
    again = Definition.model_validate(json.loads(spelled(definition)))
    assert again == definition
    assert sha256_of(again) == sha256_of(definition)
    assert [stage.key for stage in again.stages.values()] == list(definition.stages)


def test_layout_and_comments_are_not_content_but_order_is() -> None:
    text = (LIBRARY / "pilot_fund.yaml").read_text(encoding="utf-8")
    same = check(text.replace("# An invented program", "# Something else\n\n# An invented program"), "a").definition
    assert same is not None
    assert sha256_of(same) == sha256_of(library_definition("pilot_fund"))
    data = library_definition("pilot_fund").frozen()
    data["stages"] = dict(reversed(data["stages"].items()))
    assert sha256_of(Definition.model_validate(data)) != sha256_of(library_definition("pilot_fund"))


def test_planning_grants_as_published(oakland: Definition) -> None:
    planning = oakland.application_stage("planning")
    amount: AmountRule = planning.decision.amount
    assert (amount.smallest, amount.largest) == (6_000_000, 10_000_000)
    assert planning.decision.awards.at_most == 10
    assert {rule.where["sector"]: rule.at_least for rule in planning.decision.portfolio} == {
        ("district",): 5,
        ("charter",): 5,
    }
    assert planning.enter.admits(EntryFacts(completed=frozenset({"discovery"})))
    assert planning.enter.admits(EntryFacts(invited=True))
    assert not planning.enter.admits(EntryFacts())
    assert planning.decision.approve == {"directors": 2, "partner_funders": 1}
    titles = " ".join(criterion.title for criterion in oakland.rubric("planning").scored).lower()
    assert all(word in titles for word in ("quality and rigor", "creativity", "promise"))


def test_ten_planning_grants_fit_the_pool_only_if_not_all_are_large(oakland: Definition) -> None:
    pool = oakland.pool_of("planning")
    assert pool is not None
    amount = oakland.application_stage("planning").decision.amount
    assert 10 * amount.smallest < pool < 10 * amount.largest


def test_launch_grants_as_published(oakland: Definition) -> None:
    launch = oakland.application_stage("launch")
    assert launch.decision.amount.flat == 35_000_000
    assert launch.decision.awards.at_most == 6
    assert oakland.pool_of("launch") == 6 * 35_000_000
    assert launch.enter.admits(EntryFacts(awarded=frozenset({"planning"})))
    assert not launch.enter.admits(EntryFacts(invited=True))
    criteria = oakland.rubric("launch").criteria
    assert [criterion.number for criterion in criteria.values()] == ["(1)", "(2)", "(3)", "(4)"]
    bars = [criterion.key for criterion in oakland.rubric("launch").essentials]
    assert bars == ["learning_plans", "financial_plan"]
    assert criteria["learning_plans"].essential is True
    assert criteria["financial_plan"].essential_at_least == 2


def test_the_blueprint_starts_from_the_planning_application(oakland: Definition) -> None:
    blueprint = oakland.form("blueprint")
    carried = {field.key: field.carry_forward for field in blueprint.all_fields() if field.carry_forward}
    assert carried == {
        "vision": "planning.vision",
        "who_benefits": "planning.who_benefits",
        "move_on": "planning.competency_idea",
        "team": "planning.team",
        "continuity": "planning.continuity",
        "families": "planning.families",
        "risks": "planning.risks",
    }
    finances = blueprint.field("finances")
    assert isinstance(finances, FiveYearBudget)
    assert finances.years == ("2016–17", "2017–18", "2018–19", "2019–20", "2020–21")
    assert finances.checks[0].public_revenue_covers_operating


@pytest.mark.parametrize("key", ["planning", "launch"])
def test_every_criterion_is_described_and_asked_for(oakland: Definition, key: str) -> None:
    stage = oakland.application_stage(key)
    judged = {name for section in oakland.form(stage.form).sections.values() for name in section.judged_by}
    rubric = oakland.rubric(stage.review.rubric)
    assert judged == set(rubric.criteria)

    def described(criterion: Criterion) -> bool:
        return set(criterion.levels) == ({0, 1} if criterion.essential else set(rubric.scale.marks))

    assert [criterion.key for criterion in rubric.criteria.values() if not described(criterion)] == []


def test_the_launch_is_paid_over_more_than_two_years(oakland: Definition) -> None:
    signed = {"agreement_signed": date(2016, 5, 16)}
    lines = oakland.schedule(oakland.application_stage("launch").schedule)
    assert [(f"{line.share:.0%}", line.due.date_for(signed)) for line in lines] == [
        ("50%", date(2016, 6, 15)),
        ("30%", date(2017, 7, 15)),
        ("20%", date(2018, 7, 15)),
    ]


def test_what_grantees_owe_has_its_dates(oakland: Definition) -> None:
    assert oakland.requirement("quarterly_check_in").due_dates({}) == (
        date(2016, 9, 1),
        date(2016, 12, 1),
        date(2017, 3, 1),
        date(2017, 6, 1),
    )
    assert oakland.requirement("midpoint_check_in").due_dates({}) == (None,)
    assert oakland.requirement("midpoint_check_in").due_dates({"agreement_signed": date(2015, 4, 10)}) == (
        date(2015, 8, 8),
    )


def test_what_is_measured_when(oakland: Definition) -> None:
    read = {key: oakland.indicator(key).read_in for key in oakland.application_stage("launch").indicators}
    assert read == {
        "attendance_rate": (0, 1, 2),
        "suspension_rate": (0, 1, 2),
        "student_agency": (0, 1),
        "learning_plan_share": (1, 2, 3),
        "sri": (2,),
        "smi": (2,),
        "public_revenue_share": (1, 2, 4),
    }
    assert oakland.indicator("suspension_rate").better == "lower"
    assert oakland.indicator("learning_plan_share").targets[3] == 100


def test_deadlines_are_instants_in_the_program_s_zone(oakland: Definition) -> None:
    dates = usual_dates(oakland)
    assert list(dates) == ["discovery", "planning", "launch"]
    # Five in the afternoon in Oakland: Pacific daylight time in March 2016, standard time in January 2015.
    assert dates["launch"].closes_at == datetime(2016, 3, 21, 0, 0, tzinfo=UTC)
    assert dates["planning"].closes_at == datetime(2015, 2, 1, 1, 0, tzinfo=UTC)


def test_the_pilot_fund_has_three_intakes_on_one_pool() -> None:
    fund = library_definition("pilot_fund")
    assert [stage.key for stage in fund.sharing_pool("spring")] == ["autumn", "winter", "spring"]
    assert {fund.pool_of(stage.key) for stage in fund.application_stages} == {12_000_000}
    assert {band.amount for stage in fund.application_stages for band in stage.decision.amount.bands} == {
        500_000,
        1_000_000,
        1_500_000,
    }
    assert "illustrative" in fund.title


def test_the_form_of_the_design_fund_has_every_kind_of_field_and_questions_that_hang_on_others() -> None:
    fund = library_definition("school_designs")
    fields = list(fund.form("design").all_fields())
    kinds = {kind.__name__ for kind in get_args(AnyField)}
    assert {type(field).__name__ for field in fields} == kinds
    assert [field.key for field in fields if field.show_if] == ["tries", "first_try"]
    assert "illustrative" in fund.title
