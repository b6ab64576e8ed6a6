"""What a reviewer says of themself, and the organizations they are tied to: a step before their pile opens."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Invalid, Problem
from grants.kernel.policy import Actor
from grants.people.queries import person_of
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.people_forms import AffiliationForm, ProfileForm
from grants.review.reviewers import RELATIONS
from grants.review.views.blueprint import bp
from grants.review.views.starting import may_go_on, onward
from grants.web.access import current_actor, requires


@bp.route("/stages/<public_id:stage_id>/profile", methods=["GET", "POST"])
@requires("review.score")
def profile(stage_id: str) -> ResponseReturnValue:
    """What the reviewer says of themself; kept, it is right for this panel too.

    A tie that is written there is stated with it, whichever button is pressed: nobody leaves one behind unsaid.
    """
    actor, form, tie = current_actor(), ProfileForm(), AffiliationForm(prefix="tie")
    stage, adds = queries.stage_for(actor, stage_id), request.form.get("do") == "add"
    if not may_go_on(actor, stage, "profile"):
        return redirect(onward(actor, stage))
    if request.method == "GET":
        return _profile_page(stage, form)
    states = adds or tie.is_written
    if not all([form.validate(), not states or tie.validate()]):
        return _profile_page(stage, form, tie if states else None), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            if states:
                _state(actor, stage, tie)
            keep_profile(actor, form)
            if not adds:
                services.confirm_profile(actor, queries.stage_for(actor, stage_id))
    except Problem as problem:
        if not tie.errors:
            form.show(problem)
        if isinstance(problem, Clash) and not tie.errors:
            form.show_beside(queries.profile_of(actor, person_of(actor)))
        return _profile_page(queries.stage_for(actor, stage_id), form, tie if states else None), problem.status
    if adds:
        return redirect(url_for(".profile", stage_id=stage_id, _anchor="ties"))
    flash("Your profile is kept.", "good")
    return redirect(onward(actor, queries.stage_for(actor, stage_id)))


def keep_profile(actor: Actor, form: ProfileForm) -> None:
    """Keep what the actor wrote of themself."""
    services.keep_profile(
        actor,
        person_of(actor),
        expertise=form.expertise.data or "",
        grade_bands=form.grade_bands.data or (),
        most=form.most.data,
        away_from=form.away_from.data,
        away_until=form.away_until.data,
        seen=form.seen.data,
    )


@bp.post("/stages/<public_id:stage_id>/affiliations/<public_id:affiliation_id>/drop")
@requires("review.score")
def drop_affiliation(stage_id: str, affiliation_id: str) -> ResponseReturnValue:
    """Take one tie off the list."""
    actor = current_actor()
    with unit_of_work():
        services.drop_affiliation(actor, queries.affiliation_of(actor, person_of(actor), affiliation_id))
    return redirect(url_for(".profile", stage_id=stage_id, _anchor="ties"))


def _state(actor: Actor, stage: CycleStage, tie: AffiliationForm) -> None:
    """State the tie that is written; a refusal stands beside its fields too."""
    try:
        meant, name = queries.organization_meant(tie.name.data or "")
        services.state_affiliation(
            actor,
            person_of(actor),
            tie.relation.data or "",
            organization=meant,
            name=name,
            ended_on=tie.ended_on,
            zone=stage.cycle.time_zone,
        )
    except Problem as problem:
        placed = isinstance(problem, Invalid)
        tie.show(problem if placed else Invalid(problem.sentence, {"name": problem.sentence}))
        raise


def _profile_page(stage: CycleStage, form: ProfileForm, tie: AffiliationForm | None = None) -> str:
    actor = current_actor()
    me, member = person_of(actor), queries.own_member(actor, stage)
    return render_template(
        "review/profile.html",
        stage=stage,
        member=member,
        standing=queries.standing_of(member),
        form=form.fill(queries.profile_of(actor, me)),
        tie=tie or AffiliationForm(formdata=None, prefix="tie"),
        ties=queries.affiliations_of(actor, me),
        relations=RELATIONS,
        suggested=queries.organizations_named(request.args.get("tie-name", "")),
    )
