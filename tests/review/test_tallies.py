"""What scorecards add up to is right whatever happens to them, and an old analysis is never shown as a fresh one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from grants.applications.models import Application, CoachedSection
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import CoachInvitation, ConsortiumMember, OrganizationMembership
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.jobs import keep_up_with_scores
from grants.review.models import Analysis, Standing, Tally
from tests.factories import review as make
from tests.factories.people import join, organization, person
from tests.review.story import Panel, Reviewer
from tests.review.test_belonging import coach, in_network

pytestmark = pytest.mark.usefixtures("app")


def tallies() -> dict[int, tuple[Any, ...]]:
    db.session.rollback()
    columns = [column for column in Tally.__table__.c if column.name != "id"]
    return {row[0]: tuple(row) for row in db.session.execute(select(*columns))}


def anew() -> dict[int, tuple[Any, ...]]:
    """The tallies as they are when nothing is taken over from before."""
    with unit_of_work():
        db.session.execute(delete(Tally))
        services.reckon(db.session.scalars(select(Application.id)).all())
    return tallies()


def read_panel(*names: str, count: int = 3) -> tuple[Panel, list[Application]]:
    panel = Panel.of(*(names or ("Ann", "Ben", "Cleo")), reviewers_each=2)
    applications = [panel.application_of(f"School {number}") for number in range(count)]
    panel.all_declare()
    panel.applies(panel.proposal())
    return panel, applications


def reopens(panel: Panel, reviewer: Reviewer, application: Application) -> None:
    with clock_at(make.REVIEWING), unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, reviewer.assignment_id(application))
        services.reopen_scorecard(panel.by, one, "Look again.")


def opens_the_draft(reviewer: Reviewer, application: Application) -> None:
    """The reviewer, it turns out, coached the school on its draft."""
    with unit_of_work():
        asked = CoachInvitation(
            organization_id=application.case.organization_id,
            person_id=reviewer.person.id,
            invited_by_id=reviewer.person.id,
            since=make.REVIEWING,
            accepted_at=make.REVIEWING,
        )
        db.session.add(asked)
        db.session.flush()
        section = CoachedSection(application_id=application.id, invitation_id=asked.id, section="vision")
        section.named_at, section.named_by_id, section.opened_at = make.REVIEWING, asked.person_id, make.REVIEWING
        db.session.add(section)


def test_whatever_happens_to_scorecards_their_tallies_follow() -> None:
    panel, (tern, heron, auk) = read_panel("Ann", "Ben")
    told = []

    def happened(what: str, *, shows: bool = True) -> None:
        now = tallies()
        assert now == anew(), what
        assert (now != told[-1]) is shows if told else True, what
        told.append(now)

    happened("assigned")
    for school in (tern, heron, auk):
        panel["Ann"].scores(school, team=2)
        happened("submitted")
    panel["Ben"].saves(tern, {"team": 1})
    happened("saved a draft", shows=False)
    panel["Ben"].saves(tern, make.COMPLETE, version=1)
    panel["Ben"].submits(tern)
    happened("submitted the other")
    reopens(panel, panel["Ben"], tern)
    happened("reopened")
    panel["Ben"].scores(heron)
    happened("submitted again")
    with clock_at(make.REVIEWING), unit_of_work():
        one = queries.panel_assignment(panel.by, panel.stage, panel["Ben"].assignment_id(auk))
        services.unassign(panel.by, one)
    happened("taken back")
    panel.assigns("Ben", auk)
    happened("given again")
    panel["Ben"].declares_conflict(heron)
    happened("set aside")
    opens_the_draft(panel["Ann"], auk)
    happened("opened a draft as a coach")
    with unit_of_work():
        make.resubmit(db.session.merge(tern), make.REVIEWING, {"vision": "Better."})
    happened("resubmitted", shows=False)


def test_who_comes_to_be_tied_to_an_applicant_counts_there_only_as_long() -> None:
    """Nobody has said anything, and no rule has looked: belonging to it is enough, and so is coaching it."""
    panel = Panel.of("Ann", "Ben")
    with unit_of_work():
        network, inside = organization("Bay Together", kind="consortium"), organization("Inside")
    application = panel.application_of(network)
    panel.application_of("Heron School")
    panel.all_declare()
    for name in panel.members:
        panel.assigns(name, application)
        panel[name].scores(application)

    def counted() -> tuple[int, int]:
        now = tallies()
        assert now == anew()
        tally = db.session.scalars(select(Tally).where(Tally.application_id == application.id)).one()
        return tally.assigned, tally.scorecards

    def undo(model: type[OrganizationMembership | ConsortiumMember]) -> None:
        with unit_of_work() as session:
            session.delete(session.scalars(select(model).order_by(model.id.desc()).limit(1)).one())

    assert counted() == (2, 2)
    with unit_of_work():
        join(panel["Ann"].person, network, OrganizationRole.VIEWER)
    assert counted() == (1, 1)
    undo(OrganizationMembership)
    assert counted() == (2, 2)
    with unit_of_work():
        join(panel["Ann"].person, inside, OrganizationRole.VIEWER)
    assert counted() == (2, 2)
    with unit_of_work():
        in_network(network, inside, since=make.REVIEWING)
    assert counted() == (1, 1)
    with unit_of_work():
        coaching = coach(panel["Ben"].person, inside)
    assert counted() == (0, 0)
    with unit_of_work():
        db.session.get_one(CoachInvitation, coaching.id).ended_at = make.REVIEWING
    assert counted() == (1, 1)
    undo(ConsortiumMember)
    assert counted() == (2, 2)


def test_a_sum_of_fingerprints_may_be_more_than_a_number_of_the_database() -> None:
    """As it is from 32,768 scored applications on: two of more than all of these could have stand for them."""
    panel, applications = read_panel("Ann", "Ben")
    for application in applications:
        panel["Ann"].scores(application)
    large = 2**63 - 1
    with unit_of_work() as session:
        session.execute(update(Tally).values(fingerprint=large))
    assert queries.stage_scores(panel.by, panel.stage).made_from == f"1:3:{3 * large}"


def test_a_mark_revised_on_a_submitted_card_counts() -> None:
    """Also where the total stays the same: an essential answer has no part in it."""
    panel, (tern, *_) = read_panel("Ann", "Ben")
    before = panel["Ann"].scores(tern).total
    with unit_of_work():
        card = db.session.merge(panel["Ann"].assignment(tern).scorecard)
        next(mark for mark in card.marks if mark.criterion == "learning_plans").passed = False
    [row] = [row for row in panel.scores().rows if row.totals]
    assert (row.totals, [one.failed_by for one in row.essentials]) == ((before,), [1, 0])
    assert tallies() == anew()


def test_two_who_submit_at_once_are_both_counted(app: Flask) -> None:
    panel, (tern, *_) = read_panel("Ann", "Ben")
    for name in ("Ann", "Ben"):
        panel[name].saves(tern, make.COMPLETE)
    cards = [(panel[name].by, panel[name].assignment_id(tern)) for name in ("Ann", "Ben")]
    db.session.rollback()
    begun = Barrier(2)

    def submit(card: Any) -> None:
        by, assignment = card
        with app.app_context():
            begun.wait(5)
            with clock_at(make.REVIEWING), unit_of_work():
                services.submit_scorecard(by, queries.assignment_for(by, assignment))
            db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(submit, cards))
    assert [len(row.given) for row in panel.scores().rows if row.given] == [2]
    assert tallies() == anew()


def test_what_was_scored_before_there_were_tallies_is_added_up() -> None:
    panel, (tern, *_) = read_panel("Ann", "Ben")
    panel["Ann"].scores(tern)
    before = tallies()
    with unit_of_work():
        db.session.execute(delete(Tally))
    scores, rows = panel.ranking()
    assert (scores.scored, scores.is_fresh, [(row.mean, row.given, row.place) for row in rows]) == (
        0,
        True,
        [(None, (), None)] * 3,
    )
    keep_up_with_scores()
    assert (tallies(), panel.ranking()[0].scored) == (before, 1)


# ── analyses ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def freshness(panel: Panel) -> tuple[bool, int]:
    """Whether the officer reads a fresh analysis, and of how many applications it is."""
    scores = panel.ranking()[0]
    return scores.is_fresh, scores.analysis.scored if scores.analysis else 0


def test_an_old_analysis_is_shown_as_old_until_the_new_one_is_there() -> None:
    panel, (tern, heron, auk) = read_panel("Ann", "Ben")
    assert freshness(panel) == (True, 0)  # nothing is to be analysed yet
    panel["Ann"].scores(tern)
    assert freshness(panel) == (False, 0)
    keep_up_with_scores()
    assert freshness(panel) == (True, 1)
    panel["Ann"].scores(heron)
    assert freshness(panel) == (False, 1)
    keep_up_with_scores()
    assert freshness(panel) == (True, 2)
    state(auk, "withdrawn")
    assert freshness(panel) == (True, 2)  # nothing of it was scored
    state(heron, "withdrawn")
    assert freshness(panel) == (True, 1)  # the same scores are the same analysis
    state(heron, "submitted")
    panel["Ann"].declares_conflict(tern)
    assert freshness(panel) == (False, 2)


def state(application: Application, word: str) -> None:
    with unit_of_work():
        table = Application.__table__
        db.session.execute(table.update().where(table.c.id == application.id).values(state=word))


def test_who_gains_or_loses_a_conflict_reads_no_analysis_of_what_they_may_not_see() -> None:
    panel, (tern, heron, _) = read_panel("Ann", "Ben")
    panel["Ann"].scores(tern)
    panel["Ann"].scores(heron, team=1)
    with unit_of_work():
        director = person("Dana Lee", Role.DIRECTOR)
    keep_up_with_scores()
    whole = panel.ranking(director)[0].analysis
    with clock_at(make.REVIEWING), unit_of_work():
        conflict = services.note_conflict(panel.by, heron.case, director, "Chairs its board.")
    scores, _ = panel.ranking(director)
    assert (scores.scored, scores.is_fresh, scores.analysis) == (1, False, None)
    keep_up_with_scores()
    scores, [row, *_] = panel.ranking(director)
    assert scores.analysis is not None
    assert whole is not None
    assert (scores.is_fresh, scores.analysis.scored, row.ranks and row.ranks.high) == (True, 1, 1)
    panel.lifts(conflict)
    scores, _ = panel.ranking(director)
    assert (scores.is_fresh, scores.analysis and scores.analysis.id) == (True, whole.id)
    keep_up_with_scores()  # nobody is kept from anything any more
    assert [one.id for one in db.session.scalars(select(Analysis))] == [whole.id]


def test_two_analyses_at_once_are_one_and_take_nothing_from_each_other(app: Flask) -> None:
    panel, (tern, heron, _) = read_panel("Ann", "Ben")
    panel["Ann"].scores(tern)
    panel["Ann"].scores(heron, team=1)
    db.session.rollback()
    begun = Barrier(2)

    def work(_: int) -> None:
        with app.app_context():
            begun.wait(5)
            keep_up_with_scores()
            assert not db.session().in_transaction()
            db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert freshness(panel) == (True, 2)
    [analysis] = db.session.scalars(select(Analysis))
    assert len(db.session.scalars(select(Standing.application_id)).all()) == analysis.scored == 2


def test_the_last_analysis_but_one_is_kept_for_who_is_reading_it() -> None:
    panel, applications = read_panel("Ann", "Ben", count=4)
    for application in applications:
        panel["Ann"].scores(application)
        keep_up_with_scores()
    assert [one.scored for one in db.session.scalars(select(Analysis).order_by(Analysis.id))] == [3, 4]
    assert len(db.session.scalars(select(Standing)).all()) == 7


def test_an_analysis_asks_as_often_for_thirty_as_for_one(statements: Callable[[], Any]) -> None:
    def cost(count: int) -> int:
        panel = Panel.of("Ann", "Ben")
        with unit_of_work():
            members = [make.panelist(panel.stage, f"Reviewer {number}") for number in range(2)]
            for number in range(count):
                application = make.submitted(panel.stage, f"School {number}")
                for member in members:
                    make.scored(make.assigned(member, application))
        db.session.expire_all()
        with statements() as seen:
            services.analyse(panel.stage)
        assert freshness(panel) == (True, count)
        return len(seen)

    few, many = cost(1), cost(30)
    assert many == few + 1  # of the second panel's officer it is asked too what is kept from them
