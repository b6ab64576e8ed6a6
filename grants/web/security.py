"""What every response tells the browser: run only our own files, frame us nowhere, keep signed-in pages to yourself."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, current_app, request, session, url_for
from werkzeug.wrappers import Response

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = 365 * 24 * 3600
A_DAY = 24 * 3600


def asset(filename: str, *, versioned: bool = True) -> str:
    """The URL of a static file, with a mark of its content so that a browser may keep it until it changes.

    versioned   False for files that a style sheet names too: both must ask for the same URL
    """
    version = _mark(str(current_app.static_folder), filename) if versioned else None
    return url_for("static", filename=filename, v=version)


def init_security(app: Flask) -> None:
    """Send the headers with every response, and give templates `asset`."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
    if request.endpoint == "static":
        _let_keep(response)
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if session else "no-cache"
    return response


def _let_keep(response: Response) -> None:
    response.headers["Cache-Control"] = (
        f"public, max-age={A_YEAR}, immutable" if "v" in request.args else f"public, max-age={A_DAY}"
    )


@lru_cache(maxsize=256)
def _mark(folder: str, filename: str) -> str:
    return sha256(Path(folder, filename).read_bytes()).hexdigest()[:10]
