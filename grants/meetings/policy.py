"""Who leads a meeting, and who takes part in it; if not, why."""

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
