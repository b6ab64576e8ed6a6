"""Writing what a pitch was given. Who may is asked by the meeting at which it pitches, before any of this is called."""

from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grants.applications.models import Application
from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, required
from grants.kernel.policy import Actor, require_permission
from grants.messages.services import post
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.review import policy
from grants.review.marking import MarkValue, gaps, total_of
from grants.review.pitch_models import PitchCard
from grants.review.queries import card_of, pitch_rubric_of, pitch_stands
from grants.review.services.scorecards import keep_card, must_reopen, said_on, total_said
from grants.review.states import PITCH_CARD, PitchCardFacts, ScorecardState

NO_REASON = "Say why the card is opened again; the member reads it."


def save_pitch_card(
    actor: Actor,
    application: Application,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str] | None,
    comment: str | None,
    *,
    pitched_in: str,
    based_on_version: int,
) -> PitchCard:
    """Keep the actor's card on a pitch as it now stands, complete or not, as `save_scorecard` does in writing.

    pitched_in   public id of the line of a meeting's agenda
    raises       Invalid for a mark that the pitch's rubric does not have, by criterion key; Clash when the card is
                 submitted, or was saved from elsewhere meanwhile
    """
    stands, whole = said_on(pitch_rubric_of(application.stage), marks, comments, comment)
    card = _locked(actor, application)
    if card is None:
        card = PitchCard(
            application=application,
            reviewer_id=actor.person_id,
            pitched_in=pitched_in,
            state=ScorecardState.DRAFT,
            version=0,
            saved_at=now(),
            marks=[],
        )
        db.session.add(card)
    if card.state == ScorecardState.SUBMITTED:
        raise Clash("You have submitted what you give this pitch. Take it back first to change it.")
    keep_card(card, stands, whole, based_on_version)
    return card


def submit_pitch_card(actor: Actor, application: Application) -> PitchCard:
    """Hand in the actor's card on a pitch as it was last saved; it counts from now on.

    raises   Invalid with what is missing, by criterion key and `<key>.comment`; Clash when it is submitted already, or
             the stage's decisions are released
    """
    card, rubric = _locked(actor, application), pitch_rubric_of(application.stage)
    if card is not None and card.state == ScorecardState.SUBMITTED:
        raise Clash("You have submitted what you give this pitch.")
    stands = card_of(card)
    missing = gaps(rubric, stands)
    if card is None or missing:
        raise Invalid("The scorecard is not complete.", missing)

    def keep_total() -> None:
        card.total, card.submitted_at, card.reopened_at = total_of(rubric, stands), now(), None
        marks = {key: str(value) for key, value in sorted(stands.marks.items())}
        after = {"total": total_said(card.total), "marks": marks}
        audit.record(actor, "review.pitch", card, after=after, case_id=application.case_id)

    effects = {
        "keep_total": keep_total,
        "tell_case": lambda: note_event(actor, application.case, "review", f"{actor.name} scored the pitch."),
    }
    move(actor, card, "submit", PITCH_CARD, lambda: _facts(application), effects, application.case_id)
    return card


def take_back_pitch_card(actor: Actor, application: Application, is_over: bool) -> PitchCard:
    """A member thinks again while the meeting goes on: their card counts no more until they submit it anew.

    is_over   whether the meeting at which it pitched is over
    raises    Clash when it is over, or the card is not submitted
    """
    card = _locked(actor, application)
    if card is None or card.state != ScorecardState.SUBMITTED:
        raise Clash("Your card on this pitch is open already.")
    effects = {"set_total_aside": _set_aside(actor, card, None)}
    move(
        actor, card, "take back", PITCH_CARD, lambda: _facts(application, is_over=is_over), effects, application.case_id
    )
    return card


def reopen_pitch_card(actor: Actor, card: PitchCard, reason: str, link: str) -> PitchCard:
    """Staff open a submitted card on a pitch again, after the meeting too; its member may then write it anew.

    link     where its member finds it
    raises   Refused; Invalid without a reason; Clash when it is not submitted, its member could not submit it again, or
             the decisions are released
    """
    require_permission(actor, "review.organize")
    reason = required(reason, "reason", NO_REASON)
    lock(card)
    application, member = card.application, card.reviewer
    is_aside, is_reviewable, sits = pitch_stands(card)
    must_reopen(policy.may_reopen(member.name, is_aside=is_aside, is_reviewable=is_reviewable, sits=sits))

    def tell_reviewer() -> None:
        facts = {"stage": application.stage.title, "reason": reason, "link": link}
        key = f"review-pitch-reopened:{card.public_id}:{card.version}"
        post(key, "review.pitch_reopened", member, facts, application.case)

    said = f"What {member.name} gave the pitch was opened again: {reason}"
    effects = {
        "set_total_aside": _set_aside(actor, card, reason),
        "tell_case": lambda: note_event(actor, application.case, "review", said),
        "tell_reviewer": tell_reviewer,
    }
    move(actor, card, "reopen", PITCH_CARD, lambda: _facts(application, reason), effects, application.case_id)
    card.reopened_at = now()
    return card


def _set_aside(actor: Actor, card: PitchCard, reason: str | None) -> Callable[[], None]:
    def set_total_aside() -> None:
        before = {"total": total_said(card.total)}
        if reason is None:
            audit.record(actor, "review.take_back_pitch", card, before=before, case_id=card.case_id)
        else:
            after = {"reason": reason}
            audit.record(actor, "review.reopen_pitch", card, before=before, after=after, case_id=card.case_id)
        card.total = card.submitted_at = None
        card.version += 1

    return set_total_aside


def _facts(application: Application, reason: str = "", *, is_over: bool = False) -> PitchCardFacts:
    return PitchCardFacts(is_closed=application.stage.released_at is not None, reason=reason, is_over=is_over)


def _locked(actor: Actor, application: Application) -> PitchCard | None:
    """The actor's card on this pitch, its row taken; None where it is not begun."""
    return db.session.scalar(
        select(PitchCard)
        .where(PitchCard.application_id == application.id, PitchCard.reviewer_id == actor.person_id)
        .options(selectinload(PitchCard.marks), joinedload(PitchCard.application))
        .with_for_update(of=PitchCard)
        .execution_options(populate_existing=True)
    )
