"""The calendar of events."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.discovery import queries
from grants.discovery.forms import EventFilterForm
from grants.discovery.models import Event
from grants.discovery.queries import EventFilters, When
from grants.discovery.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.forms import options
from grants.web.tables import page_asked


@bp.get("/events")
@requires()
def events() -> ResponseReturnValue:
    """Events to come or held, filtered by the URL."""
    form = EventFilterForm()
    form.topic.choices = options({"": "All topics"} | {topic: topic for topic in queries.topics(current_actor())})
    form.validate()
    when = form.when.data if form.when.data in ("past", "all") else "upcoming"
    filters = EventFilters(
        when=cast(When, "" if when == "all" else when),
        kind=form.kind.data or "",
        topic=form.topic.data or "",
        search=(form.search.data or "").strip(),
    )
    page = queries.events(current_actor(), filters, page_asked())
    return render_template(
        "discovery/events.html",
        page=page,
        form=form,
        months=_by_month(page.items),
        local=_local,
        progress=queries.own_progress(current_actor().in_view),
    )


def _by_month(rows: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Rows of (Event, …) under the months in which they start, in their cycles' zones: "March 2016" -> rows."""

    def month(row: Any) -> str:
        return f"{_local(row[0]):%B %Y}"

    return [(name, list(group)) for name, group in groupby(rows, month)]


def _local(found: Event) -> datetime:
    return found.starts_at.astimezone(ZoneInfo(found.cycle.time_zone))
