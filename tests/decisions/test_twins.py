"""Two worlds that differ in one school's scores and outcome: whoever has a conflict with it cannot tell them apart.

Each reader goes through everything they can reach from their home page, page by page and link by link.
"""

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from itertools import count
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.background.runner import run_due
from grants.decisions import queries, services
from grants.decisions.models import Slate
from grants.documents.queries import documents_of
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.payments.services import open_fund
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.beginnings import Beginnings
from tests.engines import Engine
from tests.factories import people, review
from tests.factories.decisions import DECIDING, RELEASING, Board, Ready, board, counted, drafted, ready
from tests.factories.exports import file_of, read_at
from tests.factories.people import actor, organization, person

# Two district-run schools fill their places; the third waits, and the pool could not pay it either if Tern is awarded.
RULES: dict[str, Any] = {
    "pool": "$280,000",
    "awards": {"at_most": 5},
    "amount": {"by_score": [{"from": 85, "amount": "$100,000"}, {"from": 40, "amount": "$60,000"}]},
    "portfolio": [{"title": "district-run", "where": {"sector": "district"}, "at_most": 2}],
    "waitlist": 1,
    "approve": {"directors": 1},
}
Schools = dict[str, tuple[str, int]]
SCHOOLS: Schools = {"Gull": ("district", 4), "Heron": ("district", 3), "Plover": ("district", 2), "Auk": ("charter", 1)}
SEEN = ("/", "/slates", "/cases", "/cases/file", "/awards", "/awards/file", "/review/stages", "/funds")
FUNDS = {"local": {"title": "Local money", "amount": "$400,000"}}
# One place, and a waitlist that Tern stands on before Plover, or not at all.
WAITING: Schools = {"Gull": ("district", 4), "Plover": ("district", 2)}
WAITLIST = RULES | {"awards": {"at_most": 1}, "waitlist": 3}
Pages = Counter[tuple[str, int, str]]


class World:
    """A cycle up to its release, and three people who have a conflict with Tern."""

    client_of: Callable[[object], FlaskClient]

    def __init__(self, tern: int | None, others: Schools, rules: dict[str, Any]) -> None:
        people._numbers, review._numbers = count(1), count(1)
        with clock_at(DECIDING), unit_of_work() as session:
            schools = others if tern is None else {"Tern": ("charter", tern), **others}
            self.at: Ready = ready(schools, rules, funds=FUNDS)
            self.people: Board = board()
            open_fund(SYSTEM, self.at.stage.cycle, "local", "Local money", 400_000_00)
            self.helper = person("Hal", Role.DIRECTOR)
            case = (
                review.case_of(self.at.stage, organization("Tern", sector="charter"))
                if tern is None
                else self.at.applications["Tern"].case
            )
            # A director reads the record and the money too, an officer the panel, a partner funder what is left.
            self.conflicted: list[Person] = [self.people.directors[0], self.people.colleague, self.people.partner]
            for someone in self.conflicted:
                session.add(Conflict(case_id=case.id, person_id=someone.id, source="declared", since=DECIDING))

    def approve(self) -> Slate:
        people = self.people
        with clock_at(DECIDING):
            drafted(self.at, people, "A first look")
            slate = drafted(self.at, people, "As proposed")
            with unit_of_work():
                services.propose(people.as_officer, slate)
            with unit_of_work():
                services.approve(actor(people.directors[1]), slate, slate.content_sha256 or "")
            run_due()
            with unit_of_work():
                services.check_letters(actor(self.helper), slate, counted(slate))
            return queries.slate_for(people.as_officer, slate.public_id)

    def release(self, slate: Slate) -> None:
        with clock_at(RELEASING):
            with unit_of_work():
                services.release(self.people.as_officer, slate)
            run_due()

    def seen_by(self, someone: Person, within: str = "/") -> Pages:
        """Every page and every file of rows that a reader can reach, with what is made up anew each time left out.

        within   how the addresses begin that are gone through
        """
        browser, seen = self.client_of(someone), Counter[tuple[str, int, str]]()
        waiting = list(SEEN) if within == "/" else [within]
        known = set(waiting)
        while waiting:
            path = waiting.pop(0)
            answer = read_at(browser, path)
            text = answer.text if answer.mimetype.startswith("text/") else answer.mimetype
            seen[(_plain(path), answer.status_code, _plain(text))] += 1
            new = {unescape(link) for link in re.findall(r'href="(/[^"#]*)', text)} - known
            waiting += sorted(link for link in new if link.startswith(within) and not _leave(link))
            known |= new
        return seen


