"""The resources of a cycle for those who apply: read, searched, downloaded."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from grants.casework.downloads import attachment
from grants.discovery.call_forms import SearchForm
from grants.discovery.queries.calls import call_for
from grants.discovery.queries.resources import resource_shown, resources_shown
from grants.discovery.views.blueprint import bp
from grants.discovery.views.calls import ADDRESS, unless_unchanged
from grants.kernel.errors import Missing
from grants.web.access import current_actor, public
from grants.web.tables import page_asked


@bp.get(f"{ADDRESS}/resources")
@public
def call_resources(key: str, call_id: str) -> ResponseReturnValue:
    """Every file and link that a call shows, searched and paged."""
    actor = current_actor()
    call, search = call_for(actor, call_id), (SearchForm().search.data or "").strip()
    page = resources_shown(actor, call, search, page_asked())
    return unless_unchanged(
        render_template("discovery/call_resources.html", call=call, cycle=call.cycle, search=search, page=page)
    )


@bp.get(f"{ADDRESS}/resources/<public_id:resource_id>")
@public
def call_resource_file(key: str, call_id: str, resource_id: str) -> Response:
    """One file to keep. That it was fetched is not counted: reading changes nothing."""
    actor = current_actor()
    held = resource_shown(actor, call_for(actor, call_id), resource_id).held
    if held.file is None:
        raise Missing("This is a link, not a file. It stands on the page of resources.")
    return attachment(held.file)
