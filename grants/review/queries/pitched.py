"""What was given at pitches: the submitted cards that count, for an application's page and for files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, column, exists, select, table
from sqlalchemy.orm import contains_eager, selectinload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.review.models import PanelMember
from grants.review.pitch_models import PitchCard
from grants.review.queries.scope import REVIEWABLE, sits
from grants.review.queries.written import WrittenCard, reading
from grants.review.states import ScorecardState

# Meetings are a later step, which this one may not import; that a line of an agenda belongs to one is all it asks.
_item = table("agenda_item", column("public_id"), column("meeting_id")).alias("pitched_line")
_meeting = table("meeting", column("id"), column("public_id"), column("title")).alias("pitched_meeting")


@dataclass(frozen=True)
class Pitched:
    """One member's submitted card on a pitch.

    total     None where they abstained from everything that counts
    meeting   public id of the meeting at which it pitched, and what it is called
    """

    reviewer: str
    total: Decimal | None
    card: PitchCard
    meeting: str
    meeting_title: str


def counts_at_pitch() -> ColumnElement[bool]:
    """Holds for cards on pitches whose marks count; needs `PitchCard` and its `Application` in the statement."""
    return and_(PitchCard.state == ScorecardState.SUBMITTED, ~has_conflict(PitchCard.reviewer_id, Application.case_id))


def pitch_stands(card: PitchCard) -> tuple[bool, bool, bool]:
    """Of a card on a pitch, at this moment: whether it is set aside, its application is under review, and its member
    sits on the panel.
    """
    on_panel = exists().where(
        PanelMember.stage_id == Application.stage_id, PanelMember.person_id == PitchCard.reviewer_id, sits()
    )
    asked = select(
        has_conflict(PitchCard.reviewer_id, Application.case_id), Application.state.in_(REVIEWABLE), on_panel
    )
    aside, reviewable, sitting = db.session.execute(
        asked.join(PitchCard.application).where(PitchCard.id == card.id)
    ).one()
    return bool(aside), bool(reviewable), bool(sitting)


def pitched_on(actor: Actor, application_id: int) -> list[Pitched]:
    """The cards on an application's pitch that count, by member's name; none of a case kept from the actor."""
    rows = db.session.execute(
        select(PitchCard, _meeting.c.public_id, _meeting.c.title)
        .join(PitchCard.application)
        .join(PitchCard.reviewer)
        .join(_item, _item.c.public_id == PitchCard.pitched_in)
        .join(_meeting, _meeting.c.id == _item.c.meeting_id)
        .where(
            PitchCard.application_id == application_id,
            counts_at_pitch(),
            not_conflicted(actor, Application.case_id),
        )
        .options(contains_eager(PitchCard.reviewer), selectinload(PitchCard.marks))
        .order_by(Person.name, PitchCard.id)
    )
    return [Pitched(card.reviewer.name, card.total, card, meeting, title) for card, meeting, title in rows]


def pitched_cards(
    actor: Actor, criteria: Iterable[str]
) -> Callable[[Sequence[int]], Iterator[tuple[int, WrittenCard]]]:
    """Reads cards on pitches by the ids of their applications, as `written_cards` reads scorecards."""
    said = (Organization.name, Person.name, PitchCard.submitted_at, PitchCard.total, PitchCard.comment)
    statement = (
        select(Application.id, PitchCard.id, *said)
        .select_from(PitchCard)
        .join(PitchCard.application)
        .join(PitchCard.reviewer)
        .join(Application.case)
        .join(Case.organization)
        .where(
            Application.state.in_(REVIEWABLE),
            counts_at_pitch(),
            not_conflicted(actor, Application.case_id),
        )
    )
    return reading(statement, PitchCard.marks, criteria)
