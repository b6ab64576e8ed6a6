"""The house's own files: addressed by content so that browsers keep them, and sent compressed where that helps."""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, current_app, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

A_YEAR: Final = 365 * 24 * 3600
A_DAY: Final = 24 * 3600
COMPRESSED: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def asset(filename: str, *, versioned: bool = True) -> str:
    """The URL of a static file, with a mark of its content so that a browser may keep it until it changes.

    versioned   False for files that a style sheet names too: both must ask for the same URL
    raises      FileNotFoundError
    """
    path = Path(str(current_app.static_folder), filename)
    return url_for("static", filename=filename, v=_mark(path, path.stat().st_mtime_ns) if versioned else None)


def init_static_files(app: Flask) -> None:
    """Send static files this way, and give templates `asset`."""
    app.jinja_env.globals["asset"] = asset
    app.view_functions["static"] = _send
    app.session_interface = PageSessions()


class PageSessions(SecureCookieSessionInterface):
    """Sessions belong to pages: a static file that varied with the cookie would be fetched anew with every change."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def _send(filename: str) -> Response:
    path = safe_join(str(current_app.static_folder), filename)
    if path and Path(path).is_file() and Path(path).suffix in COMPRESSED and request.accept_encodings["gzip"] > 0:
        response = _send_compressed(Path(path))
    else:
        response = current_app.send_static_file(filename)
    keep = f"max-age={A_YEAR}, immutable" if "v" in request.args else f"max-age={A_DAY}"
    response.headers["Cache-Control"] = f"public, {keep}"
    response.vary.add("Accept-Encoding")
    return response


def _send_compressed(path: Path) -> Response:
    written = path.stat().st_mtime_ns
    response = Response(_squeezed(path, written), mimetype=COMPRESSED[path.suffix])
    response.content_encoding = "gzip"
    response.set_etag(f"{_mark(path, written)}-gzip")
    response.make_conditional(request)
    return response


@lru_cache(maxsize=256)
def _mark(path: Path, _written: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


@lru_cache(maxsize=64)
def _squeezed(path: Path, _written: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
