"""Every error names the line and the path, in words that say what to change."""

import pytest

from grants.programs.faults import DefinitionError
from grants.programs.loading import check, load_definition
from tests.programs.texts import SMALL, changed, line_of


def test_the_small_file_has_no_errors() -> None:
    assert check(SMALL, "small.yaml").errors == ()


WRONG_SETTINGS = [
    ("review: {rubric: quality}", "review: {rubic: quality}", [
        ("review: {rubic", "stages.plan.review", "“rubric” is missing here"),
        ("review: {rubic", "stages.plan.review.rubic", "there is no setting “rubic” here; did you mean “rubric”?"),
    ]),
    ("kind: discovery", "kind: discovry", [
        ("kind: discovry", "stages.look.kind", "there is no kind “discovry”; did you mean “discovery”?"),
    ]),
    ("    kind: discovery\n", "", [
        ("look:", "stages.look", "“kind” is missing here; it says which kind of thing this is"),
    ]),
    ("type: yes_no", "type: yesno", [
        ("yesno", "forms.proposal.sections.idea.fields.pilot.type", "there is no type “yesno”; did you mean “yes_no”?"),
    ]),
    ("program: harbor", "program: Harbor", [
        ("program: Harbor", "program", "this is not written as it should be; small letters, digits and _ make a name"),
    ]),
    ("  look:\n", "  Look Around:\n", [
        (
            "Look Around", "stages.Look Around",
            "“Look Around” cannot be a name here; use small letters, digits and _, and begin with a letter",
        ),
    ]),
    ("title: Harbor grants", "title: 2016", [
        ("title: 2016", "title", "a text is expected here; put numbers and dates in quotes"),
    ]),
    ("pool: $200,000", "pool: 200000", [
        ("200000", "stages.plan.decision.pool",
         "“200000” is not an amount; write it with a dollar sign, such as $60,000"),
    ]),
    ("{share: 50%, due: 30 days after agreement_signed}", "{share: 0.5, due: 30 days after agreement_signed}", [
        ("share: 0.5", "schedules.halves.1.share", "“0.5” is not a share; write it with a percent sign, such as 50%"),
    ]),
    ("awards: {at_least: 1, at_most: 3}", "awards: {at_least: one, at_most: -3}", [
        ("at_least: one", "stages.plan.decision.awards.at_least", "a whole number is expected here, without quotes"),
        ("at_least: one", "stages.plan.decision.awards.at_most", "this must be at least 0"),
    ]),
    ("owes: [report]", "owes: report", [
        ("owes: report", "stages.plan.owes", "a list is expected here"),
    ]),
    ("review: {rubric: quality}", "remind: [2 months before]\n    review: {rubric: quality}", [
        ("remind", "stages.plan.remind",
         "“2 months before” is not a day of a reminder; count in days or weeks, such as 7 days before"),
    ]),
    ("review: {rubric: quality}", "remind: [7 days before, 1 week before]\n    review: {rubric: quality}", [
        ("remind", "stages.plan.remind", "the same day is named twice; each reminder has a day of its own"),
    ]),
    ("review: {rubric: quality}", "remind: [61 days before]\n    review: {rubric: quality}", [
        ("remind", "stages.plan.remind", "“61 days before” is too early; a reminder comes at most 60 days before"),
    ]),
    ("review: {rubric: quality}", "review: quality", [
        ("review: quality", "stages.plan.review", "a group of settings (name: value) is expected here"),
    ]),
    ("levels: {1: Alone, 4: Together}", "levels: {one: Alone, 4: Together}", [
        ("one: Alone", "rubrics.quality.criteria.team.levels.one", "“one” must be a whole number"),
    ]),
    ("{title: Team, levels", "{title: Team, engaged and equipped, levels", [
        (
            "engaged", "rubrics.quality.criteria.team.engaged and equipped",
            ("“engaged and equipped” is not a setting; inside { } a comma ends a value, so a text or an amount with a "
            "comma needs quotes"),
        ),
    ]),
    ("enter: {completed: look}", "enter: {completed: look, invited: true}", [
        (
            "enter:", "stages.plan.enter",
            "an entry rule is exactly one of open, invited, completed, awarded, readiness, all, any or not",
        ),
    ]),
    ("{title: Team, levels", "{title: Team, essential: true, weight: 2, levels", [
        (
            "essential: true", "rubrics.quality.criteria.team",
            ("an essential criterion is yes or no: it has no weight, points or essential_at_least (for a scored "
            "criterion with a floor, write essential_at_least without essential)"),
        ),
    ]),
    ("team: {title: Team", "team: {points: 10, title: Team", [
        ("rubrics:\n  quality:"[9:], "rubrics.quality", "either every scored criterion has points or none has"),
    ]),
    ("words: [Poor, Fair, Good, Great]", "words: [Poor, Great]", [
        ("words: [Poor", "rubrics.quality.scale", "the scale has 4 marks but 2 words"),
    ]),
    ("report: {kind: report, due: 2017-06-30}", "report: {kind: report, from: 2017-06-30, times: 3}", [
        ("times: 3", "requirements.report", "a requirement owed several times says every, such as 3 months"),
    ]),
    ("due: 2017-07-15", "due: 2017-07-35", [
        ("2017-07-35", "schedules.halves.2.due", "there is no day 2017-07-35 in the calendar"),
    ]),
    ("funder: Harbor Foundation", "funder: Harbor Foundation\ntime_zone: Oakland", [
        ("time_zone", "time_zone", "there is no time zone “Oakland”; write one such as America/Los_Angeles"),
    ]),
]  # fmt: skip

