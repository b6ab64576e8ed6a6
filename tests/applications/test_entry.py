"""Who may start an application."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from grants.applications import entry, queries, services
from grants.applications.models import Application
from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Refused
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from tests.factories import applications as make
from tests.factories import discovery
from tests.factories.people import actor, join, organization, person


def start(school: make.School, stage: CycleStage, at: object = make.WRITING) -> Application:
    with clock_at(at), unit_of_work():  # type: ignore[arg-type]
        return services.start(school.as_lead, stage, school.organization)


def set_up(enter: str = "open", **school: object) -> tuple[make.School, CycleStage]:
    with unit_of_work():
        return make.school(**school), make.stage(make.cycle(enter))  # type: ignore[arg-type]


def test_an_open_stage_admits_and_a_second_start_gives_the_same_application(app: Flask) -> None:
    school, stage = set_up()
    first = start(school, stage)
    with clock_at(make.WRITING), unit_of_work():
        again = services.start(school.as_editor, stage, school.organization)
    assert again == first
    assert (first.state, first.started_by_id) == ("draft", school.lead.id)


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (make.OPENS - timedelta(seconds=1), "Launch grant is not open yet."),
        (make.CLOSES + timedelta(seconds=1), "The deadline of Launch grant has passed."),
    ],
)
def test_a_stage_that_is_not_open_admits_nobody(app: Flask, moment: object, reason: str) -> None:
    school, stage = set_up()
    with pytest.raises(Clash) as refused:
        start(school, stage, moment)
    assert refused.value.sentence == reason
    assert db.session.query(Case).count() == 0


def test_discovery_has_to_be_completed_by_coming_to_what_counts(app: Flask) -> None:
    school, stage = set_up("{completed: discovery}")
    before = make.OPENS - timedelta(days=30)
    with unit_of_work():
        webinar, workshop = (discovery.event(stage.cycle, before, kind) for kind in ("webinar", "workshop"))
        discovery.placed(webinar, school.organization, came=True)  # does not count
        discovery.placed(workshop, school.organization)  # took a place and did not come
    with pytest.raises(Clash, match="To apply, your school needs: to have come to 1 event of discovery"):
        start(school, stage)
    with unit_of_work():
        discovery.placed(discovery.event(stage.cycle, before, "school_visit"), school.organization, came=True)
    assert start(school, stage).state == "draft"


def test_an_invitation_opens_the_stage_it_names(app: Flask) -> None:
    school, stage = set_up("invited")
    with pytest.raises(Clash, match="an invitation by the foundation"):
        start(school, stage)
    with clock_at(make.WRITING), unit_of_work():
        db.session.add(
            Case(
                cycle_id=stage.cycle_id,
                organization_id=school.organization.id,
                opened_at=make.WRITING,
                invited_to=["launch"],
            )
        )
    assert start(school, stage).state == "draft"


def test_only_the_latest_decision_on_the_earlier_stage_counts(app: Flask) -> None:
    school, launch = set_up()
    growth = next(stage for stage in launch.cycle.stages if stage.key == "growth")
    opened = growth.opens_at + timedelta(days=1)
    with pytest.raises(Clash, match="an award in Launch grant"):
        start(school, growth, opened)
    with clock_at(make.WRITING), unit_of_work():
        application = make.submitted(school, launch).application
    for version, (outcome, _) in enumerate(pairwise(["waitlist", "award", "decline", "award", "end"]), start=1):
        with clock_at(opened), unit_of_work():
            make.decided(application, outcome, version)
        assert bool(entry.may_enter(growth, school.organization)) is False  # not open at this moment
        with clock_at(opened):
            assert bool(entry.may_enter(growth, school.organization)) is (outcome == "award")
    assert start(school, growth, opened).state == "draft"


def test_what_was_submitted_is_there_to_start_from(app: Flask) -> None:
    school, launch = set_up()
    growth = next(stage for stage in launch.cycle.stages if stage.key == "growth")
    with clock_at(make.WRITING), unit_of_work():
        make.decided(make.submitted(school, launch, {"move_on": "When she can."}).application)
    application = start(school, growth, growth.opens_at)
    carried = queries.carried_forward(application, queries.form_of(application))
    assert [(one.field, one.value, one.stage, one.submitted_at) for one in carried.values()] == [
        ("more", "When she can.", "Launch grant", make.WRITING)
    ]


def test_another_kind_of_organization_is_told_who_applies(app: Flask) -> None:
    school, stage = set_up(kind="nonprofit")
    with pytest.raises(Clash, match="In this program the applicant is a school"):
        start(school, stage)


def test_a_viewer_does_not_start(app: Flask) -> None:
    school, stage = set_up()
    with clock_at(make.WRITING), pytest.raises(Refused), unit_of_work():
        services.start(school.as_viewer, stage, school.organization)


def test_openings_show_what_is_open_and_what_was_entered(app: Flask) -> None:
    school, launch = set_up()
    with clock_at(make.WRITING):
        found = entry.openings(school.as_viewer)
        assert [(one.stage.key, one.application, bool(one.verdict)) for one in found] == [("launch", None, True)]
    application = start(school, launch)
    with clock_at(make.CLOSES + timedelta(days=90)):
        found = entry.openings(school.as_viewer)
        assert [(one.stage.key, one.application) for one in found] == [("launch", application)]


def test_who_can_apply_for_one_is_not_told_of_the_others_that_cannot(app: Flask) -> None:
    school, _ = set_up()
    with clock_at(make.WRITING), unit_of_work():
        charity = organization("Books for All", "nonprofit")
        join(school.lead, charity)
        alone = person("Ada Bright")
        join(alone, charity)
    with clock_at(make.WRITING):
        assert [(one.organization.name, bool(one.verdict)) for one in entry.openings(school.as_lead)] == [
            (school.organization.name, True)
        ]
        assert [(one.organization.name, bool(one.verdict)) for one in entry.openings(actor(alone))] == [
            ("Books for All", False)
        ]


def test_openings_cost_the_same_for_one_organization_and_for_thirty(app: Flask, statements: Any) -> None:
    with unit_of_work():
        stage = make.stage(make.cycle("{any: [{completed: discovery}, invited]}"))
        came = discovery.event(stage.cycle, make.OPENS)
    counts = []
    for number in (1, 30):
        with unit_of_work():
            somebody, places = person(), [organization() for _ in range(number)]
            for place in places:
                join(somebody, place)
            discovery.placed(came, places[0], came=True)
        who = actor(somebody)
        with clock_at(make.WRITING), statements() as seen:
            found = entry.openings(who)
        assert [one.organization for one in found if one.verdict] == [places[0]]
        counts.append((len(found), len(seen)))
    (one, few), (thirty, many) = counts
    assert (one, thirty, many) == (1, 30, few)
