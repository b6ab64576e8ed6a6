"""Revising a submitted scorecard when the application is discussed: both totals are kept, with the reason."""

from collections.abc import Mapping
from typing import Any

from grants.casework.services import note_event
from grants.kernel.canonical import plain
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, require
from grants.persistence import audit
from grants.persistence.session import db
from grants.review import policy
from grants.review.marking import Card, MarkValue, gaps, total_of
from grants.review.models import Assignment, Scorecard
from grants.review.queries import card_of, rubric_of, scorable
from grants.review.revision_models import ScorecardRevision
from grants.review.services.scorecards import locked_card, said_on, total_said, write_card
from grants.review.states import ScorecardState

NO_REASON = "Say why you change it; the panel and the record keep both scores."


def revise_scorecard(
    actor: Actor,
    assignment: Assignment,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str],
    comment: str | None,
    reason: str,
    *,
    discussed_in: str,
    based_on_version: int,
) -> ScorecardRevision:
    """Change one's own submitted scorecard. It stays submitted, and counts as it now is.

    Only a meeting that has the application up lets one; it is asked before this is called.
    discussed_in   public id of the line of its agenda
    based_on_version   the version the reviewer saw
    raises   Refused; Invalid for a mark the rubric does not have, for what is missing, by criterion key, and without a
             reason; Clash when the card is not submitted, says the same already, or was changed elsewhere meanwhile
    """
    card = locked_card(assignment)  # whoever declares a conflict takes the same row: only now is it asked
    require(policy.may_score(actor, scorable(assignment)))
    rubric = rubric_of(assignment.stage)
    revised, whole = said_on(rubric, marks, comments, comment)
    wrong = gaps(rubric, revised)
    if not reason.strip():
        wrong |= {"reason": NO_REASON}
    if wrong:
        raise Invalid("The scorecard is not complete.", wrong)
    if card.state != ScorecardState.SUBMITTED:
        raise Clash("This scorecard is not submitted yet. Submit it first.")
    if card.version != based_on_version:
        raise Clash("This scorecard was changed in another window meanwhile. Nothing was overwritten.")
    if (card_of(card), card.comment) == (revised, whole):
        raise Clash("The scorecard says this already.")
    return _kept(actor, assignment, card, revised, whole, required(reason, "reason", NO_REASON), discussed_in)


def _kept(
    actor: Actor, assignment: Assignment, card: Scorecard, revised: Card, whole: str | None, reason: str, where: str
) -> ScorecardRevision:
    revision = ScorecardRevision(
        scorecard=card,
        at=now(),
        by_id=actor.person_id,
        reason=reason,
        before=_said(card),
        total_before=card.total,
        discussed_in=where,
    )
    write_card(card, revised.marks, revised.comments)
    card.comment, card.version, card.saved_at = whole, card.version + 1, now()
    card.total = total_of(rubric_of(assignment.stage), revised)
    revision.after, revision.total_after = _said(card), card.total
    db.session.add(revision)
    db.session.flush()
    case = assignment.submission.application.case
    audit.record(
        actor,
        "review.revise",
        card,
        before={"total": total_said(revision.total_before)},
        after={"total": total_said(card.total), "reason": reason},
        case_id=case.id,
    )
    note_event(actor, case, "review", f"{actor.name} revised a scorecard at the panel’s meeting.")
    return revision


def _said(card: Scorecard) -> dict[str, Any]:
    stands = card_of(card)
    said: dict[str, Any] = plain(
        {"marks": dict(stands.marks), "comments": dict(stands.comments), "comment": card.comment}
    )
    return said
