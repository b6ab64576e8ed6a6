"""Writing a scorecard, handing it in, opening it again."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, Verdict, require, require_permission
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db
from grants.programs.schema import Rubric
from grants.review import policy
from grants.review.marking import ABSTAIN, MOST_CHARACTERS, Card, MarkValue, gaps, total_of, wrong_marks
from grants.review.models import Assignment, Mark, Scorecard
from grants.review.pitch_models import PitchCard, PitchMark
from grants.review.queries import card_of, rubric_of, scorable
from grants.review.states import SCORECARD, ScorecardFacts, ScorecardState


def save_scorecard(
    actor: Actor,
    assignment: Assignment,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str] | None = None,
    comment: str | None = None,
    based_on_version: int = 0,
) -> Scorecard:
    """Keep a scorecard as it now stands, complete or not: what is left out here is empty from now on.

    marks     criterion key -> a mark, True or False for an essential criterion, or "abstain"
    comments  criterion key -> why; `comment` is on the whole
    based_on_version   the version the reviewer saw, 0 for a card not begun
    raises    Refused; Invalid for a mark that the rubric does not have, by criterion key;
              Clash when the card is submitted, or was saved from elsewhere meanwhile
    """
    card = locked_card(assignment)  # whoever declares a conflict takes the same row: only now is it asked
    require(policy.may_score(actor, scorable(assignment)))
    stands, whole = said_on(rubric_of(assignment.stage), marks, comments, comment)
    if card.state == ScorecardState.SUBMITTED:
        raise Clash("This scorecard is submitted, and locked. Ask the program officer to reopen it.")
    keep_card(card, stands, whole, based_on_version)
    return card


def submit_scorecard(actor: Actor, assignment: Assignment) -> Scorecard:
    """Hand the scorecard in as it was last saved; it is locked, and counts. After the due date it is late but counts.

    raises   Refused; Invalid with what is missing, by criterion key and `<key>.comment`; Clash when it is submitted
             already, or the stage's decisions are released
    """
    card = locked_card(assignment)  # whoever takes the assignment back takes the same row: only now is it asked
    require(policy.may_score(actor, scorable(assignment)))
    rubric = rubric_of(assignment.stage)
    stands = card_of(card)
    missing = {} if card.state == ScorecardState.SUBMITTED else gaps(rubric, stands)
    if missing:
        raise Invalid("The scorecard is not complete.", missing)
    case = assignment.submission.application.case

    def keep_total() -> None:
        card.total, card.submitted_at = total_of(rubric, stands), now()
        after = {
            "total": total_said(card.total),
            "marks": {key: str(value) for key, value in sorted(stands.marks.items())},
        }
        audit.record(actor, "review.score", card, after=after, case_id=case.id)

    effects = {
        "keep_total": keep_total,
        "tell_case": lambda: note_event(actor, case, "review", f"{actor.name} submitted a scorecard."),
    }
    move(actor, card, "submit", SCORECARD, lambda: _facts_of(assignment), effects, case.id)
    return card


def reopen_scorecard(actor: Actor, assignment: Assignment, reason: str) -> Scorecard:
    """Staff open a submitted scorecard again; its total no longer counts until it is submitted anew.

    raises   Refused; Invalid without a reason; Clash when it is not submitted, its reviewer could not submit it again,
             or the decisions are released
    """
    require_permission(actor, "review.organize")
    reason = required(reason, "reason", "Say why the scorecard is reopened; the reviewer reads it.")
    card = locked_card(assignment)  # whoever takes the assignment back takes the same row: only now is it asked
    reviewer, case = assignment.reviewer, assignment.submission.application.case
    must_reopen(_may_reopen(assignment))

    def set_total_aside() -> None:
        audit.record(
            actor,
            "review.reopen",
            card,
            before={"total": total_said(card.total)},
            after={"reason": reason},
            case_id=case.id,
        )
        card.total = card.submitted_at = None
        card.version += 1

    def tell_reviewer() -> None:
        link = address_of("review.scorecard", assignment_id=assignment.public_id)
        # No applicant's name: the stage may be blind, and mail is read anywhere.
        facts = {"stage": assignment.stage.title, "reason": reason, "link": link}
        post(f"review-reopened:{card.public_id}:{card.version}", "review.reopened", reviewer, facts, case)

    effects = {
        "set_total_aside": set_total_aside,
        "tell_case": lambda: note_event(
            actor, case, "review", f"The scorecard of {reviewer.name} was reopened: {reason}"
        ),
        "tell_reviewer": tell_reviewer,
    }
    move(actor, card, "reopen", SCORECARD, lambda: _facts_of(assignment, reason), effects, case.id)
    return card


def _may_reopen(assignment: Assignment) -> Verdict:
    stands = scorable(assignment)
    return policy.may_reopen(
        assignment.reviewer.name,
        is_aside=stands.conflict_declared or stands.is_revoked,
        is_reviewable=stands.is_reviewable,
        sits=stands.is_declared,
    )


def must_reopen(verdict: Verdict) -> None:
    """raises   Clash with the reason when a card may not be opened again: who asks may, but it stands otherwise"""
    if not verdict:
        raise Clash(verdict.reason or "")


def _facts_of(assignment: Assignment, reason: str = "") -> ScorecardFacts:
    return ScorecardFacts(is_closed=assignment.stage.released_at is not None, reason=reason)


def locked_card(assignment: Assignment) -> Scorecard:
    """The assignment's scorecard, its row taken; a new one when it is not begun."""
    card = db.session.scalars(_taken(), {"assignment_id": assignment.id}).unique().one_or_none()
    if card is None:
        card = Scorecard(assignment=assignment, state=ScorecardState.DRAFT, version=0, saved_at=now(), marks=[])
        db.session.add(card)
    else:
        set_committed_value(assignment, "scorecard", card)  # it is its own, and need not be looked for
    return card


