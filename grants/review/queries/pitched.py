"""What was given at pitches: the submitted cards that count, for an application's page and for files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, column, select, table
from sqlalchemy.orm import contains_eager, selectinload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Tally
from grants.review.pitch_models import PitchCard, PitchMark
from grants.review.queries.scope import REVIEWABLE
from grants.review.queries.sorting import ScoreFilters, named_like, order_of
from grants.review.queries.whole import StageScores
from grants.review.queries.written import WrittenCard
from grants.review.states import ScorecardState

Selected = TypeVarTuple("Selected")

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


def pitched_ids(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Sequence[int]:
    """Ids of the cards on pitches that count, in the order in which applications stand, then of members' names."""
    statement = (
        _counted(actor, scores.stage, select(PitchCard.id))
        .outerjoin(Tally, Tally.application_id == Application.id)
        .where(named_like(filters))
        .order_by(*order_of(scores, ""), Person.name, PitchCard.id)
    )
    return db.session.scalars(statement).all()


def pitched_cards(actor: Actor, stage: CycleStage, ids: Sequence[int]) -> Iterator[WrittenCard]:
    """These cards in this order; those that no longer count, or that the actor may not see any more, left out."""
    columns = (PitchCard.id, Organization.name, Person.name, PitchCard.submitted_at, PitchCard.total, PitchCard.comment)
    found = db.session.execute(_counted(actor, stage, select(*columns)).where(PitchCard.id.in_(ids)))
    cards = {
        number: WrittenCard(applicant, member, at, total, comment, {})
        for number, applicant, member, at, total, comment in found
    }
    marks = select(PitchMark.card_id, PitchMark.criterion, PitchMark.value, PitchMark.passed, PitchMark.comment)
    for number, criterion, value, passed, why in db.session.execute(marks.where(PitchMark.card_id.in_(ids))):
        if number in cards:
            cards[number].marks[criterion] = (value if passed is None else passed, why)
    return (cards[number] for number in ids if number in cards)


def _counted(actor: Actor, stage: CycleStage, statement: Select[*Selected]) -> Select[*Selected]:
    """The statement, which selects from cards on pitches, with member and applicant in it: of those that count."""
    return (
        statement.select_from(PitchCard)
        .join(PitchCard.application)
        .join(PitchCard.reviewer)
        .join(Application.case)
        .join(Case.organization)
        .where(
            Application.stage_id == stage.id,
            Application.state.in_(REVIEWABLE),
            counts_at_pitch(),
            not_conflicted(actor, Application.case_id),
        )
    )