def _leave(link: str) -> bool:
    """Files of the house, and the many orders of lists that show no figure of a decision."""
    return link.startswith("/static/") or ("sort=" in link and "/scores" not in link and "/awards" not in link)


def _plain(text: str) -> str:
    text = re.sub(r'name="csrf[-_]token" (value|content)="[^"]*"', "", text)
    text = re.sub(r"\b[0-9a-f]{12,64}\b", "HASH", text)
    text = re.sub(r"\bperson\d+@", "person@", text)
    text = re.sub(r"\b[2-9a-z]{20}\b", "ID", text)
    text = re.sub(r"<code[^>]*>[2-9a-zA-Z]{8,16}</code>", "CODE", text)
    return re.sub(r"\b([2-9A-Z]{4}-){3}[2-9A-Z]{4}\b", "CODE", text)


@pytest.fixture
def world(
    app: Flask, engine: Engine, beginnings: Beginnings, client_of: Callable[[object], FlaskClient]
) -> Callable[..., World]:
    def make(tern: int | None, others: Schools = SCHOOLS, rules: dict[str, Any] = RULES) -> World:
        db.session.remove()
        db.engine.dispose()
        engine.fresh()
        here = beginnings.told(World, tern, others, rules)
        here.client_of = client_of
        return here

    return make


def told_apart(one: Pages, other: Pages) -> list[str]:
    """The addresses at which two worlds differ."""
    return sorted({path for path, _, _ in (one - other) + (other - one)})


def test_awarded_or_not_a_conflicted_reader_sees_the_same(world: Callable[..., World]) -> None:
    found: list[dict[str, Pages]] = []
    for tern in (4, 1):
        here = world(tern)
        slate = here.approve()
        with clock_at(DECIDING):
            pages = {f"{one.name}, approved": here.seen_by(one) for one in here.conflicted}
        here.release(slate)
        with clock_at(RELEASING):
            pages |= {f"{one.name}, released": here.seen_by(one) for one in here.conflicted}
            found.append(pages | {"free": here.seen_by(here.people.directors[1], "/slates")})
    one, other = found
    assert told_apart(one.pop("free"), other.pop("free"))  # who has no conflict does see a difference
    assert {who: told_apart(one[who], other[who]) for who in one} == {who: [] for who in one}


def test_waitlisted_or_not_a_conflicted_reader_sees_no_place_that_counts_it(world: Callable[..., World]) -> None:
    found: list[dict[str, Pages]] = []
    for tern in (3, 1):
        here = world(tern, WAITING, WAITLIST)
        slate = here.approve()
        with clock_at(DECIDING):
            draft = drafted(here.at, here.people, "Plover comes first")
            with unit_of_work():
                [plover] = [line for line in draft.lines if line.application_id == here.at.applications["Plover"].id]
                services.override(here.people.as_officer, plover, "waitlist", 60_000_00, 1, "A strong visit.")
        here.release(slate)
        with clock_at(RELEASING):
            pages = {one.name: here.seen_by(one) for one in here.conflicted}
            found.append(pages | {"free": here.seen_by(here.people.directors[1], "/slates")})
            plovers = here.at.applications["Plover"].case
            dee, free = actor(here.conflicted[0]), actor(here.people.directors[1])
            assert [documents_of(reader, plovers).total for reader in (dee, free)] == [0, 1]
            readers = (here.conflicted[0], here.people.directors[1])
            shown = [here.client_of(reader).get(f"/cases/{plovers.public_id}").text for reader in readers]
            assert ["Open the letter (PDF)" in page for page in shown] == [False, True]
    one, other = found
    assert told_apart(one.pop("free"), other.pop("free"))
    assert {who: told_apart(one[who], other[who]) for who in one} == {who: [] for who in one}


def test_not_even_whether_it_applied_shows_on_the_slates_and_scores(world: Callable[..., World]) -> None:
    found: list[dict[str, Pages]] = []
    for tern in (4, None):
        here = world(tern)
        with clock_at(DECIDING):
            drafted(here.at, here.people, "Still a draft")
            pages = {f"{one.name}, draft": here.seen_by(one, "/slates") for one in here.conflicted}
        here.approve()
        with clock_at(DECIDING):
            for one in here.conflicted:
                scores = here.seen_by(one, f"/review/stages/{here.at.stage.public_id}/scores")
                pages[one.name] = here.seen_by(one, "/slates") + scores
            found.append(pages | {"free": here.seen_by(here.people.directors[1], "/slates")})
    one, other = found
    assert told_apart(one.pop("free"), other.pop("free"))
    assert {who: told_apart(one[who], other[who]) for who in one} == {who: [] for who in one}


