"""A form that came after its session had ended: what it carried is handed back, to be sent once more.

Pages that write drafts see to this themselves (drafting.js); this is for every other form, and for browsers that run no
scripts.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from grants.web.access import PUBLIC, NotSignedIn, access_of, current_actor
from grants.web.errors import refusal, wants_json

LONGEST = 200_000  # characters that are handed back; a form has no more
_NOT_HANDED_BACK = ("csrf_token", "password")


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
    if "HX-Request" not in request.headers and (page := _handed_back()) is not None:
        return page
    # The header tells a page that keeps what is typed (drafting.js) to ask for a new token and try again.
    return *refusal(HTTPStatus.CONFLICT, STALE_FORM), {"X-Stale-Form": "yes"}


def _handed_back() -> tuple[str, int] | None:
    """The page that holds what was sent and asks to send it again, with its status; None where there is nothing to
    hand back: the form is open to all, came from another site, or carried nothing that people type.
    """
    fields = _fields()
    if not fields or not _is_our_own_form():
        return None
    status = HTTPStatus.UNAUTHORIZED if current_actor().person_id is None else HTTPStatus.CONFLICT
    page = render_template(
        "errors/resend.html",
        status=int(status),
        address=request.full_path.rstrip("?"),
        fields=fields,
        texts=[text for _, text in fields if len(text.split()) > 1],
        files=[one.filename for one in request.files.values() if one.filename],
    )
    return page, status


def _fields() -> list[tuple[str, str]]:
    """What was sent, name by name, without tokens and passwords; nothing when it is more than people type."""
    sent = [
        (name, text)
        for name, text in request.form.items(multi=True)
        if not any(word in name for word in _NOT_HANDED_BACK)
    ]
    typed = any(text.strip() for _, text in sent)
    return sent if typed and sum(len(text) for _, text in sent) <= LONGEST else []


def _is_our_own_form() -> bool:
    """Whether one of our own pages sent it, to an address that asks who one is: nobody else puts words in a mouth."""
    if request.endpoint is None or access_of(current_app, request.endpoint) == PUBLIC:
        return False
    origin = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return urlsplit(origin)[:2] == urlsplit(request.host_url)[:2]
