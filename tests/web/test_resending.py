"""A form that comes after its session has ended is handed back, to nobody but whoever sent it from our own page."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HERE = {"Origin": "http://localhost"}
TYPED = {"csrf_token": "stale", "body": "Two <b>words</b>", "choice": ["a", "b"]}


@pytest.fixture
def tokens(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def send(
    client: FlaskClient, path: str = "/people/new", headers: dict[str, str] | None = None, **more: str
) -> TestResponse:
    return client.post(path, data={**TYPED, **more}, headers=HERE if headers is None else headers)


def test_what_was_sent_comes_back_to_be_sent_again(tokens: None, client: FlaskClient) -> None:
    answer = send(client, "/people/new?from=here")
    assert answer.status_code == 401
    page = answer.text
    assert 'action="/people/new?from=here"' in page
    assert '<textarea name="body" hidden>\nTwo &lt;b&gt;words&lt;/b&gt;</textarea>' in page
    assert page.count('<textarea name="choice" hidden>') == 2
    assert "stale" not in page


def test_without_tokens_too_a_visitor_is_handed_back_what_they_sent(client: FlaskClient) -> None:
    assert (send(client).status_code, "Two &lt;b&gt;words" in send(client).text) == (401, True)


def test_passwords_are_not_handed_back(tokens: None, client: FlaskClient) -> None:
    page = send(client, new_password="four harbors and one crane", password="hunter two").text
    assert ("four harbors" in page, "hunter" in page, "Two &lt;b&gt;" in page) == (False, False, True)


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "http://localhost.evil.example"}, {"Origin": "null"}, {}],
    ids=str,
)
def test_words_that_another_site_sent_are_not_shown(tokens: None, client: FlaskClient, headers: dict[str, str]) -> None:
    answer = send(client, headers=headers)
    assert (answer.status_code, "words" in answer.text) == (409, False)


def test_a_form_that_is_open_to_all_is_only_said_to_be_stale(tokens: None, client: FlaskClient) -> None:
    answer = send(client, "/sign-in")
    assert (answer.status_code, answer.headers["X-Stale-Form"], "words" in answer.text) == (409, "yes", False)


def test_a_script_is_told_and_keeps_its_words_itself(tokens: None, client: FlaskClient) -> None:
    answer = send(client, headers={**HERE, "HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-Stale-Form"], "words" in answer.text) == (409, "yes", False)


def test_a_flood_is_not_handed_back(tokens: None, client: FlaskClient) -> None:
    assert send(client, more="word " * 50_000).status_code == 409


def test_an_empty_form_leads_to_signing_in(client: FlaskClient) -> None:
    answer = client.post("/people/new", headers=HERE)
    assert (answer.status_code, answer.location) == (302, "/sign-in")
