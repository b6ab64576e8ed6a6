"""An auditor reads a panel as its officer does, conflicts and all, and changes nothing of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from grants.applications.models import Application
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Refused
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review import queries, services
from tests.beginnings import Begin
from tests.factories import review as make
from tests.factories.people import actor, person
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")
Browser = Callable[[Any], FlaskClient]


class Audited(Panel):
    """With what is read, and who audits it."""

    tern: Application
    vera: Person


@pytest.fixture
def panel(begin: Begin) -> Audited:
    return begin(tern_is_audited)


def tern_is_audited() -> Audited:
    """Ann reads Tern; Ben had it, and is tied to it, so that somebody else is needed; Cleo could."""
    panel = Audited.of("Ann", "Ben", "Cleo", reviewers_each=2)
    assert isinstance(panel, Audited)
    panel.tern = panel.application_of("Tern School")
    panel.all_declare()
    for name in ("Ann", "Ben"):
        panel.assigns(name, panel.tern)
    panel["Ben"].scores(panel.tern)
    panel["Ben"].declares_conflict(panel.tern, "My sister teaches there.")
    with clock_at(make.REVIEWING):
        run_due()
    with unit_of_work():
        panel.vera = person("Vera", Role.AUDITOR)
    return panel


def pages(panel: Audited) -> dict[str, str]:
    """Address -> what of the case stands on it."""
    stage = f"/review/stages/{panel.stage.public_id}"
    member = queries.member_called(panel.stage, panel["Ben"].person.id)
    assert member is not None
    return {
        f"{stage}/panel": "My sister teaches there.",
        f"{stage}/conflicts/all": "My sister teaches there.",
        f"{stage}/applications/{panel.tern.public_id}/reviewers": "Cleo fits best",
        f"{stage}/scores/{panel.tern.public_id}": "Set aside",
        f"{stage}/members/{member.public_id}": "Ben",
    }


def test_they_read_every_page_of_it_and_find_no_button(panel: Audited, client_of: Browser) -> None:
    vera, officer = client_of(panel.vera), client_of(panel.officer)
    for address, said in pages(panel).items():
        with clock_at(make.REVIEWING):
            page, with_buttons = vera.get(address), officer.get(address).text
        assert (page.status_code, said in page.text, said in with_buttons) == (200, True, True), address
        main = page.text.partition("<main")[2].partition("</main>")[0]
        acts = {one.rpartition("/")[2] for one in re.findall(r'<form method="post"[^>]*action="([^"?]+)', main)}
        assert acts <= {"file"}, address  # a list taken as a file changes nothing


def test_what_they_send_is_refused(panel: Audited, client_of: Browser) -> None:
    stage = f"/review/stages/{panel.stage.public_id}"
    tern, member = panel.tern.public_id, queries.member_called(panel.stage, panel["Cleo"].person.id)
    assert member is not None
    place = queries.open_vacancies(panel.by)[0].public_id
    [conflict] = queries.panel_conflicts(panel.by, panel.stage).items
    addresses = [
        f"{stage}/members", f"{stage}/invite", f"{stage}/members/{member.public_id}",
        f"{stage}/members/{member.public_id}/load", f"{stage}/conflicts/all",
        f"{stage}/conflicts/{conflict.public_id}/lift", f"{stage}/applications/{tern}/tied",
        f"{stage}/applications/{tern}/reviewers/{member.public_id}",
        f"{stage}/applications/{tern}/places/{place}/assign/{member.public_id}",
        f"{stage}/applications/{tern}/places/{place}/leave", f"{stage}/remind", f"{stage}/assignment",
    ]  # fmt: skip
    vera = client_of(panel.vera)
    with clock_at(make.REVIEWING):
        assert {one: vera.post(one, data={"reason": "x"}).status_code for one in addresses} == dict.fromkeys(
            addresses, 403
        )
    with pytest.raises(Refused), unit_of_work():
        services.keep_profile(actor(panel.vera), panel["Cleo"].person, expertise="none")
    db.session.rollback()
    assert queries.profile_of(actor(panel.vera), panel["Cleo"].person) is None  # read, and none was made


def test_a_conflict_of_their_own_hides_it_from_them_too(panel: Audited, client_of: Browser) -> None:
    with unit_of_work():
        services.note_conflict(panel.by, panel.tern.case, panel.vera, "Her cousin leads it.")
    vera = client_of(panel.vera)
    for address, said in pages(panel).items():
        with clock_at(make.REVIEWING):
            page = vera.get(address)
        of_it = panel.tern.public_id in address
        assert page.status_code == (404 if of_it else 200), address
        assert said not in page.text or said == "Ben", address
        assert "Tern School" not in page.text, address


def test_nobody_else_who_reads_reviews_opens_it(panel: Audited, client_of: Browser) -> None:
    with unit_of_work():
        others = [person("Sam", role) for role in (Role.DIRECTOR, Role.FINANCE_OFFICER, Role.PARTNER_FUNDER)]
    closed = [one for one in pages(panel) if "/scores/" not in one]
    with clock_at(make.REVIEWING):
        assert {client_of(who).get(one).status_code for who in others for one in closed} == {403}
