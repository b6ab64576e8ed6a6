"""What the same schema carries without new code: cycles of other places, each as a small definition."""

from datetime import date
from decimal import Decimal

from grants.programs.loading import load_definition
from grants.programs.reading import aloud
from grants.programs.schema import Definition, EntryFacts, Waits, fits

FORM = """
forms:
  proposal:
    sections:
      idea:
        fields:
          idea: {type: long_text}
"""
RUBRIC = """
rubrics:
  quality:
    criteria:
      plan: {title: Plan}
"""


def program(stages: str, *more: str) -> Definition:
    head = "program: elsewhere\ntitle: Elsewhere\nfunder: A foundation\n"
    return load_definition("\n".join([head, stages, *(more or (RUBRIC, FORM))]), "elsewhere.yaml")


def test_a_single_stage_fund_needs_little_more_than_a_form_and_a_rubric() -> None:
    fund = program(
        """
stages:
  only:
    kind: application
    form: proposal
    review: {rubric: quality}
    decision: {pool: "$50,000", amount: {flat: "$5,000"}}
"""
    )
    stage = fund.application_stage("only")
    assert stage.enter.admits(EntryFacts())
    assert stage.title == "Only"
    assert stage.decision.approvals == {"director": 1}
    assert [line.share for line in fund.schedule(stage.schedule)] == [1]
    assert {outcome: fund.letter_for(stage, outcome).title for outcome in stage.letters} == {  # type: ignore[arg-type]
        "award": "Standard award letter",
        "waitlist": "Standard waitlist letter",
        "decline": "Standard decline letter",
    }


def test_two_launch_intakes_share_one_pool() -> None:
    city = program(
        """
stages:
  planning: {kind: application, form: proposal, review: {rubric: quality}, decision: {amount: {flat: "$60,000"}}}
  fast_track:
    kind: application
    enter: {any: [invited, {awarded: planning}]}
    form: proposal
    review: {rubric: quality}
    decision: {pool: "$1,400,000", amount: {flat: "$350,000"}}
  launch:
    kind: application
    enter: {all: [{awarded: planning}, {not: {awarded: fast_track}}]}
    form: proposal
    review: {rubric: quality}
    decision: {pool_shared_with: fast_track, amount: {flat: "$350,000"}}
"""
    )
    assert [stage.key for stage in city.sharing_pool("launch")] == ["fast_track", "launch"]
    assert city.pool_of("launch") == city.pool_of("fast_track") == 140_000_000
    assert city.pool_of("planning") is None
    launch = city.application_stage("launch").enter
    assert launch.admits(EntryFacts(awarded=frozenset({"planning"})))
    assert not launch.admits(EntryFacts(awarded=frozenset({"planning", "fast_track"})))


def test_a_pitch_stands_between_planning_and_launch() -> None:
    blended = program(
        """
stages:
  launch:
    kind: application
    form: proposal
    review: {rubric: quality}
    pitch: {rubric: pitch, minutes: 20, slides_due: 3 days before, shortlist: 7, counts: 60%}
    decision: {awards: {at_most: 4}, amount: {flat: "$100,000"}}
""",
        RUBRIC + "  pitch: {criteria: {budget: {title: The budget holds}}}\n",
        FORM,
    )
    pitch = blended.application_stage("launch").pitch
    assert pitch is not None
    assert pitch.slides_due is not None
    assert (pitch.minutes, pitch.shortlist, pitch.counts) == (20, 7, Decimal("0.6"))
    assert pitch.slides_due.before(date(2016, 3, 2)) == date(2016, 2, 28)


