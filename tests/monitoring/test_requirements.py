"""What a grantee owes: scheduled, handed in, answered, held; reminded of, and known to be late before it is."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from grants.awards import services as awards
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM, OrganizationRole
from grants.messages.models import Message
from grants.monitoring import queries, services
from grants.monitoring.jobs import remind_all
from grants.monitoring.models import Requirement
from grants.payments.queries import conditions_of
from grants.persistence.session import db, unit_of_work
from tests.factories.awards import award, cycle, in_state
from tests.factories.monitoring import requirement
from tests.factories.payments import Story
from tests.factories.people import actor, join, organization, person


def owed() -> list[tuple[str, date]]:
    rows = db.session.execute(
        select(Requirement.title, Requirement.due_on).order_by(Requirement.due_on, Requirement.id)
    )
    return [(title, due_on) for title, due_on in rows]


def test_what_is_owed_is_scheduled_as_its_dates_come_to_be_known(app: Flask) -> None:
    story = Story()
    with unit_of_work():
        awards.accept(story.lead, story.award)
    run_due()
    dated = [
        ("Quarterly check in 1", date(2016, 9, 1)),
        ("Quarterly check in 2", date(2016, 12, 1)),
        ("Quarterly check in 3", date(2017, 3, 1)),
        ("Quarterly check in 4", date(2017, 6, 1)),
        ("Yearly report 1", date(2017, 6, 30)),
        ("Yearly report 2", date(2018, 6, 30)),
    ]
    assert owed() == dated
    with unit_of_work():
        awards.sign(story.signatory, story.award, story.signatory.name, consent=True)
    with unit_of_work():
        awards.countersign(story.director, story.award, story.director.name)
    run_due()
    assert owed() == [("First steps", date(2016, 7, 11)), *dated]
    assert requirement(story.award, "yearly_report").late_after_on == date(2017, 7, 10)
    with unit_of_work():
        assert services.schedule_requirements(SYSTEM, story.award) == 0


def test_a_report_is_handed_in_returned_and_accepted(story: Story) -> None:
    report = requirement(story.award, "yearly_report")
    second = story.installments()[1]
    with pytest.raises(Invalid, match="Write what there is to tell"), unit_of_work():
        services.submit_requirement(story.lead, report, "  ")
    with unit_of_work():
        services.submit_requirement(story.lead, report, "We opened on time.")
    with pytest.raises(Refused), unit_of_work():
        services.accept_requirement(story.lead, report)
    with unit_of_work():
        services.return_requirement(story.officer, report, "The budget is missing.")
    assert (report.state, report.answer) == ("returned", "The budget is missing.")
    with unit_of_work():
        services.submit_requirement(story.signatory, report, "We opened on time, within budget.")
    assert [one.holds for one in conditions_of([second])[second.id]] == [False]
    with unit_of_work():
        services.accept_requirement(story.officer, report, "Thank you.")
    assert (report.state, report.account, report.answer) == (
        "accepted",
        "We opened on time, within budget.",
        "Thank you.",
    )
    assert [one.holds for one in conditions_of([second])[second.id]] == [True]
    told = db.session.scalars(select(Message.subject).where(Message.template == "monitoring.returned")).all()
    assert told == [f"{story.award.case.organization.name}: please add to “Yearly report 1”"] * 2


def test_a_viewer_and_a_stranger_hand_nothing_in(story: Story) -> None:
    with unit_of_work():
        viewer = person()
        join(viewer, story.award.case.organization, OrganizationRole.VIEWER)
    report = requirement(story.award, "yearly_report")
    with pytest.raises(Clash, match="writes this"), unit_of_work():
        services.submit_requirement(actor(viewer), report, "I write all the same.")
    with pytest.raises(Refused), unit_of_work():
        services.submit_requirement(story.officer, report, "I write for them.")
    assert report.account is None


def test_a_waived_requirement_lets_its_payment_go_on_under_other_eyes(story: Story) -> None:
    report = requirement(story.award, "yearly_report")
    with pytest.raises(Invalid, match="Say why"), unit_of_work():
        services.waive_requirement(story.officer, report, "")
    with unit_of_work():
        services.waive_requirement(story.officer, report, "The school merged with another.")
    second = story.installments()[1]
    [waived] = conditions_of([second])[second.id]
    assert (waived.holds, waived.waived) == (True, "Waived by Olive Officer: The school merged with another.")
    assert waived.waived_by_id == story.officer.person_id


def test_a_check_in_is_held_and_noted_once(story: Story) -> None:
    meeting = requirement(story.award, "quarterly_check_in")
    held = (date(2016, 5, 12), "Lead, Olive", "All well.", "on_track")
    with pytest.raises(Refused), unit_of_work():
        services.record_check_in(story.lead, meeting, *held)
    with pytest.raises(Clash, match="Only a check-in"), unit_of_work():
        services.record_check_in(story.officer, requirement(story.award, "yearly_report"), *held)
    for wrong, field in (
        ((date(2016, 5, 13), "Lead", "All well.", "on_track"), "held_on"),
        ((date(2016, 5, 12), " ", "All well.", "on_track"), "attended"),
        ((date(2016, 5, 12), "Lead", "All well.", "splendid"), "rating"),
    ):
        with pytest.raises(Invalid) as refusal, unit_of_work():
            services.record_check_in(story.officer, meeting, *wrong)
        assert list(refusal.value.errors) == [field]
    with unit_of_work():
        services.record_check_in(story.officer, meeting, *held)
    assert meeting.check_in is not None
    assert (meeting.state, meeting.check_in.rating) == ("accepted", "on_track")
    with pytest.raises(Clash, match="is accepted"), unit_of_work():
        services.record_check_in(story.officer, meeting, *held)


def test_late_shows_before_it_is_late(story: Story) -> None:
    report = requirement(story.award, "yearly_report")  # due 30 June 2017, ten days of grace
    due = datetime(2017, 6, 30, 17, tzinfo=UTC)
    seen = {}
    for days in (-15, -14, 0, 10, 11):
        with clock_at(due + timedelta(days=days)):
            seen[days] = (queries.status_of(report), queries.lateness_of(report).words)
    assert seen == {
        -15: ("scheduled", "due in 15 days"),
        -14: ("due", "due in 14 days"),
        0: ("due", "due today"),
        10: ("due", "due 10 days ago"),
        11: ("late", "11 days late"),
    }


def test_lists_find_what_is_late_and_what_is_soon(story: Story) -> None:
    def titles(state: str) -> list[str]:
        found = queries.requirements(story.officer, queries.RequirementFilters(state=state)).items
        return [one.title for one in found]

    with clock_at(datetime(2016, 8, 20, 17, tzinfo=UTC)):
        assert (titles("late"), titles("soon")) == (["First steps"], ["Quarterly check in 1"])
        with unit_of_work():
            services.submit_requirement(story.lead, requirement(story.award, "first_steps"), "Done.")
        assert (titles("late"), titles("submitted")) == ([], ["First steps"])


def test_each_cycle_has_its_own_day_on_one_list(story: Story, statements: Callable[[], Any]) -> None:
    """At 8 pm of 11 July in Oakland it is 12 July in Tokyo, and in UTC: only Tokyo's report is late."""
    with unit_of_work():
        tokyo = cycle("tokyo")
        tokyo.time_zone = "Asia/Tokyo"
        other = in_state(award(tokyo, organization("Tokyo School")), "accepted")
        oakland = requirement(story.award, "first_steps")
        late_after = oakland.late_after_on
        db.session.add(
            Requirement(
                award_id=other.id, case_id=other.case_id, key="first_steps", number=1, kind="report",
                title="Steps in Tokyo", due_on=oakland.due_on, late_after_on=late_after, state="scheduled",
            )
        )  # fmt: skip
    evening = datetime(2016, 7, 12, 3, tzinfo=UTC)
    assert (late_after, evening.astimezone(ZoneInfo(story.award.stage.cycle.time_zone)).date()) == (
        date(2016, 7, 11),
        date(2016, 7, 11),
    )

    def titles(state: str) -> list[str]:
        found = queries.requirements(story.officer, queries.RequirementFilters(state=state)).items
        return [one.title for one in found if "teps" in one.title]

    with clock_at(evening):
        assert (titles("late"), titles("soon")) == (["Steps in Tokyo"], ["First steps"])
        assert queries.status_of(oakland) == "due"
        with statements() as two_zones:
            titles("late")
    with unit_of_work():
        for zone in ("America/New_York", "Europe/London", "Asia/Kolkata"):
            cycle(zone.lower().translate({ord("/"): "-", ord("_"): "-"})).time_zone = zone
    with clock_at(evening):
        titles("late")
        with statements() as five_zones:
            titles("late")
    assert len(five_zones) == len(two_zones)


def test_reminders_come_once_each_and_stop_when_it_is_done(story: Story) -> None:
    def reminders() -> Counter[str]:
        found = db.session.scalars(select(Message.subject).where(Message.template == "monitoring.due"))
        return Counter(subject.partition("“")[2] for subject in found)

    due = datetime(2016, 7, 11, 17, tzinfo=UTC)
    for days in (-20, -14, -14, -9, -3, 0, 1):
        with clock_at(due + timedelta(days=days)):
            remind_all()
    # To the lead and the signatory each; one for each step, none for the days between.
    assert reminders() == {
        "First steps” is due in 14 days": 2,
        "First steps” is due in 3 days": 2,
        "First steps” is due today": 2,
    }
    with clock_at(due + timedelta(days=2)), unit_of_work():
        services.submit_requirement(story.lead, requirement(story.award, "first_steps"), "Done.")
    with clock_at(due + timedelta(days=20)):
        remind_all()
    assert sum(reminders().values()) == 6
