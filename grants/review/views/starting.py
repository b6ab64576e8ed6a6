"""A reviewer's first step before their pile opens, the terms; and where each step leads on to."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash
from grants.kernel.policy import Actor
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.steps import FIRST, Step, text_hash
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires


def onward(actor: Actor, stage: CycleStage) -> str:
    """The address of the first step that is missing; of the pile when none is."""
    member = queries.own_member(actor, stage)
    for step in queries.standing_of(member).left:
        # Conflicts are declared when there are applicants; the training need not wait for them.
        if step != "conflicts" or queries.applicants(actor, stage, size=1).total:
            return url_for(f".{step}", stage_id=stage.public_id)
    return url_for(".assignments")


def may_go_on(actor: Actor, stage: CycleStage, step: Step) -> bool:
    """Whether the steps before this one are done; says what to do first where not."""
    standing = queries.standing_of(queries.own_member(actor, stage))
    missing = standing.before(step)
    if missing is not None:
        flash(FIRST[missing], "warn")
    return missing is None


@bp.route("/stages/<public_id:stage_id>/terms", methods=["GET", "POST"])
@requires("review.score")
def terms(stage_id: str) -> ResponseReturnValue:
    """The terms and confidentiality of a panel, and the button that accepts them."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    member, text = queries.own_member(actor, stage), queries.review_rules(stage).terms
    problem = ""
    if request.method == "POST":
        try:
            with unit_of_work():
                stage = queries.stage_for(actor, stage_id)
                services.accept_terms(actor, stage, request.form.get("sha256", ""))
        except Clash as clash:
            problem, member = clash.sentence, queries.own_member(actor, stage)
        else:
            flash("Thank you. That you accepted is on record.", "good")
            return redirect(onward(actor, queries.stage_for(actor, stage_id)))
    page = render_template(
        "review/terms.html",
        stage=stage,
        member=member,
        standing=queries.standing_of(member),
        text=text,
        sha256=text_hash(text),
        accepted=queries.accepted_terms(actor, member),
        onward=onward(actor, stage),
        problem=problem,
    )
    return page, HTTPStatus.CONFLICT if problem else HTTPStatus.OK
