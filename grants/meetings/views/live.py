"""The meeting itself: one page that shows everybody what is up, and follows it."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications.queries import read_submission
from grants.kernel.errors import Clash, Missing, Problem
from grants.kernel.policy import require
from grants.meetings import queries, services
from grants.meetings.dates import entries_of
from grants.meetings.forms import AbsenceForm, NotesForm
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.views.blueprint import bp
from grants.meetings.views.pressing import back, pressed
from grants.meetings.views.room import page_of, tag_of
from grants.messages.calendars import sent
from grants.persistence.session import unit_of_work
from grants.review.forms import (
    ReasonForm,
    ScorecardForm,
    changed_elsewhere,
    level_words,
    part_words,
    scorecard_form,
)
from grants.review.marking import needs_comment
from grants.review.queries import card_of, rubric_of
from grants.web.access import current_actor, requires
from grants.web.forms import in_zone
from grants.web.posting import carry_out

LOOKS_AGAIN = "X-Looks-Again"
"""The header of a page that follows the meeting; without it a browser’s own cache would take an old page for new."""


@bp.get("/meetings/<public_id:meeting_id>")
@requires("meeting.read")
def meeting(meeting_id: str) -> ResponseReturnValue:
    """The meeting as the actor may see it now: before it, at it, after it.

    A page that is open looks again every two seconds, and says with which tag it was drawn: 304 for as long as nothing
    has changed, in three small statements.
    """
    if LOOKS_AGAIN in request.headers:
        tag = tag_of(queries.pulse(current_actor(), meeting_id))
        if request.if_none_match.contains(tag):
            return Response(status=HTTPStatus.NOT_MODIFIED)
    return page_of(meeting_id)


@bp.get("/meetings/<public_id:meeting_id>.ics")
@requires("meeting.read")
def calendar(meeting_id: str) -> ResponseReturnValue:
    """The meeting for one's own calendar."""
    found = queries.meeting_for(current_actor(), meeting_id)
    return sent(found.title, entries_of([found]), "meeting.ics")


