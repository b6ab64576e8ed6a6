"""Asking people to join a panel, by an officer; and the page on which whoever is asked says yes or no."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Invalid, Problem
from grants.people.passwords import hash_password
from grants.people.queries import actor_of, person_of
from grants.people.views.signing_in import start_session
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review import queries, services
from grants.review.asked_lines import MOST_LINES, AskedLine, read_lines
from grants.review.people_forms import DeclineForm, InviteForm, InviteSeveralForm, JoinForm
from grants.review.people_models import PanelInvitation
from grants.review.queries import Foreseen
from grants.review.views.blueprint import bp
from grants.review.views.panels import asking_now, panel_page
from grants.web.access import current_actor, public, requires
from grants.web.filters import plural
from grants.web.limits import limited

ASKED_AT_ONCE: Final = 20


@bp.post("/stages/<public_id:stage_id>/members")
@requires("review.organize")
def invite(stage_id: str) -> ResponseReturnValue:
    """Ask one person, by their address."""
    actor, form = current_actor(), InviteForm()
    stage = queries.stage_for(actor, stage_id)
    if not form.validate():
        return panel_page(stage, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with unit_of_work():
            email, name = form.email.data or "", form.name.data or ""
            asked = services.invite_by_address(actor, stage, email, name, form.expertise.data, form.load_cap.data)
            called = asked.name
    except Problem as problem:
        form.show(problem)
        return panel_page(queries.stage_for(actor, stage_id), form), problem.status
    flash(f"{called} is asked by mail, and is on the panel once they say yes.", "good")
    return redirect(url_for(".panel", stage_id=stage_id, _anchor="asked"))


@bp.route("/stages/<public_id:stage_id>/invite", methods=["GET", "POST"])
@requires("review.organize")
def invite_several(stage_id: str) -> ResponseReturnValue:
    """Ask several at once: what each line would do is looked at first."""
    actor, form = current_actor(), InviteSeveralForm()
    stage = queries.stage_for(actor, stage_id)
    if not form.validate_on_submit():
        return _several_page(stage, form, []), HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    lines = read_lines(form.people.data or "")
    if len(lines) > MOST_LINES:
        form.show(Invalid("Too many.", {"people": f"Write at most {MOST_LINES} lines at a time."}))
        return _several_page(stage, form, []), HTTPStatus.UNPROCESSABLE_ENTITY
    foreseen = queries.foresee_asking(actor, stage, lines)
    facts = [(one.line.email, one.line.name, one.line.expertise, one.does) for one in foreseen], form.load_cap.data
    if not form.was_previewed(*facts):
        form.keep_preview(*facts)
        return _several_page(stage, form, foreseen)
    wanted, asked = [one.line for one in foreseen if one.does != "nothing"], 0
    try:
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            asked += _ask(stage_id, wanted[start : start + ASKED_AT_ONCE], form.load_cap.data)
    except Problem as problem:
        form.show(problem)
        if asked:
            flash(f"{plural(asked, 'person is', 'people are')} asked by mail; the others are not yet.", "warn")
        stage = queries.stage_for(actor, stage_id)
        return _several_page(stage, form, queries.foresee_asking(actor, stage, lines)), problem.status
    flash(f"{plural(asked, 'person is', 'people are')} asked by mail.", "good")
    return redirect(url_for(".panel", stage_id=stage_id, _anchor="asked"))


def _ask(stage_id: str, some: Sequence[AskedLine], load_cap: int | None) -> int:
    """Ask some, which stands whatever becomes of the next: the stage's row is not held for two hundred."""
    actor = current_actor()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        for line in some:
            services.invite_by_address(actor, stage, line.email, line.name, line.expertise, load_cap)
    return len(some)


def _several_page(stage: CycleStage, form: InviteSeveralForm, foreseen: list[Foreseen]) -> str:
    if not form.is_submitted():
        form.load_cap.data = queries.review_rules(stage).load.at_most
    return render_template("review/invite.html", stage=stage, form=form, foreseen=foreseen, **asking_now())


