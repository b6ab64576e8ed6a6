"""A reviewer's own page before scoring: the piles."""

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.review import queries
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/")
@requires("review.score")
def assignments() -> ResponseReturnValue:
    """The reviewer's piles: what is next, what is left, until when."""
    actor = current_actor()
    piles = queries.piles_of(actor)
    # Each pile is turned over by itself.
    pages = queries.pile_pages(actor, {pile: page_asked(pile.stage.public_id) for pile in piles})
    rows = {row.assignment.public_id: row for page in pages.values() for row in page.items}
    return render_template(
        "review/pile.html",
        piles=piles,
        pages=pages,
        rows=rows,
        standings=queries.standings([row.assignment for row in rows.values()]),
        form_title=queries.form_title,
        name_for=queries.name_for,
    )
