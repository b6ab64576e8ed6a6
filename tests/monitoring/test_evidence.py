"""What reviewers of a later stage are told of a grantee: what was owed under an award, and whether it came in time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from grants.kernel.clock import clock_at
from grants.monitoring import services
from grants.persistence.session import unit_of_work
from grants.review.milestones import milestones_of
from tests.factories.monitoring import requirement
from tests.factories.payments import Story


def test_what_was_owed_is_told_with_how_it_came(story: Story) -> None:
    report = requirement(story.award, "yearly_report")
    late = datetime.combine(report.late_after_on, datetime.min.time(), ZoneInfo("America/Los_Angeles"))
    with clock_at(late + timedelta(days=3, hours=12)):
        with unit_of_work():
            services.submit_requirement(story.lead, report, "We opened on time.")
        with unit_of_work():
            services.accept_requirement(story.officer, report)
        found = milestones_of(story.award.case_id, story.award.stage_id)
    [told] = [one for one in found if one.title == "Yearly report 1"]
    assert (told.status, told.is_accepted, told.account) == ("accepted", True, "We opened on time.")
    assert (told.due_on, told.days_late) == (report.due_on, (report.late_after_on - report.due_on).days + 3)
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)
    assert {one.status for one in found if one.due_on > report.late_after_on + timedelta(days=30)} <= {
        "scheduled",
        "due",
    }


def test_nothing_is_told_of_another_case_or_stage(story: Story) -> None:
    assert milestones_of(story.award.case_id + 1, story.award.stage_id) == ()
    assert milestones_of(story.award.case_id, story.award.stage_id + 1) == ()
