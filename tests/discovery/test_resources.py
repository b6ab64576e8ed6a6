"""Resources of a cycle: kept, shown, replaced, withdrawn, put in order; and what never gets out."""

import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from grants.casework import files
from grants.discovery.links import link_fault
from grants.discovery.queries.resources import resources_kept, resources_shown
from grants.discovery.resource_models import Resource
from grants.discovery.services import resources as services
from grants.discovery.services.resources import ResourcePlan
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import ANONYMOUS
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from tests.beginnings import Begin
from tests.discovery.test_calls import NOW, Desk
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
GUIDE = "https://www.example.org/guide"


@pytest.fixture
def desk(begin: Begin) -> Desk:
    return begin(Desk)


def keep(desk: Desk, title: str, shown: bool = True, link: str = GUIDE, **more: Any) -> Resource:
    with clock_at(NOW), unit_of_work():
        plan = ResourcePlan(title, f"Helps with {title}.", **more)
        one = services.add_resource(actor(desk.maya), desk.cycle, plan, link)
        if shown:
            services.publish(actor(desk.maya), one)
    return one


def titles(desk: Desk) -> list[str]:
    return [one.title for one in resources_kept(actor(desk.maya), desk.cycle).items]


def test_a_guide_is_kept_published_replaced_and_withdrawn(desk: Desk, client: FlaskClient, client_of: Browser) -> None:
    """Maya adds a file, sees it alone, publishes it; schools fetch it, then the corrected one; then it is gone."""
    maya, base = client_of(desk.maya), f"/cycles/{desk.cycle.public_id}/resources"
    typed = {"title": "Budget worksheet", "description": "To fill in together.", "audience": "everyone"}

    def sent(content: bytes, name: str = "budget.csv") -> dict[str, Any]:
        return {"file": (io.BytesIO(content), name)}

    with clock_at(NOW):
        assert maya.post(f"{base}/new", data=typed | sent(b"Line,Amount\nTime,100\n")).location == base
        one = db.session.query(Resource).one()
        here, address = f"/resources/{one.public_id}", f"{desk.url}/resources/{one.public_id}"
        assert (client.get(address).status_code, "Budget worksheet" in client.get(desk.url).text) == (404, False)
        assert maya.post(f"{here}/move", data={"move": "publish"}).location == here
        assert "Budget worksheet" in client.get(desk.url).text
        first = client.get(address)
        assert (first.data, first.headers["Content-Disposition"]) == (
            b"Line,Amount\nTime,100\n",
            "attachment; filename=budget.csv",
        )
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        assert maya.post(f"{here}/replace", data=sent(b"Line,Amount\nTime,200\n")).location == here
        assert client.get(address).data == b"Line,Amount\nTime,200\n"
        assert maya.get(f"{here}/versions/{one.versions[0].public_id}").data == b"Line,Amount\nTime,100\n"
        assert maya.post(f"{here}/move", data={"move": "withdraw"}).location == here
        assert (client.get(address).status_code, "Budget worksheet" in client.get(desk.url).text) == (404, False)
        assert maya.post(f"{here}/move", data={"move": "bring back"}).location == here
        assert client.get(address).status_code == 200
    acts = [one.action for one in db.session.query(AuditRecord).order_by(AuditRecord.id)]
    assert [act.removeprefix("resource.") for act in acts if act.startswith("resource")] == [
        "add",
        "publish",
        "replace",
        "withdraw",
        "bring back",
    ]


def test_a_link_says_where_it_leads(desk: Desk, client: FlaskClient) -> None:
    keep(desk, "Guide")
    with clock_at(NOW):
        page = client.get(desk.url).text
    assert f'<a href="{GUIDE}" rel="noopener noreferrer">Guide</a>' in page
    assert 'Leads to <span class="break">example.org</span>' in page


