"""What holds for every page: it says who may open it, a visitor is asked to sign in, and no page runs inline code."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule

from grants import create_app
from grants.config import ROOT, Settings
from grants.kernel.permissions import PERMISSIONS
from grants.web.access import PUBLIC, SIGNED_IN, access_of
from grants.web.navigation import unreachable

APP = create_app(Settings.read({"ENVIRONMENT": "test", "DATABASE_URL": "sqlite:///:memory:"}))
RULES = sorted(APP.url_map.iter_rules(), key=str)
_TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def _address(rule: Rule) -> str:
    """The rule's address with opaque ids that name nothing."""
    with APP.test_request_context():
        made = APP.url_map.bind("localhost")
        values = {name: "2" * 20 if "id" in name or "code" in name else "csv" for name in rule.arguments}
        for name, converter in rule._converters.items():
            if isinstance(converter, AnyConverter):
                values[name] = min(converter.items)
        return made.build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))


@pytest.mark.parametrize("endpoint", sorted({rule.endpoint for rule in RULES}))
def test_every_page_says_who_may_open_it(endpoint: str) -> None:
    access = access_of(APP, endpoint)
    assert access in {PUBLIC, SIGNED_IN, *PERMISSIONS}, f"{endpoint} says nothing, and so is closed to everyone"


@pytest.mark.parametrize("rule", [rule for rule in RULES if access_of(APP, rule.endpoint) != PUBLIC], ids=str)
def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, rule: Rule) -> None:
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    answer = client.open(_address(rule), method=method)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")


def test_every_way_in_the_navigation_leads_somewhere() -> None:
    assert unreachable(APP) == []


@pytest.mark.parametrize("template", [t for t in _TEMPLATES if "documents" not in t.parts], ids=lambda t: t.name)
def test_no_page_carries_inline_code_or_style(template: Path) -> None:
    text = template.read_text()
    assert re.findall(r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*\ssrc=)", text) == []


def test_writes_need_a_token(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answers = {
            str(rule): app.test_client().post(_address(rule)).status_code for rule in RULES if "POST" in rule.methods
        }
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    # 409: the form has no token of this session; it is asked for before anything else, sign-in included.
    assert {rule: status for rule, status in answers.items() if status != 409} == {}
