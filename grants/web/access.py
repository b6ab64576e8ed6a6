"""Who is asking, and what may they open: every route says so, and one that says nothing is closed.

Flask-Login is used here and nowhere else.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from grants.kernel.errors import Refused
from grants.kernel.permissions import PERMISSIONS
from grants.kernel.policy import ANONYMOUS, Actor
from grants.web.errors import wants_json

View = TypeVar("View", bound=Callable[..., Any])
ActorLoader = Callable[[str], Actor | None]

PUBLIC = "public"
SIGNED_IN = "signed in"

_manager = LoginManager()
_loaders: list[ActorLoader] = []


class SignedIn(UserMixin):  # type: ignore[misc]
    """A session's owner: the token it was opened with, and the person as they are now."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.id = token
        self.actor = actor


def requires(permission: str | None = None) -> Callable[[View], View]:
    """Mark a view: open to those who hold the permission, or to anyone signed in when none is named."""
    if permission is not None and permission not in PERMISSIONS:
        raise KeyError(f"Unknown permission {permission!r}")
    return _marked(permission or SIGNED_IN)


def public(view: View) -> View:
    """Mark a view: open to all."""
    return _marked(PUBLIC)(view)


def _marked(access: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def access_of(app: Flask, endpoint: str) -> str | None:
    """What an endpoint asks for: a permission, PUBLIC, SIGNED_IN, or None when it says nothing and so is closed."""
    return PUBLIC if endpoint == "static" else getattr(app.view_functions[endpoint], "access", None)


def current_actor() -> Actor:
    """The person behind this request, with the roles they hold at this moment."""
    return current_user.actor if current_user.is_authenticated else ANONYMOUS


def sign_in(token: str, actor: Actor) -> None:
    """Open a session; `token` is what the actor loader turns back into the person."""
    login_user(SignedIn(token, actor))


def sign_out() -> None:
    """Close the session."""
    logout_user()


def load_actor_with(loader: ActorLoader) -> None:
    """Name the function that turns a session's token into an Actor, or None when it no longer holds."""
    _loaders[:] = [loader]


def init_access(app: Flask) -> None:
    """Guard every route of the application."""
    _manager.init_app(app)
    _manager.user_loader(_load)
    app.before_request(_guard)
    app.context_processor(lambda: {"actor": current_actor()})


def _load(token: str) -> SignedIn | None:
    actor = _loaders[0](token)
    return SignedIn(token, actor) if actor else None


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access == PUBLIC:
        return None
    actor = current_actor()
    if actor.person_id is None:
        return _ask_to_sign_in()
    if access is None or (access != SIGNED_IN and not actor.may(access)):
        raise Refused("This page is not part of your role. If you think it should be, ask an administrator.")
    return None


def _ask_to_sign_in() -> Response:
    if "HX-Request" in request.headers or wants_json():
        abort(HTTPStatus.UNAUTHORIZED)  # a redirect would put the sign-in page where a saved draft is expected
    flash("Please sign in to go on.", "warn")
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("people.sign_in", next=here))
