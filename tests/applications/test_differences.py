"""What changed: word by word, cell by cell, question by question; on the history of an answer and between versions."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from grants.applications import queries, services
from grants.applications.differences import Change, Difference, compare, item_difference, word_changes
from grants.applications.models import Application, Submission
from grants.applications.reading import Item, read
from grants.applications.services import Write
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make
from tests.factories.people import person

Browser = Callable[[Person], FlaskClient]
TEXTS = st.text(alphabet="ab \n–é", max_size=60)


def said(changes: tuple[Change, ...], *kinds: str) -> str:
    return "".join(one.text for one in changes if one.kind in kinds)


@given(TEXTS, TEXTS)
def test_what_is_the_same_and_gone_is_the_old_text_and_the_same_and_new_the_new(before: str, after: str) -> None:
    changes = word_changes(before, after)
    assert (said(changes, "same", "gone"), said(changes, "same", "new")) == (before, after)
    assert all(one.text for one in changes)


def test_words_that_happen_to_stand_in_both_do_not_break_up_what_was_written_anew() -> None:
    changes = word_changes("Forty students draw the map of mathematics.", "Another text by the head of school.")
    assert [one.kind for one in changes] == ["gone", "new"]


def test_very_long_texts_are_compared_by_lines() -> None:
    before = "\n".join(f"{number} and so on" for number in range(2_000))
    after = before.replace("1500 and so on", "1500 and no further")
    assert [(one.kind, one.text) for one in word_changes(before, after) if one.kind != "same"] == [
        ("gone", "1500 and so on\n"),
        ("new", "1500 and no further\n"),
    ]


def items(application: Application, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Difference]:
    form = queries.form_of(application)
    parts = compare(read(form, before), read(form, after))
    return {one.after.key: one for part in parts for one in part.questions}


@pytest.fixture
def draft(app: Flask) -> Application:
    with clock_at(make.WRITING), unit_of_work():
        return make.draft(make.school(), make.stage())


def test_each_kind_of_answer_is_compared_as_finely_as_it_can_be(draft: Application) -> None:
    one = {"field": "letter", "file": "a", "name": "letter.pdf", "size": 10, "sha256": "1" * 64}
    before = {
        "move_on": "When she can show it.",
        "grades": ["k_2"],
        "pilots": True,
        "pilots_shown": "Much.",
        "opens": "2016-08-22",
        "team": [{"name": "Dana", "role": "Lead", "email": "d@x.org"}, {"name": "Luis", "role": "", "email": ""}],
        "rollout": [{"row": "year_1", "students": 10, "share": 5}, {"row": "year_2", "students": 20, "share": 10}],
        "trials": [{"what": "Maps", "cost": 100_00}],
        "letter": [one],
    }
    after = {
        **before,
        "move_on": "When he can show it.",
        "grades": ["k_2", "g3_5"],
        "pilots": False,
        "opens": "2016-08-29",
        "team": [{"name": "Dana", "role": "Principal", "email": "d@x.org"}, {"name": "Rosa", "role": "", "email": ""}],
        "rollout": [{"row": "year_1", "students": 10, "share": 5}, {"row": "year_2", "students": 25, "share": 10}],
        "trials": [{"what": "Maps", "cost": 150_00}, {"what": "Plans", "cost": None}],
        "letter": [{**one, "file": "b"}],
    }
    found = items(draft, before, after)
    assert {key: one.kind for key, one in found.items() if not one.is_same} == {
        "move_on": "words",
        "grades": "list",
        "pilots": "words",
        "pilots_shown": "whole",
        "opens": "whole",
        "team": "table",
        "rollout": "table",
        "trials": "items",
    }
    assert [(one.kind, one.text) for one in found["move_on"].value] == [
        ("same", "When "), ("gone", "she"), ("new", "he"), ("same", " can show it."),
    ]  # fmt: skip
    assert [(row.kind, row.head) for row in found["team"].value] == [
        ("same", "Dana"),
        ("gone", "Luis"),
        ("new", "Rosa"),
    ]
    rollout = [[[(one.kind, one.text) for one in cell] for cell in row.cells] for row in found["rollout"].value]
    assert rollout == [
        [[("same", "10")], [("same", "5")]],
        [[("gone", "20"), ("new", "25")], [("same", "10")]],
        [[("gone", "30"), ("new", "35")], [("same", "")]],
    ]
    titles = [(title, [(one.after.key, one.kind) for one in inner]) for title, inner in found["trials"].value]
    assert titles == [
        ("Trial 1", [("what", "same"), ("cost", "words")]),
        ("Trial 2", [("what", "whole"), ("cost", "same")]),
    ]


def test_another_file_of_the_same_name_is_a_change() -> None:
    def files(sha256: str) -> Item:
        return Item("letter", "Letter", "files", [{"name": "a.pdf", "size": 1, "sha256": sha256, "url": sha256}])

    assert item_difference(files("1"), files("2")).kind == "whole"


# ── between versions ─────────────────────────────────────────────────────────────────────────────────────────────────


def submitted_twice() -> tuple[make.School, Submission, Submission]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        first = make.submitted(school, make.stage())
        application = first.application
        services.reopen(school.as_signatory, application)
        services.save_answers(school.as_lead, application, {"move_on": Write("When he can <show> it.", 1)})
        return school, first, services.submit(school.as_signatory, application, school.signatory.name)


def test_what_changed_since_the_version_before(app: Flask, client_of: Browser) -> None:
    school, first, second = submitted_twice()
    page = client_of(school.viewer).get(f"/submissions/{second.public_id}/changes").text
    assert "1 question changed." in page
    assert '<del><span class="sr">taken out: </span>she can show</del>' in page
    assert '<ins><span class="sr">put in: </span>he can &lt;show&gt;</ins>' in page
    assert "How many students?" not in page
    everything = client_of(school.viewer).get(f"/submissions/{second.public_id}/changes?all=yes").text
    assert "How many students?" in everything
    missing = [f"/submissions/{first.public_id}/changes", f"/submissions/{second.public_id}/changes?since=7"]
    assert [client_of(school.viewer).get(address).status_code for address in missing] == [404, 404]


def test_a_draft_is_compared_for_the_applicant_alone(app: Flask, client_of: Browser) -> None:
    school, _, second = submitted_twice()
    with clock_at(make.WRITING), unit_of_work():
        other, officer = make.school("Lodestar"), person("Maya", Role.PROGRAM_OFFICER)
        services.reopen(school.as_signatory, second.application)
        services.save_answers(school.as_lead, second.application, {"motto": Write("A secret of the draft", 0)})
    address = f"/submissions/{second.public_id}/changes"
    own = client_of(school.editor).get(f"{address}?to=draft")
    assert (own.status_code, "A secret of the draft" in own.text) == (200, True)
    for who, versions, to_draft in ((officer, 200, 404), (other.lead, 404, 404)):
        browser = client_of(who)
        answers = browser.get(address), browser.get(f"{address}?to=draft")
        assert [answer.status_code for answer in answers] == [versions, to_draft]
        assert all("A secret of the draft" not in answer.text for answer in answers)


# ── the history of an answer ─────────────────────────────────────────────────────────────────────────────────────────


def written(texts: list[str]) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        application = make.draft(school, make.stage())
        for number, text in enumerate(texts):
            services.save_answers(school.as_lead, application, {"motto": Write(text, number)})
    return school, application


def test_the_history_shows_what_each_text_changed_and_brings_one_back(app: Flask, client_of: Browser) -> None:
    school, application = written(["Show it", "Show it twice"])
    with clock_at(make.WRITING), unit_of_work():
        services.save_answers(school.as_editor, application, {"motto": Write("Show me", 1)})  # too late
    address = f"/applications/{application.public_id}/history/motto"
    luis = client_of(school.editor)
    page = luis.get(address).text
    assert page.index("Not taken: someone else had changed it") < page.index("Stands now")
    assert '<ins><span class="sr">put in: </span>me</ins>' in page
    assert '<ins><span class="sr">put in: </span> twice</ins>' in page
    assert page.count("Bring it back") == 2
    with clock_at(make.WRITING):
        answer = luis.post(address, data={"place": "1", "version": "2"})
    assert (answer.status_code, answer.location.endswith("/sections/vision#field-motto")) == (302, True)
    assert queries.answers_of(application) == {"motto": "Show it"}
    assert [one.version.version for one in queries.history_of(application, "motto").items] == [3, 1, 2, 1]


def test_nothing_is_brought_back_over_what_was_not_seen(app: Flask, client_of: Browser) -> None:
    school, application = written(["Show it", "Show it twice", "Show it thrice"])
    address = f"/applications/{application.public_id}/history/motto"
    with clock_at(make.WRITING):
        answer = client_of(school.editor).post(address, data={"place": "1", "version": "2"})
    assert (answer.status_code, "changed this answer while you were writing" in answer.text) == (409, True)
    db.session.rollback()
    assert queries.answers_of(application) == {"motto": "Show it thrice"}


def test_who_only_reads_brings_nothing_back(app: Flask, client_of: Browser) -> None:
    school, application = written(["Show it", "Show it twice"])
    address = f"/applications/{application.public_id}/history/motto"
    viewer = client_of(school.viewer)
    assert "Bring it back" not in viewer.get(address).text
    assert viewer.post(address, data={"place": "1", "version": "2"}).status_code == 403
    assert client_of(school.editor).post(address, data={"place": "9", "version": "2"}).status_code == 404
    assert queries.answers_of(application) == {"motto": "Show it twice"}


@pytest.mark.parametrize("count", [1, 30, 31])
def test_the_history_is_paged_and_asks_the_same_questions(
    app: Flask, client_of: Browser, statements: Any, count: int
) -> None:
    school, application = written([f"Text {number}" for number in range(count)])
    luis = client_of(school.editor)
    with statements() as seen:
        page = luis.get(f"/applications/{application.public_id}/history/motto").text
    assert (page.count('class="card'), len([one for one in seen if one.startswith("SELECT")])) == (min(count, 30), 12)
    if count > 30:
        assert "Text 0" in luis.get(f"/applications/{application.public_id}/history/motto?page=2").text


@pytest.mark.parametrize("place", ["", "0", "-1", "2", "99999999999999999999"])
def test_a_place_that_the_history_has_not_is_said_to_be_missing(app: Flask, client_of: Browser, place: str) -> None:
    school, application = written(["Show it"])
    address = f"/applications/{application.public_id}/history/motto"
    with clock_at(make.WRITING):
        answer = client_of(school.editor).post(address, data={"place": place, "version": "1"})
    assert answer.status_code == 404
