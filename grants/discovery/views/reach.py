"""What discovery has reached, and which schools it has not."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, cast, get_args

from flask import render_template, request
from flask.typing import ResponseReturnValue

from grants.casework.export_views import ask_for
from grants.discovery import queries
from grants.discovery.exports import SCHOOLS
from grants.discovery.forms import ParticipationFilterForm
from grants.discovery.queries import ParticipationFilters
from grants.discovery.queries.participation import Standing
from grants.discovery.views.blueprint import bp
from grants.kernel.errors import Missing
from grants.programs.models import Cycle
from grants.programs.schema import DiscoveryStage
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.forms import options
from grants.web.tables import page_asked

REACH_COLUMNS = ("By", "Which", "Educators", "Schools", "Events held")


@bp.get("/events/reach")
@requires("reach.read")
def reach() -> ResponseReturnValue:
    """What discovery has reached in a cycle, by topic and by host."""
    cycles = queries.cycles_with_events()
    cycle = _chosen(cycles)
    return render_template(
        "discovery/reach.html",
        cycles=cycles,
        cycle=cycle,
        reach=queries.reach(current_actor(), cycle) if cycle else None,
        unreached=queries.unreached(current_actor(), cycle) if cycle else 0,
        topics=queries.reach_by_topic(current_actor(), cycle) if cycle else (),
        hosts=queries.reach_by_host(current_actor(), cycle) if cycle else (),
    )


@bp.get("/events/reach.<form>")
@requires("reach.read")
def reach_file(form: str) -> ResponseReturnValue:
    """The same as a file."""
    cycle = _some_cycle()
    return export(form, f"Attendance of {cycle.title}", REACH_COLUMNS, _reach_rows(cycle))


def _reach_rows(cycle: Cycle) -> Iterator[tuple[Any, ...]]:
    whole = queries.reach(current_actor(), cycle)
    yield "All", "", whole.educators, whole.schools, whole.events
    for by, unnamed, rows in (
        ("Topic", "Without a topic", queries.reach_by_topic(current_actor(), cycle)),
        ("Host", "The foundation", queries.reach_by_host(current_actor(), cycle)),
    ):
        for name, one in rows:
            yield by, name or unnamed, one.educators, one.schools, one.events


@bp.get("/events/schools")
@requires("reach.read")
def schools() -> ResponseReturnValue:
    """Every school of the directory, and how far it is with the participation rule of a cycle."""
    form = _filter_form()
    cycle = _some_cycle()
    stage = _stage(cycle)
    page = queries.participation(current_actor(), cycle, stage, _filters(form), page_asked())
    return render_template("discovery/schools.html", form=form, cycle=cycle, stage=stage, page=page)


@bp.post("/events/schools/file")
@requires("reach.read")
def ask_for_schools() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    form, cycle = _filter_form(), _some_cycle()
    wanted = {"cycle": cycle.public_id, **asdict(_filters(form))}
    return ask_for(SCHOOLS, f"Participation in {cycle.title}", wanted, form.said())


def _filter_form() -> ParticipationFilterForm:
    form = ParticipationFilterForm()
    form.cycle.choices = options({one.public_id: one.title for one in queries.cycles_with_events()})
    form.validate()
    return form


def _filters(form: ParticipationFilterForm) -> ParticipationFilters:
    standing = form.standing.data if form.standing.data in get_args(Standing) else ""
    return ParticipationFilters(cast(Standing, standing), form.sector.data or "", (form.search.data or "").strip())


def _stage(cycle: Cycle) -> DiscoveryStage | None:
    return next(iter(queries.discovery_stages(cycle)), None)


def _some_cycle() -> Cycle:
    cycle = _chosen(queries.cycles_with_events())
    if cycle is None:
        raise Missing("No event was planned in any cycle yet.")
    return cycle


def _chosen(cycles: Any) -> Cycle | None:
    """The cycle that the URL names, or the newest in which an event was planned."""
    return next((one for one in cycles if one.public_id == request.args.get("cycle")), cycles[0] if cycles else None)
