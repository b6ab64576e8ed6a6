"""Organizations that may be here twice, side by side."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.people import pairs as reading
from grants.people import services
from grants.people.details import KINDS, SECTORS
from grants.people.pair_forms import PairFilterForm
from grants.people.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/organizations/pairs")
@requires("duplicate.list")
def pairs() -> ResponseReturnValue:
    """Pairs that may be the same, and those that were said not to be."""
    actor, form = current_actor(), PairFilterForm()
    filters = reading.PairFilters(form.search.data or "", form.state.data or "")
    page = reading.suspected(actor, filters, page_asked())
    ids = sorted({one.id for weighed in page.items for one in weighed.both})
    return render_template(
        "people/pairs.html",
        page=page,
        form=form,
        apart=filters.state == "apart",
        figures=reading.figures(actor, ids),
        kinds=KINDS,
        sectors=SECTORS,
    )


@bp.post("/organizations/pairs/<public_id:pair_id>/apart")
@requires("organization.manage")
def keep_apart(pair_id: str) -> ResponseReturnValue:
    """Say that the two are not the same."""
    with unit_of_work():
        pair = reading.pair_for(current_actor(), pair_id)
        services.keep_apart(current_actor(), pair)
    flash(f"{pair.first.name} and {pair.second.name} stay two. Nobody is asked again.", "good")
    return redirect(url_for(".pairs"))


@bp.post("/organizations/pairs/<public_id:pair_id>/doubt")
@requires("organization.manage")
def doubt_again(pair_id: str) -> ResponseReturnValue:
    """Take back that the two are not the same."""
    with unit_of_work():
        pair = reading.pair_for(current_actor(), pair_id)
        first, second = pair.first.name, pair.second.name
        services.doubt_again(current_actor(), pair)
    flash(f"{first} and {second} wait for a decision again.", "good")
    return redirect(url_for(".pairs", state="apart"))
