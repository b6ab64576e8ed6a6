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


def test_one_reading_is_scheduled_a_year_and_the_baseline_has_its_time(story: Story) -> None:
    rows = db.session.execute(
        select(
            IndicatorReading.indicator,
            IndicatorReading.year,
            IndicatorReading.due_on,
            IndicatorReading.target,
        ).order_by(IndicatorReading.id)
    )
    assert [tuple(row) for row in rows] == [
        ("attendance", 0, date(2016, 7, 11), None),
        ("attendance", 1, date(2017, 5, 12), None),
        ("attendance", 2, date(2018, 5, 12), Decimal(95)),
        ("suspensions", 1, date(2017, 5, 12), Decimal(4)),
    ]
    groups = [one.who for one in reading(story.award, "attendance", 0).by_group]
    assert groups == ["Grade: 3", "Grade: 4", "Low income: yes", "Low income: no"]
    assert reading(story.award, "suspensions", 1).by_group == []


def test_a_target_that_is_reached_and_then_corrected_is_told_to_payments(story: Story) -> None:
    last = story.installments()[2]

    def waits() -> list[bool]:
        return [one.holds for one in conditions_of([last])[last.id]]

    one = reading(story.award, "attendance", 2)
    for value, holds in (("94.9", False), ("95", True), ("95.5", True), ("94", False)):
        for _ in ("saved", "saved again without a change"):
            with unit_of_work():
                services.record_reading(story.lead, one, Decimal(value), "From the office.")
        assert waits() == [False, holds]
    kept = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "indicator.report").order_by(AuditRecord.number)
    )
    assert [(record.before or {}).get("value") for record in kept] == [None, "94.9", "95", "95.5"]


def test_a_groups_value_reaches_no_target_and_stays_when_only_the_whole_is_corrected(story: Story) -> None:
    one, groups = reading(story.award, "attendance", 2), {"low_income": {"yes": Decimal("99.50")}}
    with unit_of_work():
        services.record_reading(story.lead, one, Decimal(94), groups=groups)
    last = story.installments()[2]
    assert [one.holds for one in conditions_of([last])[last.id]] == [False, False]
    with unit_of_work():
        services.record_reading(story.lead, one, Decimal("94.2"))
    assert one.groups == {"low_income": {"yes": "99.5"}}
    kept = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "indicator.report").order_by(AuditRecord.number.desc())
    ).first()
    assert kept is not None
    assert (kept.before, kept.after) == (
        {"value": "94", "groups": {"low_income": {"yes": "99.5"}}},
        {"value": "94.2", "groups": {"low_income": {"yes": "99.5"}}, "note": None},
    )


@pytest.mark.parametrize(
    ("groups", "errors"),
    [
        ({"low_income": {"no": Decimal(101)}}, ["low_income-1"]),
        ({"grade": {"5": Decimal(50)}}, []),
        ({"height": {"tall": Decimal(50)}}, []),
    ],
)
def test_a_groups_value_that_cannot_be_is_refused_in_its_place(
    story: Story, groups: dict[str, dict[str, Decimal]], errors: list[str]
) -> None:
    one = reading(story.award, "attendance", 0)
    with pytest.raises(Invalid) as refusal, unit_of_work():
        services.record_reading(story.lead, one, Decimal(90), groups=groups)
    assert list(refusal.value.errors) == errors
    assert (one.value, one.groups) == (None, {})


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
    for year, value, low_income in ((0, "90", "80"), (2, "96", "")):
        groups = {"low_income": {"yes": Decimal(low_income)}} if low_income else {}
        with unit_of_work():
            one = reading(story.award, "attendance", year)
            services.record_reading(story.lead, one, Decimal(value), groups=groups)
    attendance, suspensions = pictures_of(queries.readings_of(story.lead, story.award))
    assert (attendance.periods, attendance.values, attendance.targets) == (
        ["Before", "Year 1", "Year 2"],
        [90.0, None, 96.0],
        [None, None, 95.0],
    )
    assert attendance.subgroups == [("Low income", [("yes", [80.0, None, None])])]
    assert (suspensions.values, suspensions.targets, suspensions.unit) == ([None], [4.0], "%")
