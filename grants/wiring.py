"""How the parts become one application: configuration, database, access, pages, jobs, commands."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.routing import BaseConverter

from grants.config import ROOT, Settings
from grants.persistence import audit  # noqa: F401 - its tables belong to every database
from grants.persistence.session import init_database
from grants.web.access import init_access
from grants.web.house import init_house
from grants.web.limits import init_limits

CAPABILITIES = (
    "background",
    "people",
    "casework",
    "messages",
    "documents",
    "programs",
    "discovery",
    "applications",
    "review",
    "decisions",
    "awards",
    "payments",
    "monitoring",
    "portfolio",
    "replay",
)
csrf = CSRFProtect()


class PublicIdConverter(BaseConverter):
    """Opaque ids in URLs: 20 lower-case letters and digits."""

    regex = "[2-9a-z]{20}"


def wire(app: Flask, settings: Settings) -> None:
    """Put the parts together on a bare Flask object."""
    app.config.update(settings.flask_config(), MIGRATIONS=str(ROOT / "migrations"))
    app.url_map.converters["public_id"] = PublicIdConverter
    csrf.init_app(app)
    _import("models")
    init_database(app)
    init_access(app)
    init_house(app)
    init_limits(app)
    for module in _import("views"):
        app.register_blueprint(module.bp)
    _import("jobs")


def _import(slot: str) -> list[Any]:
    return [import_module(f"grants.{name}.{slot}") for name in CAPABILITIES if find_spec(f"grants.{name}.{slot}")]