LEADS_NOWHERE = [
    ("rubric: quality}", "rubric: qualty}", [
        ("qualty", "stages.plan.review.rubric", "there is no rubric “qualty”; did you mean “quality”?"),
    ]),
    ("form: proposal", "form: x", [("form: x", "stages.plan.form", "there is no form “x”; there are: proposal")]),
    ("completed: look", "completed: plan", [
        ("completed: plan", "stages.plan.enter.completed", "the stage “plan” does not come before “plan”"),
    ]),
    ("completed: look", "awarded: look", [
        ("awarded: look", "stages.plan.enter.awarded", "the stage “look” is not a stage that awards grants"),
    ]),
    ("completed: look", "completed: lok", [
        ("completed: lok", "stages.plan.enter.completed", "there is no stage “lok”; did you mean “look”?"),
    ]),
    ("schedule: halves", "schedule: thirds", [
        ("schedule: thirds", "stages.plan.schedule", "there is no schedule “thirds”; there are: halves"),
    ]),
    ("owes: [report]", "owes: [report, report, repot]", [
        ("owes:", "stages.plan.owes.2", "“report” is in this list twice"),
        ("owes:", "stages.plan.owes.3", "there is no requirement “repot”; did you mean “report”?"),
    ]),
    ("{award: congratulations}", "{award: congratulation}", [
        (
            "{award: congratulation}", "stages.plan.letters.award",
            "there is no letter “congratulation”; did you mean “congratulations”?",
        ),
    ]),
    ("judged_by: [plan]", "judged_by: [plans]", [
        ("[plans]", "forms.proposal.sections.idea.judged_by.1", "there is no criterion “plans”; did you mean “plan”?"),
    ]),
    ("show_if: {field: pilot,", "show_if: {field: pilots,", [
        (
            "field: pilots", "forms.proposal.sections.idea.fields.pilot_size.show_if.field",
            "there is no question “pilots”; did you mean “pilot”?",
        ),
    ]),
    ("show_if: {field: pilot,", "show_if: {field: pilot_size,", [
        (
            "field: pilot_size", "forms.proposal.sections.idea.fields.pilot_size.show_if.field",
            "a question cannot depend on its own answer",
        ),
    ]),
    ("team: {type: person_list}", "vision: {type: person_list}", [
        (
            "vision: {type: person_list}", "forms.proposal.sections.people.fields.vision",
            "the key “vision” is already used in the section “idea” of this form",
        ),
    ]),
    ("team: {type: person_list}", "team: {type: person_list, carry_forward: plan.team}", [
        (
            "carry_forward", "forms.proposal.sections.people.fields.team.carry_forward",
            "the stage “plan” does not come before “plan”",
        ),
    ]),
    ("{accepted: report}", "{accepted: report.2}", [
        (
            "report.2", "schedules.halves.2.when.1.accepted",
            "“report” is owed once, so there is no number 2",
        ),
    ]),
    ("{accepted: report}", "{reached: attendance.year1}", [
        ("reached", "schedules.halves.2.when.1.reached", "there is no indicator “attendance”; there are none"),
    ]),
    ("      pool: $200,000\n", "      pool_shared_with: look\n", [
        (
            "pool_shared_with", "stages.plan.decision.pool_shared_with",
            "there is no application stage “look”; there are: plan",
        ),
    ]),
    ("      pool: $200,000\n", "      pool_shared_with: plan\n", [
        ("pool_shared_with", "stages.plan.decision.pool_shared_with", "a stage cannot share a pool with itself"),
    ]),
    ("      pool: $200,000\n", "      portfolio: [{where: {sectr: charter}, at_least: 1}]\n", [
        (
            "portfolio", "stages.plan.decision.portfolio.1.where.sectr",
            "there is no attribute “sectr”; did you mean “sector”?",
        ),
    ]),
    ("      pool: $200,000\n", "      ties: [{criterion: plans}, lot]\n", [
        (
            "ties:", "stages.plan.decision.ties.1.criterion",
            "there is no scored criterion “plans”; did you mean “plan”?",
        ),
    ]),
    ('amount: "$40,000"}]}', 'amount: "$40,000"}], never_above_asked: true, asked_field: vision}', [
        ("asked_field", "stages.plan.decision.amount.asked_field", "the question “vision” is not of type money"),
    ]),
]  # fmt: skip