@bp.get("/meetings/<public_id:meeting_id>/items/<public_id:item_id>")
@requires("meeting.read")
def application(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """What the applicant handed in, to read along while it is up."""
    actor = current_actor()
    found = queries.meeting_for(actor, meeting_id)
    item = queries.item_for(actor, found, item_id)
    if item.application is None:
        raise Missing("This is no application.")
    blind = queries.is_blind(actor, found)
    line = next(one for one in queries.agenda_of(actor, found).lines if one.item is not None and one.item.id == item.id)
    submission = queries.newest_submission(item)
    parts = read_submission(submission, blind=blind)
    return render_template("meetings/application.html", meeting=found, line=line, submission=submission, parts=parts)


@bp.route("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/scorecard", methods=["GET", "POST"])
@requires("review.score")
def revise(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Revise one's own scorecard on what is up, and say why."""
    actor = current_actor()
    item = _item(meeting_id, item_id)
    require(queries.takes_part(actor, item))
    assignment = queries.own_assignment(actor, item)
    form, why = scorecard_form(rubric_of(assignment.stage), assignment.scorecard), ReasonForm()
    if form.is_submitted() and all((form.validate(), why.validate())):
        card = form.card()
        try:
            with unit_of_work():
                services.revise(
                    actor,
                    _item(meeting_id, item_id),
                    queries.own_assignment(actor, _item(meeting_id, item_id)),
                    card.marks,
                    card.comments,
                    form.comment.data,
                    why.reason.data or "",
                    form.based_on,
                )
        except Problem as problem:
            form.show(problem)
            return _revision(meeting_id, item_id, form, why, clashes=isinstance(problem, Clash)), problem.status
        flash("Your scorecard is revised. Both scores are kept.", "good")
        return back(meeting_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_submitted() else HTTPStatus.OK
    return _revision(meeting_id, item_id, form, why), status


def _revision(meeting_id: str, item_id: str, form: ScorecardForm, why: ReasonForm, *, clashes: bool = False) -> str:
    """The page with what was typed; where another window revised meanwhile, with what it says beside."""
    actor, found = current_actor(), _found(meeting_id)
    item = _item(meeting_id, item_id)
    assignment = queries.own_assignment(actor, item)
    line = next(one for one in queries.agenda_of(actor, found).lines if one.item is not None and one.item.id == item.id)
    rubric, card = rubric_of(assignment.stage), assignment.scorecard
    differs = changed_elsewhere(rubric, form, card) if clashes else []
    if differs and card is not None:  # whoever has read both may press again
        form.version.raw_data, form.version.data = None, str(card.version)
    return render_template(
        "meetings/revise.html",
        differs=differs,
        meeting=found,
        line=line,
        assignment=assignment,
        form=form,
        why=why,
        rubric=rubric,
        card=card_of(card),
        level_words=level_words,
        part_words=part_words,
        needs_comment=needs_comment,
    )


@bp.post("/meetings/<public_id:meeting_id>/absence")
@requires("meeting.attend")
def absence(meeting_id: str) -> ResponseReturnValue:
    """Say when one cannot be there."""
    actor = current_actor()
    form = in_zone(AbsenceForm, queries.meeting_for(actor, meeting_id).stage.cycle.time_zone)()
    return carry_out(
        form,
        lambda: services.tell_absence(actor, queries.meeting_for(actor, meeting_id), form.since.data, form.until.data),
        "Thank you. The agenda takes it into account where it can.",
        url_for(".meeting", meeting_id=meeting_id),
        lambda: page_of(meeting_id, form),
    )


@bp.post("/meetings/<public_id:meeting_id>/<any(start,pause,resume,close,reopen,join,leave):what>")
@requires("meeting.attend")
def lead(meeting_id: str, what: str) -> ResponseReturnValue:
    """Begin, pause, go on, end; come in, leave."""
    acts: dict[str, Callable[..., None]] = {
        "start": services.start,
        "pause": services.pause,
        "resume": services.resume,
        "close": services.close,
        "reopen": services.reopen,
        "join": services.join,
        "leave": services.leave,
    }
    actor = current_actor()
    with unit_of_work():
        acts[what](actor, queries.meeting_for(actor, meeting_id))
    return back(meeting_id)


@bp.post("/meetings/<public_id:meeting_id>/next")
@requires("meeting.run")
def move_on(meeting_id: str) -> ResponseReturnValue:
    """Close what is up, and open what comes next."""
    actor = current_actor()
    after = request.form.get("after", "")
    return pressed(meeting_id, lambda: services.move_on(actor, queries.meeting_for(actor, meeting_id), after))


@bp.post("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/<any(open,close,defer,back,extend):what>")
@requires("meeting.run")
def act(meeting_id: str, item_id: str, what: str) -> ResponseReturnValue:
    """Open, close, defer or put back one line, or give it five minutes more."""
    acts: dict[str, Callable[..., None]] = {
        "open": services.open_item,
        "close": services.close_item,
        "defer": services.defer,
        "back": services.put_back,
        "extend": lambda actor, item: services.extend(actor, item, 5),
    }
    actor = current_actor()
    return pressed(meeting_id, lambda: acts[what](actor, _item(meeting_id, item_id)))


@bp.post("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/notes")
@requires("meeting.run")
def notes(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Keep the notes for the minutes: by itself while one writes, or by its button."""
    actor, form = current_actor(), NotesForm()
    by_itself = request.headers.get("X-Autosave") == "1"
    try:
        with unit_of_work():
            version = services.write_notes(actor, _item(meeting_id, item_id), form.notes.data or "", form.based_on)
    except Problem as problem:
        if by_itself:
            return {"sentence": problem.sentence}, problem.status
        form.show(problem)
        return render_template("meetings/notes.html", meeting=_found(meeting_id), form=form), problem.status
    if by_itself:
        return {"version": version, "tag": tag_of(queries.pulse(actor, meeting_id))}
    flash("The notes are kept.", "good")
    return back(meeting_id)


def _found(meeting_id: str) -> Meeting:
    return queries.meeting_for(current_actor(), meeting_id)


def _item(meeting_id: str, item_id: str) -> AgendaItem:
    return queries.item_for(current_actor(), _found(meeting_id), item_id)
