"""The first page of a ranking is found by an index; it says what the whole list says."""

import gc
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from grants.applications.models import Application
from grants.kernel.clock import now
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import exports, queries
from grants.review.exports import OF_CARDS
from grants.review.models import Conflict
from grants.review.queries import ScoreFilters, rubric_of
from grants.review.queries.ranking import ranked_all
from grants.web.exports import write_table
from tests.factories import panels
from tests.factories.people import actor, person

pytestmark = pytest.mark.usefixtures("app")

SCORED, ALL = 40, 45


@pytest.fixture
def site() -> tuple[CycleStage, Person]:
    """Forty applications that are scored, many of them equally, five that are not, and two hidden from the officer."""
    with unit_of_work() as session:
        stage = panels.stage_under_review()
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        reviewers = panels.panel(stage)
        applications = panels.submitted(stage, range(ALL), officer.id)
        panels.scored(stage, applications[:SCORED], reviewers)
        for number in (3, SCORED + 1):
            case = session.get_one(Application, applications[number]).case_id
            session.add(Conflict(case_id=case, person_id=officer.id, source="declared", since=now()))
    return db.session.get_one(CycleStage, stage.id), db.session.get_one(Person, officer.id)


@pytest.mark.twins
@pytest.mark.parametrize("size", [1, 7, 38, 39, 50])
def test_its_pages_are_the_whole_list_cut(site: tuple[CycleStage, Person], size: int) -> None:
    stage, officer = site
    by = actor(officer)
    scores = queries.stage_scores(by, stage)
    assert (scores.scored, scores.applications) == (SCORED - 1, ALL - 2)
    pages = [
        queries.ranked(by, scores, ScoreFilters(), one, size) for one in range(1, -(-scores.applications // size) + 1)
    ]
    found = [(row.application_id, row.place) for page in pages for row in page.items]
    whole = list(ranked_all(by, scores, ScoreFilters()).items())
    assert found == whole
    assert len({place for _, place in whole[: SCORED - 1]}) < SCORED - 1, "some share a place"


def test_the_first_ones_are_found_without_the_rest(site: tuple[CycleStage, Person], statements: Any) -> None:
    """What is looked at does not grow with the stage."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("The other engine chooses by how many rows there are, and these are few.")
    stage, officer = site
    by = actor(officer)
    scores = queries.stage_scores(by, stage)
    with statements() as seen:
        queries.ranked(by, scores, ScoreFilters(), 1, 30)
    [placing] = [one for one in seen if one.startswith("SELECT application.id, tally.mean")]
    plan = db.session.execute(text("EXPLAIN QUERY PLAN " + re.sub(r"\?", "1", placing))).all()
    steps = [row[3] for row in plan]
    assert steps[0].startswith("SEARCH tally USING INDEX ix_tally_by_mean (stage_id=?"), steps
    assert steps[-1] == "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY", steps


def test_a_part_of_the_file_of_scorecards_looks_at_no_other_part(
    site: tuple[CycleStage, Person], statements: Any
) -> None:
    """Else the whole stage is gone through for each of its parts, and the file takes a minute instead of a second."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("The other engine chooses by how many rows there are, and these are few.")
    stage, officer = site
    by = actor(officer)
    ids = list(ranked_all(by, queries.stage_scores(by, stage), ScoreFilters()))
    read = queries.written_cards(by, rubric_of(stage).criteria)
    with statements() as seen:
        # As many as a file asks for at a time: how a few are found says nothing of how many are.
        found = list(read([*ids, *range(10_000, 10_000 + OF_CARDS - len(ids))]))
    assert len(found) == (SCORED - 1) * panels.EACH
    [reading] = [one for one in seen if one.startswith("SELECT application.id, scorecard.id")]
    plan = db.session.execute(text("EXPLAIN QUERY PLAN " + re.sub(r"\?", "1", reading))).all()
    steps = [row[3] for row in plan if not row[3].startswith(("LIST", "CORRELATED"))]
    assert re.match(r"SEARCH application USING .*rowid=\?", steps[0]), steps
    assert "SEARCH scorecard USING INDEX sqlite_autoindex_scorecard_1 (assignment_id=?)" in steps


def test_a_stage_is_added_up_without_reading_what_it_holds(site: tuple[CycleStage, Person], statements: Any) -> None:
    """Its applications are counted, and their tallies added up, by indexes alone; rows of a page are found by id."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("The other engine chooses by how many rows there are, and these are few.")
    stage, officer = site
    by = actor(officer)
    with statements() as seen:
        queries.ranked(by, queries.stage_scores(by, stage), ScoreFilters(), 1, 30)

    def steps(begins: str) -> list[str]:
        [found] = [one for one in seen if one.startswith(begins)]
        return [row[3] for row in db.session.execute(text("EXPLAIN QUERY PLAN " + re.sub(r"\?", "1", found))).all()]

    assert steps("SELECT count(*) AS count_1 \nFROM application")[0] == (
        "SEARCH application USING COVERING INDEX ix_application_of_stage (stage_id=?)"
    )
    adding = steps("SELECT coalesce(sum(tally.assigned)")
    assert adding[0] == "SEARCH tally USING COVERING INDEX ix_tally_of_stage (stage_id=?)"
    assert "SEARCH application USING COVERING INDEX ix_application_of_stage (stage_id=?)" in adding
    reading = steps("SELECT organization.name")
    assert re.match(r"SEARCH application USING .*rowid=\?\)", reading[0]), reading
    before = steps("SELECT submission.application_id, assignment.reviewer_id, scorecard_revision.total_before")
    assert re.match(r"SEARCH submission USING .*application_id=\?", before[0]), before


def test_a_file_of_scorecards_is_streamed(tmp_path: Path) -> None:
    """Four times the scorecards cost what the numbers of so many do, and no more: their texts are not held."""
    with unit_of_work():
        stage = panels.stage_under_review()
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        reviewers = panels.panel(stage)
        stage_id, officer_id = stage.public_id, officer.id

    def write() -> int:
        table = exports.scorecards(
            actor(db.session.get_one(Person, officer_id)), {"stage": stage_id, "q": "", "sort": ""}
        )
        parts = range(0, len(table.ids), table.at_once)
        rows = (row for start in parts for row in table.rows(table.ids[start : start + table.at_once]))
        with (tmp_path / "scorecards.csv").open("wb") as file:
            return write_table(file, "csv", table.columns, rows)

    peaks: list[int] = []
    for schools in (range(400), range(400, 1600)):
        with unit_of_work():
            stage = db.session.scalars(select(CycleStage).where(CycleStage.public_id == stage_id)).one()
            panels.scored(stage, panels.submitted(stage, schools, officer_id), reviewers)
        assert write() == schools.stop * panels.EACH
        # Without the collector of garbage, which comes when it will: what it left lying is then in every peak.
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            write()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
            gc.enable()
    more = (1600 - 400) * panels.EACH
    # Of each application its number is held, in some 300 bytes with its row; the texts of its cards are 2,700.
    assert peaks[1] - peaks[0] < more * 150, peaks
