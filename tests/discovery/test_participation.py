"""The participation rule: how far a school is, and what staff look for among all of them."""

from collections.abc import Callable
from csv import reader
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.casework.models import Case
from grants.discovery import queries
from grants.discovery.policy import when_met
from grants.discovery.queries import ParticipationFilters
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.programs.schema import DiscoveryStage
from tests.discovery.story import DAY, MARCH, Browser, Place
from tests.factories import discovery as make
from tests.factories.exports import file_of, read_at
from tests.factories.monitoring import conflict
from tests.factories.people import actor, organization, person

KINDS = ("workshop", "webinar", "school_visit")
ONE = DiscoveryStage.model_validate({"kind": "discovery"}).under("discovery")
TWO = DiscoveryStage.model_validate({"kind": "discovery", "complete_when": {"at_least": 2}}).under("discovery")


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 400)), max_size=8),
    st.sets(st.sampled_from(KINDS), min_size=1),
    st.integers(1, 4),
)
def test_the_rule_is_met_by_the_event_that_makes_it_enough(
    came_to: list[tuple[str, int]], counts: set[str], least: int
) -> None:
    events = [(kind, MARCH + day * DAY) for kind, day in came_to]
    counted, met_at = when_met(events, counts, least)
    stage = DiscoveryStage.model_validate(
        {"kind": "discovery", "counts": sorted(counts), "complete_when": {"at_least": least}}
    )
    assert stage.completed_by({kind: sum(one == kind for one, _ in events) for kind in KINDS}) is (met_at is not None)
    assert counted == sum(kind in counts for kind, _ in events)
    if met_at is not None:
        assert sum(kind in counts and start <= met_at for kind, start in events) >= least
        assert sum(kind in counts and start < met_at for kind, start in events) < least


class Schools:
    """Urban Promise came twice, Lodestar to a webinar alone, Skyline to nothing; a partner is no school."""

    def __init__(self, place: Place) -> None:
        with clock_at(MARCH), unit_of_work():
            self.first = make.event(place.cycle, MARCH - 9 * DAY)
            self.webinar = make.event(place.cycle, MARCH - 8 * DAY, "webinar")
            self.visit = make.event(place.cycle, MARCH - 5 * DAY, "school_visit")
            self.lodestar, self.skyline = organization("Lodestar", sector="charter"), organization("Skyline")
            partner = organization("Mastery Design", "partner")
            for event in (self.first, self.visit):
                make.placed(event, place.school, place.dana, came=True)
            make.placed(self.first, place.school, place.luis, came=True)
            make.placed(self.webinar, self.lodestar, came=True)
            make.placed(self.first, self.skyline)
            make.placed(self.first, partner, came=True)


def listed(place: Place, stage: DiscoveryStage | None = ONE, **filters: Any) -> list[tuple[Any, ...]]:
    rows = queries.participation(actor(place.officer), place.cycle, stage, ParticipationFilters(**filters)).items
    return [(school.name, *figures) for school, *figures in rows]


def test_every_school_of_the_directory_with_how_far_it_is(place: Place) -> None:
    schools = Schools(place)
    nobody = ("Skyline", 0, 0, 0, None)
    assert listed(place) == [
        ("Lodestar", 1, 1, 0, None),
        nobody,
        ("Urban Promise Academy", 2, 2, 2, schools.first.starts_at),
    ]
    assert listed(place, TWO)[2] == ("Urban Promise Academy", 2, 2, 2, schools.visit.starts_at)
    assert listed(place, None)[2] == ("Urban Promise Academy", 2, 2, 0, None)
    assert listed(place, standing="unreached") == [nobody]
    for filters, names in (
        ({"standing": "met"}, ["Urban Promise Academy"]),
        ({"standing": "begun"}, ["Lodestar"]),
        ({"standing": "came"}, ["Lodestar", "Urban Promise Academy"]),
        ({"sector": "charter"}, ["Lodestar"]),
        ({"search": "sky"}, ["Skyline"]),
    ):
        assert [row[0] for row in listed(place, **filters)] == names
    assert queries.unreached(actor(place.officer), place.cycle) == 1
    with pytest.raises(Refused):
        queries.participation(actor(place.dana), place.cycle, ONE, ParticipationFilters())


def test_who_has_a_conflict_does_not_learn_how_far_that_school_is(place: Place) -> None:
    Schools(place)
    with clock_at(MARCH), unit_of_work():
        case = Case(cycle_id=place.cycle.id, organization_id=place.school.id, opened_at=MARCH)
        db.session.add(case)
        db.session.flush()
        conflict(case, place.officer)
    assert [row[0] for row in listed(place)] == ["Lodestar", "Skyline"]


def test_a_school_reads_its_own_progress(place: Place, client_of: Browser) -> None:
    with clock_at(MARCH), unit_of_work():
        event = make.event(place.cycle, MARCH - 20 * DAY)
    dana = client_of(place.dana)
    with clock_at(MARCH):
        page = dana.get("/events").text
        assert ("0 of 1" in page, "come to one workshop or school visit" in page) == (True, True)
    with clock_at(MARCH), unit_of_work():
        make.placed(event, place.school, place.dana, came=True)
        case = Case(cycle_id=place.cycle.id, organization_id=place.school.id, opened_at=MARCH)
        db.session.add(case)
    with clock_at(MARCH):
        assert ("1 of 1" in dana.get("/events").text, "10 February 2015" in dana.get("/events").text) == (True, True)
        assert "1 of 1" in dana.get(f"/cases/{case.public_id}").text
    with clock_at(max(stage.closes_at for stage in place.cycle.stages) + DAY):
        assert "Taking part" not in dana.get("/events").text  # nothing that asks for it can be applied to any more
        assert "1 of 1" in dana.get(f"/cases/{case.public_id}").text


def test_the_list_and_its_file_keep_the_view(place: Place, client_of: Browser) -> None:
    Schools(place)
    with clock_at(MARCH), unit_of_work():
        auditor = person("Ines Vela", Role.AUDITOR)
    client = client_of(auditor)
    page = client.get("/events/schools?standing=unreached").text
    assert ("Skyline" in page, "Lodestar" in page, "standing=unreached" in page) == (True, False, True)
    rows = list(reader(file_of(client, "/events/schools/file?standing=came").data.decode("utf-8-sig").splitlines()))
    assert [row[:5] for row in rows[1:]] == [
        ["Lodestar", "charter", "", "1", "1"],
        ["Urban Promise Academy", "district", "", "2", "2"],
    ]
    reach = list(reader(client.get("/events/reach.csv").data.decode("utf-8-sig").splitlines()))
    assert reach[1] == ["All", "", "4", "2", "3"]
    assert client.get("/events/reach.xlsx").data[:2] == b"PK"
    for address in ("/events/schools", "/events/schools/file", "/events/reach", "/events/reach.csv"):
        assert read_at(client_of(place.dana), address).status_code == 403


def test_the_list_costs_the_same_at_one_school_and_at_thirty(
    place: Place, client_of: Browser, statements: Callable[[], Any]
) -> None:
    maya = client_of(place.officer)
    event = place.event()
    maya.get("/events/schools")
    with statements() as one:
        maya.get("/events/schools")
    with clock_at(MARCH), unit_of_work():
        for _ in range(29):
            make.placed(event, organization(), came=True)
    with statements() as thirty:
        page = maya.get("/events/schools").text
    assert page.count('<td class="head">') == 30
    assert len(one) == len(thirty)
