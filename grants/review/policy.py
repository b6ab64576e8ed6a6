"""Who may do what with an assignment, a conflict and the panel's scores, and if not, why."""

from dataclasses import dataclass
from typing import Literal

from grants.kernel.policy import YES, Actor, Verdict, no
from grants.review.steps import FIRST, Step

OthersScores = Literal["never", "after_own", "at_meeting"]


@dataclass(frozen=True)
class ScorableAssignment:
    """What scoring hangs on.

    is_declared   the reviewer had declared their conflicts when this application was among the applicants
    left          the first step that is missing before the reviewer's pile opens, if any
    is_reviewable the application is under review: neither withdrawn nor found ineligible
    is_closed     the decisions of the stage are released
    """

    reviewer_id: int
    is_declared: bool
    conflict_declared: bool
    is_revoked: bool
    is_reviewable: bool
    is_closed: bool
    left: Step | None = None


def may_score(actor: Actor, assignment: ScorableAssignment) -> Verdict:
    """Whether the actor may write on this assignment's scorecard."""
    if not actor.may("review.score"):
        return no("Only reviewers score.")
    if assignment.reviewer_id != actor.person_id:
        return no("This application is assigned to another reviewer.")
    if assignment.conflict_declared:
        return no("You declared a conflict of interest on this application.")
    if assignment.is_revoked:
        return no("This application is no longer assigned to you.")
    if not assignment.is_reviewable:
        return no("This application is no longer under review.")
    if assignment.left is not None:
        return no(FIRST[assignment.left])
    if not assignment.is_declared:
        return no(FIRST["conflicts"])
    return no("Scoring for this panel has closed.") if assignment.is_closed else YES


def may_reopen(reviewer: str, *, is_aside: bool, is_reviewable: bool, sits: bool) -> Verdict:
    """Whether a submitted card may be opened again: what was given counts no more until its reviewer hands it in anew,
    so it would be lost where they cannot.

    is_aside   the reviewer has a conflict with the case, or the application was taken back from them
    sits       they are on the panel
    """
    if is_aside:
        return no(f"What {reviewer} gave is set aside, and stays as it is.")
    if not is_reviewable:
        return no("This application is no longer under review.")
    return YES if sits else no(f"{reviewer} has left the panel, and could not submit it again.")


def may_keep_profile(actor: Actor, person_id: int) -> Verdict:
    """Whether the actor may change what a reviewer says of themself: they, and whoever organizes reviews."""
    if actor.person_id == person_id or actor.may("review.organize"):
        return YES
    return no("Only they and the program’s officers change a reviewer’s profile.")


def may_read_profile(actor: Actor, person_id: int) -> Verdict:
    """Whether the actor may read it: they, whoever organizes reviews, and auditors."""
    if actor.person_id == person_id or actor.may("panel.read"):
        return YES
    return no("Only they, the program’s officers and auditors see a reviewer’s profile.")


def may_note(actor: Actor, reviewer_id: int) -> Verdict:
    """Whether the actor may keep private notes on an assignment: the reviewer alone, as long as they may read it."""
    if not actor.may("review.score") or actor.person_id != reviewer_id:
        return no("Only the reviewer keeps notes on what they read.")
    return YES


def may_see_others(rule: OthersScores, has_submitted: bool) -> Verdict:
    """Whether a reviewer may see what the others gave the same submission. The meeting opens them with its own page."""
    if rule == "never":
        return no("This panel scores without seeing one another’s marks.")
    if rule == "at_meeting":
        return no("The others’ scores are shown at the panel’s meeting.")
    return YES if has_submitted else no("You see the others’ scores once yours is submitted.")


def may_see_panel_scores(actor: Actor, own_open: int) -> Verdict:
    """Whether someone may see what the whole panel gave; a reader who also scores finishes their own cards first.

    own_open   how many scorecards of this stage wait for the actor
    """
    if not actor.may("review.read"):
        return no("Your role does not show a panel’s scores.")
    if own_open:
        cards = "scorecard is" if own_open == 1 else "scorecards are"
        return no(f"{own_open} {cards} still yours to submit on this panel; its scores show after that.")
    return YES


def may_confirm(actor: Actor, person_id: int) -> Verdict:
    """Whether staff may confirm a person's conflict: never their own."""
    if not actor.may("review.organize"):
        return no("Only program officers confirm a conflict of interest.")
    return no("Someone else has to look at your own conflict.") if actor.person_id == person_id else YES


def may_lift(actor: Actor, person_id: int, source: str, *, belongs: bool) -> Verdict:
    """Whether staff may lift a person's conflict: never their own, that of a school's coach, or of who belongs to it.

    belongs   the person belongs to the applicant at this moment
    """
    if source == "coach":
        return no("Who coached a school does not judge it: this conflict stands for good.")
    if source == "same_organization" and belongs:
        return no("Who belongs to an applicant does not judge it: this conflict stands as long as they do.")
    if not actor.may("review.organize"):
        return no("Only program officers lift a conflict of interest.")
    return no("Someone else has to lift your own conflict.") if actor.person_id == person_id else YES
