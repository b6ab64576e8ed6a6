"""What waits for someone around meetings."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.casework.queries import conflicted_cycles
from grants.kernel.clock import now, today
from grants.kernel.policy import Actor
from grants.meetings import pitch_todos
from grants.meetings.models import Attendance, Meeting
from grants.meetings.queries.motions import first_actions
from grants.meetings.queries.scope import visible_meetings
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.filters import clock_time
from grants.web.todo import Todo

AHEAD = timedelta(days=30)
SHOWN = 20


def todos(actor: Actor) -> list[Todo]:
    """The meetings somebody is invited to, what they took on there, for officers whose panel was not asked yet, and
    what waits around pitches.
    """
    return [*_invited(actor), *_to_invite(actor), *_to_do(actor), *pitch_todos.todos(actor)]


def _invited(actor: Actor) -> list[Todo]:
    if not actor.may("meeting.attend"):
        return []
    invited = select(Attendance.meeting_id).where(
        Attendance.person_id == actor.person_id, Attendance.invited_at.is_not(None)
    )
    found = db.session.scalars(
        select(Meeting)
        .where(
            Meeting.id.in_(invited),
            visible_meetings(actor),
            Meeting.state.in_(("running", "paused"))
            | ((Meeting.state == "planned") & (Meeting.starts_at < now() + AHEAD)),
        )
        .options(joinedload(Meeting.stage).joinedload(CycleStage.cycle))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(SHOWN)
    ).all()
    return [_todo(one) for one in found]


def _todo(meeting: Meeting) -> Todo:
    stage, url = meeting.stage, url_for("meetings.meeting", meeting_id=meeting.public_id)
    zone = stage.cycle.time_zone
    on = meeting.starts_at.astimezone(ZoneInfo(zone)).date()
    if meeting.state == "planned":
        detail = f"{stage.title}, at {clock_time(meeting.starts_at, zone)}."
        return Todo("plan", meeting.title, url, detail, on, cycle_id=stage.cycle_id)
    return Todo(
        "due", f"Take part: {meeting.title}", url, f"{stage.title}: it is under way.", on, cycle_id=stage.cycle_id
    )


def _to_do(actor: Actor) -> list[Todo]:
    if not actor.may("meeting.attend"):
        return []
    return [
        Todo(
            "late" if one.due_on and one.due_on < today(one.item.meeting.stage.cycle.time_zone) else "due",
            one.what,
            url_for("meetings.actions"),
            f"Agreed at: {one.item.meeting.title}.",
            one.due_on,
            cycle_id=one.item.meeting.stage.cycle_id,
        )
        for one in first_actions(actor, SHOWN)
    ]


def _to_invite(actor: Actor) -> list[Todo]:
    if not actor.may("meeting.plan"):
        return []
    hidden = conflicted_cycles(actor)
    found = db.session.scalars(
        select(Meeting)
        .where(Meeting.state == "planned", Meeting.invited_at.is_(None))
        .options(joinedload(Meeting.stage).joinedload(CycleStage.cycle))
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(SHOWN)
    ).all()
    return [
        Todo(
            "due",
            f"Invite the panel: {one.title}",
            url_for("meetings.agenda", meeting_id=one.public_id),
            f"{one.stage.title}: nobody has been told of it yet.",
            one.starts_at.astimezone(ZoneInfo(one.stage.cycle.time_zone)).date(),
            cycle_id=one.stage.cycle_id,
        )
        for one in found
        if one.stage.cycle_id not in hidden
    ]