def test_who_has_what(desk: Desk, client: FlaskClient, client_of: Browser) -> None:
    keep(desk, "For all")
    keep(desk, "For schools", audience="schools")
    keep(desk, "Not yet", shown=False)
    with unit_of_work():
        dana, someone, ann = person("Dana Ruiz"), person("No School"), person("Ann Audit", Role.AUDITOR)
        join(dana, organization("Urban Promise Academy"))

    def seen(who: Any) -> list[str]:
        return [one.title for one in resources_shown(who, desk.call).items]

    assert seen(ANONYMOUS) == seen(actor(someone)) == ["For all"]
    assert seen(actor(dana)) == seen(actor(ann)) == ["For all", "For schools"]
    hidden = db.session.query(Resource).filter_by(title="For schools").one()
    hold_a_file(desk, hidden)
    with clock_at(NOW):
        address = f"{desk.url}/resources/{hidden.public_id}"
        pages = (desk.url, f"{desk.url}/resources", f"{desk.url}/resources?search=schools")
        assert [hidden.public_id in client.get(page).text for page in pages] == [False] * 3
        assert (client.get(address).status_code, client_of(dana).get(address).status_code) == (404, 200)
        assert [hidden.public_id in client_of(dana).get(page).text for page in pages] == [True] * 3
    desk.show(listing="hidden")
    with clock_at(NOW):
        assert client_of(dana).get(address).status_code == 404


def hold_a_file(desk: Desk, one: Resource) -> None:
    put = files.put(b"a,b\n", "list.csv", "text/csv")
    with unit_of_work():
        services.replace_resource(actor(desk.maya), one, put)


def test_another_cycles_page_hands_out_nothing(desk: Desk, client: FlaskClient) -> None:
    one = keep(desk, "Guide")
    hold_a_file(desk, one)
    other = desk.url.replace(desk.call.public_id, "2" * 20)
    with clock_at(NOW):
        assert client.get(f"{desk.url}/resources/{one.public_id}").status_code == 200
        assert client.get(f"{other}/resources/{one.public_id}").status_code == 404


def test_who_may_keep_them(desk: Desk, client_of: Browser) -> None:
    one = keep(desk, "Guide", shown=False)
    with unit_of_work():
        people = {role: person(role.label, role) for role in Role if role not in {Role.SYSTEM, Role.APPLICANT}}
    base = f"/cycles/{desk.cycle.public_id}/resources"
    reads = {role for role, who in people.items() if client_of(who).get(base).status_code == 200}
    adds = {role for role, who in people.items() if client_of(who).get(f"{base}/new").status_code == 200}
    assert reads == {Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR}
    assert adds == {Role.PROGRAM_OFFICER}
    auditor = people[Role.AUDITOR]
    page = client_of(auditor).get(f"/resources/{one.public_id}").text
    assert ("Replace it" in page, "Publish it" in page, GUIDE in page) == (False, False, True)
    for act in (services.publish, services.withdraw, services.bring_back):
        with pytest.raises(Refused if act is services.publish else (Refused, Clash)), unit_of_work():
            act(actor(auditor), one)
    with pytest.raises(Refused), unit_of_work():
        services.add_resource(actor(auditor), desk.cycle, ResourcePlan("A", "B."), GUIDE)
    with pytest.raises(Refused), unit_of_work():
        services.shift(actor(auditor), one, up=True)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("guide.exe", b"MZ", "is not a file of an accepted kind"),
        ("guide.pdf", b"<html>", "what is in it is something else"),
        ("list.csv", b"=cmd()\n", "holds a formula in line 1"),
        ("empty.csv", b"", "is empty"),
    ],
)
def test_a_file_that_could_do_harm_is_refused_in_words_and_nothing_typed_is_lost(
    desk: Desk, client_of: Browser, name: str, content: bytes, said: str
) -> None:
    typed = {"title": "Guide", "description": "How to begin.", "audience": "schools"}
    sent = typed | {"file": (io.BytesIO(content), name)}
    answer = client_of(desk.maya).post(f"/cycles/{desk.cycle.public_id}/resources/new", data=sent)
    assert (answer.status_code, said in answer.text, "How to begin." in answer.text) == (422, True, True)
    assert db.session.query(Resource).count() == 0


def test_one_of_a_file_and_a_link_is_needed(desk: Desk, client_of: Browser) -> None:
    url = f"/cycles/{desk.cycle.public_id}/resources/new"
    typed = {"title": "Guide", "description": "How to begin.", "audience": "everyone"}
    both = typed | {"link": GUIDE, "file": (io.BytesIO(b"a,b\n"), "a.csv")}
    neither = client_of(desk.maya).post(url, data=typed)
    assert (neither.status_code, "Choose a file, or write a link." in neither.text) == (422, True)
    two = client_of(desk.maya).post(url, data=both)
    assert (two.status_code, "not both" in two.text, GUIDE in two.text) == (422, True, True)
    assert db.session.query(Resource).count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "http://example.org",
        "javascript:alert(1)",
        "https://",
        "https://nowhere",
        "https://me:secret@example.org/",
        'https://example.org/"onclick',
        "https://example.org:port/",
        "https://[example.org/",
        "https://example.org/ two",
        f"https://example.org/{'a' * 500}",
    ],
)
def test_where_nobody_is_pointed_to(desk: Desk, typed: str) -> None:
    assert link_fault(typed) is not None
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.add_resource(actor(desk.maya), desk.cycle, ResourcePlan("A", "B."), typed)
    assert list(refused.value.errors) == ["link"]


