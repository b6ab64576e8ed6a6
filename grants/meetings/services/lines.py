"""The lines of an agenda: put on it, taken off, moved by hand, or put into the best order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grants.applications.models import Application
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require
from grants.meetings import agenda, queries
from grants.meetings.models import AgendaItem, Meeting
from grants.meetings.ordering import best_order
from grants.meetings.services import slots
from grants.meetings.states import ItemState
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.review.queries import application_under_review

MOST_MINUTES = 480
MOST_LINES = 200
"""On one agenda: as many as a page bears, and can be put in order while somebody waits."""


@dataclass(frozen=True)
class Proposal:
    """An order to look at before it is used, beside the one that stands.

    standing, entries   the lines with their times, as they stand and as proposed
    items               the proposed order
    ties                what both rest on
    names               of people and lines, by the keys that the entries use
    """

    standing: tuple[agenda.Entry, ...]
    entries: tuple[agenda.Entry, ...]
    items: tuple[AgendaItem, ...]
    proved: bool
    ties: queries.Ties
    names: Mapping[str, str]

    @property
    def walks(self) -> tuple[int, int]:
        """How often somebody goes out or comes in during a sitting: as it stands, and as proposed."""
        return agenda.walks(self.standing), agenda.walks(self.entries)

    @property
    def changes(self) -> bool:
        """Whether it is another order than the one that stands."""
        return self.entries != self.standing

    @property
    def digest(self) -> str:
        """Names the order it proposes and what that rests on."""
        return sha256_of([[one.public_id, one.minutes] for one in self.items] + [_spelled(self.entries)])


def add_application(actor: Actor, meeting: Meeting, public_id: str, minutes: int, reason: str = "") -> AgendaItem:
    """Put one more application at the end of the agenda.

    reason   at a pitch, why there are more than the program's shortlist has places for
    raises   Refused; Missing; Invalid; Clash when it is on it already, or pitches on another day
    """
    changing(actor, meeting)
    check_minutes(minutes)
    application: Application = application_under_review(actor, meeting.stage, public_id)
    lines = queries.lines_of(meeting)
    if any(one.application_id == application.id for one in lines):
        raise Clash("This application is on the agenda already.")
    check_room(len(lines) + 1)
    if meeting.kind == "pitch":
        slots.require_room(actor, meeting.stage, [application.case_id], reason)
        slots.require_not_pitching([application.id], [application.case.organization.name])
    return _added(actor, meeting, append(meeting, minutes, application_id=application.id))


def add_break(actor: Actor, meeting: Meeting, title: str, minutes: int) -> AgendaItem:
    """Put a break, or something else that concerns no application, at the end of the agenda."""
    changing(actor, meeting)
    check_minutes(minutes)
    check_room(queries.count_lines(meeting) + 1)
    return _added(actor, meeting, append(meeting, minutes, title=title.strip() or "Break"))


def remove(actor: Actor, item: AgendaItem, said: str = "") -> None:
    """Take a line off the agenda. An applicant who was invited to pitch then is told, and the slot is free: the others
    keep their times.

    said     what that applicant is told with it
    raises   Refused; Clash once it was up, or something is written about it
    """
    meeting = item.meeting
    changing(actor, meeting)
    lock(item)
    if item.opened_at is not None:
        raise Clash("This was up at the meeting already, so it stays on its agenda.")
    if queries.was_used(item):
        raise Clash("Something was noted about this already, so it stays on its agenda.")
    audit.record(actor, "meeting.remove", item, case_id=item.case_id)
    if slots.let_go(actor, item, said):
        free = append(meeting, item.minutes, title=queries.FREE)
        free.position = item.position
    db.session.delete(item)
    db.session.flush()
    arrange(meeting, queries.lines_of(meeting))


def shift(actor: Actor, item: AgendaItem, by: int) -> None:
    """Take a line one place up (-1) or down (1); at the end of the agenda it stays where it is."""
    meeting = item.meeting
    changing(actor, meeting)
    lines = list(queries.lines_of(meeting))
    place = lines.index(item)
    other = min(max(place + by, 0), len(lines) - 1)
    lines.insert(other, lines.pop(place))
    arrange(meeting, lines)
    audit.record(actor, "meeting.order", meeting)


def set_minutes(actor: Actor, meeting: Meeting, minutes: Mapping[str, int], seen: str) -> None:
    """Give lines other lengths; what comes after them moves, and applicants who pitch then are still to be told.

    minutes  public id of a line -> how long it is to be
    seen     as `queries.lengths_seen` had it on the page: of two who change them at once, the second looks again
    raises   Refused; Invalid for a number out of bounds; Clash when the agenda has changed, or a line was up already
    """
    changing(actor, meeting)
    lines = queries.lines_of(meeting)
    if seen != queries.lengths_seen(lines):
        raise Clash("The agenda has changed meanwhile. Look at it, and change it once more.")
    for one in lines:
        wanted = minutes.get(one.public_id, one.minutes)
        if wanted == one.minutes:
            continue
        check_minutes(wanted, f"minutes_{one.public_id}")
        if one.opened_at is not None:
            raise Clash("This was up at the meeting already, so its time stands.")
        after = {"minutes": wanted}
        audit.record(actor, "meeting.minutes", one, before={"minutes": one.minutes}, after=after, case_id=one.case_id)
        one.minutes = wanted
    touch(meeting)
    retime(meeting)


def propose_order(actor: Actor, meeting: Meeting) -> Proposal:
    """The best order for what was not up yet; breaks stay after as many applications as now. Writes nothing.

    raises   Refused; Clash when the meeting is over
    """
    require(queries.may_plan(actor, meeting.stage))
    lines = list(queries.lines_of(meeting))
    ties = queries.ties_of(meeting, meeting.chair_id, [one.application_id for one in lines if one.application_id])
    begun = max((place for place, one in enumerate(lines, start=1) if one.state != ItemState.WAITING), default=0)
    fixed, free = lines[:begun], lines[begun:]
    standing = _entries(meeting, lines, ties)
    topics = [topic for entry in standing[len(fixed) :] if (topic := entry.topic) is not None]
    rests = _rests(free)
    starts = standing[len(fixed)].starts if free else meeting.starts_at
    breaks = {place: sum(one.minutes for one in several) for place, several in rests.items()}
    order = best_order(topics, starts, breaks, ties.absent)
    by_key = {one.public_id: one for one in free}
    items = [*fixed, *_woven([by_key[key] for key in order.keys], rests)]
    names = {**ties.names, **{one.public_id: name_of(one) for one in lines}}
    return Proposal(standing, _entries(meeting, items, ties), tuple(items), order.proved, ties, names)


def use_order(actor: Actor, meeting: Meeting, digest: str) -> None:
    """Put the agenda into the proposed order that was looked at.

    raises   Refused; Clash when the agenda, or what it rests on, has changed since
    """
    changing(actor, meeting)
    proposal = propose_order(actor, meeting)
    if proposal.digest != digest:
        raise Clash("The agenda or a conflict of interest has changed. Look at the new proposal.")
    arrange(meeting, proposal.items)
    audit.record(actor, "meeting.order", meeting)


def retime(meeting: Meeting) -> None:
    """Let the lines follow one another from the meeting's start; calendars are given another end where it has one."""
    lines = queries.lines_of(meeting)
    entries = agenda.timed(meeting.starts_at, [(None, one.minutes) for one in lines])
    for item, entry in zip(lines, entries, strict=True):
        item.starts_at = entry.starts
    ends_at = entries[-1].ends if entries else None
    if meeting.ends_at != ends_at:
        meeting.ends_at = ends_at
        meeting.reschedule()
    db.session.flush()