@bp.post("/stages/<public_id:stage_id>/invitations/<public_id:invitation_id>/again")
@requires("review.organize")
def invite_again(stage_id: str, invitation_id: str) -> ResponseReturnValue:
    """Send an invitation once more."""
    actor = current_actor()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        asked = queries.invitation_on(actor, stage, invitation_id)
        services.invite_again(actor, asked)
        called = asked.name
    flash(f"{called} is asked once more, unless a mail went out within the last ten minutes.", "good")
    return redirect(url_for(".panel", stage_id=stage_id, _anchor="asked"))


@bp.post("/stages/<public_id:stage_id>/invitations/<public_id:invitation_id>/withdraw")
@requires("review.organize")
def withdraw(stage_id: str, invitation_id: str) -> ResponseReturnValue:
    """Ask somebody no longer."""
    actor = current_actor()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        asked = queries.invitation_on(actor, stage, invitation_id)
        services.withdraw_invitation(actor, asked)
        called = asked.name
    flash(f"{called} is asked no longer; the link that was sent is dead.", "good")
    return redirect(url_for(".panel", stage_id=stage_id, _anchor="asked"))


# ---- whoever is asked


@bp.route("/asked/<panel_token>", methods=["GET", "POST"])
@public
@limited("30 per 10 minutes", methods=("GET", "POST"))
def asked(panel_token: str) -> ResponseReturnValue:
    """What a mailed link leads to: what is asked, and the yes."""
    invitation = queries.invitation_by_token(panel_token)
    person, actor = queries.account_of(invitation), current_actor()
    form = JoinForm() if person is None else None
    yes = url_for(".asked", panel_token=panel_token)
    no = url_for(".asked_no", panel_token=panel_token)
    if form is None or not form.is_submitted():
        if form is None and request.method == "POST":
            return _yes_with_account(panel_token, yes, no)
        return _page(invitation, yes, no, form)
    if actor.person_id is not None:
        raise Clash(f"You are signed in as {actor.name}. Sign out by the menu above, and open the link once more.")
    if not form.validate() or form.problems_with(form.name.data or "", invitation.email):
        return _page(invitation, yes, no, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _yes_anew(panel_token, yes, no, form)


def _yes_with_account(panel_token: str, yes: str, no: str) -> ResponseReturnValue:
    actor = current_actor()
    try:
        with unit_of_work():
            invitation = queries.invitation_by_token(panel_token)
            person = queries.account_of(invitation)
            if person is None or actor.person_id not in {None, person.id}:
                raise Clash("You are signed in as somebody else. Sign out by the menu above, and open the link again.")
            services.accept_invitation(invitation, person)
            terms = url_for(".terms", stage_id=invitation.stage.public_id)
    except Problem as problem:
        return _refused(queries.invitation_by_token(panel_token), yes, no, problem)
    if actor.person_id is None:
        flash("Thank you: you are on the panel. Sign in to go on.", "good")
        return redirect(url_for("people.sign_in", next=terms))
    flash("Thank you: you are on the panel.", "good")
    return redirect(terms)


def _yes_anew(panel_token: str, yes: str, no: str, form: JoinForm) -> ResponseReturnValue:
    db.session.rollback()  # hashing is slow, so no transaction stays open
    password_hash = hash_password(form.new.data or "")
    try:
        with unit_of_work():
            invitation = queries.invitation_by_token(panel_token)
            person = services.accept_with_account(invitation, form.name.data or "", password_hash)
            actor, stage_id = actor_of(person), invitation.stage.public_id
    except Problem as problem:
        return _refused(queries.invitation_by_token(panel_token), yes, no, problem, form)
    start_session(person, actor)
    flash("Thank you: you are on the panel, and signed in.", "good")
    return redirect(url_for(".terms", stage_id=stage_id))


@bp.post("/asked/<panel_token>/no")
@public
@limited("30 per 10 minutes")
def asked_no(panel_token: str) -> ResponseReturnValue:
    """Say no by the mailed link."""
    yes, no = url_for(".asked", panel_token=panel_token), url_for(".asked_no", panel_token=panel_token)
    declining = DeclineForm()
    try:
        if not declining.validate():
            invitation = queries.invitation_by_token(panel_token)
            return _page(invitation, yes, no, _join_form(invitation), declining, HTTPStatus.UNPROCESSABLE_ENTITY)
        with unit_of_work():
            services.decline_invitation(queries.invitation_by_token(panel_token), declining.reason.data or "")
    except Problem as problem:
        return _refused(queries.invitation_by_token(panel_token), yes, no, problem)
    return redirect(yes)


@bp.route("/invitations/<public_id:invitation_id>", methods=["GET", "POST"])
@requires()
def invitation(invitation_id: str) -> ResponseReturnValue:
    """The same page for somebody who is signed in."""
    actor = current_actor()
    found = queries.own_panel_invitation(actor, invitation_id)
    yes = url_for(".invitation", invitation_id=invitation_id)
    no = url_for(".invitation_no", invitation_id=invitation_id)
    if request.method != "POST":
        return _page(found, yes, no, None)
    try:
        with unit_of_work():
            found = queries.own_panel_invitation(actor, invitation_id)
            services.accept_invitation(found, person_of(actor))
            stage_id = found.stage.public_id
    except Problem as problem:
        return _refused(queries.own_panel_invitation(actor, invitation_id), yes, no, problem)
    flash("Thank you: you are on the panel.", "good")
    return redirect(url_for(".terms", stage_id=stage_id))


@bp.post("/invitations/<public_id:invitation_id>/no")
@requires()
def invitation_no(invitation_id: str) -> ResponseReturnValue:
    """Say no, signed in."""
    actor, declining = current_actor(), DeclineForm()
    yes = url_for(".invitation", invitation_id=invitation_id)
    no = url_for(".invitation_no", invitation_id=invitation_id)
    found = queries.own_panel_invitation(actor, invitation_id)
    if not declining.validate():
        return _page(found, yes, no, None, declining, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work():
            found = queries.own_panel_invitation(actor, invitation_id)
            services.decline_invitation(found, declining.reason.data or "")
    except Problem as problem:
        return _refused(queries.own_panel_invitation(actor, invitation_id), yes, no, problem)
    return redirect(yes)


def _join_form(invitation: PanelInvitation) -> JoinForm | None:
    return JoinForm(formdata=None) if queries.account_of(invitation) is None else None


def _refused(
    invitation: PanelInvitation, yes: str, no: str, problem: Problem, form: JoinForm | None = None
) -> ResponseReturnValue:
    """What stands by now, with why the answer was not taken."""
    if form is not None and invitation.state == "invited":
        form.show(problem)
        return _page(invitation, yes, no, form, status=problem.status)
    return _page(invitation, yes, no, _join_form(invitation), status=problem.status, problem=problem.sentence)


def _page(
    invitation: PanelInvitation,
    yes: str,
    no: str,
    form: JoinForm | None,
    declining: DeclineForm | None = None,
    status: int = HTTPStatus.OK,
    problem: str = "",
) -> ResponseReturnValue:
    actor, person = current_actor(), queries.account_of(invitation)
    if form is not None and not form.is_submitted():
        form.name.data = invitation.name
    count, due = queries.work_asked(invitation)
    page = render_template(
        "review/asked.html",
        invitation=invitation,
        stage=invitation.stage,
        rules=queries.review_rules(invitation.stage),
        funder=definition_of(invitation.stage.cycle).funder,
        form=form,
        declining=declining or DeclineForm(formdata=None),
        yes=yes,
        no=no,
        count=count,
        due=due,
        is_past=queries.is_past,
        until=queries.holds_until(invitation.stage, invitation.since),
        has_run_out=queries.has_run_out(invitation),
        is_somebody_else=actor.person_id is not None and (person is None or person.id != actor.person_id),
        problem=problem,
    )
    return page, status
