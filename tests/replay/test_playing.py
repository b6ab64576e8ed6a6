"""The engine: acts in order of time, as the people who did them, and no word of the recording believed blindly."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.kernel.clock import now
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.loading import library_definition
from grants.programs.models import Cycle
from grants.programs.schema import Form
from grants.replay.engine.acts import Act, OutOfTune, in_order
from grants.replay.engine.drafting import typed
from grants.replay.engine.runner import Player, milestones, play
from grants.replay.recording import Recording, load

NOON, ONE = datetime(2015, 1, 1, 12, tzinfo=UTC), datetime(2015, 1, 1, 13, tzinfo=UTC)


def test_acts_are_played_by_time_and_those_of_one_instant_in_their_order() -> None:
    acts = [Act(ONE, str), Act(NOON, int), Act(NOON, float)]
    assert [act.do for act in in_order(acts)] == [int, float, str]


@pytest.mark.parametrize(
    ("field", "recorded", "as_typed"),
    [
        ("amount_asked", 72500, "72500"),
        ("spending", [{"purpose": "Release", "amount": 41000}], [{"purpose": "Release", "amount": "41000"}]),
        ("students_in_pilot", 84, 84),
        ("topics", ["sel"], ["sel"]),
    ],
)
def test_amounts_are_recorded_as_dollars_and_typed_as_such(field: str, recorded: Any, as_typed: Any) -> None:
    form: Form = library_definition("oakland").form("planning_application")
    assert typed(form.field(field), recorded) == as_typed


def test_a_budget_is_typed_in_dollars_cell_by_cell() -> None:
    form = library_definition("oakland").form("blueprint")
    budget = {"revenue": {"per_pupil": [1, 2, 3, 4, 5]}, "expense": {"staff": [5, 4, 3, 2, 1]}}
    assert typed(form.field("finances"), budget) == {
        "revenue": {"per_pupil": ["1", "2", "3", "4", "5"]},
        "expense": {"staff": ["5", "4", "3", "2", "1"]},
    }


@pytest.fixture(scope="module")
def oakland() -> Recording:
    return load("oakland")


def test_the_milestones_of_oakland_stand_in_order(oakland: Recording) -> None:
    points = milestones(oakland)
    assert [point.key for point in points] == ["discovery", "planning", "planning-award", "launch", "launch-award"]
    assert points == sorted(points, key=lambda point: point.at)


def test_a_player_stops_where_it_is_told_and_tells_the_time_it_was(app: Flask, oakland: Recording) -> None:
    said: list[str] = []
    player = Player([oakland], said.append)
    player.play(datetime(2014, 8, 26, tzinfo=UTC))
    cycle = db.session.scalars(select(Cycle)).one()
    assert cycle.opened_at == datetime(2014, 8, 25, 16, 0, tzinfo=UTC)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 333
    assert db.session.scalar(select(func.count()).select_from(Person).where(~Person.illustrative)) == 0
    assert said == []
    assert now().year > 2014


def test_what_a_service_refuses_stops_the_replay_with_the_day_and_the_reason(app: Flask, oakland: Recording) -> None:
    """The same person may not be two; the second replay says so instead of going on."""
    end = datetime(2014, 8, 26, tzinfo=UTC)
    play([oakland], end)
    with pytest.raises(OutOfTune, match="On 25 August 2014 at 16:00 UTC"):
        play([oakland], end)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 333
