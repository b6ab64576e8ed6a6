"""A reviewer's own pages before scoring: the pile, and the declaration that opens it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.errors import Invalid, Problem
from grants.kernel.policy import Actor
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import ConflictForm
from grants.review.queries import Applicant
from grants.review.views.blueprint import bp
from grants.review.views.starting import onward
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked

# So many names a field suggests while one types; whatever is typed is looked up among all.
OFFERED = 500


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


@bp.route("/stages/<public_id:stage_id>/conflicts", methods=["GET", "POST"])
@requires("review.declare")
def conflicts(stage_id: str) -> ResponseReturnValue:
    """Name the applicants one is tied to, one at a time."""
    actor, form = current_actor(), ConflictForm()
    stage = queries.stage_for(actor, stage_id)
    if not queries.may_see_names(actor, stage):
        return redirect(onward(actor, stage))
    if form.validate_on_submit():
        try:
            applicant = _named(actor, stage, form.applicant.data or "")
            with unit_of_work():
                services.declare_conflict(
                    actor,
                    db.session.get_one(Case, applicant.case_id),
                    form.reason.data or "",
                    form.kind.data or "other",
                )
        except Problem as problem:
            form.show(problem)
            return _conflicts_page(stage, form), problem.status
        flash(f"You have a conflict with {applicant.name}: you will hear nothing more of it here.", "good")
        return redirect(url_for(".conflicts", stage_id=stage_id))
    return _conflicts_page(stage, form), 422 if form.errors else 200


def _conflicts_page(stage: CycleStage, form: ConflictForm) -> str:
    actor, like = current_actor(), request.args.get("q", "")
    member = queries.member_for(actor, stage)
    return render_template(
        "review/conflicts.html",
        stage=stage,
        form=form,
        like=like,
        blind=queries.review_rules(stage).identity == "blind",
        is_open=stage.closes_at > now(),
        page=queries.applicants(actor, stage, like, page_asked()),
        offered=queries.applicants(actor, stage, size=OFFERED),
        new=queries.applied_since(actor, stage),
        own=queries.own_conflicts(actor, stage),
        member=member,
        standing=queries.standing_of(member) if member else None,
    )


@bp.post("/stages/<public_id:stage_id>/conflicts/done")
@requires("review.declare")
def declare(stage_id: str) -> ResponseReturnValue:
    """Say that there are no other conflicts; the pile opens."""
    actor = current_actor()
    with unit_of_work():
        services.declare_conflicts(actor, queries.stage_for(actor, stage_id), {})
    flash("Thank you. Your declaration is on record.", "good")
    return redirect(onward(actor, queries.stage_for(actor, stage_id)))


@bp.post("/stages/<public_id:stage_id>/conflicts/<public_id:conflict_id>/back")
@requires("review.declare")
def take_back(stage_id: str, conflict_id: str) -> ResponseReturnValue:
    """Undo a slip, before the declaration is done."""
    actor = current_actor()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        services.take_back_conflict(actor, stage, queries.own_conflict(actor, stage, conflict_id))
    flash("Taken back.", "good")
    return redirect(url_for(".conflicts", stage_id=stage_id))


def _named(actor: Actor, stage: CycleStage, said: str) -> Applicant:
    """The one applicant that is meant.

    raises   Invalid with suggestions when none is, or several are
    """
    wanted = said.strip()
    close = queries.applicants(actor, stage, wanted, size=OFFERED)
    exact = [one for one in close.items if one.label.casefold() == wanted.casefold()]
    if len(found := exact or close.items) == 1:
        return found[0]
    if not close.total:
        sentence = f"No applicant is called “{wanted}”. See the list of names below."
    else:
        sentence = f"Which one: {', '.join(one.label for one in found[:8])}{' …' if len(found) > 8 else ''}?"
    raise Invalid(sentence, {"applicant": sentence})
