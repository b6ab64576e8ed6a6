"""What crosses around a conflict of interest: the same said twice, a save under way, two officers, who came instead."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.applications.models import Application
from grants.kernel.clock import clock_at
from grants.kernel.errors import Problem
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Assignment, Conflict, Tally
from grants.review.vacancy_models import Vacancy
from tests.factories import review as make
from tests.factories.people import actor, person
from tests.review.story import LATER, Panel

Act = Callable[[], object]


def at_once(app: Flask, *acts: Act) -> list[str]:
    """Each act in a transaction of its own, all at the same moment; the kinds of refusals, in order."""
    together, refused = Barrier(len(acts)), list[str]()

    def do(act: Act) -> None:
        with app.app_context(), clock_at(LATER):
            together.wait()
            try:
                with unit_of_work():
                    act()
            except Problem as problem:
                refused.append(type(problem).__name__)
            finally:
                db.session.remove()

    db.session.rollback()
    threads = [Thread(target=do, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    db.session.rollback()
    return sorted(refused)


class Crossing:
    """Ann and Ben read Tern, and Ben has scored it; Cleo could read it too. Acts look everything up anew."""

    def __init__(self) -> None:
        self.panel = Panel.of("Ann", "Ben", "Cleo", reviewers_each=2)
        self.tern = self.panel.application_of("Tern School")
        self.panel.all_declare()
        self.panel.assigns("Ann", self.tern)
        [self.bens] = (one.public_id for one in self.panel.assigns("Ben", self.tern))
        with unit_of_work():
            self.omar = person("Omar", Role.PROGRAM_OFFICER).id
        self.ids = {name: one.person.id for name, one in self.panel.members.items()} | {
            "Maya": self.panel.officer.id,
            "Omar": self.omar,
        }
        self.case_id, self.application_id = self.tern.case_id, self.tern.id
        self.stage_id = self.panel.stage.public_id

    def by(self, name: str) -> Actor:
        return actor(db.session.get_one(Person, self.ids[name]))

    def declares(self, name: str, kind: str = "close") -> Act:
        def act() -> None:
            application = db.session.get_one(Application, self.application_id)
            services.declare_conflict(self.by(name), application.case, "My sister teaches there.", kind)

        return act

    def clears(self, name: str) -> Act:
        def act() -> None:
            conflict = db.session.scalars(select(Conflict).where(Conflict.person_id == self.ids["Ben"])).first()
            assert conflict is not None
            services.lift_conflict(self.by(name), conflict, f"Says {name}.")

        return act

    def confirms(self, name: str) -> Act:
        def act() -> None:
            conflict = db.session.scalars(select(Conflict).where(Conflict.person_id == self.ids["Ben"])).first()
            assert conflict is not None
            services.confirm_conflict(self.by(name), conflict, f"Says {name}.")

        return act

    def submits(self) -> None:
        ben = self.by("Ben")
        services.submit_scorecard(ben, queries.assignment_for(ben, self.bens))

    def saves(self, version: int) -> Act:
        def act() -> None:
            ben = self.by("Ben")
            assignment = queries.assignment_for(ben, self.bens)
            services.save_scorecard(ben, assignment, make.COMPLETE | {"team": 1}, based_on_version=version)

        return act

    def appoints(self, officer: str, name: str) -> Act:
        def act() -> None:
            by = self.by(officer)
            stage = queries.stage_for(by, self.stage_id)
            vacancy = db.session.scalars(select(Vacancy)).one()
            application = db.session.get_one(Application, self.application_id)
            services.appoint(by, stage, vacancy, application, db.session.get_one(Person, self.ids[name]))

        return act

    def readers(self) -> list[str]:
        """Names of those whose assignment is in force."""
        db.session.rollback()
        rows = db.session.scalars(select(Assignment).where(Assignment.revoked_at.is_(None)).order_by(Assignment.id))
        return sorted(one.reviewer.name for one in rows)

    def tally(self) -> tuple[int, int]:
        """(assigned, scorecards that count), kept and counted anew: they have to be the same."""
        db.session.rollback()
        kept = db.session.execute(
            select(Tally.assigned, Tally.scorecards).where(Tally.application_id == self.application_id)
        ).one()
        with unit_of_work():
            services.reckon([self.application_id])
        again = db.session.execute(
            select(Tally.assigned, Tally.scorecards).where(Tally.application_id == self.application_id)
        ).one()
        assert tuple(kept) == tuple(again)
        assigned, scorecards = kept
        return assigned, scorecards


@pytest.fixture
def crossing(app: Flask) -> Crossing:
    return Crossing()


def conflicts() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(one.source, one.state) for one in db.session.scalars(select(Conflict).order_by(Conflict.id))]


def test_declared_twice_at_once_is_declared_once(app: Flask, crossing: Crossing) -> None:
    assert at_once(app, crossing.declares("Ben"), crossing.declares("Ben", "money")) in ([], ["Missing"])
    assert conflicts() == [("declared", "declared")]
    assert db.session.scalar(select(func.count()).select_from(Vacancy)) == 1
    assert crossing.readers() == ["Ann"]


def test_a_card_submitted_while_the_conflict_is_declared_counts_in_no_case(app: Flask, crossing: Crossing) -> None:
    crossing.panel["Ben"].saves(crossing.tern, make.COMPLETE)
    refused = at_once(app, crossing.submits, crossing.declares("Ben"))
    assert refused in ([], ["Refused"], ["Missing"])
    assert crossing.readers() == ["Ann"]
    assert crossing.tally() == (1, 0)


def test_a_save_under_way_is_kept_or_refused_and_counts_in_no_case(app: Flask, crossing: Crossing) -> None:
    version = crossing.panel["Ben"].saves(crossing.tern, make.COMPLETE).version
    refused = at_once(app, crossing.saves(version), crossing.declares("Ben"))
    card = db.session.scalars(select(Assignment).where(Assignment.public_id == crossing.bens)).one().scorecard
    assert card is not None
    assert (refused, card.version) in (([], version + 1), (["Refused"], version), (["Missing"], version))
    assert crossing.tally() == (1, 0)


def test_cleared_while_it_is_declared_again_one_of_them_is_last(app: Flask, crossing: Crossing) -> None:
    crossing.panel["Ben"].declares_conflict(crossing.tern)
    refused = at_once(app, crossing.clears("Maya"), crossing.declares("Ben"))
    # Declared again while it stood it was nothing new; declared after it was cleared it stands again.
    assert (refused, conflicts()) in (
        ([], [("declared", "cleared")]),
        ([], [("declared", "declared")]),
        (["Missing"], [("declared", "cleared")]),  # to who is tied there is no such applicant
    )
    assert crossing.readers() == ["Ann"]


@pytest.mark.parametrize("others", ["clears", "confirms"])
def test_of_two_officers_at_once_the_second_is_told_or_comes_after(app: Flask, crossing: Crossing, others: str) -> None:
    crossing.panel["Ben"].declares_conflict(crossing.tern)
    refused = at_once(app, crossing.clears("Maya"), getattr(crossing, others)("Omar"))
    [(_, state)] = conflicts()
    if others == "clears":
        assert (refused, state) == (["Clash"], "cleared")
    else:  # confirmed and then cleared, or cleared and not to be confirmed any more
        assert (refused, state) in (([], "cleared"), (["Clash"], "cleared"))


def test_of_two_who_assign_a_replacement_at_once_one_does(app: Flask, crossing: Crossing) -> None:
    crossing.panel["Ben"].declares_conflict(crossing.tern)
    assert at_once(app, crossing.appoints("Maya", "Cleo"), crossing.appoints("Omar", "Cleo")) == ["Clash"]
    assert crossing.readers() == ["Ann", "Cleo"]
    assert [one.state for one in db.session.scalars(select(Vacancy))] == ["filled"]


def test_a_replacement_who_declares_at_that_moment_reads_nothing(app: Flask, crossing: Crossing) -> None:
    crossing.panel["Ben"].declares_conflict(crossing.tern)
    refused = at_once(app, crossing.appoints("Maya", "Cleo"), crossing.declares("Cleo"))
    assert crossing.readers() == ["Ann"]
    states = {one.assignment.reviewer.name: one.state for one in db.session.scalars(select(Vacancy))}
    assert (refused, states) in (
        ([], {"Ben": "filled", "Cleo": "open"}),
        (["Clash"], {"Ben": "open"}),
        (["Invalid"], {"Ben": "open"}),
    )
    assert crossing.panel["Cleo"].pile() == []
