"""What discovery has reached."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from grants.discovery import queries
from grants.discovery.views.blueprint import bp
from grants.web.access import requires


@bp.get("/events/reach")
@requires("event.manage")
def reach() -> ResponseReturnValue:
    """What discovery has reached, cycle by cycle and topic by topic."""
    cycles = queries.cycles_with_events()
    cycle = next((one for one in cycles if one.public_id == request.args.get("cycle")), cycles[0] if cycles else None)
    return render_template(
        "discovery/reach.html",
        cycles=cycles,
        cycle=cycle,
        reach=queries.reach(cycle) if cycle else None,
        topics=queries.reach_by_topic(cycle) if cycle else (),
        hosts=queries.reach_by_host(cycle) if cycle else (),
    )
