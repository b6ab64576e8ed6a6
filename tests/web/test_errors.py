"""Every refusal is a page of the house with the right status and a way on; a program gets the same as JSON."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

HEADINGS = {
    403: "This page is not open to you",
    404: "There is nothing here",
    405: "This page cannot be used that way",
    409: "Something changed in the meantime",
    413: "The file is too large",
    422: "Some of this does not hold",
    429: "Too many tries in a short time",
    500: "Something went wrong on our side",
    418: "This cannot be done",
}


@pytest.mark.parametrize("status", HEADINGS)
def test_a_refusal_is_a_page_with_its_status(visitor: FlaskClient, status: int) -> None:
    answer = visitor.get(f"/error/{status}")
    assert answer.status_code == status
    assert f"<h1>{HEADINGS[status]}</h1>" in answer.text
    assert 'href="/">Go to your first page</a>' in answer.text


def test_a_problem_says_its_own_sentence(visitor: FlaskClient) -> None:
    assert "Dana saved this section while you were writing." in visitor.get("/error/409").text


def test_what_does_not_hold_is_listed(visitor: FlaskClient) -> None:
    text = visitor.get("/error/422").text
    assert "The amounts do not add up." in text
    assert "<li>The installments come to $349,999, the award is $350,000.</li>" in text


def test_a_fault_tells_nothing_of_its_cause(visitor: FlaskClient) -> None:
    text = visitor.get("/error/500").text
    assert "a fault" not in text
    assert "RuntimeError" not in text


@pytest.mark.parametrize(
    ("status", "sentence", "errors"),
    [
        (409, "Dana saved this section while you were writing. Both texts are kept.", {}),
        (422, "The amounts do not add up.", {"total": "The installments come to $349,999, the award is $350,000."}),
        (404, "Not Found", {}),
        (500, "Something went wrong on our side. It has been recorded.", {}),
    ],
)
def test_a_program_gets_json(visitor: FlaskClient, status: int, sentence: str, errors: dict[str, str]) -> None:
    answer = visitor.get(f"/error/{status}", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json == {"status": status, "sentence": sentence, "errors": errors}


def test_a_form_without_its_token_changes_nothing_and_says_why(seen_by: Callable[[str], FlaskClient]) -> None:
    officer = seen_by("officer")
    answer = officer.post("/sign-out")
    assert answer.status_code == 409
    assert "This form was open for too long" in answer.text
    assert "maya@example.org" in officer.get("/").text


def test_too_large_an_upload_names_the_limit(gallery: Flask, visitor: FlaskClient) -> None:
    answer = visitor.post("/forms", data={"name": "x" * (2**20 + 1)})
    assert answer.status_code == 413
    assert "The files may come to 1 MB together." in answer.text


def test_the_wrong_method_names_the_right_ones(visitor: FlaskClient) -> None:
    answer = visitor.get("/sign-out")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_a_missing_slash_is_still_mended(gallery: Flask, visitor: FlaskClient) -> None:
    assert visitor.get("/nowhere/").status_code == 404
    assert visitor.get("/folder").headers["Location"].endswith("/folder/")