def test_a_stage_of_another_cycle_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused, unit_of_work():
        services.add_resource(actor(desk.maya), desk.cycle, ResourcePlan("A", "B.", stage_id=10**6), GUIDE)
    assert list(refused.value.errors) == ["stage"]


def test_the_order_is_changed_by_buttons(desk: Desk, client: FlaskClient, client_of: Browser) -> None:
    one, two, three = (keep(desk, name) for name in ("One", "Two", "Three"))
    maya = client_of(desk.maya)
    back = maya.post(f"/resources/{three.public_id}/move", data={"move": "up"}).location
    assert back.endswith(f"/resources#r-{three.public_id}")
    assert titles(desk) == ["One", "Three", "Two"]
    maya.post(f"/resources/{one.public_id}/move", data={"move": "up"})
    maya.post(f"/resources/{two.public_id}/move", data={"move": "down"})
    assert titles(desk) == ["One", "Three", "Two"]
    with clock_at(NOW):
        page = client.get(desk.url).text
    assert page.index(">One<") < page.index(">Three<") < page.index(">Two<")


def test_the_same_again_changes_nothing(desk: Desk) -> None:
    one, maya = keep(desk, "Guide"), actor(desk.maya)
    before = db.session.query(AuditRecord).count()
    with unit_of_work():
        assert services.replace_resource(maya, one, GUIDE) is False
        services.change_resource(maya, one, ResourcePlan("Guide", "Helps with Guide."))
    with pytest.raises(Clash), unit_of_work():
        services.publish(maya, one)
    assert (len(one.versions), db.session.query(AuditRecord).count()) == (1, before)


def test_what_was_handed_out_stays_on_record(desk: Desk) -> None:
    keep(desk, "Guide")
    for statement in ("UPDATE resource_version SET link = 'x'", "DELETE FROM resource_version"):
        with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def test_two_that_are_added_at_once_get_a_place_each(desk: Desk, app: Flask) -> None:
    maya, cycle_id, together = actor(desk.maya), desk.cycle.id, threading.Barrier(2)
    db.session.rollback()

    def add(title: str) -> None:
        with app.app_context():
            together.wait()
            with unit_of_work() as session:
                cycle = session.get_one(type(desk.cycle), cycle_id)
                services.add_resource(maya, cycle, ResourcePlan(title, "Good."), GUIDE)

    threads = [threading.Thread(target=add, args=(title,)) for title in ("One", "Two")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(db.session.query(Resource.position).order_by(Resource.id)) == [(1,), (2,)]


def test_lists_are_searched_and_paged_in_the_database(
    desk: Desk, client: FlaskClient, client_of: Browser, statements: Callable[[], Any]
) -> None:
    keep(desk, "Guide to budgets", topic="Money")
    pages = (desk.url, f"{desk.url}/resources", f"{desk.url}/questions?search=guide")
    kept_here = f"/cycles/{desk.cycle.public_id}/resources"

    def asked() -> list[int]:
        counts = []
        with clock_at(NOW):
            for who, page in [*((client, page) for page in pages), (client_of(desk.maya), kept_here)]:
                who.get(page)
                with statements() as made:
                    who.get(page)
                counts.append(len(made))
        return counts

    at_one = asked()
    for number in range(30):
        keep(desk, f"Guide {number}")
    assert asked() == at_one
    with clock_at(NOW):
        assert client.get(desk.url).text.count('<li id="r-') == 6
        assert client.get(f"{desk.url}/resources").text.count('<li id="r-') == 30
        assert client.get(f"{desk.url}/resources?page=2").text.count('<li id="r-') == 1
        assert client.get(f"{desk.url}/resources?search=budgets money").text.count('<li id="r-') == 1
        found = client.get(f"{desk.url}/questions?search=money").text
    assert ("Guide to budgets" in found, "No answer has these words" in found) == (True, True)