def test_neither_the_record_nor_the_state_after_an_approval_says_whether_its_giver_abstained(
    world: Callable[..., World],
) -> None:
    found: list[Pages] = []
    for tern in (4, None):
        here = world(tern)
        dee = here.conflicted[0]
        with clock_at(DECIDING):
            slate = drafted(here.at, here.people)
            with unit_of_work():
                services.propose(here.people.as_officer, slate)
            with unit_of_work():
                services.approve(actor(dee), slate, slate.content_sha256 or "")
            [given] = slate.approvals
            assert len(given.abstained_lines) == (1 if tern is None else 2)
            text = file_of(here.client_of(dee), "/record/file").text
            record = Counter([("/record/file", 200, _plain(text))])
            found.append(here.seen_by(dee, "/record") + here.seen_by(dee, "/slates") + record)
    acts = [sum(text.count(",slate.approve,") for path, _, text in pages if path == "/record/file") for pages in found]
    assert (acts, told_apart(*found)) == ([1, 1], [])


def test_whoever_has_a_conflict_reads_ranks_without_a_gap_and_nobody_else_in_the_reasons(
    world: Callable[..., World],
) -> None:
    here = world(4)
    slate = here.approve()
    whole, part = (queries.reading_of(actor(one), slate) for one in (here.people.directors[1], here.conflicted[0]))
    rows = queries.lines_for(actor(here.conflicted[0]), slate).items
    assert [(row.rank, row.organization.name) for row in rows] == [
        (1, "Gull"),
        (2, "Heron"),
        (3, "Plover"),
        (4, "Auk"),
    ]
    plover, auk = rows[2].line, rows[3].line
    assert whole.because(plover) == (
        "Two applications with higher scores fill the two places for “district-run”. "
        "The pool has $20,000 left; this award needs $60,000."
    )
    assert part.because(plover) == "Within the program’s limits, others come before it."
    assert part.because(auk) == whole.because(auk)  # what bars it speaks of nobody else
    assert [(part.doubt(row.line) or whole.doubt(auk)).low for row in rows] == [1, 2, 3, 4]
    assert (whole.awards, part.awards) == (3, 2)


@pytest.mark.parametrize("act", ["make", "change", "propose", "take back", "discard"])
def test_an_officer_with_a_conflict_in_the_cycle_takes_no_part_in_its_slates(
    world: Callable[..., World], act: str
) -> None:
    here = world(4)
    maya = actor(here.people.colleague)
    with clock_at(DECIDING):
        slate = drafted(here.at, here.people)
        line = queries.lines_for(maya, slate).items[0].line
        acts: dict[str, Callable[[], object]] = {
            "make": lambda: services.solve_slate(maya, here.at.stage),
            "change": lambda: services.override(maya, line, "decline", 0, None, "A second look."),
            "propose": lambda: services.propose(maya, slate),
            "take back": lambda: services.take_back(maya, slate),
            "discard": lambda: services.discard(maya, slate),
        }
        with pytest.raises(Refused, match="a colleague takes its slates on"), unit_of_work():
            acts[act]()
        assert queries.moves_of(maya, slate, queries.facts_of(slate)) == {}


def test_belonging_to_an_applicant_is_a_conflict_without_being_declared(world: Callable[..., World]) -> None:
    here = world(4)
    pat = here.helper  # a director without a conflict, who joins a school's board while the slate is with its approvers
    with clock_at(DECIDING):
        slate = drafted(here.at, here.people)
        with unit_of_work():
            services.propose(here.people.as_officer, slate)
        with unit_of_work():
            people.join(pat, here.at.applications["Gull"].case.organization)
        rows = queries.lines_for(actor(pat), slate).items
        assert [row.organization.name for row in rows] == ["Tern", "Heron", "Plover", "Auk"]
        with unit_of_work():
            services.approve(actor(pat), slate, slate.content_sha256 or "")
        [given] = slate.approvals
        [gull] = [line for line in slate.lines if line.application_id == here.at.applications["Gull"].id]
        gulls_case = here.at.applications["Gull"].case.public_id
        assert (given.abstained_lines, slate.state) == ([gull.public_id, gulls_case], "proposed")
        assert queries.missing_approvals_of(slate) == "Still to approve: 1 director."
