"""A slate from its scores to its letters: solved, proposed, approved by others, checked, released as one."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.applications import services as applications
from grants.background.models import Job
from grants.background.runner import run_due
from grants.casework.files import read
from grants.decisions import queries, services
from grants.decisions.approval import Approval, missing_approvals
from grants.decisions.models import Decision, Slate, SlateApproval
from grants.decisions.todos import todos
from grants.documents.models import Document
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories import review
from tests.factories.decisions import (
    DECIDING,
    RELEASING,
    TIERS,
    Board,
    Ready,
    approved,
    counted,
    drafted,
    ready,
    released,
)
from tests.factories.people import actor, join, person

pytestmark = pytest.mark.usefixtures("deciding")
SCHOOLS = {
    "Tern": ("district", 4),
    "Gull": ("district", 3),
    "Heron": ("charter", 3),
    "Plover": ("district", 3),
    "Dunlin": ("charter", 2),
}


@pytest.fixture
def schools() -> dict[str, tuple[str, int]]:
    return SCHOOLS


def proposed(at: Ready, people: Board) -> Slate:
    slate = drafted(at, people)
    with unit_of_work():
        services.propose(people.as_officer, slate)
    return slate


def outcomes(people: Board, slate: Slate) -> dict[str, tuple[str, int]]:
    lines = queries.lines_for(people.as_officer, slate).items
    return {row.organization.name: (row.line.outcome, row.line.amount) for row in lines}


def test_the_slate_comes_out_of_scores_tiers_pool_and_portfolio(at: Ready, people: Board) -> None:
    slate = drafted(at, people)
    # All 3s make 75: $60,000. $100,000 + 2 × $60,000 = $220,000 of $240,000, one of them charter-run.
    found = outcomes(people, slate)
    assert found["Tern"] == ("award", 100_000_00)
    assert found["Heron"] == ("award", 60_000_00)
    assert found["Dunlin"] == ("decline", 0)
    assert sorted(found[name] for name in ("Gull", "Plover")) == [("award", 60_000_00), ("waitlist", 60_000_00)]


def test_every_line_not_awarded_says_why(at: Ready, people: Board) -> None:
    slate = drafted(at, people)
    lines = {row.organization.name: row.line for row in queries.lines_for(people.as_officer, slate).items}
    assert lines["Dunlin"].barred == "A score of 50 is below 60, where awards begin."
    waiting = lines["Gull"] if lines["Gull"].outcome == "waitlist" else lines["Plover"]
    # Gull, Heron and Plover are tied, so the lot says whether the portfolio rule had to step in.
    assert waiting.because in {
        (
            "Three applications with higher or tied scores fill the three places. "
            "The pool has $20,000 left; this award needs $60,000."
        ),
        (
            "At least one award for “charter-run” is required, which puts Heron (75.0) before it; "
            "without this rule it would be awarded."
        ),
    }


def test_its_proposer_may_not_approve_it_and_nobody_twice(at: Ready, people: Board) -> None:
    slate = proposed(at, people)
    sha = slate.content_sha256 or ""
    with pytest.raises(Refused), unit_of_work():
        services.approve(people.as_officer, slate, sha)
    with unit_of_work():
        services.approve(actor(people.directors[0]), slate, sha)
    with pytest.raises(Refused, match=r"You have approved this slate."), unit_of_work():
        services.approve(actor(people.directors[0]), slate, sha)
    assert queries.missing_approvals_of(slate) == "Still to approve: 1 director and 1 partner funder."
    assert slate.state == "proposed"


def test_an_approval_binds_the_content_that_was_seen(at: Ready, people: Board) -> None:
    slate = proposed(at, people)
    seen = slate.content_sha256 or ""
    with unit_of_work():
        services.approve(actor(people.directors[0]), slate, seen)
    with unit_of_work():
        services.take_back(people.as_officer, slate)
    line = queries.lines_for(people.as_officer, slate).items[-1].line
    with unit_of_work():
        services.override(people.as_officer, line, "waitlist", 60_000_00, 2, "A strong visit in March.")
    with unit_of_work():
        services.propose(people.as_officer, slate)
    with pytest.raises(Clash, match="changed since you opened it"), unit_of_work():
        services.approve(actor(people.directors[1]), slate, seen)
    assert queries.missing_approvals_of(slate) == "Still to approve: 2 directors and 1 partner funder."


def test_a_conflicted_director_abstains_on_the_line_and_another_has_to_vouch_for_it(at: Ready, people: Board) -> None:
    with unit_of_work() as session:
        session.add(
            Conflict(
                case_id=at.applications["Tern"].case_id,
                person_id=people.directors[0].id,
                source="declared",
                since=DECIDING,
            )
        )
    slate = proposed(at, people)
    dee = actor(people.directors[0])
    assert "Tern" not in [row.organization.name for row in queries.lines_for(dee, slate).items]
    for someone in (*people.directors, people.partner):
        with unit_of_work():
            services.approve(actor(someone), slate, slate.content_sha256 or "")
    assert queries.missing_approvals_of(slate) == "Still to approve: 1 director."
    line = next(line for line in slate.lines if line.application_id == at.applications["Tern"].id)
    kept = db.session.scalars(select(SlateApproval).where(SlateApproval.person_id == people.directors[0].id)).one()
    assert kept.abstained_lines == [line.public_id, at.applications["Tern"].case.public_id]


@pytest.mark.parametrize("on_the_slate", [True, False])
def test_two_with_different_conflicts_vouch_for_each_others_and_two_with_the_same_do_not(on_the_slate: bool) -> None:
    case, other = ["c1"] + ["l1"] * on_the_slate, ["c2", "l2"]
    lines = ["l2", "l3"] + ["l1"] * on_the_slate

    def missing(*abstained: list[str]) -> dict[Role, int]:
        given = [Approval(number, Role.DIRECTOR, frozenset(one)) for number, one in enumerate(abstained)]
        return missing_approvals({Role.DIRECTOR: 1}, given, lines)

    assert missing(case) == missing(case, case) == {Role.DIRECTOR: 1}
    assert missing(case, other) == missing(case, []) == {}


def test_a_partner_funder_who_belongs_to_an_applicant_abstains_without_anyone_saying_so(
    at: Ready, people: Board
) -> None:
    with unit_of_work() as session:
        join(people.partner, at.applications["Tern"].case.organization, OrganizationRole.VIEWER)
        session.expire(people.partner)
    slate = proposed(at, people)
    pat = actor(people.partner)
    names = {row.organization.name for row in queries.lines_for(pat, slate).items}
    assert names == {line.application.case.organization.name for line in slate.lines} - {"Tern"}
    line = next(line for line in slate.lines if line.application_id == at.applications["Tern"].id)
    assert queries.abstentions(pat, slate) == [line.public_id, at.applications["Tern"].case.public_id]


def test_a_line_changed_by_hand_keeps_what_the_rules_said(at: Ready, people: Board) -> None:
    slate = drafted(at, people)
    line = next(one for one in slate.lines if one.outcome == "decline")
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.override(people.as_officer, line, "award", 0, None, " ")
    assert set(refused.value.errors) == {"amount", "reason"}
    with unit_of_work():
        services.override(people.as_officer, line, "award", 60_000_00, None, "The panel asked for it.")
    assert (line.solved, line.outcome, line.override_reason) == ("decline", "award", "The panel asked for it.")
    with pytest.raises(Clash, match=r"The awards break at most three awards and a pool of \$240,000"), unit_of_work():
        services.propose(people.as_officer, slate)


def test_letters_are_made_checked_by_a_second_person_and_only_then_released(at: Ready, people: Board) -> None:
    slate = proposed(at, people)
    for someone in (*people.directors, people.partner):
        with unit_of_work():
            services.approve(actor(someone), slate, slate.content_sha256 or "")
    assert slate.state == "approved"
    with pytest.raises(Clash, match="5 of 5 letters are not ready yet"), unit_of_work():
        services.release(people.as_officer, slate)
    run_due()
    with pytest.raises(Clash, match="second person has to check"), unit_of_work():
        services.release(people.as_officer, slate)
    counts = counted(slate)
    assert counts == {"award": 3, "waitlist": 1, "decline": 1}
    with pytest.raises(Refused, match="You proposed this slate"), unit_of_work():
        services.check_letters(people.as_officer, slate, counts)
    with pytest.raises(Clash, match="have changed"), unit_of_work():
        services.check_letters(actor(people.colleague), slate, {"award": 5})
    with unit_of_work():
        services.check_letters(actor(people.colleague), slate, counts)
    with clock_at(RELEASING), unit_of_work():
        services.release(people.as_officer, slate)
    decided = db.session.scalars(select(Decision).order_by(Decision.id)).all()
    assert sorted((one.outcome, one.amount) for one in decided) == [
        ("award", 60_000_00),
        ("award", 60_000_00),
        ("award", 100_000_00),
        ("decline", 0),
        ("waitlist", 0),
    ]
    assert at.stage.released_at == RELEASING
    offers = db.session.scalars(select(Job).where(Job.name == "awards.offer")).all()
    assert len(offers) == 3


def test_until_the_release_nothing_of_the_outcome_exists_for_an_applicant(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient]
) -> None:
    slate = approved(at, people)
    letter = db.session.scalars(select(Document).where(Document.subject_id == at.applications["Tern"].public_id)).one()
    principal = client_of(at.people["Tern"])
    before = principal.get(f"/documents/{letter.public_id}")
    unknown = principal.get(f"/documents/{'2' * 20}")
    assert (before.status_code, unknown.status_code) == (404, 404)
    assert db.session.scalars(select(Decision)).all() == []
    assert db.session.scalars(select(Message).where(Message.template == "decisions.released")).all() == []
    with clock_at(RELEASING), unit_of_work():
        services.release(people.as_officer, slate)
    after = principal.get(f"/documents/{letter.public_id}")
    assert (after.status_code, after.mimetype) == (200, "application/pdf")
    assert client_of(at.people["Gull"]).get(f"/documents/{letter.public_id}").status_code == 404


def test_a_letter_says_what_was_decided_in_a_tagged_pdf(at: Ready, people: Board) -> None:
    released(at, people)
    letter = db.session.scalars(select(Document).where(Document.subject_id == at.applications["Tern"].public_id)).one()
    assert letter.file is not None
    content = read(letter.file)
    assert content.startswith(b"%PDF-")
    import io

    from pypdf import PdfReader

    pdf = PdfReader(io.BytesIO(content))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "$100,000" in text
    assert "Principal of Tern" in text
    assert letter.code.upper() in text.replace("-", "")
    assert "/StructTreeRoot" in pdf.trailer["/Root"]


def test_a_slate_is_released_once(at: Ready, people: Board) -> None:
    slate = released(at, people)
    with pytest.raises(Clash, match="no longer open"), unit_of_work():
        services.release(people.as_officer, slate)
    with pytest.raises(Clash, match="have been released"):
        drafted(at, people, "B")
    assert len(db.session.scalars(select(Decision)).all()) == 5


def test_two_slates_of_one_stage_are_not_proposed_at_once(at: Ready, people: Board) -> None:
    proposed(at, people)
    rival = drafted(at, people)
    with pytest.raises(Clash, match="Another slate of this stage"), unit_of_work():
        services.propose(people.as_officer, rival)


def test_rules_that_contradict_each_other_are_said_in_words(app: Flask, people: Board) -> None:
    with unit_of_work():
        at = ready({"Tern": ("district", 4)}, {**TIERS, "portfolio": [{"where": {"sector": "charter"}, "at_least": 1}]})
    with pytest.raises(Clash, match="No slate keeps all the rules"):
        drafted(at, people)


@pytest.mark.parametrize(
    ("who", "status", "letters"),
    [
        ("director", 200, 200),
        ("officer", 200, 200),
        ("auditor", 200, 200),
        ("finance", 200, 403),
        ("partner", 200, 403),
        ("principal", 403, 403),
    ],
)
def test_who_may_open_a_proposed_slate_and_its_letters(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient], who: str, status: int, letters: int
) -> None:
    slate = proposed(at, people)
    with unit_of_work():
        auditor, finance = person("Vera", Role.AUDITOR), person("Ruth", Role.FINANCE_OFFICER)
    persons = {
        "auditor": auditor,
        "finance": finance,
        "director": people.directors[0],
        "officer": people.officer,
        "partner": people.partner,
        "principal": at.people["Tern"],
    }
    browser = client_of(persons[who])
    found = [browser.get(f"/slates/{slate.public_id}{page}").status_code for page in ("", "/letters")]
    assert found == [status, letters]


def test_a_draft_is_its_makers_until_it_is_proposed(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient]
) -> None:
    slate = drafted(at, people)
    assert client_of(people.directors[0]).get(f"/slates/{slate.public_id}").status_code == 404
    assert client_of(people.officer).get(f"/slates/{slate.public_id}").status_code == 200


def test_what_was_taken_back_and_proposed_again_needs_every_approval_anew(at: Ready, people: Board) -> None:
    slate = approved(at, people)
    with unit_of_work():
        services.take_back(people.as_officer, slate)
    with clock_at(DECIDING + timedelta(hours=1)):
        with unit_of_work():
            services.propose(people.as_officer, slate)
        assert queries.missing_approvals_of(slate) == "Still to approve: 2 directors and 1 partner funder."
        for someone in (*people.directors, people.partner):
            with unit_of_work():
                services.approve(actor(someone), slate, slate.content_sha256 or "")
        run_due()
        assert counted(slate) == {"award": 3, "waitlist": 1, "decline": 1}


def test_whoever_has_a_conflict_in_the_cycle_is_asked_for_their_approval_and_for_nothing_else(
    at: Ready, people: Board, client_of: Callable[[object], FlaskClient]
) -> None:
    with unit_of_work() as session:
        hal, case = person("Hal", Role.DIRECTOR), at.applications["Tern"].case_id
        for someone in (hal, people.colleague):
            session.add(Conflict(case_id=case, person_id=someone.id, source="declared", since=DECIDING))

    def asked() -> list[list[str]]:
        homes = (client_of(one).get("/").text for one in (people.officer, people.colleague, hal))
        return [re.findall(r"(Propose|Approve|Check the letters and release) the [^<]* slate", home) for home in homes]

    slate = drafted(at, people)
    assert asked() == [["Propose"], [], []]
    with unit_of_work():
        services.propose(people.as_officer, slate)
    assert asked() == [[], [], ["Approve"]]
    for someone in (*people.directors, people.partner):
        with unit_of_work():
            services.approve(actor(someone), slate, slate.content_sha256 or "")
    assert asked() == [["Check the letters and release"], [], []]


def test_what_waits_around_slates_takes_as_many_statements_for_one_as_for_many(
    app: Flask, at: Ready, people: Board, statements: Callable[[], Any]
) -> None:
    counts = []
    for more in (1, 9):
        for _ in range(more):
            drafted(at, people)
        someone = people.as_officer
        with app.test_request_context(), statements() as seen:
            counts.append((len(todos(someone)), len(seen)))
    assert counts == [(1, 3), (10, 3)]


def test_a_withdrawn_application_is_never_decided(at: Ready, people: Board) -> None:
    slate = approved(at, people)
    with unit_of_work():
        applications.withdraw(actor(at.people["Tern"]), at.applications["Tern"])
    with pytest.raises(Clash, match="1 on it no longer stands"), unit_of_work():
        services.release(people.as_officer, slate)
    assert db.session.scalars(select(Decision)).all() == []


def test_one_that_came_after_the_slate_is_not_forgotten(at: Ready, people: Board) -> None:
    slate = drafted(at, people)
    with unit_of_work():
        review.submitted(at.stage, "Latecomer")
    with pytest.raises(Clash, match="1 came after it"), unit_of_work():
        services.propose(people.as_officer, slate)


def test_overrides_may_not_break_the_portfolio(at: Ready, people: Board) -> None:
    slate = drafted(at, people)
    heron = next(one for one in slate.lines if one.application_id == at.applications["Heron"].id)
    with unit_of_work():
        services.override(people.as_officer, heron, "decline", 0, None, "They asked us to wait.")
    with pytest.raises(Clash, match="at least one award for “charter-run”"), unit_of_work():
        services.propose(people.as_officer, slate)
