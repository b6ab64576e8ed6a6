"""A reviewer's pile as one table: applications down, criteria across, for those who go through them by criterion."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Missing
from grants.review import queries
from grants.review.forms import mark_choices, mark_words, part_words, shown_mark
from grants.review.marking import total_of
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked

ROWS: Final = 12
"""Applications on one page of the grid: an evening's, and no more boxes than a page bears."""


@bp.get("/stages/<public_id:stage_id>/grid")
@requires("review.score")
def grid(stage_id: str) -> ResponseReturnValue:
    """Mark and comment, a row for each application; each row is a scorecard, and is saved and submitted as one."""
    actor = current_actor()
    pile = next((one for one in queries.piles_of(actor) if one.stage.public_id == stage_id), None)
    if pile is None or not pile.total:
        raise Missing("There is no such pile, or nothing is in it yet.")
    page = queries.pile_pages(actor, {pile: page_asked()}, ROWS)[pile.stage.id]
    rubric = queries.rubric_of(pile.stage)
    return render_template(
        "review/grid.html",
        pile=pile,
        page=page,
        rubric=rubric,
        cards=queries.cards_on([row.assignment for row in page.items]),
        card_of=queries.card_of,
        choices={key: mark_choices(rubric, criterion) for key, criterion in rubric.criteria.items()},
        form_title=queries.form_title(pile.stage),
        name_for=queries.name_for,
        mark_words=mark_words,
        part_words=part_words,
        shown_mark=shown_mark,
        total_of=total_of,
    )
