"""The way onto a panel, from a mailed link to the first scorecard."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import Role
from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.programs.queries import definition_of
from grants.review import queries, services
from grants.review.asked_lines import read_lines
from grants.review.models import PanelMember, ReviewerProfile
from grants.review.people_models import PanelInvitation, ReviewTerms, TermsAcceptance
from grants.review.states import InvitationState
from grants.review.steps import text_hash
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, join, organization, person
from tests.review.story import Panel
from tests.review.test_pages import marks, text_of

Browser = Callable[[Any], FlaskClient]
PASSWORD = "seven gulls over the pier"
ERIN = {"email": "Erin@University.example", "name": "Erin Expert", "expertise": "high, charter", "load_cap": "4"}


@pytest.fixture
def panel(begin: Begin) -> Panel:
    return begin(ann_alone)


def ann_alone() -> Panel:
    """A panel of Ann, who has declared; Tern and Heron School have applied."""
    panel = Panel.of("Ann", reviewers_each=1)
    panel.tern, panel.heron = (panel.application_of(name) for name in ("Tern School", "Heron School"))  # type: ignore[attr-defined]
    panel.all_declare()
    return panel


def link_to(email: str) -> str:
    """The path that the latest mail to somebody leads to."""
    db.session.rollback()
    mail = db.session.scalars(
        select(Message)
        .where(Message.to_email == email, Message.template == "review.asked")
        .order_by(Message.id.desc())
        .limit(1)
    ).one()
    found = re.search(r"https?://[^/]+(/review/asked/\S+)", mail_of(mail).get_content())
    assert found is not None
    return found[1]


def asked(email: str) -> PanelInvitation:
    db.session.rollback()
    return db.session.scalars(select(PanelInvitation).where(PanelInvitation.email == email)).one()


def ask(panel: Panel, email: str = "erin@university.example", **more: Any) -> PanelInvitation:
    with unit_of_work():
        return services.invite_by_address(panel.by, panel.stage, email, "Erin Expert", **more)


def steps(page: str) -> list[tuple[str, str, bool]]:
    """The steps before a pile as a page shows them: name, state, and whether it is a link."""
    [line] = re.findall(r'<ol class="stepper">(.*?)</ol>', page, re.DOTALL)
    shown = re.findall(r'<li class="(\w+)"[^>]*>(<a [^>]*>)?([^<]+)', line)
    return [(name, state, bool(link)) for state, link, name in shown]


# ── the story ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_external_expert_comes_by_a_link_and_scores(panel: Panel, app: Flask, client_of: Browser) -> None:
    stage = f"/review/stages/{panel.stage.public_id}"
    with clock_at(make.REVIEWING):
        officer = client_of(panel.officer)
        assert officer.post(f"{stage}/members", data=ERIN).location == f"{stage}/panel#asked"
        assert "Erin Expert" in officer.get(f"{stage}/panel").text
        assert db.session.scalar(select(Person).where(Person.email == "erin@university.example")) is None

        visitor, link = app.test_client(), link_to("erin@university.example")
        page = visitor.get(link)
        for said in ("Will you review for Launch grant?", "about 4 applications", "What you read stays with you"):
            assert said in page.text
        short = visitor.post(link, data={"name": "Erin Expert", "new": "short", "again": "short"})
        assert short.status_code == 422
        joined = visitor.post(link, data={"name": "Erin Expert", "new": PASSWORD, "again": PASSWORD})
        assert joined.location == f"{stage}/terms"

        terms = visitor.get(f"{stage}/terms").text
        digest = re.search(r'name="sha256" value="(\w{64})"', terms)
        assert digest is not None
        assert visitor.post(f"{stage}/terms", data={"sha256": digest[1]}).location == f"{stage}/profile"
        assert "Heron School" in visitor.get(f"{stage}/profile?tie-name=heron").text
        tie = {"tie-name": "Heron school", "tie-relation": "former_employer", "tie-ended": "2012"}
        assert (
            visitor.post(f"{stage}/profile", data={"do": "add", "expertise": "high, charter", **tie}).location
            == f"{stage}/profile#ties"
        )
        page = visitor.get(f"{stage}/profile").text
        assert ("Heron School" in page, "until 2012" in page) == (True, True)
        assert 'value="high, charter"' in page
        # Adding a tie is no word that the profile is whole: the step is not done, and the button leads on.
        assert steps(page) == [
            *(("Terms", "done", True), ("Profile", "now", False), ("Conflicts", "open", False)),
            ("Your applications", "open", True),
        ]
        assert "Keep it, and go on" in page
        kept = {"expertise": "high, charter", "grade_bands": ["high"], "most": "4"}
        assert visitor.post(f"{stage}/profile", data=kept).location == f"{stage}/conflicts"
        assert visitor.post(f"{stage}/conflicts/done").location == "/review/"
        page = visitor.get(f"{stage}/profile").text
        assert steps(page) == [
            *(("Terms", "done", True), ("Profile", "done", False), ("Conflicts", "done", True)),
            ("Your applications", "running", True),  # nothing is assigned yet
        ]
        assert ("Keep it" in page, "and go on" in page) == (True, False)

        erin = db.session.scalars(select(Person).where(Person.email == "erin@university.example")).one()
        assert actor(erin).roles == {Role.REVIEWER}
        with unit_of_work():
            services.assign(panel.by, panel.stage, erin, panel.tern)  # type: ignore[attr-defined]
        assert "Tern School" in visitor.get("/review/").text
        card = f"/review/assignments/{queries.assignments_for(actor(erin))[0].public_id}"
        assert visitor.post(card, data=marks()).status_code == 302
        assert "Submitted" in text_of(visitor.get(card))
    member = db.session.scalars(select(PanelMember).where(PanelMember.person_id == erin.id)).one()
    assert (member.load_cap, member.terms_sha256, member.profile_at) == (4, digest[1], make.REVIEWING)
    told = db.session.scalars(select(Message.subject).where(Message.to_email == panel.officer.email)).all()
    assert "Erin Expert: yes to the panel for Launch grant" in told


@pytest.mark.parametrize(
    ("at", "mailed", "officer_reads", "asked_reads"),
    [
        # a month before they are due an invitation ends in time, and nothing is said
        (make.DUE - timedelta(days=31), "applications by Friday 15 April", None, None),
        (make.REVIEWING, "applications by Friday 15 April", "can say yes until then", None),
        (
            make.DUE + timedelta(days=1),
            "applications; scorecards were due Friday 15 April",
            "hands theirs in late",
            "so yours would come late",
        ),
    ],
)
def test_scorecards_that_are_due_soon_or_were_are_said(
    panel: Panel,
    app: Flask,
    client_of: Browser,
    at: Any,
    mailed: str,
    officer_reads: str | None,
    asked_reads: str | None,
) -> None:
    stage = f"/review/stages/{panel.stage.public_id}"
    with clock_at(at):
        officer = client_of(panel.officer)
        officer.post(f"{stage}/members", data=ERIN)
        pages = [text_of(officer.get(f"{stage}/{page}")) for page in ("panel", "invite")]
        own = text_of(app.test_client().get(link_to("erin@university.example")))
    mail = db.session.scalars(select(Message).where(Message.to_email == "erin@university.example")).one()
    assert mailed in mail.body
    for words in ("can say yes until then", "hands theirs in late"):
        assert [words in page for page in pages] == [words == officer_reads] * 2
    assert ("so yours would come late" in own) == (asked_reads is not None)
    assert "Yes, I review" in own


def test_an_invitation_ends_when_scorecards_are_due(panel: Panel, app: Flask) -> None:
    with clock_at(make.REVIEWING), unit_of_work():
        cleo = person("Cleo Marsh", email="cleo@example.org")
        services.invite_by_address(panel.by, panel.stage, "cleo@example.org")
    mail = db.session.scalars(select(Message).where(Message.to_email == "cleo@example.org")).one()
    assert mail.body.split("\n\n")[1:4] == [
        (
            f"Maya Rivera asks you, for {definition_of(panel.stage.cycle).funder}, to join the panel that reviews "
            "Launch grant, NGLC in Oakland."
        ),
        "What is asked: to read and score about 10 applications by Friday 15 April 2016, 4:59 pm Pacific.",
        (
            "You say yes or no on this page, where the rest is explained. It is yours alone, and stands until Friday "
            "15 April 2016, 4:59 pm Pacific:\n{panel_link}"
        ),
    ]
    link, visitor = link_to("cleo@example.org"), app.test_client()
    with clock_at(make.DUE):
        assert queries.invitations_waiting(actor(cleo)) == []
        assert "has run out" in text_of(visitor.get(link))
        assert visitor.post(link).status_code == 409
    with clock_at(make.DUE - timedelta(minutes=1)):
        assert [one.name for one in queries.invitations_waiting(actor(cleo))] == ["Cleo Marsh"]
        assert visitor.post(link).status_code == 302
    assert asked("cleo@example.org").state == InvitationState.ACCEPTED


def test_somebody_with_an_account_answers_signed_in_or_by_the_link(panel: Panel, client_of: Browser) -> None:
    with unit_of_work():
        cleo = person("Cleo Marsh", email="cleo@example.org")
        services.invite_by_address(panel.by, panel.stage, "cleo@example.org")
    browser = client_of(cleo)
    assert "Say whether you review for Launch grant" in browser.get("/").text
    page = browser.get(f"/review/invitations/{asked('cleo@example.org').public_id}")
    assert ("Yes, I review" in page.text, "Choose a password" in page.text) == (True, False)
    yes = browser.post(link_to("cleo@example.org"))
    assert yes.location == f"/review/stages/{panel.stage.public_id}/terms"
    assert actor(cleo).roles == {Role.REVIEWER}


def test_the_link_of_an_account_signs_nobody_in(panel: Panel, app: Flask) -> None:
    with unit_of_work():
        person("Cleo Marsh", email="cleo@example.org")
        services.invite_by_address(panel.by, panel.stage, "cleo@example.org")
    visitor = app.test_client()
    yes = visitor.post(link_to("cleo@example.org"))
    assert yes.location.startswith("/sign-in?next=")
    assert visitor.get("/review/").status_code == 302
    assert asked("cleo@example.org").state == InvitationState.ACCEPTED


# ── answered twice, too late, by somebody else ───────────────────────────────────────────────────────────────────────


def test_a_link_works_once_and_says_so_after(panel: Panel, app: Flask) -> None:
    ask(panel)
    link, sent = link_to("erin@university.example"), {"name": "Erin", "new": PASSWORD, "again": PASSWORD}
    first, second = app.test_client(), app.test_client()
    assert first.get(link).status_code == second.get(link).status_code == 200
    assert first.post(link, data=sent).status_code == 302
    again = second.post(link, data=sent)
    assert again.status_code == 409
    assert "You said yes on" in text_of(again)
    assert second.get("/review/").status_code == 302  # nobody is signed in by it
    assert len(db.session.scalars(select(PanelMember).where(PanelMember.stage_id == panel.stage.id)).all()) == 2
    assert second.post(f"{link}/no").status_code == 409


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda panel, one: services.withdraw_invitation(panel.by, one), "This invitation was taken back."),
        (lambda panel, one: setattr(one, "since", one.since - timedelta(days=31)), "has run out"),
        (lambda panel, one: setattr(one.stage, "released_at", make.REVIEWING), "nobody reviews it any more"),
    ],
)
def test_a_link_that_is_over_says_why_and_takes_no_answer(panel: Panel, app: Flask, end: Any, said: str) -> None:
    one, visitor = ask(panel), app.test_client()
    link = link_to("erin@university.example")
    with unit_of_work():
        end(panel, db.session.get_one(PanelInvitation, one.id))
    db.session.rollback()
    from grants.people.tokens import panel_token
    from grants.review.queries.invitations import stamp_of

    fresh = asked("erin@university.example")
    link = f"/review/asked/{panel_token(fresh.public_id, stamp_of(fresh))}"
    page = visitor.get(link)
    assert (page.status_code, said in text_of(page)) == (200, True)
    assert "Yes, I review" not in page.text
    assert visitor.post(link, data={"name": "Erin", "new": PASSWORD, "again": PASSWORD}).status_code == 409
    assert db.session.scalar(select(Person).where(Person.email == "erin@university.example")) is None


def test_a_stranger_with_a_made_up_link_learns_nothing(panel: Panel, app: Flask) -> None:
    ask(panel)
    visitor, link = app.test_client(), link_to("erin@university.example")
    for wrong in (f"{link}x", "/review/asked/made-up", f"/review/asked/{panel.stage.public_id}"):
        page = visitor.get(wrong)
        assert page.status_code == 404
        assert "Erin" not in page.text
    assert visitor.get(f"/review/invitations/{asked('erin@university.example').public_id}").status_code == 302


def test_who_is_signed_in_as_somebody_else_cannot_answer(panel: Panel, client_of: Browser) -> None:
    ask(panel)
    browser, link = client_of(panel["Ann"].person), link_to("erin@university.example")
    page = browser.get(link)
    assert ("You are signed in as Ann." in text_of(page), "Yes, I review" in page.text) == (True, False)
    assert browser.post(link, data={"name": "Erin", "new": PASSWORD, "again": PASSWORD}).status_code == 409
    one = asked("erin@university.example")
    assert browser.get(f"/review/invitations/{one.public_id}").status_code == 404
    assert one.state == InvitationState.INVITED


def test_who_said_no_is_asked_again_and_says_yes(panel: Panel, app: Flask, client_of: Browser) -> None:
    one, visitor = ask(panel), app.test_client()
    old = link_to("erin@university.example")
    assert visitor.post(f"{old}/no", data={"reason": "On leave until May."}).location == old
    assert "You said no" in visitor.get(old).text
    assert (asked(one.email).state, asked(one.email).reason) == (InvitationState.DECLINED, "On leave until May.")
    stage = f"/review/stages/{panel.stage.public_id}"
    officer = client_of(panel.officer)
    page = text_of(officer.get(f"{stage}/panel"))
    assert ("On leave until May." in page, "Said no" in page) == (True, True)
    told = db.session.scalars(select(Message.body).where(Message.subject.like("Erin Expert: no%"))).one()
    assert "On leave until May." in told
    assert officer.post(f"{stage}/invitations/{one.public_id}/again").status_code == 302
    assert visitor.get(old).status_code == 409  # a newer one has taken its place
    new = link_to("erin@university.example")
    assert visitor.post(new, data={"name": "Erin", "new": PASSWORD, "again": PASSWORD}).status_code == 302
    assert asked(one.email).state == InvitationState.ACCEPTED


def test_sent_again_within_ten_minutes_is_sent_once(panel: Panel) -> None:
    one = ask(panel)
    with unit_of_work():
        services.invite_again(panel.by, db.session.get_one(PanelInvitation, one.id))
    sent = select(Message.id).where(Message.template == "review.asked", Message.to_email == one.email)
    assert len(db.session.scalars(sent).all()) == 1
    with clock_at(asked(one.email).since + timedelta(minutes=11)), unit_of_work():
        services.invite_again(panel.by, db.session.get_one(PanelInvitation, one.id))
    assert len(db.session.scalars(sent).all()) == 2


def test_inviting_answering_and_withdrawing_belong_to_whom_they_concern(panel: Panel) -> None:
    one = ask(panel)
    with pytest.raises(Refused), unit_of_work():
        services.withdraw_invitation(panel["Ann"].by, db.session.get_one(PanelInvitation, one.id))
    with pytest.raises(Refused), unit_of_work():
        services.invite_again(panel["Ann"].by, db.session.get_one(PanelInvitation, one.id))
    with pytest.raises(Refused), unit_of_work():
        services.invite_by_address(panel["Ann"].by, panel.stage, "fay@university.example", "Fay")
    with pytest.raises(Missing):
        queries.own_panel_invitation(panel["Ann"].by, one.public_id)
    with pytest.raises(Clash, match="asked already"):
        ask(panel)
    with pytest.raises(Invalid), unit_of_work():
        services.invite_by_address(panel.by, panel.stage, "fay@university.example", "Fay", load_cap=0)


# ── several at once ──────────────────────────────────────────────────────────────────────────────────────────────────

PASTED = """Fay Field <fay@university.example>, high
cleo@example.org
nobody@university.example
Fay again, Fay@University.example
Gil without address
"""


def test_what_each_pasted_line_does_is_looked_at_first(panel: Panel, client_of: Browser) -> None:
    with unit_of_work():
        person("Cleo Marsh", email="cleo@example.org")
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/invite"
    page = browser.post(url, data={"people": PASTED})
    said = text_of(page)
    for sentence in (
        "Has no account yet: the link in the mail makes one with their yes.",
        "Cleo Marsh has an account, and is asked by mail.",
        "Nobody here has this address, so a name is needed.",
        "Stands on line 1 already.",
        "There is no email address on this line.",
        "Ask 2 people",
    ):
        assert sentence in said
    assert db.session.scalar(select(PanelInvitation).where(PanelInvitation.email != panel["Ann"].person.email)) is None
    looked_at = re.search(r'name="previewed" value="(\w+)"', page.text)
    assert looked_at is not None
    changed = browser.post(url, data={"people": f"{PASTED}Hal <hal@a.example>", "previewed": looked_at[1]})
    assert "Ask 3 people" in text_of(changed)
    sent = browser.post(url, data={"people": PASTED, "previewed": looked_at[1], "load_cap": ""})
    assert sent.location.endswith("/panel#asked")
    emails = db.session.scalars(select(PanelInvitation.email).where(PanelInvitation.state == "invited")).all()
    assert sorted(emails) == ["cleo@example.org", "fay@university.example"]


@pytest.mark.parametrize(("people", "stands"), [(1, [1]), (20, [20]), (45, [20, 40, 45])])
def test_many_are_asked_some_at_a_time(panel: Panel, client_of: Browser, people: int, stands: list[int]) -> None:
    """What stands with each transaction: the stage's row is not held for all of them."""
    pasted = "\n".join(f"Fay {number} <fay{number}@university.example>" for number in range(people))
    browser, url = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/invite"
    page = browser.post(url, data={"people": pasted, "load_cap": ""}).text
    looked_at = re.search(r'name="previewed" value="(\w+)"', page)
    assert looked_at is not None
    assert ("To be asked" in page, f"Ask {people} p" in page) == (True, True)
    db.session.rollback()
    asked_of, kept = select(func.count()).where(PanelInvitation.email.like("fay%")), []

    def note(session: Any) -> None:
        kept.append(session.connection().scalar(asked_of))

    event.listen(db.session, "before_commit", note)
    try:
        browser.post(url, data={"people": pasted, "previewed": looked_at[1], "load_cap": ""})
    finally:
        event.remove(db.session, "before_commit", note)
    assert sorted({number for number in kept if number}) == stands


