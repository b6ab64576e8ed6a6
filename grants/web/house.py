"""Everything a page of the house needs, in one call."""

from flask import Flask

from grants.web import charts, timelines
from grants.web.acts import act_in_words
from grants.web.errors import init_errors
from grants.web.examining import kinds_called
from grants.web.filters import init_filters
from grants.web.forms import init_forms
from grants.web.navigation import init_navigation
from grants.web.resending import init_resending
from grants.web.security import init_security
from grants.web.static_files import init_static_files
from grants.web.status import status_of
from grants.web.tables import init_tables


def init_house(app: Flask) -> None:
    """Give an application the house's headers, error pages, links, filters and macros' helpers."""
    app.jinja_env.globals.update(
        act_in_words=act_in_words, status_of=status_of, chart_geometry=charts, time_geometry=timelines
    )
    app.jinja_env.filters["kinds_called"] = kinds_called
    for part in (
        init_security,
        init_static_files,
        init_errors,
        init_resending,
        init_filters,
        init_navigation,
        init_forms,
        init_tables,
    ):
        part(app)
