"""Motions: moved, seconded, voted on by open or secret ballot, counted when there is a quorum.

Of a secret ballot it is kept who has voted, so that nobody votes twice, and how many voted what; never who voted what.
The counts grow in place, so that no order, id or time of a row could join the two. Whoever wants to change their vote
shows the slip that they alone were handed: it says what they voted, and that it was their last vote.
"""

from dataclasses import dataclass

from sqlalchemy import select

from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused, required
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.ballots import Ballot, Choice, Majority, carried, in_words, short_of_quorum
from grants.meetings.models import AgendaItem
from grants.meetings.motion_models import Motion, Vote
from grants.meetings.states import MOTION, ItemState, MotionFacts, MotionState
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db

MOST_CHARACTERS = 500


@dataclass(frozen=True)
class Slip:
    """What a voter alone holds of their secret vote. Its number is that of their last vote on the motion's round."""

    motion: str
    round: int
    number: int
    choice: Choice


def propose(
    actor: Actor, item: AgendaItem, text: str, ballot: Ballot | None = None, majority: Majority | None = None
) -> Motion:
    """Move something on what is up; ballot and majority are the meeting's unless said otherwise.

    raises   Refused; Invalid without a text; Clash when nothing is up, or another motion is being voted on
    """
    lock(item)
    _take_part(actor, item)
    text = required(text, "text", "Say what you move, such as: recommend an award.")
    if len(text) > MOST_CHARACTERS:
        sentence = f"A motion has at most {MOST_CHARACTERS} characters."
        raise Invalid(sentence, {"text": sentence})
    if queries.open_motion(item) is not None:
        raise Clash("Another motion is being voted on. It comes first.")
    motion = Motion(
        item=item,
        state=MotionState.OPEN,
        text=text,
        moved_by_id=actor.person_id,
        moved_at=now(),
        ballot=ballot or item.meeting.ballot,
        majority=majority or item.meeting.majority,
        votes=[],
    )
    db.session.add(motion)
    item.touch()
    db.session.flush()
    audit.record(actor, "motion.make", motion, after={"text": text, "ballot": motion.ballot}, case_id=motion.case_id)
    return motion


def second(actor: Actor, motion: Motion) -> None:
    """Second another's motion.

    raises   Refused for one's own; Clash when it is seconded already, or over
    """
    lock(motion)
    _take_part(actor, motion.item)
    if motion.moved_by_id == actor.person_id:
        raise Refused("Somebody else seconds your motion.")
    if motion.state != MotionState.OPEN or motion.seconded_by_id is not None:
        raise Clash("This motion is seconded already, or over.")
    motion.seconded_by_id = actor.person_id
    motion.item.touch()
    audit.record(actor, "motion.second", motion, case_id=motion.case_id)


def withdraw(actor: Actor, motion: Motion) -> None:
    """Take a motion back before its votes are counted: whoever moved it, or leads the meeting."""
    lock(motion)
    queries.require_in_the_room(actor, motion.item)
    if motion.moved_by_id != actor.person_id:
        require(queries.leads(actor, motion.item.meeting))
    move(actor, motion, "withdraw", MOTION, MotionFacts)
    motion.yes = motion.no = motion.abstain = 0
    motion.closed_at = now()
    motion.item.touch()


def vote(actor: Actor, motion: Motion, choice: Choice, slip: Slip | None = None) -> Slip | None:
    """Vote, or vote otherwise until the votes are counted; the same vote twice is one.

    slip      of an earlier secret vote, as it was handed out; without it a secret vote cannot be changed
    returns   the slip of a secret vote, for the voter alone; None of an open one
    raises    Refused for who does not vote or is not in the room; Clash when the votes are counted, or a secret vote
              was given and its slip is not this one
    """
    lock(motion)
    _take_part(actor, motion.item)
    if motion.state != MotionState.OPEN:
        raise Clash("The votes on this motion are counted already.")
    given = db.session.scalar(
        select(Vote).where(Vote.motion_id == motion.id, Vote.person_id == actor.person_id).with_for_update()
    )
    if motion.ballot == Ballot.OPEN:
        if given is None:
            given = Vote(motion=motion, person_id=actor.person_id)
            db.session.add(given)
        given.choice = choice
        motion.item.touch()
        return None
    return _secretly(actor, motion, choice, given, slip)


def count(actor: Actor, motion: Motion) -> None:
    """Count the votes: the motion is carried, or lost.

    raises   Refused; Clash without a quorum, or when one who voted secretly has a conflict of interest since
    """
    lock(motion)
    require(queries.leads(actor, motion.item.meeting))
    queries.require_in_the_room(actor, motion.item)
    found = queries.count_of(motion)
    present, quorum = queries.voters_present(motion.item), motion.item.meeting.quorum

    def keep_count() -> None:
        motion.yes, motion.no, motion.abstain = found.yes, found.no, found.abstain
        motion.present, motion.quorum, motion.closed_at = present, quorum, now()

    def tell_case() -> None:
        if motion.item.application is None:
            return
        how = "carried" if motion.state == MotionState.CARRIED else "lost"
        sentence = f"The panel’s meeting: “{motion.text}” was {how}, {in_words(found)}."
        note_event(actor, motion.item.application.case, "review", sentence)

    def facts() -> MotionFacts:
        return MotionFacts(short_of_quorum(present, quorum) or _spoiled(motion))

    name = "carry" if carried(found, Majority(motion.majority)) else "lose"
    move(actor, motion, name, MOTION, facts, {"keep_count": keep_count, "tell_case": tell_case})
    motion.item.touch()


def take_again(actor: Actor, motion: Motion) -> None:
    """Have everybody vote anew on a motion that is not counted yet: the votes given so far are no votes any more."""
    lock(motion)
    require(queries.leads(actor, motion.item.meeting))
    queries.require_in_the_room(actor, motion.item)
    if motion.state != MotionState.OPEN:
        raise Clash("The votes on this motion are counted already.")
    for one in db.session.scalars(select(Vote).where(Vote.motion_id == motion.id).order_by(Vote.id)).all():
        db.session.delete(one)
    motion.yes = motion.no = motion.abstain = 0
    motion.round += 1
    motion.item.touch()
    db.session.flush()
    db.session.expire(motion, ["votes"])
    audit.record(actor, "motion.again", motion, case_id=motion.case_id)


def _secretly(actor: Actor, motion: Motion, choice: Choice, given: Vote | None, slip: Slip | None) -> Slip:
    if given is None:
        given = Vote(motion=motion, person_id=actor.person_id, choice=None, number=1)
        db.session.add(given)
    elif slip is None or (slip.motion, slip.round, slip.number) != (motion.public_id, motion.round, given.number):
        raise Clash(
            "You have voted. Nobody keeps what, so a secret vote can be changed only where it was given: in the same "
            "browser, before you sign out."
        )
    else:
        _add(motion, slip.choice, -1)
        given.number += 1
    _add(motion, choice, 1)
    motion.item.touch()
    db.session.flush()
    return Slip(motion.public_id, motion.round, given.number, choice)


def _add(motion: Motion, choice: Choice, by: int) -> None:
    setattr(motion, choice.value, getattr(motion, choice.value) + by)


def _spoiled(motion: Motion) -> str | None:
    """A secret vote cannot be taken out again, since nobody knows it."""
    if motion.ballot == Ballot.SECRET and queries.out_among(motion):
        return "One who voted secretly has a conflict of interest since. Have the vote taken again."
    return None


def _take_part(actor: Actor, item: AgendaItem) -> None:
    require(queries.takes_part(actor, item))
    if item.state != ItemState.OPEN:
        raise Clash("This is not up any more.")