def test_what_is_no_address_is_said_before_anybody_is_asked(panel: Panel) -> None:
    [said] = queries.foresee_asking(panel.by, panel.stage, read_lines("Fay Field <fay@university>"))
    assert (said.does, said.why) == ("nothing", "“fay@university” is not an email address.")


def test_whoever_belongs_to_an_applicant_of_the_stage_is_said_before_they_are_asked(panel: Panel) -> None:
    school = panel.tern.case.organization  # type: ignore[attr-defined]
    with unit_of_work():
        join(person("Cleo Marsh", email="cleo@example.org"), school)
        join(person("Dora Heath", email="dora@example.org"), organization("Elsewhere"))
    lines = read_lines("cleo@example.org\ndora@example.org")
    said = [one.why for one in queries.foresee_asking(panel.by, panel.stage, lines)]
    belongs = f"Belongs to {school.name}, which has applied here, and would read who else did."
    assert said == [
        f"Cleo Marsh has an account, and is asked by mail. {belongs}",
        "Dora Heath has an account, and is asked by mail.",
    ]


def test_lines_are_read_as_people_paste_them() -> None:
    read = [
        (one.name, one.email, one.expertise) for one in read_lines('"Ann B" <a@b.example>;x, y\n\n\tc@d.example\tCal')
    ]
    assert read == [("Ann B", "a@b.example", "x, y"), ("Cal", "c@d.example", "")]


