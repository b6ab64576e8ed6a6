"""The officer's pages: a meeting is planned, its agenda put in order, its panel invited."""

from typing import Any, Final

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Invalid
from grants.kernel.policy import require
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Majority
from grants.meetings.forms import (
    MeetingForm,
    NewMeetingForm,
    meeting_form,
    values_of,
)
from grants.meetings.models import Meeting
from grants.meetings.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review.queries import stage_for
from grants.web.access import current_actor, requires
from grants.web.filters import plural
from grants.web.posting import carry_out
from grants.web.tables import page_asked

MINUTES: Final = 20
"""For an application at a meeting of a panel, unless somebody says otherwise."""


@bp.get("/meetings")
@requires("meeting.read")
def meetings() -> ResponseReturnValue:
    """The meetings the actor may know of."""
    return render_template("meetings/meetings.html", page=queries.meetings(current_actor(), page_asked()))


@bp.get("/stages/<public_id:stage_id>/meetings")
@requires("review.read")
def of_stage(stage_id: str) -> ResponseReturnValue:
    """The meetings of one stage's panel."""
    actor = current_actor()
    stage = stage_for(actor, stage_id)
    planning = queries.may_plan(actor, stage) if actor.may("meeting.plan") else None
    page = queries.meetings(actor, page_asked(), stage)
    has_pitch = queries.pitch_of(stage) is not None
    return render_template("meetings/of_stage.html", stage=stage, page=page, planning=planning, has_pitch=has_pitch)


@bp.route("/stages/<public_id:stage_id>/meetings/new", methods=["GET", "POST"])
@requires("meeting.plan")
def new(stage_id: str) -> ResponseReturnValue:
    """Plan a meeting of the panel; its agenda begins in the best order."""
    actor = current_actor()
    stage = stage_for(actor, stage_id)
    require(queries.may_plan(actor, stage))
    usual = usual_plan(stage, "panel meeting", MINUTES) | {"which": "all"}
    form = meeting_form(NewMeetingForm, stage.cycle.time_zone, chairs_of(stage), data=usual)
    made: list[str] = []

    def make() -> None:
        stage = stage_for(actor, stage_id)
        applications = queries.to_discuss(actor, stage, form.which.data)
        lines = services.Lines(applications, form.minutes.data, form.break_after.data, form.break_minutes.data)
        made.append(services.make_meeting(actor, stage, plan_in(stage, form), lines).public_id)

    def page() -> str:
        most = queries.awards_at_most(stage)
        return render_template("meetings/new.html", stage=stage, form=form, most=most)

    answer = carry_out(form, make, "The meeting is planned. Look at its agenda, then invite the panel.", "/", page)
    return redirect(url_for(".agenda", meeting_id=made[0])) if made else answer


def usual_plan(stage: CycleStage, called: str, minutes: int) -> dict[str, Any]:
    """What stands in the form of a new meeting: whoever plans it leads it, with more than half of the panel."""
    return {
        "title": f"{stage.title}: {called}",
        "quorum": max(1, queries.panel_size(stage) // 2 + 1),
        "ballot": "open",
        "majority": "simple",
        "minutes": minutes,
        "break_after": 4,
        "break_minutes": 15,
        "chair": current_actor().public_id,
    }


def chairs_of(stage: CycleStage) -> dict[str, str]:
    """Public id -> name of those who may chair."""
    return {one.public_id: one.name for one in queries.chairs_for(stage)}


def plan_in(stage: CycleStage, form: MeetingForm) -> services.Plan:
    """The plan that a form says.

    raises   Invalid; Missing for a chair who is not among those offered
    """
    if form.starts_at.data is None:
        raise Invalid("Say when it begins.", {"starts_at": "Say when it begins."})
    return services.Plan(
        title=form.title.data or "",
        starts_at=form.starts_at.data,
        chair=queries.chair_for(stage, form.chair.data or ""),
        quorum=form.quorum.data or 0,
        place=form.place.data or "",
        link=form.link.data or "",
        ballot=Ballot(form.ballot.data),
        majority=Majority(form.majority.data),
    )


@bp.route("/meetings/<public_id:meeting_id>/plan", methods=["GET", "POST"])
@requires("meeting.plan")
def change(meeting_id: str) -> ResponseReturnValue:
    """Change when and where a planned meeting is."""
    actor = current_actor()
    meeting = planned(meeting_id)
    form = meeting_form(MeetingForm, meeting.stage.cycle.time_zone, chairs_of(meeting.stage), data=values_of(meeting))

    def keep() -> None:
        meeting = queries.meeting_for(actor, meeting_id)
        services.change_meeting(actor, meeting, plan_in(meeting.stage, form))

    return carry_out(
        form,
        keep,
        "The plan is kept.",
        url_for(".agenda", meeting_id=meeting_id),
        lambda: render_template("meetings/change.html", meeting=planned(meeting_id), form=form),
    )


def planned(meeting_id: str) -> Meeting:
    """A meeting that the actor plans."""
    actor = current_actor()
    meeting = queries.meeting_for(actor, meeting_id)
    require(queries.may_plan(actor, meeting.stage))
    return meeting


@bp.post("/meetings/<public_id:meeting_id>/invite")
@requires("meeting.plan")
def invite(meeting_id: str) -> ResponseReturnValue:
    """Ask the panel to the meeting."""
    actor = current_actor()
    with unit_of_work():
        asked = services.invite(actor, queries.meeting_for(actor, meeting_id))
    flash(
        f"{plural(asked, 'person', 'people')} invited by mail." if asked else "Everybody was invited already.", "good"
    )
    return redirect(url_for(".agenda", meeting_id=meeting_id))


@bp.post("/meetings/<public_id:meeting_id>/cancel")
@requires("meeting.plan")
def cancel(meeting_id: str) -> ResponseReturnValue:
    """Call a planned meeting off."""
    actor = current_actor()
    with unit_of_work():
        services.cancel(actor, queries.meeting_for(actor, meeting_id))
    flash("The meeting is called off. Who was invited is told.", "good")
    return redirect(url_for(".meeting", meeting_id=meeting_id))
