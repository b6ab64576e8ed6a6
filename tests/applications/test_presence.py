"""Who is where in a draft, as its open pages ask and tell."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from grants.applications import services
from grants.applications.models import Application, Presence
from grants.casework import files
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.applications.test_uploads import PDF
from tests.factories import applications as make
from tests.factories.people import join, person

Browser = Callable[[Person], FlaskClient]


@pytest.fixture
def school(app: Flask) -> make.School:
    with clock_at(make.WRITING), unit_of_work():
        return make.school("Urban Promise Academy")


@pytest.fixture
def draft(school: make.School) -> Application:
    with clock_at(make.WRITING), unit_of_work():
        return make.draft(school, make.stage(), {"motto": "Show it"})


def tell(client: FlaskClient, draft: Application, at: datetime = make.WRITING, **sent: Any) -> TestResponse:
    with clock_at(at):
        return client.post(f"/applications/{draft.public_id}/presence", data={"section": "vision", **sent})


def told(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.headers["HX-Trigger-After-Settle"])["presence"]
    return found


def test_two_are_told_of_each_other(school: make.School, draft: Application, client_of: Browser) -> None:
    dana, luis = client_of(school.lead), client_of(school.editor)
    assert told(tell(dana, draft, field="move_on")) == {"here": "", "fields": {}}
    assert told(tell(luis, draft, section="numbers")) == {
        "here": f"{school.lead.name} is in How students move through learning.",
        "fields": {},
    }
    assert told(tell(luis, draft)) == {
        "here": f"{school.lead.name} is writing “When does a student move on?”.",
        "fields": {"move_on": f"{school.lead.name} is writing here"},
    }
    assert told(tell(dana, draft))["here"] == f"{school.editor.name} is here."


def test_who_is_not_heard_of_is_gone(school: make.School, draft: Application, client_of: Browser) -> None:
    tell(client_of(school.lead), draft)
    luis = client_of(school.editor)
    for seconds, here in ((44, f"{school.lead.name} is here."), (45, "")):
        assert told(tell(luis, draft, make.WRITING + timedelta(seconds=seconds)))["here"] == here


def test_an_open_page_writes_only_now_and_then(
    school: make.School, draft: Application, client_of: Browser, statements: Any
) -> None:
    dana = client_of(school.lead)
    wrote = []
    for seconds, section in ((0, "vision"), (12, "vision"), (24, "vision"), (36, "vision"), (37, "numbers")):
        with statements() as seen:
            tell(dana, draft, make.WRITING + timedelta(seconds=seconds), section=section)
        wrote.append(any(one.startswith(("INSERT", "UPDATE")) for one in seen))
    assert wrote == [True, False, True, False, True]
    assert [one.section for one in db.session.scalars(select(Presence))] == ["numbers"]


def test_answers_that_others_changed_come_along(school: make.School, draft: Application, client_of: Browser) -> None:
    luis = client_of(school.editor)
    assert "field-motto" not in tell(luis, draft, held=["motto:1", "move_on:0"]).text
    with clock_at(make.WRITING), unit_of_work():
        services.save_answers(school.as_lead, draft, {"motto": services.Write("Show it <now>", 1)})
    answer = tell(luis, draft, held=["motto:1", "move_on:0"]).text
    assert 'id="field-motto"' in answer
    assert "Show it &lt;now&gt;" in answer
    assert 'id="field-move_on"' not in answer
    assert "field-motto" not in tell(luis, draft, held=["motto:2", "nonsense", "unknown:3"]).text


def test_a_coach_is_seen_and_is_sent_no_question_to_write_in(
    school: make.School, draft: Application, client_of: Browser
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        coach = make.coached(school, draft, "vision", by="Cora Diaz")
    assert "field-motto" not in tell(client_of(coach), draft, held=["motto:0"]).text
    assert told(tell(client_of(school.lead), draft))["here"] == "Cora Diaz is here."


def test_nobody_else_says_or_hears_anything(draft: Application, client_of: Browser, client: FlaskClient) -> None:
    with unit_of_work():
        stranger, officer = person("Stranger"), person("Maya", Role.PROGRAM_OFFICER)
        join(stranger, make.school("Lodestar").organization)
    refused = {who: tell(client_of(who), draft).status_code for who in (stranger, officer)}
    assert refused == {stranger: 404, officer: 403}
    assert tell(client, draft).status_code == 302
    assert db.session.scalars(select(Presence)).all() == []


@pytest.mark.parametrize(
    "sent", [{"section": "nowhere"}, {"field": "nothing"}, {"section": "numbers", "field": "motto"}]
)
def test_there_is_nobody_where_there_is_nothing(
    school: make.School, draft: Application, client_of: Browser, sent: dict[str, str]
) -> None:
    assert tell(client_of(school.lead), draft, **sent).status_code == 404
    assert db.session.scalars(select(Presence)).all() == []


@pytest.mark.parametrize("count", [1, 30])
def test_it_asks_the_same_questions_of_one_and_of_thirty(
    school: make.School, draft: Application, client_of: Browser, statements: Any, count: int
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        others = [person() for _ in range(count)]
        for one in others:
            join(one, school.organization, OrganizationRole.EDITOR)
            db.session.add(Presence(application_id=draft.id, person_id=one.id, section="vision", seen_at=make.WRITING))
    luis = client_of(school.editor)
    tell(luis, draft)
    with statements() as seen:
        assert len(told(tell(luis, draft))["here"].split(". ")) == count
    assert len([one for one in seen if one.startswith("SELECT")]) == 11


def test_files_that_a_colleague_attached_or_removed_are_shown_to_whoever_has_others(
    school: make.School, draft: Application, client_of: Browser
) -> None:
    luis = client_of(school.editor)
    letter = files.put(PDF, "Letter of support.pdf", "application/pdf")
    with clock_at(make.WRITING), unit_of_work():
        attached = services.attach(school.as_lead, draft, "letter", letter)
    news = tell(luis, draft, section="people", files=["letter:", "work:", "motto:"]).text
    assert (news.count("<template>"), "Letter of support.pdf" in news) == (1, True)
    assert f'data-held="{attached.public_id}" hx-swap-oob="true"' in news
    assert "<template>" not in tell(luis, draft, section="people", files=[f"letter:{attached.public_id}", "work:"]).text
    with clock_at(make.WRITING), unit_of_work():
        services.remove_attachment(school.as_lead, draft, attached)
    news = tell(luis, draft, section="people", files=[f"letter:{attached.public_id}"]).text
    assert ("Letter of support.pdf" in news, "Earlier files" in news) == (False, True)
