"""A reviewer's steps before their pile opens: terms, profile, training. The declaration has pages of its own."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Invalid, Problem
from grants.kernel.policy import Actor
from grants.people.models import Organization
from grants.people.queries import person_of
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
from grants.review.people_forms import AffiliationForm, ProfileForm
from grants.review.people_models import SampleCard
from grants.review.reviewers import RELATIONS
from grants.review.steps import FIRST, text_hash
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


# ---- the profile


@bp.route("/stages/<public_id:stage_id>/profile", methods=["GET", "POST"])
@requires("review.score")
def profile(stage_id: str) -> ResponseReturnValue:
    """What the reviewer says of themself; kept, it is right for this panel too."""
    actor, form = current_actor(), ProfileForm()
    stage = queries.stage_for(actor, stage_id)
    if not _may_go_on(actor, stage, "profile"):
        return redirect(onward(actor, queries.stage_for(actor, stage_id)))
    if not form.validate_on_submit():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return _profile_page(stage, form), status
    try:
        with unit_of_work():
            keep_profile(actor, form)
            services.confirm_profile(actor, queries.stage_for(actor, stage_id))
    except Problem as problem:
        form.show(problem)
        return _profile_page(queries.stage_for(actor, stage_id), form), problem.status
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
    )


@bp.post("/stages/<public_id:stage_id>/affiliations")
@requires("review.score")
def add_affiliation(stage_id: str) -> ResponseReturnValue:
    """State one tie to an organization."""
    actor, form = current_actor(), AffiliationForm(prefix="tie")
    stage = queries.stage_for(actor, stage_id)
    queries.own_member(actor, stage)
    if not form.validate():
        return _profile_page(stage, ProfileForm(formdata=None), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            meant = organization_meant(form.name.data or "")
            services.state_affiliation(
                actor,
                person_of(actor),
                form.relation.data or "",
                organization=meant,
                name=form.name.data or "",
                ended_on=form.ended_on,
            )
    except Problem as problem:
        form.show(_placed(problem))
        return _profile_page(queries.stage_for(actor, stage_id), ProfileForm(formdata=None), form), problem.status
    return redirect(url_for(".profile", stage_id=stage_id, _anchor="ties"))


@bp.post("/stages/<public_id:stage_id>/affiliations/<public_id:affiliation_id>/drop")
@requires("review.score")
def drop_affiliation(stage_id: str, affiliation_id: str) -> ResponseReturnValue:
    """Take one tie off the list."""
    actor = current_actor()
    with unit_of_work():
        services.drop_affiliation(actor, queries.affiliation_of(actor, person_of(actor), affiliation_id))
    return redirect(url_for(".profile", stage_id=stage_id, _anchor="ties"))


def organization_meant(said: str) -> Organization | None:
    """The organization that a typed or chosen name means, alone or with its city; None for one that is not known.

    raises   Invalid when several have the name
    """
    wanted = " ".join(said.split()).casefold()
    named = queries.organizations_named(said, most=50) or queries.organizations_named(said.rpartition(",")[0], most=50)
    by_label = [one for one in named if f"{one.name}, {one.city or ''}".casefold() == wanted]
    found = by_label or [one for one in named if one.name.casefold() == wanted]
    if len(found) > 1:
        labels = ", or ".join(f"“{one.name}, {one.city}”" for one in found[:4] if one.city)
        raise Invalid("Which one?", {"name": f"Several have this name. Write {labels}."})
    return found[0] if found else None


def _placed(problem: Problem) -> Problem:
    return problem if isinstance(problem, Invalid) else Invalid(problem.sentence, {"name": problem.sentence})


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


# ---- the training


@bp.get("/stages/<public_id:stage_id>/training")
@requires("review.score")
def training(stage_id: str) -> ResponseReturnValue:
    """The samples of the stage, and how far the reviewer is with each."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    calibration = queries.calibration_of(stage)
    if not _may_go_on(actor, stage, "training"):
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
    if not _may_go_on(actor, stage, "training"):
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


def _may_go_on(actor: Actor, stage: CycleStage, step: str) -> bool:
    """Whether the steps before this one are done; says what to do first where not."""
    standing = queries.standing_of(queries.own_member(actor, stage))
    missing = standing.before("profile" if step == "profile" else "training")
    if missing is not None:
        flash(FIRST[missing], "warn")
    return missing is None
