"""A member's card on a pitch, beside what the applicant handed in; and staff opening a submitted one again."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications.queries import read_submission
from grants.kernel.errors import Clash, Missing, Problem
from grants.meetings import queries, services
from grants.meetings.models import AgendaItem
from grants.meetings.views.blueprint import bp
from grants.meetings.views.pressing import pressed
from grants.persistence.session import unit_of_work
from grants.review.forms import (
    ReasonForm,
    ScorecardForm,
    differs_from,
    level_words,
    mark_words,
    marking_form,
    part_words,
)
from grants.review.marking import SavedLine, needs_comment
from grants.review.pitch_models import PitchCard
from grants.review.queries import card_of, pitch_rubric_of
from grants.review.views.desk import moments_in
from grants.web.access import current_actor, requires

_CARD = "/meetings/<public_id:meeting_id>/items/<public_id:item_id>/pitch-card"


@bp.route(_CARD, methods=["GET", "POST"])
@requires("review.score")
def pitch_card(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Mark a pitch, comment, save, submit; once it is submitted, what was given."""
    item, card = _found(meeting_id, item_id)
    form = marking_form(pitch_rubric_of(item.meeting.stage), card_of(card), card)
    if not form.is_submitted():
        return _page(item, card, form)
    if not form.validate():
        return _page(item, card, form), HTTPStatus.UNPROCESSABLE_ENTITY
    submits = request.form.get("action") == "submit"
    try:
        _keep(meeting_id, item_id, form)
        if submits:
            # A transaction of its own: when something is missing, what was typed is kept all the same.
            with unit_of_work():
                services.submit_pitch(current_actor(), _item(meeting_id, item_id))
    except Problem as problem:
        return _refused(meeting_id, item_id, form, problem)
    flash("Submitted. Until the meeting ends you can take it back." if submits else "Saved.", "good")
    if submits:
        return redirect(url_for(".meeting", meeting_id=meeting_id))
    return redirect(url_for(".pitch_card", meeting_id=meeting_id, item_id=item_id))


@bp.post(_CARD + "/save")
@requires("review.score")
def save_pitch_card(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Keep what stands on the page; answers with the line that says so."""
    item, card = _found(meeting_id, item_id)
    rubric = pitch_rubric_of(item.meeting.stage)
    form = marking_form(rubric, card_of(card), card)
    problem: Problem | None = form.refusal()
    if problem is None:
        try:
            _keep(meeting_id, item_id, form)
        except Problem as refused:
            problem = refused
    item, card = _found(meeting_id, item_id)
    page = render_template(
        "review/_saved.html",
        sentence=problem.sentence if problem else None,
        clashes=isinstance(problem, Clash) and not _is_submitted(card),
        swap=problem is None,
        **_standing(item, card),
    )
    return page, problem.status if problem else HTTPStatus.OK


@bp.post(_CARD + "/again")
@requires("review.score")
def take_back_pitch_card(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Think again, while the meeting goes on."""
    answer = pressed(meeting_id, lambda: services.take_back_pitch(current_actor(), _item(meeting_id, item_id)))
    _, card = _found(meeting_id, item_id)
    if _is_submitted(card):
        return answer
    return redirect(url_for(".pitch_card", meeting_id=meeting_id, item_id=item_id))


@bp.route("/meetings/<public_id:meeting_id>/pitch-cards/<public_id:card_id>/reopen", methods=["GET", "POST"])
@requires("review.organize")
def reopen_pitch_card(meeting_id: str, card_id: str) -> ResponseReturnValue:
    """Open a member's submitted card again, saying why."""
    actor, form = current_actor(), ReasonForm()

    def found() -> tuple[PitchCard, AgendaItem]:
        return queries.pitch_card_for(actor, queries.meeting_for(actor, meeting_id), card_id)

    card, item = found()
    back = url_for(
        "review.application", stage_id=item.meeting.stage.public_id, application_id=card.application.public_id
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    if form.validate_on_submit():
        try:
            with unit_of_work():
                services.reopen_pitch(actor, *found(), form.reason.data or "")
        except Problem as problem:
            form.show(problem)
            status = HTTPStatus(problem.status)
        else:
            flash("The card is open again, and its member has been told.", "good")
            return redirect(back)
    card, item = found()
    return render_template("meetings/reopen_pitch.html", card=card, item=item, form=form, back=back), status


def _item(meeting_id: str, item_id: str) -> AgendaItem:
    actor = current_actor()
    return queries.item_for(actor, queries.meeting_for(actor, meeting_id), item_id)


def _found(meeting_id: str, item_id: str) -> tuple[AgendaItem, PitchCard | None]:
    """The line and the actor's own card on it.

    raises   Missing for who neither scores it nor ever did, and for a line at which nobody pitches
    """
    actor, item = current_actor(), _item(meeting_id, item_id)
    if not queries.is_pitch(item.meeting) or item.application is None:
        raise Missing("Nobody pitches here.")
    seat, card = queries.seat_of(actor, item.meeting), queries.own_card(actor, item)
    if card is None and not (seat and seat.votes):
        raise Missing("Only members of the panel score a pitch.")
    return item, card


def _keep(meeting_id: str, item_id: str, form: ScorecardForm) -> None:
    card = form.card()
    with unit_of_work():
        item = _item(meeting_id, item_id)
        services.score_pitch(current_actor(), item, card.marks, card.comments, form.comment.data, form.based_on)


def _refused(meeting_id: str, item_id: str, form: ScorecardForm, problem: Problem) -> ResponseReturnValue:
    """The page again with everything typed, and what stands saved beside it where they differ."""
    item, card = _found(meeting_id, item_id)
    if _is_submitted(card):
        raise problem
    form.show(problem)
    differs = []
    if isinstance(problem, Clash):
        differs = differs_from(pitch_rubric_of(item.meeting.stage), form, card_of(card))
    # Whoever has read both may press again: now it rests on the version that was shown.
    form.version.raw_data, form.version.data = None, str(card.version if card else 0)
    return _page(item, card, form, differs), problem.status


def _page(
    item: AgendaItem,
    card: PitchCard | None,
    form: ScorecardForm,
    differs: list[tuple[str, str, str]] | None = None,
) -> str:
    actor, meeting = current_actor(), item.meeting
    line = next(one for one in queries.agenda_of(actor, meeting).lines if one.item and one.item.id == item.id)
    return render_template(
        "meetings/pitch_card.html",
        meeting=meeting,
        item=item,
        line=line,
        may=queries.may_score(actor, item),
        form=form,
        differs=differs or [],
        parts=read_submission(queries.newest_submission(item), blind=queries.is_blind(actor, meeting)),
        marks=card_of(card),
        submitted=_is_submitted(card),
        level_words=level_words,
        mark_words=mark_words,
        needs_comment=needs_comment,
        part_words=part_words,
        sentence=None,
        swap=False,
        **_standing(item, card),
    )


def _standing(item: AgendaItem, card: PitchCard | None) -> dict[str, object]:
    """What the line above a card says of it, and what it lacks."""
    stage, stands = item.meeting.stage, card_of(card)
    rubric = pitch_rubric_of(stage)
    saved = moments_in(stage.cycle.time_zone)(card.submitted_at or card.saved_at) if card else ""
    return {"card": card, "rubric": rubric, "kept": SavedLine.of(item.public_id, rubric, stands, card, saved)}


def _is_submitted(card: PitchCard | None) -> bool:
    return card is not None and card.state == "submitted"
