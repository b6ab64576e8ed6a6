"""What the room decides: motions and their votes, what is to be done, and the minutes of it all."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from grants.casework import downloads
from grants.kernel.errors import Invalid, Problem
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Choice, Majority
from grants.meetings.forms import ActionForm, MotionForm
from grants.meetings.models import AgendaItem
from grants.meetings.motion_models import Motion
from grants.meetings.views.blueprint import bp
from grants.meetings.views.pressing import back, pressed
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm, options
from grants.web.tables import page_asked

SLIPS, MOST_SLIPS = "slips", 10


@bp.post("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/motions")
@requires("meeting.attend")
def propose(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Move something on what is up."""
    actor, form = current_actor(), MotionForm()

    def act() -> None:
        ballot, majority = Ballot(form.ballot.data), Majority(form.majority.data)
        services.propose(actor, _item(meeting_id, item_id), form.text.data or "", ballot, majority)

    return _tried(meeting_id, form, act, "moved")


@bp.post("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/actions")
@requires("meeting.run")
def agree_on(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """Note what somebody will do."""
    actor, form = current_actor(), ActionForm()
    form.owner.choices = options({one.public_id: one.name for one in queries.owners_for(_item(meeting_id, item_id))})

    def act() -> None:
        services.agree_on(
            actor, _item(meeting_id, item_id), form.what.data or "", form.owner.data or "", form.due_on.data
        )

    return _tried(meeting_id, form, act, "to be done")


def _tried(meeting_id: str, form: HouseForm, act: Callable[[], None], what: str) -> ResponseReturnValue:
    """Do it and go back to the meeting; refused, what was typed stands on a page of its own."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.validate():
        try:
            with unit_of_work():
                act()
        except Problem as problem:
            form.show(problem)
            status = HTTPStatus(problem.status)
        else:
            return back(meeting_id)
    found = queries.meeting_for(current_actor(), meeting_id)
    return render_template("meetings/again.html", meeting=found, form=form, what=what), status


@bp.post("/meetings/<public_id:meeting_id>/motions/<public_id:motion_id>/<any(second,withdraw,count,again):what>")
@requires("meeting.attend")
def on_motion(meeting_id: str, motion_id: str, what: str) -> ResponseReturnValue:
    """Second a motion, withdraw it, count its votes, or have them given again."""
    acts: dict[str, Callable[..., None]] = {
        "second": services.second,
        "withdraw": services.withdraw,
        "count": services.count,
        "again": services.take_again,
    }
    actor = current_actor()
    return pressed(meeting_id, lambda: acts[what](actor, _motion(meeting_id, motion_id)))


@bp.post("/meetings/<public_id:meeting_id>/motions/<public_id:motion_id>/vote")
@requires("meeting.attend")
def vote(meeting_id: str, motion_id: str) -> ResponseReturnValue:
    """Vote. The slip of a secret vote goes into the voter's own session cookie, and is kept nowhere else."""
    actor = current_actor()
    try:
        choice = Choice(request.form.get("choice", ""))
    except ValueError:
        raise Invalid("Choose for, against, or abstain.") from None
    try:
        with unit_of_work():
            slip = services.vote(actor, _motion(meeting_id, motion_id), choice, _slip(motion_id))
    except Problem as problem:
        if problem.status == HTTPStatus.NOT_FOUND:
            raise
        flash(problem.sentence, "warn")
        return back(meeting_id)
    if slip is not None:
        kept = {key: value for key, value in session.get(SLIPS, {}).items() if key != motion_id}
        newest = dict(list(kept.items())[1 - MOST_SLIPS :])
        session[SLIPS] = newest | {motion_id: [slip.round, slip.number, slip.choice.value]}
    flash("Your vote is given. You can change it until the votes are counted.", "good")
    return back(meeting_id)


def _slip(motion_id: str) -> services.Slip | None:
    held = session.get(SLIPS, {}).get(motion_id)
    return services.Slip(motion_id, held[0], held[1], Choice(held[2])) if held else None


@bp.get("/meetings/actions")
@requires("meeting.attend")
def actions() -> ResponseReturnValue:
    """What the actor took on at meetings, and has not done yet."""
    return render_template("meetings/actions.html", page=queries.own_actions(current_actor(), page_asked()))


@bp.post("/actions/<public_id:action_id>/done")
@requires("meeting.attend")
def finish(action_id: str) -> ResponseReturnValue:
    """Say that something is done."""
    actor = current_actor()
    with unit_of_work():
        services.finish_action(actor, queries.action_for(actor, action_id))
    flash("Done.", "good")
    return redirect(url_for(".actions", page=page_asked()))


@bp.route("/meetings/<public_id:meeting_id>/minutes", methods=["GET", "POST"])
@requires("meeting.read")
def minutes(meeting_id: str) -> ResponseReturnValue:
    """The minutes as the reader may read them, and their PDF."""
    actor = current_actor()
    if request.method == "POST":
        with unit_of_work():
            services.ask_for_minutes(actor, queries.meeting_for(actor, meeting_id))
        return redirect(url_for(".minutes", meeting_id=meeting_id))
    found = queries.meeting_for(actor, meeting_id)
    facts = queries.minutes_facts(actor, found)
    name = queries.minutes_name(facts)
    made = queries.minutes_made(found, name)
    return render_template(
        "meetings/minutes.html",
        meeting=found,
        facts=facts,
        name=name,
        made=made,
        job=None if made else queries.minutes_job(found, name),
        earlier=queries.earlier_minutes(actor, found, facts),
    )


@bp.get("/meetings/<public_id:meeting_id>/minutes/<public_id:minutes_id>")
@requires("meeting.read")
def minutes_file(meeting_id: str, minutes_id: str) -> ResponseReturnValue:
    """The PDF of minutes that the reader may read at this moment."""
    actor = current_actor()
    found = queries.minutes_for(actor, queries.meeting_for(actor, meeting_id), minutes_id)
    return downloads.attachment(found.file)


def _item(meeting_id: str, item_id: str) -> AgendaItem:
    actor = current_actor()
    return queries.item_for(actor, queries.meeting_for(actor, meeting_id), item_id)


def _motion(meeting_id: str, motion_id: str) -> Motion:
    actor = current_actor()
    return queries.motion_for(actor, queries.meeting_for(actor, meeting_id), motion_id)