def test_statements_do_not_grow_with_those_who_are_asked(panel: Panel, statements: Callable[[], Any]) -> None:
    def counts() -> tuple[int, int]:
        with statements() as listed:
            queries.asked_of_stage(panel.by, panel.stage)
        with statements() as foreseen:
            queries.foresee_asking(panel.by, panel.stage, read_lines("a <a@b.example>\nb <b@b.example>"))
        return len(listed), len(foreseen)

    ask(panel, "one@university.example")
    few = counts()
    for number in range(30):
        ask(panel, f"e{number}@university.example")
    assert counts() == few


# ── terms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_terms_are_kept_with_their_text_and_asked_again_when_they_change(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = panel["Ann"]
    panel.assigns("Ann", panel.tern)  # type: ignore[attr-defined]
    text = queries.review_rules(panel.stage).terms
    kept = db.session.scalars(select(ReviewTerms)).one()
    assert (kept.sha256, kept.text) == (text_hash(text), text)
    assert ann.pile() == ["Tern School"]
    with clock_at(make.REVIEWING), unit_of_work():
        services.accept_terms(ann.by, panel.stage, text_hash(text))  # twice is once
        assert len(db.session.scalars(select(TermsAcceptance.id)).all()) == 1
        # The text in force is another one from now on, as when the software's own changes.
        member = db.session.scalars(select(PanelMember).where(PanelMember.person_id == ann.person.id)).one()
        member.terms_sha256 = text_hash("An earlier text.")
    assert ann.pile() == []
    assert queries.standing_of(queries.own_member(ann.by, panel.stage)).left == ("terms",)
    with pytest.raises(Clash, match="changed meanwhile"), unit_of_work():
        services.accept_terms(ann.by, panel.stage, text_hash("An earlier text."))
    ann.begins()
    assert ann.pile() == ["Tern School"]
    records = db.session.scalars(select(AuditRecord.after).where(AuditRecord.action == "review.accept_terms")).all()
    assert {one["sha256"] for one in records if one} == {text_hash(text)}


def test_a_tie_stated_later_is_looked_at_by_the_rules_at_once(panel: Panel) -> None:
    profile = db.session.scalars(select(ReviewerProfile)).all()
    assert profile == []  # confirming alone makes none
    ann = panel["Ann"]
    with clock_at(make.REVIEWING), unit_of_work():
        services.state_affiliation(ann.by, ann.person, "works_there", name="Somewhere else")
    assert panel.conflicts() == {}
