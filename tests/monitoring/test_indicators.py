"""Indicators are read, corrected, and told to the payments that wait for them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from grants.kernel.errors import Invalid, Refused
from grants.kernel.policy import OrganizationRole
from grants.monitoring import queries, services
from grants.monitoring.models import IndicatorReading
from grants.monitoring.pictures import pictures_of
from grants.payments.queries import conditions_of
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.factories.monitoring import reading
from tests.factories.payments import Story
from tests.factories.people import actor, join, person


def test_readings_are_scheduled_by_year_and_subgroup(story: Story) -> None:
    rows = db.session.execute(
        select(
            IndicatorReading.indicator,
            IndicatorReading.year,
            IndicatorReading.subgroup,
            IndicatorReading.due_on,
            IndicatorReading.target,
        ).order_by(IndicatorReading.id)
    )
    assert [tuple(row) for row in rows] == [
        ("attendance", 0, "", date(2016, 5, 12), None),
        ("attendance", 0, "Low income", date(2016, 5, 12), None),
        ("attendance", 1, "", date(2017, 5, 12), None),
        ("attendance", 1, "Low income", date(2017, 5, 12), None),
        ("attendance", 2, "", date(2018, 5, 12), Decimal(95)),
        ("attendance", 2, "Low income", date(2018, 5, 12), None),
        ("suspensions", 1, "", date(2017, 5, 12), Decimal(4)),
    ]


def test_a_target_that_is_reached_and_then_corrected_is_told_to_payments(story: Story) -> None:
    last = story.installments()[2]

    def waits() -> list[bool]:
        return [one.holds for one in conditions_of([last])[last.id]]

    one = reading(story.award, "attendance", 2)
    for value, holds in (("94.9", False), ("95", True), ("95.5", True), ("94", False)):
        with unit_of_work():
            services.record_reading(story.lead, one, Decimal(value), "From the office.")
        assert waits() == [False, holds]
    kept = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "indicator.report").order_by(AuditRecord.number)
    )
    assert [(record.before or {}).get("value") for record in kept] == [None, "94.9", "95", "95.5"]


def test_a_subgroups_reading_reaches_no_target(story: Story) -> None:
    with unit_of_work():
        services.record_reading(story.lead, reading(story.award, "attendance", 2, "Low income"), Decimal(99))
    last = story.installments()[2]
    assert [one.holds for one in conditions_of([last])[last.id]] == [False, False]


@pytest.mark.parametrize("value", ["-1", "100.1", "1.00001", "NaN", "Infinity", "1e9"])
def test_what_no_percentage_can_be_is_refused(story: Story, value: str) -> None:
    one = reading(story.award, "attendance", 0)
    with pytest.raises(Invalid) as refusal, unit_of_work():
        services.record_reading(story.lead, one, Decimal(value))
    assert list(refusal.value.errors) == ["value"]
    assert one.value is None


def test_values_are_entered_by_the_school_and_its_officer(story: Story) -> None:
    one = reading(story.award, "attendance", 0)
    with unit_of_work():
        viewer, stranger = person(), person()
        join(viewer, story.award.case.organization, OrganizationRole.VIEWER)
    for someone in (actor(viewer), actor(stranger), story.finance):
        with pytest.raises(Refused), unit_of_work():
            services.record_reading(someone, one, Decimal(50))
    with unit_of_work():
        services.record_reading(story.officer, one, Decimal(50))
    assert (one.value, one.read_by_id) == (Decimal(50), story.officer.person_id)


def test_the_picture_has_a_gap_where_there_is_no_reading(story: Story) -> None:
    for year, subgroup, value in ((0, "", "90"), (2, "", "96"), (1, "Low income", "80")):
        with unit_of_work():
            services.record_reading(story.lead, reading(story.award, "attendance", year, subgroup), Decimal(value))
    attendance, suspensions = pictures_of(queries.readings_of(story.lead, story.award))
    assert (attendance.periods, attendance.values, attendance.targets) == (
        ["Before", "Year 1", "Year 2"],
        [90.0, None, 96.0],
        [None, None, 95.0],
    )
    assert attendance.subgroups == [("Low income", [None, 80.0, None])]
    assert (suspensions.values, suspensions.targets, suspensions.unit) == ([None], [4.0], "%")
