"""The minutes of a meeting as somebody may read them: the facts of the page and of its PDF alike.

A line that is closed to the reader is left out, with everything that happened there; what is left is counted nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grants.background.models import Job
from grants.documents import facts as document_facts
from grants.documents.facts import Block, Facts, heading, points, table
from grants.kernel.canonical import sha256_of
from grants.kernel.dates import in_words
from grants.kernel.errors import Missing, Refused
from grants.kernel.policy import Actor
from grants.meetings.ballots import Ballot, Count
from grants.meetings.ballots import in_words as votes_in_words
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.motion_models import ActionItem, Minutes, Motion, Vote
from grants.meetings.queries.meetings import Agenda, Line, agenda_of
from grants.meetings.queries.minutes_scores import (
    ScoreLine,
    items_with_pitches,
    items_with_scores,
    pitch_scores_of,
    pitch_table,
    scores_of,
    scores_table,
)
from grants.meetings.queries.motions import actions_on
from grants.meetings.queries.pitches import presenters_on
from grants.meetings.queries.rights import leads
from grants.meetings.queries.scope import out_for
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.queries import definition_of
from grants.review.queries import revisions_in
from grants.review.revision_models import ScorecardRevision

STATES = {
    "done": "Discussed.",
    "deferred": "Deferred.",
    "waiting": "Not discussed.",
    "open": "Being discussed.",
}


@dataclass(frozen=True)
class _Record:
    """What happened at the lines open to the reader, by the lines' ids."""

    out: Mapping[int, Sequence[str]]
    scores: Mapping[int, Sequence[ScoreLine]]
    pitched: Mapping[int, Sequence[ScoreLine]]
    revisions: Mapping[str, Sequence[ScorecardRevision]]
    motions: Mapping[int, Sequence[Motion]]
    actions: Mapping[int, Sequence[ActionItem]]
    presented: Mapping[int, Sequence[str]]
    names_out: bool


def minutes_facts(actor: Actor, meeting: Meeting) -> Facts:
    """The minutes as this person may read them, in a constant number of statements.

    raises   Refused while the meeting goes on, for who does not lead it
    """
    if meeting.state != "closed" and not leads(actor, meeting):
        raise Refused("The minutes can be read once the meeting is over.")
    agenda = agenda_of(actor, meeting)
    definition, zone = definition_of(meeting.stage.cycle), meeting.stage.cycle.time_zone
    lines = [one for one in agenda.lines if one.item is not None and one.item.application_id is not None]
    record = _record(actor, meeting, [one.item for one in lines if one.item is not None])
    body = [block for line in lines for block in _line(line, record, zone)]
    if agenda.closed_lines:
        body.append("What you were out of the room for is left out.")
    facts = document_facts.minutes(
        document_facts.Letterhead(definition.funder, definition.title),
        on=meeting.starts_at.astimezone(ZoneInfo(zone)).date(),
        reference=_reference(meeting),
        title=f"Minutes: {meeting.title}",
        pairs=_pairs(meeting, agenda, zone),
        body=body,
    )
    return {**facts, "for": {"staff": actor.may("review.read"), "closed": agenda.closed_lines}}


def _reference(meeting: Meeting) -> str:
    """The stage and the meeting; a meeting that is called after its stage says it already."""
    named = meeting.title.startswith(meeting.stage.title)
    return meeting.title if named else f"{meeting.stage.title}, {meeting.title}"


def minutes_name(facts: Facts) -> str:
    """Names exactly these minutes: the SHA-256 over their facts."""
    return sha256_of(facts)


def minutes_made(meeting: Meeting, name: str) -> Minutes | None:
    """The PDF of exactly these minutes, once it is made."""
    return db.session.scalar(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.id, Minutes.facts_sha256 == name)
        .options(joinedload(Minutes.file))
    )


def minutes_job(meeting: Meeting, name: str) -> Job | None:
    """The work that makes their PDF, once somebody has asked for it."""
    return db.session.scalar(select(Job).where(Job.key == minutes_key(meeting, name)))


def minutes_key(meeting: Meeting, name: str) -> str:
    """The key of the work that makes the PDF: asking twice is asking once."""
    return f"minutes:{meeting.public_id}:{name[:16]}"


def earlier_minutes(actor: Actor, meeting: Meeting, facts: Facts) -> Sequence[Minutes]:
    """Earlier versions, the latest first: for those who read reviews, and from whom no line is closed."""
    if facts["for"] != {"staff": True, "closed": 0}:
        return ()
    found = db.session.scalars(
        select(Minutes)
        .where(Minutes.meeting_id == meeting.id, Minutes.facts_sha256 != minutes_name(facts))
        .options(joinedload(Minutes.file))
        .order_by(Minutes.id.desc())
        .limit(30)
    )
    return [one for one in found if one.facts["for"] == facts["for"]]


def minutes_for(actor: Actor, meeting: Meeting, public_id: str) -> Minutes:
    """One PDF that the actor may have now: of what they may read at this moment, or an earlier whole one.

    raises   Missing
    """
    facts = minutes_facts(actor, meeting)
    present = minutes_made(meeting, minutes_name(facts))
    for one in [*([present] if present else []), *earlier_minutes(actor, meeting, facts)]:
        if one.public_id == public_id:
            return one
    raise Missing("There are no such minutes, or they are not yours to read.")


