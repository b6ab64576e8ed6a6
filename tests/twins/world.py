"""The two worlds: a cycle from its first workshop to its second review, told twice.

They are the same but for one school, Tern: who reads its applications, what they give and write, which card is opened
again, what staff say of it among themselves. Ids are drawn by name, so that whatever is in both has one address.
"""

import random
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from grants.applications import services as applications
from grants.applications.models import Application
from grants.awards import services as awards
from grants.awards.models import Award
from grants.background.runner import run_due
from grants.casework import files
from grants.casework import services as casework
from grants.casework.models import Case
from grants.casework.todos import VERIFIED
from grants.decisions import queries as slates
from grants.decisions import services as decisions
from grants.discovery.services.asking import ask
from grants.discovery.services.calling import CallPlan, show_call
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import Role
from grants.meetings import queries as meeting_queries
from grants.meetings import services as meetings
from grants.meetings.ballots import Ballot, Choice
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.messages.feeds import make_feed
from grants.monitoring import services as monitoring
from grants.payments import services as payments
from grants.payments.models import Installment
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.session import db, unit_of_work
from grants.programs.dates import usual_dates
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.services import load_program, open_cycle
from grants.review import queries as reviews
from grants.review import services as review
from grants.review.aims import Aims
from grants.review.models import Assignment
from grants.review.steps import text_hash
from grants.review.vacancy_models import Vacancy
from tests.factories import applications as writing
from tests.factories import discovery as events
from tests.factories import people as making
from tests.factories import review as panels
from tests.factories.monitoring import reading, requirement
from tests.factories.people import actor, person
from tests.factories.uploads import blank_pdf

PROGRAM = """
program: twins
title: Schools of Tomorrow
funder: Harbor Foundation
funds:
  local: {title: Local money, amount: "$900,000"}
stages:
  discovery: {kind: discovery, title: Discovery, counts: [workshop], complete_when: {at_least: 1},
    opens: 2014-10-01, closes: 2014-12-19}
  planning:
    kind: application
    title: Planning grant
    enter: open
    form: idea
    review: {rubric: idea, reviewers_each: 2, load: {at_most: 6}}
    decision: {awards: {at_most: 2}, amount: {flat: "$100,000"}, approve: {directors: 1}}
    schedule: planning
    owes: [check_in, report]
    indicators: [attendance]
    opens: 2015-01-12
    closes: 2015-03-01
    reviews_due: 2015-03-30
    decision_on: 2015-04-20
  launch:
    kind: application
    title: Launch grant
    enter: open
    form: idea
    review: {rubric: idea, reviewers_each: 2, load: {at_most: 6}}
    pitch: {rubric: pitch, minutes: 15, counts: 40%}
    decision: {awards: {at_most: 4}, amount: {by_score: [{from: 45, amount: "$100,000"}]}, approve: {directors: 1}}
    opens: 2016-02-01
    closes: 2016-03-20
    reviews_due: 2016-04-15
    decision_on: 2016-05-12
rubrics:
  idea:
    scale: {from: 1, to: 4, words: [Not yet, Emerging, Strong, Exemplary]}
    criteria:
      plans: {title: Every student has a plan, essential: true, comment: never}
      good: {title: A good idea, weight: 2}
      team: {title: A strong team}
  pitch:
    scale: {from: 1, to: 5}
    criteria:
      there: {title: The head of school is there, essential: true, comment: never}
      answers: {title: Answers our questions, weight: 2}
      team: {title: The whole team speaks}
forms:
  idea:
    title: Idea
    sections:
      idea:
        {title: The idea, judged_by: [good], fields: {what: {type: long_text, title: What will change, required: true}}}
      people:
        {title: The people, judged_by: [team], fields: {who: {type: short_text, title: Who leads, required: true}}}
schedules:
  planning:
    - {title: To begin, share: 60%, due: 30 days after agreement_signed, when: [agreement_signed]}
    - {title: After the report, share: 40%, due: 2016-06-15, when: [{accepted: report.1}]}
requirements:
  check_in: {kind: check_in, from: 2015-09-01, every: 3 months, times: 3, agenda: [Progress, Finances]}
  report: {kind: report, from: 2016-03-31, every: 1 year, times: 1, grace_days: 10}
indicators:
  attendance: {title: Attendance, unit: percent, years: [0, 1], targets: {1: 95}}
"""

