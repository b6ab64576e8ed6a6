"""A stage ready to be decided, for tests. Called inside a unit of work."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from grants.applications.models import Application
from grants.background.runner import run_due
from grants.decisions import queries, services
from grants.decisions.models import Slate
from grants.kernel.clock import clock_at
from grants.kernel.policy import SYSTEM, Actor
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Person
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from tests.factories import review
from tests.factories.people import actor, join, organization, person

DECIDING = datetime(2016, 4, 20, 17, 0, tzinfo=UTC)
DECISION_ON = date(2016, 5, 12)
RELEASING = datetime(2016, 5, 12, 17, 0, tzinfo=UTC)

TIERS = {
    "pool": "$240,000",
    "awards": {"at_most": 3},
    "amount": {
        "by_score": [{"from": 85, "amount": "$100,000"}, {"from": 60, "amount": "$60,000"}],
    },
    "portfolio": [{"title": "charter-run", "where": {"sector": "charter"}, "at_least": 1}],
    "waitlist": 1,
    "approve": {"directors": 2, "partner_funders": 1},
}
Schools = Mapping[str, tuple[str, int]]
"""Name -> sector, and the mark from 1 to 4 that each reviewer gives on everything."""


@dataclass
class Board:
    """The people around a slate."""

    officer: Person
    colleague: Person
    directors: list[Person]
    partner: Person

    @property
    def as_officer(self) -> Actor:
        return actor(self.officer)


@dataclass
class Ready:
    """A stage whose scorecards are in, its applications by school's name, and its people."""

    stage: CycleStage
    applications: dict[str, Application]
    people: dict[str, Person] = field(default_factory=dict)


def board() -> Board:
    """Two officers, two directors, a partner funder."""
    return Board(
        person("Olu", Role.PROGRAM_OFFICER),
        person("Maya", Role.PROGRAM_OFFICER),
        [person("Dee", Role.DIRECTOR), person("Dov", Role.DIRECTOR)],
        person("Pat", Role.PARTNER_FUNDER),
    )


def ready(schools: Schools, decision: Mapping[str, Any] | None = None, **more: Any) -> Ready:
    """A stage in which each school was scored by three reviewers.

    more   further parts of the program, such as its funds
    """
    program = deepcopy(review.PROGRAM) | more
    program["stages"]["launch"]["decision"] = dict(decision or TIERS)
    stage = review._cycle(program, "decide")["launch"]  # one key, one lot: the same order every time
    stage.decision_on = DECISION_ON
    panel = [review.panelist(stage) for _ in range(3)]
    made = Ready(stage, {})
    for name, (sector, mark) in schools.items():
        school = organization(name, sector=sector)
        made.people[name] = person(f"Principal of {name}")
        join(made.people[name], school, OrganizationRole.SIGNATORY)
        application = review.submitted(stage, school)
        made.applications[name] = application
        for member in panel:
            marks = {"learning_plans": True, "competency": mark, "team": mark, "financial_plan": mark}
            review.scored(review.assigned(member, application), marks)
    return made


def ready_and_board(schools: Schools) -> tuple[Ready, Board]:
    """Both, each in a unit of work of its own."""
    with unit_of_work():
        at = ready(schools)
    with unit_of_work():
        return at, board()


def drafted(at: Ready, by: Board, title: str = "A") -> Slate:
    """A slate of the stage as the scores are now. Opens its own unit of work."""
    solution = services.solve_slate(by.as_officer, at.stage)
    with unit_of_work():
        return services.make_slate(by.as_officer, at.stage, title, solution)


def counted(slate: Slate) -> dict[str, int]:
    """Outcome -> letters, as a checker's page shows them."""
    return {one.outcome: one.letters for one in queries.letter_counts(SYSTEM, slate)}


def approved(at: Ready, by: Board) -> Slate:
    """The stage's slate, proposed and approved by all, its letters made and checked. Opens its own units of work."""
    with clock_at(DECIDING):
        slate = drafted(at, by)
        with unit_of_work():
            services.propose(by.as_officer, slate)
        for someone in (*by.directors, by.partner):
            with unit_of_work():
                services.approve(actor(someone), slate, slate.content_sha256 or "")
        run_due()
        with unit_of_work():
            services.check_letters(actor(by.colleague), slate, counted(slate))
        return queries.slate_for(by.as_officer, slate.public_id)


def released(at: Ready, by: Board) -> Slate:
    """The same, released on the decision day."""
    slate = approved(at, by)
    with clock_at(RELEASING), unit_of_work():
        services.release(by.as_officer, slate)
    return slate
