"""Declaring conflicts of interest: from a list of names, in the program's own kinds, with undo; and as a file."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.roles import Role
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from grants.review.models import Conflict
from tests.factories import review as make
from tests.factories.exports import file_of, rows_of
from tests.factories.people import actor, person
from tests.review.story import LATER, Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]
KINDS = {"paid": {"title": "Paid by them", "explain": False}, "kin": {"title": "Kin", "hint": "Up to cousins."}}


def page_of(panel: Panel) -> str:
    return f"/review/stages/{panel.stage.public_id}/conflicts"


# ── in the list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_hundred_names_are_looked_through_by_letter_and_one_is_named_in_its_place(
    app: Flask, client_of: Browser
) -> None:
    panel = Panel.of("Ben")
    with unit_of_work():
        for number in range(204):
            make.submitted(panel.stage, f"{'ABCDE'[number % 5]}{number:03} School", answers={"vision": "Unheard of."})
    browser = client_of(panel["Ben"].person)
    with clock_at(make.REVIEWING):
        page = browser.get(page_of(panel)).text
        assert re.findall(r'<h3 id="letter-\d" class="letter">(\w)</h3>', page) == ["A", "B", "C", "D", "E"]
        assert (page.count('<li id="name-'), "204 names" in page, "Unheard of" in page) == (200, True, False)
        assert len(re.findall(r"<[a-z]", page)) <= 1_500
        second = browser.get(f"{page_of(panel)}?page=2").text
        assert second.count('<li id="name-') == 4
        found = browser.get(f"{page_of(panel)}?q=b001").text
        [(link, number)] = re.findall(r'href="([^"]+/conflicts/name/(\w+)\?q=b001)#name-', found)
        opened = browser.get(link).text
        assert (opened.count('class="opened"'), "B001 School" in opened) == (1, True)
        alone = browser.get(link, headers={"HX-Request": "true"}).text
        assert (alone.count("<li"), "<html" in alone, "Family or close personal tie" in alone) == (1, False, True)
        tie = {"named": number, "kind": "close", "reason": "My sister teaches there."}
        assert browser.post(f"{page_of(panel)}?q=b001", data=tie).location == f"{page_of(panel)}?q=b001"
        after = browser.get(page_of(panel)).text
        assert ("B001 School" in after.partition('class="letters"')[2], "1 conflict named" in after) == (False, True)
        assert browser.get(link).status_code == 404
        again = browser.post(page_of(panel), data=tie)
        assert (again.status_code, "you have named it already" in again.text) == (404, True)
    assert [one.kind for one in db.session.scalars(select(Conflict))] == ["close"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"kind": "", "reason": "A tie."}, "Choose the nearest kind."),
        ({"kind": "close", "reason": ""}, "Say in a few words what the tie is."),
    ],
)
def test_what_is_missing_is_said_where_the_name_stands(
    app: Flask, client_of: Browser, sent: dict[str, str], sentence: str
) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    with clock_at(make.REVIEWING):
        named = {"named": tern.case.public_id, **sent}
        answer = client_of(panel["Ben"].person).post(page_of(panel), data=named)
    opened = answer.text.partition('class="opened"')[2]
    assert (answer.status_code, sentence in opened, sent["reason"] in opened) == (422, True, True)
    assert panel.conflicts() == {}


def test_names_that_are_opened_beside_the_form_have_fields_of_their_own(app: Flask, client_of: Browser) -> None:
    """As the page stands once two names were opened in their places, beside the form that names one by typing."""
    panel = Panel.of("Ben")
    schools = [panel.application_of(name).case.public_id for name in ("Tern School", "Heron School")]
    browser = client_of(panel["Ben"].person)
    with clock_at(make.REVIEWING):
        page = browser.get(page_of(panel)).text
        rows = [browser.get(f"{page_of(panel)}/name/{one}", headers={"HX-Request": "true"}).text for one in schools]
        wrong = browser.post(page_of(panel), data={"named": schools[0], "kind": "close", "reason": ""}).text
    for one in schools:
        page = re.sub(rf'<li id="name-{one}">.*?</li>', "", page, flags=re.DOTALL)
    whole = page + "".join(rows)
    ids = re.findall(r'\bid="([^"]+)"', whole)
    assert sorted(ids) == sorted(set(ids))
    labelled = re.findall(r'<label class="f" for="((?:kind|reason)[^"]*)"', whole)
    assert labelled == ["kind", "reason", *(f"{field}-{one}" for one in schools for field in ("kind", "reason"))]
    assert re.findall(r'<(?:select|textarea)[^>]* id="([^"]+)"', whole) == labelled
    assert f'<a href="#reason-{schools[0]}">' in wrong


def test_a_name_that_one_may_not_see_is_not_opened(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    with unit_of_work():
        other = make.submitted(make.reviewed_stage(), "Heron School")
        stranger = person("Sten", Role.REVIEWER)
    browser, url = client_of(panel["Ben"].person), f"{page_of(panel)}/name/"
    with clock_at(make.REVIEWING):
        seen = [browser.get(f"{url}{one.case.public_id}").status_code for one in (tern, other)]
        assert seen == [200, 404]
        assert client_of(stranger).get(f"{url}{tern.case.public_id}").status_code == 404


def test_the_list_asks_as_often_for_thirty_names_as_for_one(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    browser, pages = client_of(panel["Ben"].person), (page_of(panel), f"{page_of(panel)}/name/{tern.case.public_id}")

    def counts() -> list[int]:
        found = []
        for path in pages:
            with clock_at(make.REVIEWING), statements() as said:
                assert browser.get(path).status_code == 200
            found.append(len(said))
        return found

    counts()  # what is remembered of the program is remembered
    few = counts()
    for number in range(29):
        panel.application_of(f"School {number}")
    assert counts() == few


def test_a_tie_that_the_profile_states_is_offered_and_asked_about_before_none_of_them(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    panel = Panel.of("Ben", conflicts=["same_organization", "declared"])
    tern = panel.application_of("Tern School")
    ben = panel["Ben"]
    with unit_of_work():
        services.state_affiliation(ben.by, ben.person, "adviser", name="tern school")
        services.state_affiliation(ben.by, ben.person, "funder", name="Elsewhere Academy")
    browser = client_of(ben.person)

    def page() -> tuple[str, int]:
        with clock_at(make.REVIEWING), statements() as said:
            return browser.get(page_of(panel)).text, len(said)

    page()  # what is remembered of the program is remembered
    text, few = page()
    offered = re.findall(r"<b>([^<]+)</b><span class=\"why\">([^<]+)", text.partition('id="stated"')[2])
    assert offered == [("Tern School", "I advise it, paid or not")]
    assert "Your profile names Tern School. Declare without it?" in text
    for number in range(29):
        panel.application_of(f"School {number}")
    assert page()[1] == few
    with clock_at(make.REVIEWING):
        browser.post(page_of(panel), data={"named": tern.case.public_id, "kind": "close", "reason": "I advise them."})
    after = page()[0]
    assert ('id="stated"' in after, "Declare without it?" in after) == (False, False)


def kept(text: str) -> list[tuple[str, str]]:
    """What the page says that the profile keeps away: name, and the tie."""
    told = text.partition('id="kept"')[2].partition("</ul>")[0]
    return re.findall(r"<b>([^<]+)</b><span class=\"why\">([^<]+)", told)


def test_what_the_profile_keeps_away_is_said_whether_it_applied_or_not(app: Flask, client_of: Browser) -> None:
    """Nobody looks in vain for a name they are tied to, and nobody learns from the page whether it applied."""
    panel = Panel.of("Ben", conflicts=["same_organization", "former_employer", "declared"])
    panel.application_of("Tern School")
    ben = panel["Ben"]
    browser = client_of(ben.person)
    with clock_at(make.REVIEWING), unit_of_work():
        for name in ("Tern School", "Elsewhere Academy"):
            until = date(2012, 12, 31)
            services.state_affiliation(ben.by, ben.person, "former_employer", name=name, ended_on=until)
        services.state_affiliation(ben.by, ben.person, "adviser", name="Heron School")  # the panel has no such rule
    said = [("Elsewhere Academy", "I worked there, until 2012"), ("Tern School", "I worked there, until 2012")]
    with clock_at(make.REVIEWING):
        page = browser.get(page_of(panel)).text
        assert (kept(page), "0 names" in page) == (said, True)
        conflict = db.session.scalars(select(Conflict)).one()
        assert conflict.reason == "Worked at Tern School until 2012."
        look = f"/review/stages/{panel.stage.public_id}/conflicts/{conflict.public_id}/lift"
        assert "Worked at Tern School until 2012." in client_of(panel.officer).get(look).text
        panel.lifts(conflict, "Left it four years ago.")
        cleared = browser.get(page_of(panel)).text
    # Cleared, it is a name of the list again, and the page asks whether it is a conflict after all.
    assert (kept(cleared), "1 name<" in cleared, 'id="stated"' in cleared) == (said[:1], True, True)
    assert panel.conflicts() == {}


# ── said and undone ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_none_of_them_in_one_press_and_undone_until_something_is_scored(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ben", "Ann")
    tern = panel.application_of("Tern School")
    browser = client_of(panel["Ben"].person)
    with clock_at(make.REVIEWING):
        page = browser.get(page_of(panel)).text
        assert re.findall("Tern School(?=</)|Name a conflict|None of them", page)[-3:] == [
            *("Tern School", "Name a conflict", "None of them")
        ]
        browser.post(f"{page_of(panel)}/done")
        assert "Pressed too early? Your conflicts page undoes it" in browser.get("/review/").text
        panel.assigns("Ben", tern)
        assert "Tern School" in browser.get("/review/").text
        assert "Undo the declaration" in browser.get(page_of(panel)).text
        assert browser.post(f"{page_of(panel)}/undo").location == page_of(panel)
        assert "Tern School" not in browser.get("/review/").text
        assert panel["Ben"].pile() == []
        browser.post(f"{page_of(panel)}/done")
        panel["Ben"].saves(tern, make.COMPLETE)
        assert "Undo the declaration" not in browser.get(page_of(panel)).text
        assert browser.post(f"{page_of(panel)}/undo").status_code == 409
        assert "Tern School" in browser.get("/review/").text
    acts = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.id)).all()
    assert [one for one in acts if "declar" in one] == ["review.declare", "review.undo_declaration", "review.declare"]


def test_the_record_of_a_declaration_counts_nothing(app: Flask, client_of: Browser) -> None:
    """Each conflict is on record with its own case; a number would be wrong by those named before, or tell of them."""
    panel = Panel.of("Ben")
    tern = panel.application_of("Tern School")
    browser = client_of(panel["Ben"].person)
    with clock_at(make.REVIEWING):
        browser.post(page_of(panel), data={"named": tern.case.public_id, "kind": "close", "reason": "I advise them."})
        browser.post(f"{page_of(panel)}/done")
    acts = db.session.execute(
        select(AuditRecord.action, AuditRecord.case_id, AuditRecord.after)
        .where(AuditRecord.action.in_(("review.conflict", "review.declare")))
        .order_by(AuditRecord.number)
    )
    assert [(one.action, one.case_id, sorted(one.after)) for one in acts] == [
        ("review.conflict", tern.case_id, ["kind", "person", "reason", "source"]),
        ("review.declare", None, ["declared_at", "stage"]),
    ]


def test_nothing_is_undone_that_was_not_said(app: Flask) -> None:
    panel = Panel.of("Ben")
    panel.application_of("Tern School")
    with pytest.raises(Clash, match="not declared yet"), unit_of_work():
        services.undo_declaration(panel["Ben"].by, panel.stage)
    with unit_of_work():
        stranger = person("Sten", Role.REVIEWER)
    with pytest.raises(Missing), unit_of_work():
        services.undo_declaration(actor(stranger), panel.stage)


def test_who_applies_after_the_declaration_shows_nowhere_before_they_are_asked_about(
    app: Flask, client_of: Browser
) -> None:
    panel = Panel.of("Ben")
    panel.application_of("Tern School")
    panel["Ben"].declares()
    browser = client_of(panel["Ben"].person)
    heron = panel.application_of("Heron School", at=make.REVIEWING + timedelta(hours=1))
    with clock_at(LATER):
        with unit_of_work():
            member = queries.member_for(panel["Ben"].by, panel.stage)
            assert member is not None
            late = make.assigned(member, heron)
        for path in ("/", "/review/", f"/review/stages/{panel.stage.public_id}/grid", "/meetings/"):
            assert "Heron School" not in browser.get(path).text
        assert browser.get(f"/review/assignments/{late.public_id}").status_code == 404
        asked = browser.get(page_of(panel)).text
        assert re.search(r"Heron School <span[^>]*>New</span>", asked)
        browser.post(f"{page_of(panel)}/done")
        assert "Heron School" in browser.get("/review/").text


# ── the program's own kinds ──────────────────────────────────────────────────────────────────────────────────────────


def test_everything_speaks_the_kinds_of_the_cycles_own_program(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ben", conflict_kinds=KINDS, conflicts=["same_organization"])
    tern, heron, auk = (panel.application_of(f"{name} School") for name in ("Tern", "Heron", "Auk"))
    panel["Ben"].declares()
    panel.assigns("Ben", tern, heron)
    ben, officer = client_of(panel["Ben"].person), client_of(panel.officer)
    url = f"/review/assignments/{panel['Ben'].assignment_id(tern)}/conflict"
    with clock_at(make.REVIEWING):
        for page in (ben.get(page_of(panel)).text, ben.get(url).text):
            assert re.findall(r'<option value="(\w+)">([\w ]+)</option>', page) == [
                ("paid", "Paid by them"),
                ("kin", "Kin"),
            ]
            assert ("Up to cousins." in page, "No more words are needed." in page) == (True, True)
        assert ben.post(url, data={"kind": "money", "reason": "x"}).status_code == 422
        assert ben.post(url, data={"kind": "kin", "reason": ""}).status_code == 422
        assert ben.post(url, data={"kind": "paid", "reason": ""}).location == "/review/"
        panel["Ben"].declares_conflict(heron)  # without a kind it is of the last one
        with unit_of_work():
            services.note_conflict(panel.by, auk.case, panel["Ben"].person, "Sat on its board.")
        listed = officer.get(f"{page_of(panel)}/all").text
        assert re.findall(r'data-label="Kind"><span>([\w ]+)<', listed) == ["Paid by them", "Kin", "Kin"]
        narrowed = officer.get(f"{page_of(panel)}/all?kind=paid").text
        assert ("Tern School" in narrowed, "Heron School" in narrowed) == (True, False)
    said = db.session.execute(select(Conflict.kind, Conflict.reason).order_by(Conflict.id)).all()
    assert [tuple(one) for one in said] == [
        ("paid", None),
        ("kin", "My sister teaches there."),
        ("kin", "Sat on its board."),
    ]
    with pytest.raises(Invalid), unit_of_work():
        services.declare_conflict(panel.by, auk.case, "x", "money")


# ── the list as a file ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_list_is_a_file_that_keeps_its_filters_and_what_is_hidden(app: Flask, client_of: Browser) -> None:
    panel = Panel.of("Ann", "Ben")
    tern, heron = panel.application_of("Tern School"), panel.application_of("Heron School")
    with clock_at(make.REVIEWING), unit_of_work():
        services.declare_conflict(panel["Ann"].by, tern.case, "My sister teaches there.", "close")
        noted = services.note_conflict(panel.by, heron.case, panel["Ben"].person, "Sat on its board.")
        services.confirm_conflict(panel.by, noted, "On its website.")
        mona, dee = person("Mona", Role.PROGRAM_OFFICER), person("Dee", Role.DIRECTOR)
        services.note_conflict(panel.by, heron.case, mona, "Her brother leads it.")
    with clock_at(make.REVIEWING):
        file = f"{page_of(panel)}/file"
        head, *rows = rows_of(file_of(client_of(panel.officer), file))
        assert head[:7] == ["Reviewer", "Applicant", "Kind", "Found", "Reason", "State", "Since"]
        assert [row[:6] for row in rows] == [
            ["Ann", "Tern School", "Family or close personal tie", "Declared", "My sister teaches there.", "Stands"],
            ["Ben", "Heron School", "Something else", "Noted by staff", "Sat on its board.", "Confirmed"],
        ]
        assert (rows[1][7], rows[1][9]) == ("Maya Rivera", "On its website.")
        narrowed = rows_of(file_of(client_of(panel.officer), f"{file}?state=confirmed"))
        assert [row[0] for row in narrowed[1:]] == ["Ben"]
        hidden = rows_of(file_of(client_of(mona), file))
        assert [row[1] for row in hidden[1:]] == ["Tern School"]
        assert [client_of(one).post(file, data={"form": "csv"}).status_code for one in (dee, panel["Ann"].person)] == [
            403,
            403,
        ]