def test_criteria_are_numbered_with_points_and_an_absolute_priority() -> None:
    race = program(
        """
stages:
  district:
    kind: application
    eligibility:
      - key: data_system
        question: Do you have a robust data system?
        sentence: A robust data system is an eligibility requirement of this competition.
    form: proposal
    review: {rubric: selection}
    decision: {pool: "$380,000,000", amount: {range: {at_least: "$5,000,000", at_most: "$40,000,000"}}}
""",
        """
rubrics:
  selection:
    criteria:
      absolute_priority: {title: Personalized learning environments, number: Absolute priority 1, essential: true}
      a1: {title: A comprehensive reform vision, number: (A)(1), group: A. Vision, points: 10}
      a2: {title: Approach to implementation, number: (A)(2), group: A. Vision, points: 10}
      e3: {title: Performance measures, number: (E)(3), group: E. Continuous improvement, points: 5}
    essential_fails_when: any
""",
        FORM,
    )
    rubric = race.rubric("selection")
    assert [criterion.number for criterion in rubric.scored] == ["(A)(1)", "(A)(2)", "(E)(3)"]
    shares = [rubric.share_of(criterion) for criterion in rubric.scored]
    assert shares == [Decimal("0.4"), Decimal("0.4"), Decimal("0.2")]
    assert list(rubric.marks_of(rubric.criterion("e3"))) == [0, 1, 2, 3, 4, 5]
    assert [criterion.key for criterion in rubric.essentials] == ["absolute_priority"]
    assert rubric.criterion("absolute_priority").comment.needs_comment(1)
    assert race.application_stage("district").eligibility[0].must_be is True


def test_applicants_are_consortia() -> None:
    system = program(
        """
participation:
  applicants: [district, consortium]
  consortium: {members_at_least: 2, members_at_most: 20, lead: district}
stages:
  phase_one:
    kind: application
    form: coalition
    review: {rubric: quality}
    decision:
      awards: {at_most: 20}
      amount: {flat: "$200,000"}
      portfolio: [{where: {kind: consortium}, at_most: 5}]
""",
        RUBRIC,
        """
forms:
  coalition:
    sections:
      members:
        fields:
          members:
            type: group
            item: Member
            at_least: 2
            at_most: 20
            fields:
              name: {type: short_text, required: true}
              schools: {type: number, unit: schools}
""",
    )
    assert system.participation.applicants == ("district", "consortium")
    assert dict(aloud(system.stage("phase_one"), system))["Who may apply"] == (
        "Any school district or consortium of organizations. A consortium has at least 2 and at most 20 member "
        "organizations, and is led by a school district."
    )
    group = system.form("coalition").field("members")
    assert group.type == "group"
    assert (group.item_title, list(group.fields)) == ("Member", ["name", "schools"])
    (rule,) = system.application_stage("phase_one").decision.portfolio
    assert fits(rule.where, {"kind": "consortium"})
    assert not fits(rule.where, {"kind": "district"})


def test_the_range_of_an_award_depends_on_pupils_served() -> None:
    race = program(
        """
stages:
  district:
    kind: application
    form: size
    review: {rubric: quality}
    decision:
      pool: $380,000,000
      amount:
        range:
          per_pupil: $2,500
          pupils_field: pupils
          by_pupils:
            - {from_pupils: 2000, to_pupils: 5000, at_least: "$5,000,000", at_most: "$10,000,000"}
            - {from_pupils: 5001, to_pupils: 10000, at_least: "$10,000,000", at_most: "$20,000,000"}
            - {from_pupils: 10001, at_least: "$20,000,000", at_most: "$40,000,000"}
""",
        RUBRIC,
        "forms: {size: {sections: {size: {fields: {pupils: {type: number, unit: pupils}}}}}}",
    )
    amount = race.application_stage("district").decision.amount
    assert amount.range is not None
    assert [band.at_most for band in amount.range.by_pupils] == [1_000_000_000, 2_000_000_000, 4_000_000_000]
    assert (amount.smallest, amount.largest) == (500_000_000, 4_000_000_000)


