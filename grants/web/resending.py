"""A form that came after its session had ended: what it carried is handed back, to be sent once more.

Pages that write drafts see to this themselves (drafting.js); this is for every other form, and for browsers that run no
scripts.
"""

from http import HTTPStatus

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from grants.web.access import NotSignedIn, current_actor
from grants.web.errors import refusal, wants_json
from grants.web.typed import fields_sent, texts_among

STALE_FORM = "This form was open for too long, or was opened before you signed in. Nothing was saved."


def init_resending(app: Flask) -> None:
    """Answer those who are not signed in, or not any more."""
    app.register_error_handler(NotSignedIn, _not_signed_in)
    app.register_error_handler(CSRFError, _stale_form)


def _not_signed_in(_: NotSignedIn) -> ResponseReturnValue:
    if "HX-Request" in request.headers or wants_json():
        return refusal(
            HTTPStatus.UNAUTHORIZED, None
        )  # a redirect would put the sign-in page where an answer is expected
    if (page := _handed_back()) is not None:
        return page
    flash("Please sign in to go on.", "warn")
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("people.sign_in", next=here))


def _stale_form(_: CSRFError) -> ResponseReturnValue:
    if (page := _handed_back()) is not None:
        return page
    # The header tells a page that keeps what is typed (drafting.js) to ask for a new token and try again.
    return *refusal(HTTPStatus.CONFLICT, STALE_FORM), {"X-Stale-Form": "yes"}


def _handed_back() -> tuple[str, int] | None:
    """The page that holds what was sent and asks to send it again, with its status; None where there is nothing to
    hand back: the form is open to all, came from another site, or carried nothing that people type.
    """
    fields = fields_sent()
    if not fields:
        return None
    status = HTTPStatus.UNAUTHORIZED if current_actor().person_id is None else HTTPStatus.CONFLICT
    page = render_template(
        "errors/resend.html",
        status=int(status),
        address=request.full_path.rstrip("?"),
        fields=fields,
        texts=texts_among(fields),
        files=[one.filename for one in request.files.values() if one.filename],
    )
    return page, status
