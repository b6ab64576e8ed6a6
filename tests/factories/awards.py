"""A cycle that awards grants, and released decisions in it. Called inside a unit of work; they flush."""

from datetime import UTC, datetime

from grants.applications.models import Application
from grants.awards import services as awards
from grants.awards.models import Award
from grants.casework.models import Case
from grants.decisions.letter_facts import ANSWER_BY, answer_by_on
from grants.decisions.models import Decision, Slate, SlateLine
from grants.documents import facts as document_facts
from grants.documents import services as documents
from grants.kernel.clock import clock_at, now
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Organization
from grants.persistence.base import moving
from grants.persistence.session import db
from grants.programs import services as programs
from grants.programs.dates import usual_dates
from grants.programs.models import Cycle
from grants.programs.queries import definition_of
from tests.factories.people import join, organization, person

RELEASED = datetime(2016, 5, 12, 17, tzinfo=UTC)
PROGRAM = """
program: launches
title: Launch program
funder: Harbor Foundation
funds:
  outside: {title: Outside money, amount: "$1,000,000"}
  local: {title: Local money, amount: "$500,000"}
  charters_only: {title: Charter money, pays_only: {where: {sector: charter}}}
stages:
  launch:
    kind: application
    title: Launch grant
    form: idea
    review: {rubric: idea}
    decision: {awards: {at_most: 6}, amount: {flat: "$350,000"}}
    schedule: launch
    owes: [quarterly_check_in, first_steps, yearly_report]
    indicators: [attendance, suspensions]
    opens: 2016-02-01
    closes: 2016-03-20
    decision_on: 2016-05-12
rubrics:
  idea:
    scale: {from: 1, to: 4, words: [Not yet, Emerging, Strong, Exemplary]}
    criteria: {good: {title: A good idea}}
forms:
  idea:
    title: Idea
    sections: {idea: {judged_by: [good], fields: {what: {type: short_text, title: What}}}}
schedules:
  launch:
    - {title: To launch, share: 50%, due: 30 days after agreement_signed, when: [agreement_signed]}
    - {title: After a year, share: 30%, due: 2017-07-15, when: [{accepted: yearly_report.1}]}
    - title: After two years
      share: 20%
      due: 2018-07-15
      when: [{accepted: yearly_report.2}, {reached: attendance.year2}]
requirements:
  quarterly_check_in: {kind: check_in, from: 2016-09-01, every: 3 months, times: 4, agenda: [Progress, Finances]}
  first_steps: {kind: report, due: 60 days after agreement_signed}
  yearly_report: {kind: report, from: 2017-06-30, every: 1 year, times: 2, grace_days: 10}
indicators:
  attendance: {title: Attendance, unit: percent, years: [0, 1, 2], targets: {2: 95},
    subgroups: {grade: [3, 4], low_income: ["yes", "no"]}}
  suspensions: {title: Suspensions, unit: percent, better: lower, years: [1], targets: {1: 4}}
"""


def cycle(key: str = "launch-2016") -> Cycle:
    """A cycle of the program above."""
    version = programs.load_program(SYSTEM, PROGRAM, "launches.yaml")
    dates = usual_dates(definition_of(version))
    with clock_at(min(one.opens_at for one in dates.values())):
        return programs.open_cycle(SYSTEM, version, key, "Launch 2016", dates)


def decision(of: Cycle, place: Organization | None = None, amount: int = 350_000_00) -> Decision:
    """A released decision to award an organization a grant, with its application, slate and letter."""
    outcome = "award"
    place = place or organization()
    case = Case(cycle_id=of.id, organization=place, opened_at=now())
    officer = person(None, Role.PROGRAM_OFFICER)
    application = Application(
        case=case, stage=of.stages[0], started_at=now(), started_by_id=officer.id, state="submitted"
    )
    slate = Slate(stage=of.stages[0], title="A", made_at=now(), made_by_id=officer.id, state="released")
    line = SlateLine(
        slate=slate, application=application, rank=1, outcome=outcome, solved=outcome, amount=amount, tier=None
    )
    db.session.add_all([case, application, slate, line])
    db.session.flush()
    letter = documents.freeze("letter", application.public_id, case, "Letter", "letter", _letter_facts())
    one = Decision(
        application_id=application.id,
        case_id=case.id,
        slate_id=slate.id,
        letter_id=letter.id,
        outcome=outcome,
        amount=amount,
        released_at=RELEASED,
    )
    db.session.add(one)
    db.session.flush()
    return one


def award(of: Cycle | None = None, place: Organization | None = None, amount: int = 350_000_00) -> Award:
    """An award that is offered, to a school with a lead and a signatory named after it."""
    place = place or organization()
    if not place.memberships:
        join(person(f"Lead of {place.name}"), place)
        join(person(f"Signatory of {place.name}"), place, OrganizationRole.SIGNATORY)
        db.session.expire(place)
    return awards.offer_award(SYSTEM, decision(of or cycle(), place, amount))


def in_state(one: Award, state: str) -> Award:
    """An award put into a state without the way that leads there, for lists."""
    token = moving.set(True)
    try:
        one.state = state
    finally:
        moving.reset(token)
    db.session.flush()
    return one


def _letter_facts() -> document_facts.Facts:
    letter = document_facts.letter(
        document_facts.Letterhead("Harbor Foundation", "Launch program"),
        on=RELEASED.date(),
        reference="L-1",
        recipient=["Someone"],
        subject="Your award",
        body=["Dear someone,"],
        signed_by="An officer",
    )
    return {**letter, ANSWER_BY: answer_by_on(RELEASED.date()).isoformat()}
