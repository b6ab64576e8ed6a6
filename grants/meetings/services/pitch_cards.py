"""Scoring a pitch: from when it is up until the meeting ends, and once more where staff open a card again."""

from collections.abc import Mapping

from grants.applications.models import Application
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem
from grants.messages.addresses import address_of
from grants.persistence.moves import lock
from grants.review import services as review
from grants.review.marking import MarkValue
from grants.review.pitch_models import PitchCard


def score_pitch(
    actor: Actor,
    item: AgendaItem,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str] | None = None,
    comment: str | None = None,
    based_on_version: int = 0,
) -> PitchCard:
    """Keep what the actor gives a pitch, complete or not.

    raises   Refused before it is up, after the meeting, and for who is not in the room or out of it; Missing where
             nobody pitches; and as `save_pitch_card`
    """
    application = _open(actor, item)
    return review.save_pitch_card(
        actor, application, marks, comments, comment, pitched_in=item.public_id, based_on_version=based_on_version
    )


def submit_pitch(actor: Actor, item: AgendaItem) -> PitchCard:
    """Hand in what the actor gave a pitch, as it was last saved.

    raises   as `score_pitch`; Invalid with what is missing
    """
    card = review.submit_pitch_card(actor, _open(actor, item))
    item.touch()
    return card


def take_back_pitch(actor: Actor, item: AgendaItem) -> PitchCard:
    """Open one's own submitted card again, while the meeting goes on.

    raises   as `score_pitch`; Clash when it is not submitted
    """
    card = review.take_back_pitch_card(actor, _open(actor, item), queries.is_over(item.meeting))
    item.touch()
    return card


def reopen_pitch(actor: Actor, card: PitchCard, item: AgendaItem, reason: str) -> None:
    """Staff open a member's submitted card again, saying why; the member is told.

    raises   Refused; Invalid without a reason; Clash when it is not submitted, or the decisions are released
    """
    lock(item.meeting)
    lock(item)
    link = address_of("meetings.pitch_card", meeting_id=item.meeting.public_id, item_id=item.public_id)
    review.reopen_pitch_card(actor, card, reason, link)
    item.touch()


def _open(actor: Actor, item: AgendaItem) -> Application:
    """The application that pitches, once the meeting's row is taken: nobody ends it while a card is written."""
    lock(item.meeting)
    lock(item)
    require(queries.may_score(actor, item))
    if item.application is None:
        raise Missing("Nobody pitches here.")
    return item.application
