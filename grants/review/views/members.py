"""One member of a panel, as its officer sees them: profile, ties, terms, training, and how much they read."""

from http import HTTPStatus

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import mark_words
from grants.review.people_forms import LoadForm, ProfileForm
from grants.review.reviewers import SAID_OF_OTHERS
from grants.review.training import offsets
from grants.review.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/stages/<public_id:stage_id>/members/<public_id:member_id>")
@requires("panel.read")
def member(stage_id: str, member_id: str) -> ResponseReturnValue:
    """A member of the panel."""
    return _page(queries.stage_for(current_actor(), stage_id), member_id, ProfileForm(formdata=None))


@bp.post("/stages/<public_id:stage_id>/members/<public_id:member_id>")
@requires("review.organize")
def correct_profile(stage_id: str, member_id: str) -> ResponseReturnValue:
    """Correct what a member says of themself."""
    actor, form = current_actor(), ProfileForm()
    stage = queries.stage_for(actor, stage_id)
    if not form.validate():
        return _page(stage, member_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            person = queries.member_of(stage, member_id).person
            services.keep_profile(
                actor,
                person,
                expertise=form.expertise.data or "",
                grade_bands=form.grade_bands.data or (),
                most=form.most.data,
                away_from=form.away_from.data,
                away_until=form.away_until.data,
                seen=form.seen.data,
            )
    except Problem as problem:
        form.show(problem)
        if isinstance(problem, Clash):
            form.show_beside(queries.profile_of(actor, queries.member_of(stage, member_id).person))
        return _page(queries.stage_for(actor, stage_id), member_id, form), problem.status
    flash("The profile is corrected; it says that you did.", "good")
    return redirect(url_for(".member", stage_id=stage_id, member_id=member_id))


@bp.post("/stages/<public_id:stage_id>/members/<public_id:member_id>/load")
@requires("review.organize")
def agree_load(stage_id: str, member_id: str) -> ResponseReturnValue:
    """How many submissions they read on this panel at most."""
    actor, form = current_actor(), LoadForm(prefix="load")
    stage = queries.stage_for(actor, stage_id)
    if not form.validate():
        return _page(stage, member_id, ProfileForm(formdata=None), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            stage = queries.stage_for(actor, stage_id)
            services.agree_load(actor, queries.member_of(stage, member_id), form.load_cap.data, form.seen.data)
    except Problem as problem:
        stage = queries.stage_for(actor, stage_id)
        form.show_beside(problem, queries.member_of(stage, member_id))
        return _page(stage, member_id, ProfileForm(formdata=None), form), problem.status
    flash("Kept.", "good")
    return redirect(url_for(".member", stage_id=stage_id, member_id=member_id))


def _page(stage: CycleStage, member_id: str, form: ProfileForm, load: LoadForm | None = None) -> str:
    actor = current_actor()
    found = queries.member_of(stage, member_id)
    cards = queries.sample_cards(found)
    compared = {key: queries.compared_with_anchors(stage, card) for key, card in cards.items() if card.submitted_at}
    profile = queries.profile_of(actor, found.person)
    return render_template(
        "review/member.html",
        stage=stage,
        member=found,
        standing=queries.standing_of(found),
        rules=queries.review_rules(stage),
        profile=profile,
        form=form.of_another().fill(profile),
        reads=queries.read_by(actor, found, page_asked("reads")),
        conflicts=queries.panel_conflicts(
            actor, stage, page_asked("conflicts"), queries.ConflictFilters(person_id=found.person_id)
        ),
        load=(load or LoadForm(formdata=None, prefix="load").fill(found)),
        ties=queries.affiliations_of(actor, found.person),
        relations=SAID_OF_OTHERS,
        accepted=queries.accepted_terms(actor, found),
        compared=compared,
        offsets=offsets(one for several in compared.values() for one in several),
        rubric=queries.rubric_of(stage),
        mark_words=mark_words,
    )
