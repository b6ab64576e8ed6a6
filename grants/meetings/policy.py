"""Who leads a meeting, and who takes part in it; if not, why."""

from dataclasses import dataclass

from grants.kernel.policy import YES, Actor, Verdict, no
from grants.review.policy import OthersScores


def may_lead(actor: Actor, chair_id: int) -> Verdict:
    """Whether the actor opens and closes what is up, counts votes and ends the meeting."""
    if actor.may("meeting.plan") or (actor.may("meeting.run") and actor.person_id == chair_id):
        return YES
    return no("The chair and program officers lead the meeting.")


def may_take_part(actor: Actor, is_in: bool, votes: bool, is_out: bool) -> Verdict:
    """Whether the actor moves and votes on what is up now.

    is_in     they came in and did not leave
    votes     they are a voting member
    is_out    they are out of the room for what is up; the sentence does not say what that is
    """
    if not actor.may("meeting.attend"):
        return no("Your role only reads meetings.")
    if is_out:
        return no("You are out of the room.")
    if not votes:
        return no("Only members of the panel move and vote.")
    return YES if is_in else no("Come into the meeting first.")


def may_see_scores(*, reads: bool, rule: OthersScores, is_in: bool, owes_own: bool) -> Verdict:
    """Whether somebody sees what everyone gave the application that is up.

    reads      their role reads reviews
    rule       when the stage lets its reviewers see one another's scores
    owes_own   they were asked to score it, and have not handed their scorecard in
    """
    if owes_own:
        return no("Your own scorecard comes first: the others’ scores show once it is submitted.")
    if reads:
        return YES
    if rule == "never":
        return no("This panel scores without seeing one another’s marks.")
    return YES if is_in else no("The others’ scores show once you are in the room.")


@dataclass(frozen=True)
class Pitching:
    """What scoring a pitch hangs on.

    votes         the actor is a voting member of the panel
    is_in         they came into the meeting and did not leave
    is_out        they are out of the room for this application
    has_begun     it was up already
    is_over       the meeting is over
    is_reopened   staff opened the actor's own card again
    is_released   the decisions of the stage are released
    """

    votes: bool
    is_in: bool
    is_out: bool
    has_begun: bool
    is_over: bool
    is_reopened: bool
    is_released: bool


def may_score_pitch(actor: Actor, pitch: Pitching) -> Verdict:
    """Whether the actor writes what they give a pitch: from when it is up until the meeting ends, in the room."""
    if pitch.is_out:
        return no("You are out of the room.")
    if not actor.may("review.score") or not pitch.votes:
        return no("Only members of the panel score a pitch.")
    if pitch.is_released:
        return no("Scoring for this panel has closed.")
    if not pitch.has_begun:
        return no("This pitch has not begun.")
    if pitch.is_reopened:
        return YES
    if pitch.is_over:
        return no("The meeting is over, and its pitches’ cards are locked. Only a program officer opens one again.")
    return YES if pitch.is_in else no("Come into the meeting first.")