CANNOT_HOLD = [
    ("{share: 50%, due: 30 days after agreement_signed}", "{share: 40%, due: 30 days after agreement_signed}", [
        ("halves:\n", "schedules.halves", "the shares add up to 90%, not to 100%"),
    ]),
    ("awards: {at_least: 1, at_most: 3}", "awards: {at_least: 4, at_most: 3}", [
        ("awards:", "stages.plan.decision.awards", "the least here is more than the most"),
    ]),
    ("{from: 60, amount", "{from: 80, amount", [
        ("by_score", "stages.plan.decision.amount.by_score.2.from", "there is already an amount from 80"),
    ]),
    ("4: Together", "5: Together", [
        ("5: Together", "rubrics.quality.criteria.team.levels.5", "there is no mark 5; they go from 1 to 4"),
    ]),
    ("words: {at_most: 300}", "words: {at_least: 301, at_most: 300}", [
        ("words: {at_l", "forms.proposal.sections.idea.fields.vision.words", "the least here is more than the most"),
    ]),
    ("{award.amount}", "{award.amont}", [
        (
            "award.amont", "letters.congratulations.body",
            "there is no placeholder {award.amont}; did you mean “award.amount”?",
        ),
    ]),
    ("{award.amount}", "{waitlist.position}", [
        ("{waitlist", "letters.congratulations.body", "a letter of award has no {waitlist.position}"),
    ]),
    ("{award.amount}", "{award.amount", [
        (
            "{award.amount", "letters.congratulations.body",
            "a { or } stands alone here; placeholders are written {organization.name}",
        ),
    ]),
    ("{award.amount}", "{table.installments}", [
        (
            "{table", "letters.congratulations.body",
            "{table.installments} is a table and stands on a line of its own",
        ),
    ]),
    ("letters: {award: congratulations}", "letters: {decline: congratulations}", [
        ("we award you", "letters.congratulations.body", "a letter of decline has no {award.amount}"),
    ]),
    ("owes: [report]", "owes: [report]\n    opens: 2016-05-02\n    closes: 2016-05-01", [
        ("closes: 2016", "stages.plan.closes", "closes (2016-05-01) is before opens (2016-05-02)"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [*WRONG_SETTINGS, *LEADS_NOWHERE, *CANNOT_HOLD])
def test_an_error_names_line_and_path(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    text = changed((old, new))
    found = [(error.line, error.where, error.sentence) for error in check(text, "small.yaml").errors]
    assert found == [(line_of(passage, text), where, sentence) for passage, where, sentence in expected]


def test_all_errors_are_told_at_once() -> None:
    text = changed(("rubric: quality}", "rubric: qualty}"), ("{share: 50%, due: 30", "{share: 60%, due: 30"))
    with pytest.raises(DefinitionError) as wrong:
        load_definition(text, "small.yaml")
    assert str(wrong.value).splitlines() == [
        "small.yaml cannot be loaded: 2 errors.",
        "small.yaml, line 15, stages.plan.review.rubric: there is no rubric “qualty”; did you mean “quality”?",
        "small.yaml, line 47, schedules.halves: the shares add up to 110%, not to 100%",
    ]
    assert wrong.value.status == 422


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "42"])
def test_a_file_that_is_no_definition_says_so(text: str) -> None:
    (error,) = check(text, "odd.yaml").errors
    assert (error.line, error.sentence) == (1, "a definition is a group of settings, such as title: NGLC in Oakland")


def test_unreadable_yaml_is_an_error_with_its_line() -> None:
    (error,) = check("program: harbor\nprogram: harbor", "twice.yaml").errors
    assert str(error) == "line 2: “program” is here a second time; it is already on line 1"


SAMPLE = "review: {rubric: quality, calibration: {samples: {one: {text: {Idea: Good.}, anchors: %s}}}}"
WRONG_ANCHORS = [
    ("{plan: {mark: 5, because: So.}}", "plan.mark", "the mark 5 is not on the scale of “Quality of plan”: 1 to 4"),
    ("{paln: {mark: 1, because: So.}}", "paln", "there is no criterion “paln”; did you mean “plan”?"),
    ("{plan: {passed: yes, because: So.}}", "plan", "“Quality of plan” is scored: its anchor is a mark"),
    (
        "{plan: {because: So.}}",
        "plan",
        "an anchor has a mark, or passed with yes or no for an essential criterion",
    ),
]


@pytest.mark.parametrize(("anchors", "where", "sentence"), WRONG_ANCHORS)
def test_an_anchor_is_a_mark_that_a_reviewer_could_give(anchors: str, where: str, sentence: str) -> None:
    errors = check(changed(("review: {rubric: quality}", SAMPLE % anchors)), "small.yaml").errors
    at = f"stages.plan.review.calibration.samples.one.anchors.{where}"
    assert [(one.where, one.sentence) for one in errors] == [(at, sentence)]


def test_an_essential_criterion_is_anchored_by_yes_or_no() -> None:
    text = changed(
        ("review: {rubric: quality}", SAMPLE % "{team: {mark: 1, because: So.}}"),
        ("team: {title: Team, levels: {1: Alone, 4: Together}}", "team: {title: Team, essential: true}"),
    )
    sentences = [one.sentence for one in check(text, "small.yaml").errors]
    assert sentences == ["“Team” is essential: its anchor is passed, yes or no"]
