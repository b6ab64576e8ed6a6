"""When something cannot be done: a page of the house that says what to do next, with the right status.

Programs that ask for JSON (fetch, htmx with `Accept: application/json`) get the same sentence as JSON.
"""

from http import HTTPStatus

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from grants.kernel.errors import Invalid, Problem

# Those with a page of their own; every other refusal shares one.
PAGES = frozenset({403, 404, 405, 409, 413, 422, 429, 500})
UNEXPECTED = "Something went wrong on our side. It has been recorded."
STALE_FORM = "This form was open for too long, or was opened before you signed in. Nothing was saved."


def init_errors(app: Flask) -> None:
    """Answer every refusal and fault in the house's words."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _fault)


def wants_json() -> bool:
    """Whether the request would rather have JSON than a page."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json"


def _problem(problem: Problem) -> ResponseReturnValue:
    return _answer(problem.status, problem.sentence, problem.errors if isinstance(problem, Invalid) else None)


def _stale_form(_: CSRFError) -> ResponseReturnValue:
    # The header tells a page that keeps what is typed (drafting.js) to ask for a new token and try again.
    return *_answer(HTTPStatus.CONFLICT, STALE_FORM), {"X-Stale-Form": "yes"}


def _too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    most = request.max_content_length or 0
    return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The files may come to {most // 2**20} MB together.")


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # a redirect that travels as an exception
        return error.get_response()
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return *_answer(error.code, None), headers


def _fault(_: InternalServerError) -> ResponseReturnValue:
    """Draw the page without asking who is signed in: the fault may lie in just that."""
    if wants_json():
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)
    page = current_app.jinja_env.get_template("errors/500.html").render(bare=True, sentence=None, status=500)
    return page, HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(status: int, sentence: str | None, errors: dict[str, str] | None = None) -> tuple[Response | str, int]:
    if wants_json():
        return jsonify(status=status, sentence=sentence or HTTPStatus(status).phrase, errors=errors or {}), status
    page = f"errors/{status}.html" if status in PAGES else "errors/problem.html"
    return render_template(page, sentence=sentence, status=status, errors=errors or {}), status
