"""A form as applicants meet it: shown questions follow from what is chosen, versions differ, and nothing is kept."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from grants.applications.models import Answer, Application
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.services import load_program
from tests.factories import applications as make
from tests.factories.people import person

Browser = Callable[[Person], FlaskClient]


def loaded() -> tuple[str, str]:
    """Ids of two versions of the small program; the second asks one thing in fewer words and one thing more."""
    text = make.PROGRAM.read_text()
    later = text.replace("words: {at_most: 30}", "words: {at_most: 20}").replace(
        "          motto: {", "          song: {type: short_text, title: Your song}\n          motto: {"
    )
    with unit_of_work():
        versions = [load_program(SYSTEM, one, "small.yaml").public_id for one in (text, later)]
    return versions[0], versions[1]


def is_hidden(page: str, field: str) -> bool:
    return " hidden" in page.split(f'id="field-{field}"')[1].split(">", maxsplit=1)[0]


def test_what_shows_follows_from_what_is_chosen_and_nothing_is_kept(app: Flask, client_of: Browser) -> None:
    version, _ = loaded()
    with unit_of_work():
        browser = client_of(person("Maya Rivera", Role.PROGRAM_OFFICER))
    address = f"/programs/{version}/forms/blueprint"
    fresh = browser.get(address).text
    assert ("Is your school a public school?" in fresh, is_hidden(fresh, "pilots_shown")) == (True, True)
    sent = {"pilots": "yes", "motto": "Show <it>", "students": "many", "asked": "350,000", "spending-0-amount": "5"}
    tried = browser.post(address, data=sent).text
    assert is_hidden(tried, "pilots_shown") is False
    assert ('value="Show &lt;it&gt;"' in tried, 'value="many"' in tried, 'value="350,000"' in tried) == (True,) * 3
    assert "Files are attached here" in tried
    kept = [db.session.scalar(select(func.count()).select_from(table)) for table in (Answer, Application)]
    assert kept == [0, 0]
    assert browser.get(f"/programs/{version}/forms/nothing").status_code == 404


def test_versions_are_chosen_and_what_changed_in_the_form_is_said(app: Flask, client_of: Browser) -> None:
    first, second = loaded()
    with unit_of_work():
        browser = client_of(person("Maya Rivera", Role.PROGRAM_OFFICER))
    before, after = (browser.get(f"/programs/{one}/forms/blueprint").text for one in (first, second))
    assert (f"/programs/{second}/forms/blueprint" in before, "Changed since" in before) == (True, False)
    assert ("Your song" in before, "Your song" in after) == (False, True)
    said = after.split("Changed since version 1")[1]
    assert ("Your song" in said, "the word limit changes from 30 to 20" in said) == (True, True)
    assert "Nothing in this form." in browser.get(f"/programs/{second}/forms/growth").text


@pytest.mark.parametrize(("role", "status"), [(Role.DIRECTOR, 200), (Role.REVIEWER, 403)])
def test_who_reads_programs_previews_their_forms(app: Flask, client_of: Browser, role: Role, status: int) -> None:
    version, _ = loaded()
    with unit_of_work():
        browser = client_of(person(None, role))
    assert browser.get(f"/programs/{version}/forms/blueprint").status_code == status
