"""What a careful colleague would notice in a definition that has no errors."""

import pytest

from grants.programs.faults import Level
from grants.programs.loading import check
from tests.programs.texts import SMALL, changed, line_of


def notices(text: str) -> list[tuple[str, int | None, str, str]]:
    report = check(text, "small.yaml")
    assert report.errors == ()
    return [(finding.level, finding.line, finding.where, finding.sentence) for finding in report.notices]


BOTTOM = (
    "note",
    line_of("amount: {by_score"),
    "stages.plan.decision.amount.by_score",
    "a total from 25 up to 60 has no amount: such an application cannot be awarded, even with money left",
)


def test_of_the_small_file_one_thing_is_worth_knowing() -> None:
    assert notices(SMALL) == [BOTTOM]


NOTICED = [
    (
        [("enter: {completed: look}", "enter: {all: [invited, {not: invited}]}")],
        "warning",
        "enter:",
        "stages.plan.enter",
        "nobody can enter “Planning grant”: no case can satisfy this rule",
    ),
    (
        [("at_least: 1, at_most: 3", "at_most: 0")],
        "warning",
        "awards:",
        "stages.plan.decision.awards",
        "“Planning grant” can award nothing: at most 0 awards",
    ),
    (
        [("plan: {title: Quality of plan, weight: 3", "plan: {title: Quality of plan, weight: 99")],
        "warning",
        "plan: {title",
        "rubrics.quality.criteria.plan",
        "“Quality of plan” makes up 99% of the total: the others decide next to nothing",
    ),
    (
        [("plan: {title: Quality of plan, weight: 3", "plan: {title: Quality of plan, weight: 99")],
        "warning",
        "team: {title",
        "rubrics.quality.criteria.team",
        "“Team” makes up 1% of the total: its mark decides next to nothing",
    ),
    (
        [
            (
                "    review: {rubric: quality}",
                "    review: {rubric: quality, identity: blind}\n    pitch: {rubric: quality}",
            ),
            ("words: {at_most: 300}, required: true}", "required: true, hidden_when_blind: true}"),
        ],
        "note",
        "pitch: {rubric",
        "stages.plan.pitch",
        (
            "review of “Planning grant” is blind, and a pitch shows who applies: have the scorecards in before the "
            "panel is invited to it"
        ),
    ),
    (
        [
            (
                "    review: {rubric: quality}",
                "    review: {rubric: quality}\n    pitch: {rubric: quality, shortlist: 2}",
            )
        ],
        "note",
        "pitch: {rubric",
        "stages.plan.pitch.shortlist",
        "at most 2 may pitch, and as many as 3 awards may be made",
    ),
    (
        [("team: {title: Team, levels: {1: Alone, 4: Together}}", "team: {title: Team}")],
        "note",
        "team: {title",
        "rubrics.quality.criteria.team",
        "no mark of “Team” is described; reviewers agree better on described marks",
    ),
    (
        [('{from: 60, amount: "$40,000"}', '{from: 60, amount: "$60,000"}')],
        "warning",
        "amount: {by_score",
        "stages.plan.decision.amount.by_score",
        "from 80 an award is $60,000, no more than the $60,000 from 60: a better score earns no more",
    ),
    (
        [('{from: 60, amount: "$40,000"}', '{from: 20, amount: "$40,000"}, {from: 10, amount: "$30,000"}')],
        "warning",
        "amount: {by_score",
        "stages.plan.decision.amount.by_score",
        "the amount from 10 can never be given: the lowest total possible is 25, which already earns $40,000",
    ),
    (
        [("pool: $200,000", "pool: $100,000"), ("{at_least: 1, at_most: 3}", "{at_least: 3}")],
        "warning",
        "pool: $100,000",
        "stages.plan.decision.pool",
        "the pool of $100,000 cannot pay the fewest awards: 3 of at least $40,000 need $120,000",
    ),
    (
        [("pool: $200,000", "pool: $100,000")],
        "warning",
        "pool: $100,000",
        "stages.plan.decision.pool",
        "at most 3 awards are allowed, but the pool of $100,000 never pays more than 2",
    ),
    (
        [("pool: $200,000", "pool: $50,000"), ("{at_least: 1, at_most: 3}", "{at_most: 1}")],
        "warning",
        "pool: $50,000",
        "stages.plan.decision.pool",
        "the pool of $50,000 cannot pay one award of $60,000",
    ),
    (
        [("      pool: $200,000\n", ""), ("{at_least: 1, at_most: 3}", "{at_least: 1}")],
        "warning",
        "decision:",
        "stages.plan.decision",
        "“Planning grant” has neither a pool nor a most number of awards: nothing limits it",
    ),
    (
        [
            (
                "{at_least: 1, at_most: 3}",
                (
                    "{at_most: 3}\n      portfolio: [{where: {sector: district}, at_least: 2}, "
                    "{where: {sector: charter}, at_least: 2}]"
                ),
            )
        ],
        "warning",
        "portfolio:",
        "stages.plan.decision.portfolio",
        "these rules ask for at least 4 awards, but at most 3 may be made",
    ),
    (
        [("funder: Harbor Foundation", 'funder: Harbor Foundation\nfunds: {own: {amount: "$150,000"}}')],
        "warning",
        "decision:",
        "stages.plan.decision.funds",
        "its funds hold $150,000, less than the pool of $200,000",
    ),
    (
        [("{rubric: quality}", "{rubric: quality, identity: blind}")],
        "warning",
        "identity: blind",
        "stages.plan.review.identity",
        "review is blind, but no question of the form “proposal” is hidden_when_blind",
    ),
    (
        [("{rubric: quality}", "{rubric: quality, reviewers_each: 1}")],
        "note",
        "reviewers_each",
        "stages.plan.review.reviewers_each",
        "one reviewer each: nothing shows how far another would have agreed",
    ),
    (
        [("    owes: [report]\n", "")],
        "warning",
        "{accepted: report}",
        "schedules.halves.2.when.1",
        "waits for “report”, which grantees of “Planning grant” do not owe",
    ),
    (
        [("    owes: [report]\n", "")],
        "note",
        "report: {kind",
        "requirements.report",
        "no stage uses the requirement “report”",
    ),
    (
        [("due: 2017-06-30", "due: 2017-08-01")],
        "warning",
        "{accepted: report}",
        "schedules.halves.2.when.1",
        "this installment is due 2017-07-15, before report.1 on 2017-08-01, for which it waits",
    ),
    (
        [("we award you {award.amount}.", "we award you a grant.")],
        "warning",
        "  congratulations:\n",
        "letters.congratulations",
        "the award letter of “Planning grant” never says {award.amount}",
    ),
    (
        [("{award.amount}.", '{award.amount}.\n    when: [{tier: "$50,000", add: Well done.}]')],
        "warning",
        "tier:",
        "letters.congratulations.when.1.tier",
        "no award of “Planning grant” is $50,000, so this is never added",
    ),
    (
        [("        judged_by: [team]\n", "")],
        "note",
        "team: {title",
        "rubrics.quality.criteria.team",
        "no section of the form “Proposal” says that it is judged by “Team”",
    ),
    (
        [
            (
                'amount: {by_score: [{from: 80, amount: "$60,000"}, {from: 60, amount: "$40,000"}]}',
                (
                    'amount: {range: {by_pupils: [{from_pupils: 1, to_pupils: 100, at_least: "$1", at_most: "$2"}, '
                    '{from_pupils: 200, to_pupils: 300, at_least: "$1", at_most: "$2"}]}}'
                ),
            )
        ],
        "warning",
        "amount: {range",
        "stages.plan.decision.amount.range.by_pupils.2",
        "there is a gap: no amount for applicants that serve 101 to 199 pupils",
    ),
]


