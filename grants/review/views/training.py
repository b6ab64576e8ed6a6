"""The training: samples are read and scored like applications, then compared with the anchor scores."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import (
    ScorecardForm,
    differs_from,
    level_words,
    mark_words,
    marking_form,
    part_words,
)
from grants.review.marking import needs_comment
from grants.review.people_models import SampleCard
from grants.review.views.blueprint import bp
from grants.review.views.starting import may_go_on, onward
from grants.web.access import current_actor, requires


@bp.get("/stages/<public_id:stage_id>/training")
@requires("review.score")
def training(stage_id: str) -> ResponseReturnValue:
    """The samples of the stage, and how far the reviewer is with each."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    calibration = queries.calibration_of(stage)
    if not may_go_on(actor, stage, "training"):
        return redirect(onward(actor, queries.stage_for(actor, stage_id)))
    member = queries.own_member(actor, stage)
    cards = queries.sample_cards(member)
    return render_template(
        "review/training.html",
        stage=stage,
        member=member,
        standing=queries.standing_of(member),
        calibration=calibration,
        cards=cards,
        onward=onward(actor, stage),
        compared={key: queries.compared_with_anchors(stage, card) for key, card in cards.items()},
    )


@bp.route("/stages/<public_id:stage_id>/training/<key>", methods=["GET", "POST"])
@requires("review.score")
def sample(stage_id: str, key: str) -> ResponseReturnValue:
    """One sample: read and marked like an application; once handed in, beside the anchor scores."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    queries.sample_of(stage, key)
    if not may_go_on(actor, stage, "training"):
        return redirect(onward(actor, queries.stage_for(actor, stage_id)))
    card = queries.sample_cards(queries.own_member(actor, stage)).get(key)
    if card is not None and card.submitted_at is not None:
        if request.method == "POST":
            raise Clash("You have handed this sample in. How yours differs is on its page.")
        return _sample_page(stage, key, card, None)
    form = _sample_form(stage, card)
    if not form.is_submitted():
        return _sample_page(stage, key, card, form)
    if not form.validate():
        return _sample_page(stage, key, card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _keep_sample(stage_id, key, form)
        if request.form.get("action") == "submit":
            with unit_of_work():
                services.submit_sample(actor, queries.stage_for(actor, stage_id), key)
    except Problem as problem:
        return _sample_refused(stage_id, key, form, problem)
    if request.form.get("action") != "submit":
        flash("Saved.", "good")
    return redirect(url_for(".sample", stage_id=stage_id, key=key))


@bp.post("/stages/<public_id:stage_id>/training/<key>/save")
@requires("review.score")
def autosave_sample(stage_id: str, key: str) -> ResponseReturnValue:
    """Keep what stands on the page; answers with the line that says so."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    queries.sample_of(stage, key)
    form = _sample_form(stage, queries.sample_cards(queries.own_member(actor, stage)).get(key))
    problem: Problem | None = form.refusal()
    if problem is None:
        try:
            _keep_sample(stage_id, key, form)
        except Problem as refused:
            problem = refused
    card = queries.sample_cards(queries.own_member(actor, queries.stage_for(actor, stage_id))).get(key)
    sentence, status = (problem.sentence, problem.status) if problem else ("", HTTPStatus.OK)
    return render_template("review/_sample_saved.html", card=card, sentence=sentence, swap=problem is None), status


@bp.post("/stages/<public_id:stage_id>/training/<key>/seen")
@requires("review.score")
def sample_seen(stage_id: str, key: str) -> ResponseReturnValue:
    """Say that one has looked at how one's marks differ; with the last sample the training is done."""
    actor = current_actor()
    with unit_of_work():
        member = services.note_sample_seen(actor, queries.stage_for(actor, stage_id), key)
        done = member.calibrated_at is not None
    if done:
        flash("The training is done.", "good")
        return redirect(onward(actor, queries.stage_for(actor, stage_id)))
    return redirect(url_for(".training", stage_id=stage_id))


def _sample_form(stage: CycleStage, card: SampleCard | None) -> ScorecardForm:
    stands = queries.sample_marks(card)
    return marking_form(queries.rubric_of(stage), stands, card)


def _keep_sample(stage_id: str, key: str, form: ScorecardForm) -> None:
    actor, card = current_actor(), form.card()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        services.save_sample(actor, stage, key, card.marks, card.comments, form.comment.data, form.based_on)


def _sample_refused(stage_id: str, key: str, form: ScorecardForm, problem: Problem) -> ResponseReturnValue:
    """The page again with everything typed, and what stands saved beside it where they differ."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    saved = queries.sample_cards(queries.own_member(actor, stage)).get(key)
    if saved is not None and saved.submitted_at is not None:
        raise problem
    form.show(problem)
    differs = []
    if isinstance(problem, Clash):
        differs = differs_from(queries.rubric_of(stage), form, queries.sample_marks(saved))
    form.version.raw_data, form.version.data = None, str(saved.version if saved else 0)
    return _sample_page(stage, key, saved, form, differs), problem.status


def _sample_page(
    stage: CycleStage,
    key: str,
    card: SampleCard | None,
    form: ScorecardForm | None,
    differs: list[tuple[str, str, str]] | None = None,
) -> str:
    calibration = queries.calibration_of(stage)
    keys = list(calibration.samples)
    return render_template(
        "review/sample.html",
        stage=stage,
        key=key,
        place=keys.index(key) + 1,
        of=len(keys),
        sample=calibration.samples[key],
        within=calibration.within,
        rubric=queries.rubric_of(stage),
        form=form,
        card=card,
        marks=queries.sample_marks(card),
        compared=queries.compared_with_anchors(stage, card) if card else [],
        differs=differs or [],
        level_words=level_words,
        mark_words=mark_words,
        needs_comment=needs_comment,
        part_words=part_words,
    )
