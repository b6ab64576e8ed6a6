"""A mail is on its way to who has no account yet, or forgot their password: the page that says so and sends it again.

It repeats the address that was typed, and is the same whether anybody has an account there.
"""

from collections.abc import Mapping
from typing import Final

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from grants.people import services
from grants.people.joining_models import OrganizationRequest
from grants.people.requests import unconfirmed
from grants.people.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.web.access import public
from grants.web.limits import limited

_KEPT: Final = "mailed"


def mailed_to(email: str, back: str, request_id: str = "") -> ResponseReturnValue:
    """Lead to the page that says where the mail went.

    back         the page on which another address can be written
    request_id   the public id of the request that the mail confirms; none of a new password
    """
    session[_KEPT] = {"to": email.strip(), "back": back, "request": request_id}
    return redirect(url_for(".mailed"))


def typed_before() -> OrganizationRequest | None:
    """What the visitor asked for last, while it is not confirmed."""
    return unconfirmed(_kept().get("request", ""))


@bp.get("/look-in-your-mail")
@public
def mailed() -> ResponseReturnValue:
    """Where the mail went that goes on from here."""
    return render_template("people/mailed.html", kept=_kept())


@bp.post("/look-in-your-mail")
@public
@limited("6 per hour", lambda: f"again {_kept().get('to', '').lower()[:254]}", every=True)
@limited("40 per hour", every=True)
def mail_again() -> ResponseReturnValue:
    """Send the mail once more, at most once in ten minutes."""
    kept = _kept()
    if kept:
        with unit_of_work():
            if kept["request"]:
                services.send_confirmation_again(kept["request"])
            else:
                services.ask_for_password_link(kept["to"])
        flash("It is sent once more, unless it went out within the last ten minutes.", "good")
    return redirect(url_for(".mailed"))


def _kept() -> Mapping[str, str]:
    kept: Mapping[str, str] = session.get(_KEPT, {})
    return kept
