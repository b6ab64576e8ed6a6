"""Loading versions, opening cycles that pin one, moving dates."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import ANONYMOUS, Actor
from grants.kernel.roles import Role
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.programs import queries, services
from grants.programs.dates import StageDates, closing, moved_ahead, opening, usual_dates
from grants.programs.faults import DefinitionError
from grants.programs.loading import LIBRARY
from grants.programs.models import Cycle, CycleStage, ProgramVersion
from tests.factories.people import person
from tests.programs.texts import SMALL, changed

DATES = {
    "look": StageDates(datetime(2016, 1, 4, 17, tzinfo=UTC), datetime(2016, 3, 1, 1, tzinfo=UTC)),
    "plan": StageDates(
        datetime(2016, 3, 1, 17, tzinfo=UTC),
        datetime(2016, 4, 1, 0, tzinfo=UTC),
        grace_minutes=15,
        reviews_due_at=datetime(2016, 4, 20, 0, tzinfo=UTC),
        decision_on=datetime(2016, 5, 2, tzinfo=UTC).date(),
    ),
}

BEFORE = datetime(2014, 2, 1, tzinfo=UTC)


@pytest.fixture
def officer(app: Flask) -> Iterator[Actor]:
    with unit_of_work():
        someone = person("Olive", Role.PROGRAM_OFFICER)
        return Actor(someone.id, someone.name, roles=frozenset({Role.PROGRAM_OFFICER}))


def load(actor: Actor, text: str = SMALL) -> ProgramVersion:
    with unit_of_work():
        return services.load_program(actor, text, "small.yaml")


def opened(actor: Actor, key: str = "harbor-2016", **changes: StageDates) -> Cycle:
    version = load(actor)
    with clock_at(BEFORE), unit_of_work():
        return services.open_cycle(actor, version, key, "Harbor 2016", {**DATES, **changes})


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_content_is_the_same_version(officer: Actor) -> None:
    first = load(officer)
    assert (first.program_key, first.number, first.title) == ("harbor", 1, "Harbor grants")
    again = load(officer, "# said differently\n" + SMALL.replace("title: Harbor grants", 'title: "Harbor grants"'))
    assert again.id == first.id
    assert again.source == SMALL
    assert count(ProgramVersion) == 1


def test_changed_content_is_the_next_version_and_going_back_is_the_old_one(officer: Actor) -> None:
    changed_text = changed(("pool: $200,000", "pool: $250,000"))
    assert [load(officer, text).number for text in (SMALL, changed_text, SMALL)] == [1, 2, 1]
    newest = queries.newest_version("harbor")
    assert newest is not None
    assert (newest.number, queries.definition_of(newest).pool_of("plan")) == (2, 25_000_000)


def test_a_new_order_of_stages_is_kept(officer: Actor) -> None:
    for name in ("oakland", "pilot_fund"):
        version = load(officer, (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8"))
        db.session.expire_all()
        queries._definitions.clear()
        stored = queries.definition_of(version)
        assert list(stored.stages) == (
            ["discovery", "planning", "launch"] if name == "oakland" else ["autumn", "winter", "spring"]
        )


def test_a_definition_is_read_once_for_each_content(officer: Actor) -> None:
    assert queries.definition_of(load(officer)) is queries.definition_of(load(officer))


def test_a_file_with_errors_leaves_nothing_behind(officer: Actor) -> None:
    with pytest.raises(DefinitionError) as wrong, unit_of_work():
        services.load_program(officer, changed(("form: proposal", "form: x")), "small.yaml")
    assert [str(finding) for finding in wrong.value.findings] == [
        "line 14, stages.plan.form: there is no form “x”; there are: proposal"
    ]
    assert (count(ProgramVersion), count(AuditRecord)) == (0, 0)


def test_loading_and_opening_are_on_record(officer: Actor) -> None:
    cycle = opened(officer)
    records = db.session.scalars(select(AuditRecord).order_by(AuditRecord.number)).all()
    assert [(one.action, one.subject_id) for one in records] == [
        ("program.load", cycle.program_version.public_id),
        ("cycle.open", cycle.public_id),
    ]
    assert records[1].after == {"key": "harbor-2016", "program": "harbor", "version": 1}


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.FINANCE_OFFICER, Role.AUDITOR, Role.REVIEWER, Role.APPLICANT])
def test_only_officers_load_and_open(officer: Actor, role: Role) -> None:
    other = Actor(officer.person_id, "Other", roles=frozenset({role}))
    version = load(officer)
    with pytest.raises(Refused), unit_of_work():
        services.load_program(other, changed(("pool: $200,000", "pool: $1")), "small.yaml")
    with pytest.raises(Refused), unit_of_work():
        services.open_cycle(other, version, "harbor-2016", "Harbor", DATES)
    assert (count(ProgramVersion), count(Cycle)) == (1, 0)


def test_a_cycle_takes_stages_and_dates_and_keeps_its_version(officer: Actor) -> None:
    cycle = opened(officer)
    newer = load(officer, changed(("pool: $200,000", "pool: $250,000")))
    assert newer.number == 2
    again = queries.cycle_for(officer, cycle.public_id)
    assert queries.definition_of(again).pool_of("plan") == 20_000_000
    assert [(stage.position, stage.key, stage.kind, stage.title) for stage in again.stages] == [
        (1, "look", "discovery", "Look"),
        (2, "plan", "application", "Planning grant"),
    ]
    assert services.dates_of(again.stages[1]) == DATES["plan"]
    assert DATES["plan"].last_moment == datetime(2016, 4, 1, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "key", "sentence"),
    [
        ({"look": DATES["look"]}, "plan", "Planning grant needs a day on which it opens and one on which it closes."),
        ({**DATES, "other": DATES["look"]}, "other", "The program has no stage 'other'."),
        (
            {**DATES, "look": replace(DATES["look"], closes_at=DATES["look"].opens_at)},
            "look",
            "Look: it closes before it opens.",
        ),
        (
            {**DATES, "plan": replace(DATES["plan"], reviews_due_at=DATES["plan"].closes_at - timedelta(hours=1))},
            "plan",
            "Planning grant: reviews are due before it closes.",
        ),
        (
            {**DATES, "plan": replace(DATES["plan"], decision_on=datetime(2016, 4, 18, tzinfo=UTC).date())},
            "plan",
            "Planning grant: the decision comes before reviews are due.",
        ),
        (
            {**DATES, "plan": replace(DATES["plan"], grace_minutes=-1)},
            "plan",
            "Planning grant: a time of grace cannot be negative.",
        ),
    ],
)
def test_dates_that_do_not_hold_open_nothing(
    officer: Actor, dates: dict[str, StageDates], key: str, sentence: str
) -> None:
    version = load(officer)
    with pytest.raises(Invalid) as wrong, unit_of_work():
        services.open_cycle(officer, version, "harbor-2016", "Harbor", dates)
    assert wrong.value.errors == {key: sentence}
    assert (count(Cycle), count(CycleStage)) == (0, 0)


def test_a_cycle_whose_deadlines_are_over_opens_for_nobody(officer: Actor) -> None:
    version = load(officer)
    with clock_at(DATES["plan"].last_moment + timedelta(seconds=1)):
        with pytest.raises(Invalid) as wrong, unit_of_work():
            services.open_cycle(officer, version, "harbor-2016", "Harbor", DATES)
        assert wrong.value.errors == {
            "dates": "Nobody could apply: the last deadline, 31 March 2016, is over. "
            "Write dates of which at least one deadline is still to come."
        }
        assert count(Cycle) == 0
        later = moved_ahead(DATES, now(), ZoneInfo("America/Los_Angeles"))
        assert later["look"].closes_at == DATES["look"].closes_at.replace(year=2017)
        assert later["plan"].decision_on == date(2017, 5, 2)
        with unit_of_work():
            services.open_cycle(officer, version, "harbor-2017", "Harbor", later)
    with clock_at(DATES["plan"].last_moment), unit_of_work():
        services.open_cycle(officer, version, "harbor-2016", "Harbor", DATES)
    assert count(Cycle) == 2


@pytest.mark.parametrize(("at", "closes"), [("2016-02-29", "2016-02-29"), ("2016-03-02", "2017-02-28")])
def test_usual_dates_move_by_whole_years_and_keep_their_hour(at: str, closes: str) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    once = {"plan": StageDates(opening(date(2016, 2, 1), zone), closing(date(2016, 2, 29), zone))}
    moved = moved_ahead(once, datetime.fromisoformat(f"{at}T20:00:00+00:00"), zone)
    assert moved["plan"].closes_at == closing(date.fromisoformat(closes), zone)


def test_names_of_cycles_are_checked(officer: Actor) -> None:
    version = load(officer)
    with clock_at(BEFORE), pytest.raises(Invalid) as wrong, unit_of_work():
        services.open_cycle(officer, version, "harbor_2016", " ", DATES)
    assert sorted(wrong.value.errors) == ["key", "title"]
    opened(officer)
    with pytest.raises(Clash, match="already a cycle"):
        opened(officer)
    assert count(Cycle) == 1


def test_dates_move_until_release(officer: Actor) -> None:
    stage = opened(officer).stages[1]
    later = replace(DATES["plan"], closes_at=datetime(2016, 4, 2, tzinfo=UTC))
    with unit_of_work():
        services.move_dates(officer, stage, later)
    assert services.dates_of(stage) == later
    record = db.session.scalars(select(AuditRecord).order_by(AuditRecord.number.desc())).first()
    assert record is not None
    assert record.action == "cycle.move_dates"
    assert record.before is not None
    assert record.after is not None
    assert record.before["closes_at"] != record.after["closes_at"]
    with pytest.raises(Invalid), unit_of_work():
        services.move_dates(officer, stage, replace(later, closes_at=later.opens_at))
    with unit_of_work():
        stage.released_at = datetime(2016, 5, 2, tzinfo=UTC)
    with pytest.raises(Clash), unit_of_work():
        services.move_dates(officer, stage, DATES["plan"])
    assert services.dates_of(stage) == later


def test_usual_dates_open_a_cycle_of_the_library(officer: Actor) -> None:
    version = load(officer, (LIBRARY / "oakland.yaml").read_text(encoding="utf-8"))
    with clock_at(BEFORE), unit_of_work():
        dates = usual_dates(queries.definition_of(version))
        cycle = services.open_cycle(officer, version, "oakland", "NGLC in Oakland", dates)
    assert [stage.closes_at.date().isoformat() for stage in cycle.stages] == ["2015-01-16", "2015-02-01", "2016-03-21"]
    assert cycle.time_zone == "America/Los_Angeles"


def test_those_who_may_not_read_find_nothing(officer: Actor) -> None:
    cycle = opened(officer)
    for actor in (ANONYMOUS, Actor(99, "A", roles=frozenset({Role.APPLICANT, Role.REVIEWER}))):
        with pytest.raises(Missing):
            queries.version_for(actor, cycle.program_version.public_id)
        with pytest.raises(Missing):
            queries.cycle_for(actor, cycle.public_id)
        with pytest.raises(Missing):
            queries.stage_for(actor, cycle.stages[0].public_id)
        assert queries.programs(actor) == []
        assert list(queries.versions_of(actor, "harbor")) == []
    assert [row.newest.number for row in queries.programs(officer)] == [1]
    assert [found.id for found in queries.programs(officer)[0].cycles] == [cycle.id]
