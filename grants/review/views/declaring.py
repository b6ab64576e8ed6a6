"""A reviewer's declaration: names to look through, ties to name, and the word that there are no others."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.errors import Invalid, Missing, Problem
from grants.kernel.policy import Actor
from grants.people.likeness import name_key
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.conflict_forms import ConflictForm
from grants.review.models import Affiliation, PanelMember
from grants.review.queries import Applicant
from grants.review.reviewers import RELATIONS
from grants.review.views.blueprint import bp
from grants.review.views.starting import onward
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked

OFFERED: Final = 500
"""So many names a field suggests while one types; whatever is typed is looked up among all."""

AT_ONCE: Final = 200
"""Names on one page: a list that is looked through, not a table that is worked in."""


@bp.route("/stages/<public_id:stage_id>/conflicts", methods=["GET", "POST"])
@requires("review.declare")
def conflicts(stage_id: str) -> ResponseReturnValue:
    """Name the applicants one is tied to, one at a time: by typing, or in the list. Each is kept as it is named."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    form = ConflictForm(queries.conflict_kinds(stage))
    if not queries.may_see_names(actor, stage):
        return redirect(onward(actor, stage))
    if form.validate_on_submit():
        try:
            applicant = _named(actor, stage, form)
            with unit_of_work():
                case = db.session.get_one(Case, applicant.case_id)
                services.declare_conflict(actor, case, form.reason.data or "", form.kind.data)
        except Problem as problem:
            form.show(problem)
            return _conflicts_page(stage, form), problem.status
        flash(f"You have a conflict with {applicant.name}: you will hear nothing more of it here.", "good")
        return redirect(
            url_for(".conflicts", stage_id=stage_id, q=request.args.get("q"), page=request.args.get("page"))
        )
    return _conflicts_page(stage, form), 422 if form.errors else 200


@bp.get("/stages/<public_id:stage_id>/conflicts/name/<public_id:case_id>")
@requires("review.declare")
def tie(stage_id: str, case_id: str) -> ResponseReturnValue:
    """The list with one name opened, to say what the tie is; the page itself swaps in that one alone."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    if not queries.may_see_names(actor, stage):
        return redirect(onward(actor, stage))
    form = ConflictForm(queries.conflict_kinds(stage), formdata=None)
    opened = queries.applicant(actor, stage, case_id)
    form.open_at(opened.public_id)
    if "HX-Request" in request.headers:
        return render_template("review/_name.html", stage=stage, form=form, one=opened)
    return _conflicts_page(stage, form)


@bp.post("/stages/<public_id:stage_id>/conflicts/done")
@requires("review.declare")
def declare(stage_id: str) -> ResponseReturnValue:
    """Say that there are no other conflicts; the pile opens."""
    actor = current_actor()
    with unit_of_work():
        services.declare_conflicts(actor, queries.stage_for(actor, stage_id), {})
    flash(
        "Thank you. Your declaration is on record. Pressed too early? Your conflicts page undoes it, until you score.",
        "good",
    )
    return redirect(onward(actor, queries.stage_for(actor, stage_id)))


@bp.post("/stages/<public_id:stage_id>/conflicts/undo")
@requires("review.declare")
def undo_declaration(stage_id: str) -> ResponseReturnValue:
    """Take the declaration back, while nothing is scored: the pile closes until it is made again."""
    actor = current_actor()
    with unit_of_work():
        services.undo_declaration(actor, queries.stage_for(actor, stage_id))
    flash("Your declaration is taken back. Nothing of any application shows until you make it again.", "good")
    return redirect(url_for(".conflicts", stage_id=stage_id))


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


def _conflicts_page(stage: CycleStage, form: ConflictForm) -> str:
    actor, like = current_actor(), request.args.get("q", "")
    member = queries.member_for(actor, stage)
    page = queries.applicants(actor, stage, like, page_asked(), AT_ONCE)
    opened = None
    if form.named.data and form.named.data not in {one.public_id for one in page.items}:
        try:
            opened = queries.applicant(actor, stage, form.named.data)
        except Missing:  # it was named meanwhile, from another window; the page says so, and shows the list
            form.named.data = ""
    if form.named.data:
        form.open_at(form.named.data)
    offered = queries.applicants(actor, stage, size=OFFERED)
    stated = _stated(stage, member, offered.items)
    return render_template(
        "review/conflicts.html",
        stage=stage,
        form=form,
        like=like,
        opened=opened,
        blind=queries.review_rules(stage).identity == "blind",
        is_open=stage.closes_at > now(),
        page=page,
        letters=[(letter, list(ones)) for letter, ones in groupby(page.items, lambda one: one.letter)],
        offered=offered,
        stated=stated,
        kept=_kept(stage, member, {name_key(one.name) for one, _ in stated}),
        relations=RELATIONS,
        new=queries.applied_since(actor, stage),
        own=queries.own_conflicts(actor, stage),
        member=member,
        standing=queries.standing_of(member) if member else None,
        may_undo=member is not None and member.declared_at is not None and not queries.has_begun(member),
    )


def _stated(stage: CycleStage, member: PanelMember | None, offered: Sequence[Applicant]) -> list[tuple[Applicant, str]]:
    """Those of the applicants whom the member's own profile names, each with the tie in the profile's words."""
    if member is None:
        return []
    said = queries.stated_to(stage, member.person_id, [one.case_id for one in offered])
    return [(one, RELATIONS[said[one.case_id]]) for one in offered if one.case_id in said]


def _kept(stage: CycleStage, member: PanelMember | None, offered: Collection[str]) -> list[Affiliation]:
    """What the member's own profile keeps from them, but for the names that they are offered all the same: cleared."""
    stated = queries.kept_by_profile(stage, member.person_id) if member else []
    return [one for one in stated if name_key(one.name) not in offered]


def _named(actor: Actor, stage: CycleStage, form: ConflictForm) -> Applicant:
    """The one applicant that is meant.

    raises   Invalid with suggestions when none is, or several are
    """
    if form.named.data:
        return queries.applicant(actor, stage, form.named.data)
    wanted = (form.applicant.data or "").strip()
    close = queries.applicants(actor, stage, wanted, size=OFFERED)
    exact = [one for one in close.items if one.label.casefold() == wanted.casefold()]
    if len(found := exact or close.items) == 1:
        return found[0]
    if not close.total:
        sentence = f"No applicant is called “{wanted}”. See the list of names below."
    else:
        sentence = f"Which one: {', '.join(one.label for one in found[:8])}{' …' if len(found) > 8 else ''}?"
    raise Invalid(sentence, {"applicant": sentence})
