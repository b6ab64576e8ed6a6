"""Who plans, leads, notes and takes part in a meeting at this moment, and who is out of the room."""

from sqlalchemy import select

from grants.casework.queries import conflicted_cycles
from grants.kernel.errors import Refused
from grants.kernel.policy import YES, Actor, Verdict, no, require_permission
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.policy import may_lead, may_take_part
from grants.meetings.queries.meetings import item_up, seat_of
from grants.meetings.queries.scope import has_vote, open_to
from grants.persistence.session import db
from grants.programs.models import CycleStage


def may_plan(actor: Actor, stage: CycleStage) -> Verdict:
    """Whether the actor plans the stage's meetings: an agenda names every applicant, and its times tell of their ties.

    So an officer who has a conflict in the cycle leaves it to a colleague.
    """
    require_permission(actor, "meeting.plan")
    if stage.cycle_id in conflicted_cycles(actor):
        return no("You have a conflict of interest in this cycle, so a colleague plans its meetings.")
    return YES


def is_out(actor: Actor, item: AgendaItem | None) -> bool:
    """Whether the actor is out of the room for this line."""
    if item is None:
        return False
    seen = select(AgendaItem.id).outerjoin(AgendaItem.application).where(AgendaItem.id == item.id, open_to(actor))
    return db.session.scalar(seen) is None


def leads(actor: Actor, meeting: Meeting) -> Verdict:
    """Whether the actor leads the meeting at this moment: not while they are out of the room."""
    verdict = may_lead(actor, meeting.chair_id)
    if verdict and is_out(actor, item_up(meeting)):
        return no("You are out of the room. Somebody else leads until you are back.")
    return verdict


def may_note(actor: Actor, meeting: Meeting) -> Verdict:
    """Whether the actor writes the minutes: who leads, and every program officer."""
    return may_lead(actor, meeting.chair_id)


def takes_part(actor: Actor, item: AgendaItem) -> Verdict:
    """Whether the actor moves and votes on this line."""
    seat = seat_of(actor, item.meeting)
    voting = select(Attendance.id).join(Attendance.meeting).where(Attendance.id == (seat and seat.id), has_vote())
    votes = db.session.scalar(voting) is not None
    return may_take_part(actor, bool(seat and seat.is_in), votes, is_out(actor, item))


def require_in_the_room(actor: Actor, item: AgendaItem) -> None:
    """Go on when the actor is not out of the room for this line.

    raises   Refused, in words that do not say what is up
    """
    if is_out(actor, item):
        raise Refused("You are out of the room.")