LAUNCHED = datetime(2016, 4, 20, 17, tzinfo=UTC)
"""When everyone reads: the launch review is under way, a draft of its slate is there, planning is a year old."""

SCHOOLS: Mapping[str, Mapping[str, Any]] = {
    "Tern": {"sector": "charter", "city": "Oakland"},
    "Heron": {"sector": "district", "city": "Oakland"},
    "Gull": {"sector": "district", "city": "Berkeley"},
    "Plover": {"sector": "charter", "city": "Oakland"},
}


class Chance:
    """Where ids and codes come from while a world is made and read: the same name gives the same ones."""

    def __init__(self) -> None:
        self._random = random.Random("nothing")
        self._drawn: dict[str, int] = {}

    def begin(self, name: str) -> None:
        """Draw under a name from here on; a name that was used goes on with others of its own."""
        self._drawn[name] = self._drawn.get(name, -1) + 1
        self._random = random.Random(f"{name} {self._drawn[name]}")

    def forget(self) -> None:
        self._drawn.clear()

    @contextmanager
    def put_in(self) -> Iterator[None]:
        """Within the block, what the application draws is drawn here."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(secrets, "choice", self._choice)
            patch.setattr(secrets, "token_urlsafe", self._token)
            yield

    def _choice(self, signs: str) -> str:
        return self._random.choice(signs)

    def _token(self, size: int) -> str:
        return f"{self._random.getrandbits(6 * size):x}"


@dataclass(frozen=True)
class Said:
    """What the review of one school says in a world: who gives it what in which stage, with which words.

    planning, launch   reviewer -> mark on everything that has one
    pitch              the same of who scores its pitch
    opened_again       the reviewer whose launch card is opened again and revised
    words              what they write; nobody else writes any of it
    """

    planning: Mapping[str, int]
    launch: Mapping[str, int]
    pitch: Mapping[str, int]
    opened_again: str
    words: str


# Tern comes first in both, and no other school's place hangs on it: what follows from its scores is not what is hidden.
ONE = Said({"Ann": 4, "Ben": 4}, {"Ann": 4, "Ben": 4}, {"Ann": 5, "Ben": 5}, "Ben", "zebrafish splendour")
OTHER = Said(
    {"Cleo": 4, "Dan": 3},
    {"Cleo": 4, "Dan": 3, "Ann": 3},
    {"Cleo": 5, "Dan": 5, "Ann": 4},
    "Cleo",
    "quagmire throughout",
)
WORDS = (ONE.words.split()[0], OTHER.words.split()[0])


class Reader(NamedTuple):
    """Somebody as a browser knows them."""

    name: str
    person_id: int
    public_id: str
    session_stamp: str


@dataclass
class World:
    """Everyone in it, by first name, and the hidden case."""

    said: Said
    chance: Chance
    people: dict[str, Person] = field(default_factory=dict)
    schools: dict[str, writing.School] = field(default_factory=dict)
    stages: dict[str, CycleStage] = field(default_factory=dict)

    def by(self, name: str) -> Actor:
        return actor(self.people[name])

    @contextmanager
    def at(self, year: int, month: int, day: int, what: str = "") -> Iterator[None]:
        self.chance.begin(f"{year}-{month}-{day} {what}")
        with clock_at(datetime(year, month, day, 17, tzinfo=UTC)):
            yield

    def step(self, *acts: Callable[[], object]) -> None:
        """Each act in a transaction of its own, as a press of a button is."""
        for one in acts:
            with unit_of_work():
                one()

    # ── the cycle ────────────────────────────────────────────────────────────────────────────────────────────────────

    def tell(self) -> None:
        with self.at(2014, 9, 15):
            self._people()
            self._cycle()
        self._discovery()
        self._apply("planning", 2015, "A lab")
        self._review("planning", 2015)
        self._award()
        self._apply("launch", 2016, "A school day")
        with self.at(2016, 3, 21, "a place falls vacant"):
            self._empty_a_place()
        self._review("launch", 2016)
        with self.at(2016, 4, 18, "proposal"):
            self.step(lambda: review.ask_for_assignment(self.by("Olu"), self.stages["launch"], Aims()))
            run_due()
        self._meet()
        self._pitch()
        with self.at(2016, 4, 19, "slate"):
            self._slate("launch", "A first look")
            run_due()
            self.step(lambda: verify(self.by("Dov")))

    def readers(self) -> dict[str, Reader]:
        """Name -> whoever has an account."""
        return {
            name: Reader(name, one.id, one.public_id, one.session_stamp) for name, one in sorted(self.people.items())
        }

    def cases(self) -> dict[str, int]:
        """School -> its case."""
        return {name: self.application("planning", name).case_id for name in self.schools}

    def _people(self) -> None:
        roles: dict[str, Sequence[Role]] = {
            "Olu": [Role.PROGRAM_OFFICER], "Maya": [Role.PROGRAM_OFFICER],
            "Dov": [Role.DIRECTOR], "Dee": [Role.DIRECTOR],
            "Fay": [Role.FINANCE_OFFICER], "Fritz": [Role.FINANCE_OFFICER], "Aud": [Role.AUDITOR],
            "Pat": [Role.PARTNER_FUNDER], "Ada": [Role.ADMINISTRATOR],
            "Ann": [Role.REVIEWER], "Ben": [Role.REVIEWER], "Cleo": [Role.REVIEWER], "Dan": [Role.REVIEWER],
            "Rex": [Role.REVIEWER], "Tess": [Role.REVIEWER], "Kai": [],
        }  # fmt: skip
        with unit_of_work():
            for name, held in roles.items():
                self.people[name] = person(name, *held)
            for name, more in SCHOOLS.items():
                self.schools[name] = school = writing.school(name, **more)
                for one in ("lead", "editor", "viewer", "signatory"):
                    someone: Person = getattr(school, one)
                    someone.name = f"{one.capitalize()} of {name}"
                    self.people[someone.name] = someone
            for someone in self.people.values():
                make_feed(actor(someone))

    def _cycle(self) -> None:
        with unit_of_work():
            version = load_program(SYSTEM, PROGRAM, "twins.yaml")
            cycle = open_cycle(
                SYSTEM, version, "twins-2015", "Schools of Tomorrow", usual_dates(definition_of(version))
            )
            self.stages = {one.key: one for one in cycle.stages}
            show_call(self.by("Olu"), cycle, CallPlan("listed", "Plan with us.", "Olu", "olu@foundation.example"))
            payments.open_fund(SYSTEM, cycle, "local", "Local money", 900_000_00)

    @property
    def cycle(self) -> Cycle:
        return self.stages["planning"].cycle

    def _discovery(self) -> None:
        with self.at(2014, 10, 20), unit_of_work():
            workshop = events.event(self.cycle, datetime(2014, 11, 3, 18, tzinfo=UTC), title="What is mastery?")
            for name, school in self.schools.items():
                events.placed(workshop, school.organization, school.lead, came=name != "Plover")
            call = self.cycle_call()
            ask(self.schools["Gull"].as_lead, call, "May a high school apply?")

    def cycle_call(self) -> Any:
        from grants.discovery.call_models import Call

        return db.session.scalars(select(Call).where(Call.cycle_id == self.cycle.id)).one()

    # ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _apply(self, stage: str, year: int, idea: str) -> None:
        with self.at(year, 2, 10, f"writing {stage}"):
            for name, school in self.schools.items():
                self.step(lambda school=school, name=name: self._write(stage, school, f"{idea} for {name}."))
        with self.at(year, 2, 24, f"submitting {stage}"):
            for name, school in self.schools.items():
                one = self.application(stage, name)
                self.step(
                    lambda one=one, school=school: applications.submit(school.as_signatory, one, school.signatory.name)
                )
            run_due()

    def _write(self, stage: str, school: writing.School, idea: str) -> None:
        one = writing.draft(school, self.stages[stage], {"what": idea, "who": "Six teachers."})
        applications.comment(school.as_editor, one, "idea", "Do we say enough here?")
        if school.organization.name == "Gull" and stage == "launch":
            kai = self.people["Kai"]
            asked = applications.invite_coach(school.as_lead, one, kai.name, kai.email, "Design House", ["idea"])
            applications.accept_coaching(actor(kai), asked)

    def application(self, stage: str, school: str) -> Application:
        return db.session.scalars(
            select(Application)
            .join(Application.case)
            .where(
                Application.stage_id == self.stages[stage].id,
                Case.organization_id == self.schools[school].organization.id,
            )
        ).one()

    @property
    def hidden(self) -> Case:
        """Tern's case."""
        return self.application("planning", "Tern").case

    # ── reviewing ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _join(self, place: CycleStage, name: str) -> None:
        """Somebody is asked, says yes, accepts the terms and confirms their profile."""
        asked = review.invite_reviewer(self.by("Olu"), place, self.people[name])
        review.accept_invitation(asked, self.people[name])
        review.accept_terms(self.by(name), place, text_hash(reviews.review_rules(place).terms))
        review.confirm_profile(self.by(name), place)

    def _review(self, stage: str, year: int) -> None:
        place = self.stages[stage]
        with self.at(year, 3, 21, f"panel {stage}"):
            for name in ("Ann", "Ben", "Cleo", "Dan", "Rex"):
                self.step(lambda name=name: self._join(place, name))
            case = self.hidden
            if stage == "planning":
                for name in ("Maya", "Dee", "Fritz", "Pat"):
                    self.step(
                        lambda name=name: review.declare_conflict(self.by(name), case, "My sister teaches there.")
                    )
                self.step(lambda: review.note_conflict(self.by("Olu"), case, self.people["Aud"], "Sat on its board."))
            for name in ("Ann", "Ben", "Cleo", "Dan", "Rex"):
                theirs = {case.id: "I helped to found it."} if name == "Rex" and stage == "planning" else {}
                self.step(lambda name=name, theirs=theirs: review.declare_conflicts(self.by(name), place, theirs))
            run_due()
        with self.at(year, 3, 22, f"assigning {stage}"):
            for name, readers in {"Heron": ("Rex", "Ann"), "Gull": ("Rex", "Ben"), "Plover": ("Cleo", "Dan")}.items():
                for reader in readers:
                    self._assign(stage, name, reader)
            run_due()
        with self.at(year, 3, 28, f"scoring {stage}"):
            for name, marks in {"Heron": (3, 3), "Gull": (3, 1), "Plover": (2, 1)}.items():
                cards = [one for one in self._cards(stage, name) if one.revoked_at is None]
                for card, mark in zip(cards, marks, strict=True):
                    if not (stage == "launch" and (name, card.reviewer.name) == ("Gull", "Rex")):
                        self._score(card, mark, f"Read {name} twice.")
            run_due()
        self._hidden_review(stage, year)

    def _empty_a_place(self) -> None:
        """One reviewer turns out to be tied to what she was given: her place on it is to be filled."""
        place = self.stages["launch"]
        self.step(lambda: self._join(place, "Tess"), lambda: review.declare_conflicts(self.by("Tess"), place, {}))
        self._assign("launch", "Plover", "Tess")
        plover = self._cards("launch", "Plover")[0].submission.application.case
        self.step(lambda: review.declare_conflict(self.by("Tess"), plover, "Her uncle chairs its board.", "close"))

    def _hidden_review(self, stage: str, year: int) -> None:
        """What the worlds differ in."""
        said = self.said
        with self.at(year, 3, 29, f"Tern {stage} {said.words}"):
            given = said.planning if stage == "planning" else said.launch
            for reader in given:
                self._assign(stage, "Tern", reader)
            for card in self._cards(stage, "Tern"):
                self._score(card, given[card.reviewer.name], f"{said.words}, says {card.reviewer.name}.")
            if stage == "launch":
                card = next(one for one in self._cards(stage, "Tern") if one.reviewer.name == said.opened_again)
                scorecard = card.scorecard
                assert scorecard is not None
                self._assign(stage, "Tern", "Tess")
                self.step(lambda: review.note_conflict(self.by("Olu"), self.hidden, self.people["Tess"], said.words))
                if said is OTHER:
                    hers = next(one.id for one in self._cards(stage, "Tern") if one.reviewer.name == "Tess")
                    place = db.session.scalars(select(Vacancy).where(Vacancy.assignment_id == hers)).one()
                    self.step(lambda: review.leave_vacancy(self.by("Olu"), place, f"Two suffice: {said.words}."))
                self.step(lambda: review.reopen_scorecard(self.by("Olu"), card, f"Please say why: {said.words}."))
                self._score(card, given[card.reviewer.name], f"Revised: {said.words}.", scorecard.version)
                for words in (f"{said.words} at the visit.", "Talk it over with Dov."):
                    self.step(lambda words=words: casework.add_note(self.by("Olu"), self.hidden, words))
                self.step(
                    lambda: casework.add_task(
                        self.by("Olu"), self.hidden, f"Look into {said.words}", self.people["Olu"]
                    )
                )
            run_due()

    def _meet(self) -> None:
        """The panel's meeting is held with all on its agenda; what is said, moved and voted of Tern is not the same."""
        with self.at(2016, 4, 18, "meeting"):
            stage = self.stages["launch"]
            plan = meetings.Plan(
                "Panel meeting", datetime(2016, 4, 20, 16, tzinfo=UTC), self.people["Olu"], 2, "Room 2"
            )
            lines = meetings.Lines([self.application("launch", name).id for name in self.schools], 20)
            self.step(lambda: meetings.make_meeting(self.by("Olu"), stage, plan, lines))
            meeting = db.session.scalars(select(Meeting)).one()
            self.step(lambda: meetings.invite(self.by("Olu"), meeting))
            run_due()
        with self.at(2016, 4, 18, f"minutes {self.said.words}"):
            tern = self.application("launch", "Tern").id
            item = db.session.scalars(select(AgendaItem).where(AgendaItem.application_id == tern)).one()
            self.step(lambda: meetings.write_notes(self.by("Olu"), item, f"To be talked over: {self.said.words}.", 0))
        with self.at(2016, 4, 18, "meeting begins"):
            self.step(lambda: meetings.start(self.by("Olu"), meeting))
            for name in ("Ann", "Ben", "Cleo", "Dan", "Rex"):
                self.step(lambda name=name: meetings.join(self.by(name), meeting))
            self.step(lambda: meetings.open_item(self.by("Olu"), item))
        with self.at(2016, 4, 18, f"discussed {self.said.words}"):
            self._discuss(item)
        with self.at(2016, 4, 18, "meeting ends"):
            self.step(
                lambda: meetings.close_item(self.by("Olu"), item),
                lambda: meetings.close(self.by("Olu"), meeting),
                lambda: meetings.ask_for_minutes(self.by("Rex"), meeting),
            )
            run_due()
        with self.at(2016, 4, 18, f"written down {self.said.words}"):
            self.step(lambda: meetings.ask_for_minutes(self.by("Olu"), meeting))
            run_due()

    def _discuss(self, item: AgendaItem) -> None:
        """As many motions as reviewers, one by secret ballot; a card is revised, and something is to be done."""
        said, voters = self.said, ("Ann", "Ben", "Cleo", "Dan")
        first = next(iter(said.launch))

        def revise() -> None:
            card = meeting_queries.own_assignment(self.by(first), item)
            marks, why = {"plans": True, "good": 4, "team": 3}, {"good": said.words, "team": said.words}
            version = card.scorecard.version if card.scorecard else 0
            meetings.revise(self.by(first), item, card, marks, why, None, f"After {said.words}.", version)

        self.step(revise)
        for name in said.launch:
            ballot = Ballot.SECRET if name == said.opened_again else Ballot.OPEN
            text = f"{name} moves {said.words}."
            self.step(lambda name=name, text=text, ballot=ballot: meetings.propose(self.by(name), item, text, ballot))
            motion = meeting_queries.open_motion(item)
            assert motion is not None
            for voter in voters:
                choice = Choice.YES if voter in said.launch else Choice.NO
                vote = partial(meetings.vote, motion=motion, choice=choice)
                self.step(lambda voter=voter, vote=vote: vote(self.by(voter)))
            self.step(lambda motion=motion: meetings.count(self.by("Olu"), motion))
        owner = self.people[first].public_id
        self.step(lambda: meetings.agree_on(self.by("Olu"), item, f"Ask about {said.words}.", owner, None))

    def _pitch(self) -> None:
        """All pitch in turn, and Gull still does; what is given to Tern, and said of it, is not the same."""
        with self.at(2016, 4, 18, "pitch"):
            plan = meetings.Plan("Pitches", datetime(2016, 4, 20, 20, tzinfo=UTC), self.people["Olu"], 2, "Room 2")
            lines = meetings.Lines([self.application("launch", name).id for name in self.schools], 15)
            meeting = self._made(plan, lines)
            self._answer(meeting)
            self.step(lambda: meetings.invite(self.by("Olu"), meeting), lambda: meetings.start(self.by("Olu"), meeting))
            for name in ("Ann", "Ben", "Cleo", "Dan", "Rex"):
                self.step(lambda name=name: meetings.join(self.by(name), meeting))
        for school in ("Tern", "Heron", "Plover", "Gull"):
            with self.at(2016, 4, 18, f"{school} pitches"):
                item = self._line(meeting, school)
                self.step(lambda item=item: meetings.open_item(self.by("Olu"), item))
            with self.at(2016, 4, 18, f"{school} is scored {self.said.words if school == 'Tern' else ''}"):
                given = self.said.pitch if school == "Tern" else {"Ann": {"Heron": 4, "Gull": 3}.get(school, 2)}
                words = self.said.words if school == "Tern" else f"Heard {school}."
                for name, mark in given.items():
                    self._score_pitch(name, item, mark, words)
            if school != "Gull":
                with self.at(2016, 4, 18, f"{school} has pitched"):
                    self.step(lambda item=item: meetings.close_item(self.by("Olu"), item))
        with self.at(2016, 4, 18, f"the pitch of Tern is scored again {self.said.words}"):
            self._score_again(next(iter(self.said.pitch)), self._line(meeting, "Tern"))
            run_due()

    def _answer(self, meeting: Meeting) -> None:
        """The schools are invited to their slots: Tern and Heron come, Tern has slides, Gull asks for another time."""
        self.step(lambda: meetings.invite_applicants(self.by("Olu"), meeting))
        for name in ("Tern", "Heron"):
            self.step(lambda name=name: self._confirm(name))
        kept = files.put(blank_pdf(), "tern at dawn.pdf", "application/pdf")
        tern, gull = self.schools["Tern"].as_editor, self.schools["Gull"].as_lead
        self.step(
            lambda: meetings.keep_slides(tern, self._slot("Tern", tern), kept),
            lambda: meetings.ask_another_time(
                gull, (slot := self._slot("Gull", gull)), "We test then.", "Eleven fits.", slot.starts_at
            ),
        )

    def _confirm(self, school: str) -> None:
        editor = self.schools[school].as_editor
        slot = self._slot(school, editor)
        meetings.confirm(editor, slot, [f"Who pitches for {school}"], slot.starts_at)

    def _slot(self, school: str, by: Actor) -> PitchSlot:
        return meeting_queries.own_slot(by, self.application("launch", school).public_id)

    def _made(self, plan: meetings.Plan, lines: meetings.Lines) -> Meeting:
        with unit_of_work():
            return meetings.make_meeting(self.by("Olu"), self.stages["launch"], plan, lines, kind="pitch")

    def _line(self, meeting: Meeting, school: str) -> AgendaItem:
        pitching = AgendaItem.application_id == self.application("launch", school).id
        return db.session.scalars(select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, pitching)).one()

    def _score_pitch(self, name: str, item: AgendaItem, mark: int, words: str, version: int = 0) -> None:
        marks, why = {"there": True, "answers": mark, "team": mark}, {"answers": words}
        self.step(
            lambda: meetings.score_pitch(self.by(name), item, marks, why, f"{words}, on the whole.", version),
            lambda: meetings.submit_pitch(self.by(name), item),
        )

    def _score_again(self, name: str, item: AgendaItem) -> None:
        """One of them is opened again by an officer and given anew."""
        card = meeting_queries.own_card(self.by(name), item)
        assert card is not None
        self.step(lambda: meetings.reopen_pitch(self.by("Olu"), card, item, f"Please say why: {self.said.words}."))
        self._score_pitch(name, item, self.said.pitch[name], f"Again: {self.said.words}", card.version)

    def _assign(self, stage: str, school: str, reader: str) -> None:
        one = self.application(stage, school)
        self.step(lambda: review.assign(self.by("Olu"), self.stages[stage], self.people[reader], one))

    def _cards(self, stage: str, school: str) -> Sequence[Assignment]:
        of = [one.id for one in self.application(stage, school).submissions]
        return db.session.scalars(
            select(Assignment).where(Assignment.submission_id.in_(of)).order_by(Assignment.reviewer_id)
        ).all()

    def _score(self, card: Assignment, mark: int, words: str, version: int = 0) -> None:
        by, marks = actor(card.reviewer), {"plans": True, "good": mark, "team": mark}
        why = {"good": words, "team": words}
        self.step(
            lambda: review.save_scorecard(by, card, marks, based_on_version=version, comments=why),
            lambda: review.submit_scorecard(by, reviews.assignment_for(by, card.public_id)),
        )

    # ── awarding ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _slate(self, stage: str, title: str) -> Any:
        solution = decisions.solve_slate(self.by("Olu"), self.stages[stage])
        with unit_of_work():
            return decisions.make_slate(self.by("Olu"), self.stages[stage], title, solution)

    def _award(self) -> None:
        with self.at(2015, 4, 6, "deciding"):
            self._slate("planning", "A first look")
            slate = self._slate("planning", "As proposed")
            self.step(
                lambda: decisions.propose(self.by("Olu"), slate),
                lambda: decisions.approve(self.by("Dov"), slate, slate.content_sha256 or ""),
            )
            run_due()
            seen = {one.outcome: one.letters for one in slates.letter_counts(SYSTEM, slate)}
            self.step(lambda: decisions.check_letters(self.by("Dov"), slate, seen))
        with self.at(2015, 4, 20, "releasing"):
            self.step(lambda: decisions.release(self.by("Olu"), slate))
            run_due()
        with self.at(2015, 4, 27, "signing"):
            for name in ("Tern", "Heron"):
                one, school = self.award(name), self.schools[name]
                self.step(lambda one=one, school=school: awards.accept(school.as_signatory, one))
                run_due()
                self.step(
                    lambda one=one, school=school: awards.sign(
                        school.as_signatory, one, school.signatory.name, consent=True
                    ),
                    lambda one=one: awards.countersign(self.by("Dov"), one, "Dov"),
                )
                run_due()
        with self.at(2015, 5, 20, "paying"):
            for name in ("Tern", "Heron"):
                first = self.installment(name)
                self.step(
                    lambda first=first: payments.request(self.by("Olu"), first),
                    lambda first=first: payments.approve(self.by("Fay"), first),
                    lambda first=first, name=name: payments.mark_paid(
                        self.by("Fay"), first, f"ACH {name}", date(2015, 5, 20)
                    ),
                )
            run_due()
        with self.at(2015, 9, 10, "following"):
            for name in ("Tern", "Heron"):
                award, school = self.award(name), self.schools[name]
                self.step(
                    lambda award=award: monitoring.record_check_in(
                        self.by("Olu"),
                        requirement(award, "check_in"),
                        date(2015, 9, 10),
                        "Both",
                        "Went well.",
                        "on_track",
                    ),
                    lambda award=award, school=school: monitoring.record_reading(
                        school.as_lead, reading(award, "attendance", 0), Decimal(93)
                    ),
                )
            run_due()

    def award(self, school: str) -> Award:
        return db.session.scalars(
            select(Award).where(Award.case_id == self.application("planning", school).case_id)
        ).one()

    def installment(self, school: str) -> Installment:
        return db.session.scalars(
            select(Installment).where(Installment.award_id == self.award(school).id, Installment.number == 1)
        ).one()


def verify(actor: Actor) -> None:
    """Somebody has looked whether the record holds, as its page does."""
    found = audit.verify(db.session())
    audit.record(actor, VERIFIED, db.session.get_one(Person, actor.person_id), after={"records": found.records})


def told(said: Said, chance: Chance) -> World:
    """A world in the present, empty database."""
    chance.forget()
    making._numbers = writing._numbers = events._numbers = panels._numbers = count(1)
    world = World(said, chance)
    with chance.put_in():
        world.tell()
    return world
