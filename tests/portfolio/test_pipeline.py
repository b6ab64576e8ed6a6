"""The pipeline's picture follows from dates, counts and the release."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from grants.portfolio.pipeline import StageFacts, Step, Stood, journey, pipeline
from grants.programs.path import path

NOW = datetime(2016, 3, 8, 20, tzinfo=UTC)


def stage(key: str, kind: str = "application", opens: int = -60, closes: int = 12, **more: object) -> StageFacts:
    return StageFacts(
        key, key.capitalize(), kind, NOW + timedelta(days=opens), NOW + timedelta(days=closes),
        **{"released_at": None, **more},  # type: ignore[arg-type]
    )  # fmt: skip


DISCOVERY = stage("discovery", "discovery", -500, -400, schools=45, educators=300, events=30)
PLANNING = stage(
    "planning",
    opens=-400,
    closes=-380,
    submitted=26,
    writing=1,
    awarded=10,
    amount=790_000_00,
    released_at=NOW - timedelta(days=340),
)
LAUNCH = stage("launch", submitted=7, writing=3, at_most=6)


def test_the_picture_of_an_open_launch_stage() -> None:
    assert pipeline([DISCOVERY, PLANNING, LAUNCH], NOW) == [
        Step("Discovery", 45, "45 schools", "300 educators, 30 events", "done"),
        Step("Planning: applied", 26, "26", "1 never submitted", "done", "planning"),
        Step("Planning: awarded", 10, "10", "$790,000", "done", "planning:awarded"),
        Step("Launch: applied", 10, "10", "7 submitted, 3 writing", "now", "launch"),
        Step("Launch: awarded", 0, "0 of 6", "not yet decided", "to_come"),
    ]


def test_a_closed_stage_is_being_decided_until_it_is_released() -> None:
    closed = stage("launch", closes=-1, submitted=10, at_most=6)
    assert pipeline([closed], NOW)[1] == Step("Launch: awarded", 0, "0 of 6", "being decided", "now")


def test_a_closed_stage_is_being_reviewed_until_scorecards_are_due_and_all_are_in() -> None:
    closed = stage("launch", closes=-1, submitted=10, decision_on=NOW.date() + timedelta(days=9))
    due = replace(closed, reviews_due_at=NOW + timedelta(days=2))
    late = replace(closed, reviews_due_at=NOW - timedelta(hours=1), unscored=1)
    over = replace(late, unscored=0)
    assert [pipeline([one], NOW)[1].note for one in (closed, due, late, over)] == [
        *("being decided", "being reviewed", "being reviewed", "being decided")
    ]
    # Whoever sees dates alone does not learn what reviewers still owe.
    assert [path([one], NOW, "UTC") for one in (due, late)] == [
        [("Launch: being reviewed", "now")],
        [("Launch: being decided", "now")],
    ]


def test_a_stage_to_come_says_when_it_opens() -> None:
    assert pipeline([stage("launch", opens=5, closes=50)], NOW)[0].note == "opens 13 March 2016"


def test_one_school_is_counted_as_one() -> None:
    one = stage("discovery", "discovery", schools=1, educators=1, events=0)
    assert (pipeline([one], NOW)[0].figure, pipeline([one], NOW)[0].note) == ("1 school", "1 educator, 0 events")


def test_a_case_s_way_shows_its_own_words_and_nothing_of_others() -> None:
    own = {"discovery": Stood("Took part"), "planning": Stood("Award"), "launch": Stood("Writing")}
    assert journey([DISCOVERY, PLANNING, LAUNCH], own, NOW) == [
        ("Discovery: Took part", "done"),
        ("Planning: Award", "done"),
        ("Launch: Writing", "now"),
    ]


def test_a_way_that_was_not_gone_says_so_and_at_most_one_step_is_now() -> None:
    autumn, winter = stage("autumn", opens=-90, closes=-60), stage("winter", opens=-50, closes=-20)
    spring, summer = stage("spring", opens=-10, closes=9), stage("summer", opens=70, closes=90)
    never = Stood("Not submitted, closed", ended=True)
    assert journey([DISCOVERY, autumn, winter, spring, summer], {"autumn": never}, NOW) == [
        ("Discovery: ended", "past"),
        ("Autumn: Not submitted, closed", "past"),
        ("Winter: closed, not applied", "past"),
        ("Spring: open until 17 March 2016", "now"),
        ("Summer: opens 17 May 2016", "open"),
    ]
    assert journey([autumn, spring], {"autumn": Stood("Submitted")}, NOW) == [
        ("Autumn: Submitted", "now"),
        ("Spring: open until 17 March 2016", "running"),
    ]
    assert path([autumn, replace(winter, decision_on=date(2016, 3, 1)), spring, summer], NOW, "UTC") == [
        ("Autumn: being decided", "running"),
        ("Winter: closed 17 February 2016, not decided", "past"),
        ("Spring: open until 17 March 2016", "now"),
        ("Summer: opens 17 May 2016", "open"),
    ]
    assert [(one.note, one.standing) for one in pipeline([autumn], NOW)] == [
        ("nobody applied", "done"),
        ("nothing to decide", "done"),
    ]


def test_dates_are_said_in_the_cycle_s_own_zone() -> None:
    closes = datetime(2016, 3, 21, 0, tzinfo=UTC)  # Sunday 20 March, 5 pm in Oakland
    oakland = StageFacts("l", "Launch", "application", NOW, closes, None, zone="America/Los_Angeles")
    assert path([oakland], NOW, oakland.zone) == [("Launch: open until 20 March 2016", "now")]
    assert path([oakland], closes + timedelta(days=1), oakland.zone) == [("Launch: being decided", "now")]
