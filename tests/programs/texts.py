"""Small definition files for tests, and the way to change a line of one."""

SMALL = """\
program: harbor
title: Harbor grants
funder: Harbor Foundation

stages:
  look:
    kind: discovery
    counts: [workshop, school_visit]

  plan:
    kind: application
    title: Planning grant
    enter: {completed: look}
    form: proposal
    review: {rubric: quality}
    decision:
      pool: $200,000
      awards: {at_least: 1, at_most: 3}
      amount: {by_score: [{from: 80, amount: "$60,000"}, {from: 60, amount: "$40,000"}]}
    schedule: halves
    owes: [report]
    letters: {award: congratulations}

rubrics:
  quality:
    scale: {from: 1, to: 4, words: [Poor, Fair, Good, Great]}
    criteria:
      plan: {title: Quality of plan, weight: 3, levels: {1: Vague, 4: Thought through}}
      team: {title: Team, levels: {1: Alone, 4: Together}}

forms:
  proposal:
    sections:
      idea:
        judged_by: [plan]
        fields:
          vision: {type: long_text, title: Your vision, words: {at_most: 300}, required: true}
          pilot: {type: yes_no}
          pilot_size: {type: number, unit: pupils, show_if: {field: pilot, equals: yes}}
      people:
        judged_by: [team]
        fields:
          team: {type: person_list}
          asked: {type: money, max: "$60,000"}

schedules:
  halves:
    - {share: 50%, due: 30 days after agreement_signed}
    - {share: 50%, due: 2017-07-15, when: [{accepted: report}]}

requirements:
  report: {kind: report, due: 2017-06-30}

letters:
  congratulations:
    subject: "{stage.title}: an award"
    body: Dear {recipient.name}, we award you {award.amount}.
"""


def changed(*replacements: tuple[str, str], text: str = SMALL) -> str:
    """The file with each passage replaced; a passage that is not there exactly once is a mistake of the test."""
    for old, new in replacements:
        assert text.count(old) == 1, f"{old!r} is in the file {text.count(old)} times"
        text = text.replace(old, new)
    return text


def line_of(passage: str, text: str = SMALL) -> int:
    """The line on which a passage begins."""
    assert text.count(passage) == 1, f"{passage!r} is in the file {text.count(passage)} times"
    return text[: text.index(passage)].count("\n") + 1