def test_readiness_is_will_and_skill() -> None:
    county = program(
        """
stages:
  looking: {kind: discovery, counts: workshop, readiness: ready}
  design:
    kind: application
    enter:
      all:
        - {completed: looking}
        - readiness:
            stage: looking
            when:
              all:
                - {field: project_manager, equals: yes}
                - {any: [{field: will, at_least: 3}, {field: skill, at_least: 4}]}
    form: ready
    review: {rubric: readiness}
    decision: {awards: {at_most: 6}, amount: {flat: "$50,000"}}
""",
        """
rubrics:
  readiness:
    criteria:
      vision: {title: Vision, group: Will}
      enthusiasm: {title: Enthusiasm, group: Will}
      capacity: {title: Capacity, group: Skill}
""",
        """
forms:
  ready:
    sections:
      ready:
        fields:
          project_manager: {type: yes_no, title: "Do you have a project manager?"}
          will: {type: number, min: 1, max: 4}
          skill: {type: number, min: 1, max: 4}
""",
    )
    enter = county.application_stage("design").enter

    def admitted(**answers: object) -> bool:
        return enter.admits(EntryFacts(completed=frozenset({"looking"}), readiness={"looking": answers}))

    assert admitted(project_manager=True, will=3, skill=1)
    assert admitted(project_manager=True, will=1, skill=4)
    assert not admitted(project_manager=True, will=2, skill=3)
    assert not admitted(project_manager=False, will=4, skill=4)
    assert not enter.admits(EntryFacts(readiness={"looking": {"project_manager": True, "will": 4}}))
    assert {criterion.group for criterion in county.rubric("readiness").scored} == {"Will", "Skill"}


def test_two_winners_in_each_of_three_districts() -> None:
    colorado = program(
        """
stages:
  selection:
    kind: application
    form: where
    review: {rubric: quality}
    decision:
      awards: {at_least: 6, at_most: 6}
      amount: {flat: "$150,000"}
      portfolio:
        - {where: {answers.district: north}, at_least: 2, at_most: 2}
        - {where: {answers.district: south}, at_least: 2, at_most: 2}
        - {where: {answers.district: west}, at_least: 2, at_most: 2}
""",
        RUBRIC,
        """
forms:
  where:
    sections:
      where:
        fields:
          district: {type: choice, options: {north: Northern, south: Southern, west: Western}, required: true}
""",
    )
    rules = colorado.application_stage("selection").decision.portfolio
    assert [rule.title for rule in rules] == ["District: north", "District: south", "District: west"]
    assert [fits(rule.where, {"answers.district": "south"}) for rule in rules] == [False, True, False]


def test_half_is_paid_up_front_and_half_on_an_outcome() -> None:
    utah = program(
        """
stages:
  course:
    kind: application
    form: proposal
    review: {rubric: quality}
    decision: {awards: {at_most: 10}, amount: {flat: "$40,000"}}
    schedule: on_completion
    indicators: [completed]
schedules:
  on_completion:
    - {title: Up front, share: 50%, due: agreement_signed}
    - {title: On completion, share: 50%, due: 1 year after agreement_signed, when: [{reached: completed.year1}]}
indicators:
  completed: {title: Students who complete the course, unit: percent, targets: {1: 80}}
"""
    )
    first, second = utah.schedule("on_completion")
    assert first.when == (Waits(agreement_signed=True),)
    (waits,) = second.when
    assert waits.reached is not None
    assert (waits.kind, waits.reached.key, waits.reached.year) == ("reached", "completed", 1)
    assert second.due.date_for({"agreement_signed": date(2016, 2, 29)}) == date(2017, 2, 28)


def test_a_restricted_fund_and_a_match() -> None:
    city = program(
        """
funds:
  outside: {title: Outside, kind: outside, amount: "$300,000"}
  middle: {title: For middle schools, pays_only: {stages: only, where: {grade_band: middle}}}
  local: {title: Local, matches: {fund: outside, ratio: 2}}
stages:
  only:
    kind: application
    form: proposal
    review: {rubric: quality}
    decision: {awards: {at_most: 3}, funds: [outside, local], amount: {flat: "$100,000"}}
    schedule: matched
schedules:
  matched:
    - {share: 70%, due: 10 days after award_released, when: [agreement_signed, {matched: local}]}
    - {share: 30%, due: 2017-06-30, when: [{on_or_after: 2017-06-01}]}
"""
    )
    assert city.fund("local").matches is not None
    assert city.fund("local").matches.ratio == 2
    pays_only = city.fund("middle").pays_only
    assert pays_only is not None
    assert (pays_only.stages, pays_only.where) == (("only",), {"grade_band": ("middle",)})
    assert [condition.kind for line in city.schedule("matched") for condition in line.when] == [
        "agreement_signed",
        "matched",
        "on_or_after",
    ]