@cache
def _taken() -> Select[Scorecard]:
    """The statement, put together once: that takes longer than running it."""
    return (
        select(Scorecard)
        .where(Scorecard.assignment_id == bindparam("assignment_id"))
        .options(joinedload(Scorecard.marks))
        .with_for_update(of=Scorecard)
        .execution_options(populate_existing=True)
    )


def said_on(
    rubric: Rubric, marks: Mapping[str, MarkValue], comments: Mapping[str, str] | None, comment: str | None
) -> tuple[Card, str | None]:
    """What is to stand on a card, and the comment on the whole, without blanks around it.

    raises   Invalid with what does not fit the rubric
    """
    said = {key: text.strip() for key, text in (comments or {}).items() if text and text.strip()}
    card, whole = Card(marks, said), (comment or "").strip() or None
    check_card(rubric, card, whole)
    return card, whole


def keep_card(card: Scorecard | PitchCard, stands: Card, whole: str | None, based_on_version: int) -> None:
    """Make an open card say exactly this.

    raises   Clash when it was saved from elsewhere since the version it is based on
    """
    if card.version and (card_of(card), card.comment) == (stands, whole):
        return  # it says so already: a save that arrives twice, or from a second window, is no clash
    if card.version != based_on_version:
        raise Clash("This scorecard was changed in another window meanwhile. Nothing was overwritten.")
    write_card(card, stands.marks, stands.comments)
    card.comment, card.version, card.saved_at = whole, based_on_version + 1, now()
    db.session.flush()


def check_card(rubric: Rubric, card: Card, comment: str | None) -> None:
    """raises   Invalid with what does not fit the rubric, by criterion key, `<key>.comment` and `comment`"""
    wrong = wrong_marks(rubric, card)
    wrong |= {key: "This rubric has no such criterion." for key in card.comments if key not in rubric.criteria}
    long = f"A comment may have at most {MOST_CHARACTERS:,} characters."
    wrong |= {f"{key}.comment": long for key, text in card.comments.items() if len(text) > MOST_CHARACTERS}
    if comment and len(comment) > MOST_CHARACTERS:
        wrong["comment"] = long
    if wrong:
        raise Invalid("Some answers do not fit the rubric.", wrong)


def write_card(card: Scorecard | PitchCard, marks: Mapping[str, MarkValue], comments: Mapping[str, str]) -> None:
    """Make the card's rows say exactly this."""
    kind: type[Any] = Mark if isinstance(card, Scorecard) else PitchMark
    rows: dict[str, Any] = {mark.criterion: mark for mark in card.marks}
    for key in rows.keys() - marks.keys() - comments.keys():
        card.marks.remove(rows[key])
        db.session.delete(rows[key])
    for key in [*marks, *(key for key in comments if key not in marks)]:
        mark = rows.get(key)
        if mark is None:
            mark = kind(criterion=key)
            card.marks.append(mark)
        value = marks.get(key)
        mark.abstained = value == ABSTAIN
        mark.passed = value if isinstance(value, bool) else None
        mark.value = value if isinstance(value, int) and not isinstance(value, bool) else None
        mark.comment = comments.get(key)


def total_said(total: Decimal | None) -> str | None:
    """A total as the record keeps it: text, exact."""
    return None if total is None else str(total)
