"""Who is asking, and what may they open: every route says so, and one that says nothing is closed.

Flask-Login is used here and nowhere else.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from grants.kernel.errors import Refused
from grants.kernel.permissions import PERMISSIONS
from grants.kernel.policy import ANONYMOUS, Actor

View = TypeVar("View", bound=Callable[..., Any])
ActorLoader = Callable[[str], Actor | None]

PUBLIC = "public"
SIGNED_IN = "signed in"

_manager = LoginManager()
_loaders: list[ActorLoader] = []


class NotSignedIn(Exception):
    """Nobody is signed in where somebody has to be; resending.py says what happens then."""


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


def _guard() -> None:
    if request.endpoint is None:
        return
    access = access_of(current_app, request.endpoint)
    if access == PUBLIC:
        return
    actor = current_actor()
    if actor.person_id is None:
        raise NotSignedIn
    if access is None or (access != SIGNED_IN and not actor.may(access)):
        if not actor.roles:
            raise Refused("You hold no role here now. A coach reads a draft until its school submits it.")
        raise Refused("This page is not part of your role. If you think it should be, ask an administrator.")
