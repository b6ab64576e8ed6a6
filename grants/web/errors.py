"""When something cannot be done: a page of the house that says what to do next, with the right status.

Programs that ask for JSON (fetch, htmx with `Accept: application/json`) get the same sentence as JSON.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from grants.kernel.errors import Invalid, Problem
from grants.web.typed import fields_sent, texts_among

# Those with a page of their own; every other refusal shares one.
PAGES = frozenset({403, 404, 405, 409, 413, 422, 429, 500})
UNEXPECTED = "Something went wrong on our side. It has been recorded."


def init_errors(app: Flask) -> None:
    """Answer every refusal and fault in the house's words."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _fault)


def wants_json() -> bool:
    """Whether the request would rather have JSON than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


# Who knows where a page went that is not at its address any more: each returns the new address, or None.
_forwarders: list[Callable[[], str | None]] = []


def forward_by(find: Callable[[], str | None]) -> None:
    """Add somebody to ask when a page is not there for whoever asks; the new address must be theirs to open."""
    if find not in _forwarders:
        _forwarders.append(find)


def _problem(problem: Problem) -> ResponseReturnValue:
    if problem.status == HTTPStatus.NOT_FOUND and request.method == "GET":
        for find in _forwarders:
            if address := find():
                return redirect(address)
    return refusal(problem.status, problem.sentence, problem.errors if isinstance(problem, Invalid) else None)


def _too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    most = request.max_content_length or 0
    return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The files may come to {most // 2**20} MB together.")


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # a redirect that travels as an exception
        return error.get_response()
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return *refusal(error.code, None), headers


def _fault(_: InternalServerError) -> ResponseReturnValue:
    """Draw the page without asking who is signed in: the fault may lie in just that."""
    if wants_json():
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)
    page = current_app.jinja_env.get_template("errors/500.html").render(bare=True, sentence=None, status=500)
    return page, HTTPStatus.INTERNAL_SERVER_ERROR


def refusal(status: int, sentence: str | None, errors: dict[str, str] | None = None) -> tuple[Response | str, int]:
    """The page of a refusal, or the same as JSON, with its status; without a sentence, the status's own words."""
    if wants_json():
        return jsonify(status=status, sentence=sentence or HTTPStatus(status).phrase, errors=errors or {}), status
    page = f"errors/{status}.html" if status in PAGES else "errors/problem.html"
    # What is too large was not read, and is not read now.
    texts = [] if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else texts_among(fields_sent())
    return render_template(page, sentence=sentence, status=status, errors=errors or {}, texts=texts), status