def _pairs(meeting: Meeting, agenda: Agenda, zone: str) -> list[tuple[str, str]]:
    seats = db.session.scalars(
        select(Attendance)
        .join(Attendance.person)
        .where(Attendance.meeting_id == meeting.id)
        .options(joinedload(Attendance.person))
        .order_by(Person.name, Attendance.id)
    ).all()
    there = [one for one in seats if one.first_joined_at is not None]
    pairs = [("Planned for", in_words(meeting.starts_at, zone))]
    if not agenda.closed_lines:  # how long it took would tell of what the reader was out for
        pairs += [("Began", in_words(meeting.started_at, zone))] if meeting.started_at else []
        pairs += [("Ended", in_words(meeting.closed_at, zone))] if meeting.closed_at else []
    pairs += [
        ("Place", meeting.place),
        ("Chair", meeting.chair.name),
        ("Voting members present", ", ".join(one.person.name for one in there if one.votes)),
        ("Also present", ", ".join(one.person.name for one in there if not one.votes)),
        ("Invited, not present", ", ".join(one.person.name for one in seats if one not in there)),
        ("Quorum", str(meeting.quorum)),
    ]
    return [(label, value) for label, value in pairs if value]


def _line(line: Line, record: _Record, zone: str) -> list[Block]:
    item = line.item
    if item is None:
        return []
    local = line.starts_at.astimezone(ZoneInfo(zone))
    blocks: list[Block] = [
        heading(f"{line.title}, planned for {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}")
    ]
    blocks.append(STATES[item.state] + _left(record, item))
    if presented := record.presented.get(item.id):
        blocks.append(f"Presented by {', '.join(presented)}.")
    blocks += [" ".join(part.split()) for part in item.notes.split("\n\n") if part.strip()]
    if scores := record.scores.get(item.id):
        blocks.append(scores_table(scores))
    if pitched := record.pitched.get(item.id):
        blocks.append(pitch_table(pitched))
    if revised := record.revisions.get(item.public_id):
        blocks.append(points(f"{_whose(one)} revised their scorecard: {one.reason}" for one in revised))
    if motions := record.motions.get(item.id):
        blocks.append(points(_motion(one) for one in motions))
    if actions := record.actions.get(item.id):
        rows = [
            (one.what, one.owner.name, f"{one.due_on.day} {one.due_on:%B %Y}" if one.due_on else "") for one in actions
        ]
        blocks.append(table("To be done", ("What", "Who", "By"), rows))
    return blocks


def _left(record: _Record, item: AgendaItem) -> str:
    out = record.out.get(item.id, ())
    if not out:
        return ""
    who = ", ".join(out) if record.names_out else f"{len(out)} of those present"
    return f" Out of the room (conflict of interest, or not declared yet): {who}."


def _whose(revision: ScorecardRevision) -> str:
    return revision.scorecard.assignment.reviewer.name


def _motion(motion: Motion) -> str:
    seconded = f", seconded by {motion.seconded_by.name}" if motion.seconded_by else ""
    said = f"{motion.moved_by.name} moved{seconded}: “{motion.text}”"
    if motion.state == "open":
        return f"{said} Not voted on yet."
    if motion.state == "withdrawn":
        return f"{said} Withdrawn."
    votes = votes_in_words(Count(motion.yes, motion.no, motion.abstain))
    how = "secret ballot" if motion.ballot == Ballot.SECRET else "open vote"
    quorum = f"{motion.present} voting members in the room, quorum {motion.quorum}"
    said += f" {motion.state.capitalize()}: {votes} ({how}; {quorum})."
    if motion.ballot == Ballot.SECRET:
        return said
    for choice, words in (("yes", "For"), ("no", "Against"), ("abstain", "Abstained")):
        if names := [one.person.name for one in motion.votes if one.choice == choice]:
            said += f" {words}: {', '.join(sorted(names))}."
    return said


def _record(actor: Actor, meeting: Meeting, items: Sequence[AgendaItem]) -> _Record:
    ids = [one.id for one in items]
    motions: dict[int, list[Motion]] = {}
    for one in db.session.scalars(
        select(Motion)
        .where(Motion.item_id.in_(ids))
        .options(
            joinedload(Motion.moved_by),
            joinedload(Motion.seconded_by),
            selectinload(Motion.votes).joinedload(Vote.person),
        )
        .order_by(Motion.id)
    ):
        motions.setdefault(one.item_id, []).append(one)
    # What was not discussed has nobody out of the room for it, no scores and no one who presented it.
    opened = [one for one in items if one.opened_at is not None]
    shown = items_with_scores(actor, meeting, opened)
    return _Record(
        out=_out([one.id for one in opened]),
        scores=scores_of(shown),
        pitched=pitch_scores_of(items_with_pitches(actor, meeting, opened)),
        revisions=revisions_in([one.public_id for one in shown]),
        motions=motions,
        actions=actions_on(ids),
        presented=presenters_on([one.id for one in opened]),
        names_out=actor.may("review.read"),
    )


def _out(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Line's id -> who was out while it was up: minutes say what happened, whatever became of their ties since."""
    while_up = out_for((AgendaItem.opened_at, AgendaItem.closed_at))
    rows = db.session.execute(
        select(AgendaItem.id, Person.name)
        .join(AgendaItem.application)
        .join(Attendance, Attendance.meeting_id == AgendaItem.meeting_id)
        .join(Person, Person.id == Attendance.person_id)
        .where(AgendaItem.id.in_(ids), Attendance.first_joined_at.is_not(None), while_up)
        .order_by(Person.name, Person.id)
    )
    found: dict[int, list[str]] = {}
    for item_id, name in rows:
        found.setdefault(item_id, []).append(name)
    return found