def arrange(meeting: Meeting, lines: Sequence[AgendaItem]) -> None:
    """Let these be the lines of an agenda, in this order."""
    for position, item in enumerate(lines, start=1):
        item.position = position
    touch(meeting)
    db.session.flush()
    retime(meeting)


def append(meeting: Meeting, minutes: int, application_id: int | None = None, title: str | None = None) -> AgendaItem:
    """One more line at the end; its time is `retime`'s to say."""
    item = AgendaItem(
        meeting=meeting,
        state=ItemState.WAITING,
        position=queries.count_lines(meeting) + 1,
        application_id=application_id,
        title=title,
        starts_at=meeting.starts_at,
        minutes=minutes,
    )
    db.session.add(item)
    db.session.flush()
    slots.make_slot(item)
    return item


def changing(actor: Actor, meeting: Meeting) -> None:
    """Take the meeting's row, and ask whether the actor may change its plan.

    raises   Refused; Clash when the meeting is over
    """
    lock(meeting)
    require(queries.may_plan(actor, meeting.stage))
    if queries.is_over(meeting):
        raise Clash("This meeting is over; its agenda stays as it was.")


def touch(meeting: Meeting) -> None:
    """Note that what all may see of the meeting has changed."""
    meeting.version += 1
    meeting.changed_at = now()


def check_minutes(minutes: int, field: str = "minutes") -> None:
    """raises   Invalid, beside the field"""
    if not 1 <= minutes <= MOST_MINUTES:
        sentence = f"Write a number of minutes from 1 to {MOST_MINUTES}."
        raise Invalid(sentence, {field: sentence})


def check_room(lines: int, field: str | None = None) -> None:
    """raises   Invalid, beside the field, when an agenda would have too many lines"""
    if lines > MOST_LINES:
        sentence = f"An agenda has room for {MOST_LINES} lines, breaks included; this one would have {lines:,}."
        raise Invalid(sentence, {field: sentence} if field else {})


def name_of(item: AgendaItem) -> str:
    """What the line is called, for whoever plans the meeting."""
    return item.application.case.organization.name if item.application else item.title or ""


def _added(actor: Actor, meeting: Meeting, item: AgendaItem) -> AgendaItem:
    touch(meeting)
    retime(meeting)
    audit.record(actor, "meeting.add", item, case_id=item.case_id)
    return item


def _entries(meeting: Meeting, items: Sequence[AgendaItem], ties: queries.Ties) -> tuple[agenda.Entry, ...]:
    return agenda.timed(
        meeting.starts_at,
        [
            (ties.topic(one.public_id, one.application_id, one.minutes) if one.application_id else None, one.minutes)
            for one in items
        ],
    )


def _rests(free: Sequence[AgendaItem]) -> dict[int, list[AgendaItem]]:
    """Number of applications before a break -> the break, or several in a row."""
    rests: dict[int, list[AgendaItem]] = {}
    before = 0
    for one in free:
        if one.application_id is None:
            rests.setdefault(before, []).append(one)
        else:
            before += 1
    return rests


def _woven(items: Sequence[AgendaItem], rests: Mapping[int, Sequence[AgendaItem]]) -> list[AgendaItem]:
    woven: list[AgendaItem] = []
    for place in range(len(items) + 1):
        woven += rests.get(place, ())
        woven += items[place : place + 1]
    return woven


def _spelled(entries: Sequence[agenda.Entry]) -> list[object]:
    return [sorted(one.topic.away | one.topic.readers) if one.topic else [] for one in entries]