@pytest.mark.parametrize(("replacements", "level", "passage", "where", "sentence"), NOTICED)
def test_it_is_noticed(
    replacements: list[tuple[str, str]], level: str, passage: str, where: str, sentence: str
) -> None:
    text = changed(*replacements)
    assert (level, line_of(passage, text), where, sentence) in notices(text)


def test_a_stage_that_only_grantees_of_an_impossible_stage_may_enter_is_impossible_too() -> None:
    text = changed(
        ("enter: {completed: look}", "enter: {all: [invited, {not: invited}]}"),
        (
            "rubrics:\n",
            (
                "  later:\n    kind: application\n    enter: {awarded: plan}\n"
                "    form: proposal\n    review: {rubric: quality}\n"
                '    decision: {awards: {at_most: 1}, amount: {flat: "$1"}}\n\nrubrics:\n'
            ),
        ),
    )
    entries = [where for _, _, where, _ in notices(text) if where.endswith(".enter")]
    assert entries == ["stages.plan.enter", "stages.later.enter"]


def test_warnings_do_not_keep_a_file_from_loading() -> None:
    report = check(changed(("pool: $200,000", "pool: $1")), "small.yaml")
    assert report.definition is not None
    assert Level.WARNING in {finding.level for finding in report.findings}


TRAINING = (
    "review: {rubric: quality}",
    (
        "review: {rubric: quality, calibration: {samples: {one: {text: {Idea: Good.}, anchors: {"
        "plan: {mark: 3, because: Clear.}, team: {mark: 2, because: Alone.}}}}}}"
    ),
)


def test_samples_that_teach_are_fine() -> None:
    assert notices(changed(TRAINING)) == [BOTTOM]


@pytest.mark.parametrize(
    ("change", "level", "where", "sentence"),
    [
        (
            ("calibration: {", "calibration: {within: 3, "),
            "warning",
            "stages.plan.review.calibration.within",
            "every mark is within 3 of every other: nothing is ever off",
        ),
        (
            (", team: {mark: 2, because: Alone.}", ""),
            "note",
            "stages.plan.review.calibration.samples.one.anchors",
            "no anchor for “Team”: reviewers mark it and do not learn how others would",
        ),
    ],
)
def test_samples_that_teach_little_are_noticed(change: tuple[str, str], level: str, where: str, sentence: str) -> None:
    found = [one for one in notices(changed(TRAINING, change)) if one != BOTTOM]
    assert [(one[0], one[2], one[3]) for one in found] == [(level, where, sentence)]
