"""Which meetings and which lines of their agendas exist for whom, and who is out for what, as SQL predicates."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from grants.applications.models import Application
from grants.casework.visibility import Time, has_conflict, not_conflicted
from grants.kernel.policy import Actor
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.review.models import PanelMember
from grants.review.queries.scope import Column, declared_for_application, open_stages, sits


def visible_meetings(actor: Actor) -> ColumnElement[bool]:
    """Those who read reviews see every meeting, others what they are invited to, unless they left the panel."""
    if not actor.may("meeting.read"):
        return false()
    if actor.may("review.read"):
        return true()
    asked = exists().where(
        Attendance.meeting_id == Meeting.id,
        Attendance.person_id == actor.person_id,
        Attendance.invited_at.is_not(None),
    )
    return and_(asked, ~has_left(actor.person_id))


def has_left(person_id: Column) -> ColumnElement[bool]:
    """Holds where somebody has left the panel that meets; needs `Meeting` in the statement."""
    return exists().where(PanelMember.stage_id == Meeting.stage_id, PanelMember.person_id == person_id, ~sits())


def has_vote() -> ColumnElement[bool]:
    """Holds for seats of the panel's members who are still on it; needs `Attendance` and `Meeting` in the statement."""
    return and_(Attendance.votes, ~has_left(Attendance.person_id))


def open_to(actor: Actor) -> ColumnElement[bool]:
    """Holds for the lines the actor may know of; needs `AgendaItem`, and its `Application` where it has one.

    A break is everybody's. An application is hidden from whoever has a conflict with it, and from a reviewer who was
    not asked about it yet, or has a step left on the way to their pile: terms, profile, training.
    """
    asked: ColumnElement[bool] = true()
    if not actor.may("review.read"):
        asked = and_(declared_for_application(actor.person_id), Application.stage_id.in_(open_stages(actor)))
    return or_(AgendaItem.application_id.is_(None), and_(not_conflicted(actor, Application.case_id), asked))


def out_for(during: Time | None = None) -> ColumnElement[bool]:
    """Holds where somebody is out of the room for an application: tied to it, or a voting member not asked about it.

    Needs `Attendance` and `Application` in the statement.
    during   a time past: who was out at any moment of it
    """
    unasked = and_(Attendance.votes, ~declared_for_application(Attendance.person_id, during))
    return or_(has_conflict(Attendance.person_id, Application.case_id, during), unasked)


def up_in(meeting_id: Column) -> ColumnElement[bool]:
    """Holds for the line that is up in a meeting."""
    return and_(AgendaItem.meeting_id == meeting_id, AgendaItem.state == "open")
