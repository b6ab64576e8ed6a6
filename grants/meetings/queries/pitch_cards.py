"""What a pitch was given, as somebody at the meeting may see it, and who has still to score it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Verdict
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.policy import Pitching, may_score_pitch, may_see_scores
from grants.meetings.queries.meetings import Agenda, is_over, seat_of
from grants.meetings.queries.rights import is_out
from grants.meetings.queries.scope import out_for
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.schema import Rubric
from grants.review.pitch_models import PitchCard
from grants.review.queries import counts_at_pitch, pitch_of, pitch_rubric_of, review_rules
from grants.review.scoring import SubmissionScore, summarize
from grants.review.states import ScorecardState


@dataclass(frozen=True)
class PitchScored:
    """One member's submitted card on a pitch."""

    reviewer: str
    is_own: bool
    card: PitchCard

    @property
    def total(self) -> Decimal | None:
        return self.card.total


@dataclass(frozen=True)
class PitchProgress:
    """How far the scoring of one pitch is.

    submitted   cards that are in and count
    waiting     names of the members in the room, and not out for it, whose card is not in
    """

    submitted: int
    waiting: Sequence[str]


@dataclass(frozen=True)
class PitchScores:
    """What a pitch was given, as somebody in the room may see it.

    rows      the submitted cards, by member's name; only their own where they may not see the others'
    score     mean and spread of the totals; None where the others are hidden, or there is none
    hidden    in words, why the others are not shown; nothing when they are
    own       the actor's own card; None while it is not begun
    may       whether the actor writes one now
    progress  how far everybody is with it
    """

    rubric: Rubric
    rows: Sequence[PitchScored]
    score: SubmissionScore | None
    hidden: str | None
    own: PitchCard | None
    may: Verdict
    progress: PitchProgress

    @property
    def totals(self) -> list[float]:
        return [float(one.total) for one in self.rows if one.total is not None]


def is_pitch(meeting: Meeting) -> bool:
    """Whether each application of a meeting pitches, and the program says by which rubric it is judged."""
    return meeting.kind == "pitch" and pitch_of(meeting.stage) is not None


def may_score(actor: Actor, item: AgendaItem) -> Verdict:
    """Whether the actor writes what they give this pitch, at this moment.

    raises   Missing for a line at which nobody pitches
    """
    if not is_pitch(item.meeting) or item.application_id is None:
        raise Missing("Nobody pitches here.")
    return _may_score(actor, item, seat_of(actor, item.meeting), own_card(actor, item))


def _may_score(actor: Actor, item: AgendaItem, seat: Attendance | None, own: PitchCard | None) -> Verdict:
    reopened = own is not None and own.reopened_at is not None
    pitch = Pitching(
        votes=bool(seat and seat.votes),
        is_in=bool(seat and seat.is_in),
        is_out=is_out(actor, item),
        has_begun=item.opened_at is not None,
        is_over=is_over(item.meeting),
        is_reopened=reopened,
        is_released=item.meeting.stage.released_at is not None,
    )
    return may_score_pitch(actor, pitch)


def own_card(actor: Actor, item: AgendaItem) -> PitchCard | None:
    """What the actor has given this pitch so far. Whether they may know of it was asked before."""
    mine = and_(PitchCard.application_id == item.application_id, PitchCard.reviewer_id == actor.person_id)
    return db.session.scalar(select(PitchCard).where(mine).options(selectinload(PitchCard.marks)))


def pitch_scores_for(actor: Actor, item: AgendaItem) -> PitchScores | None:
    """What a pitch was given, in a constant number of statements; None where nobody pitches.

    Whether the actor may know of the line was asked before.
    """
    if item.application_id is None or not is_pitch(item.meeting):
        return None
    seat, own = seat_of(actor, item.meeting), own_card(actor, item)
    may = _may_score(actor, item, seat, own)
    is_done = own is not None and own.state == ScorecardState.SUBMITTED
    sees = may_see_scores(
        reads=actor.may("review.read"),
        rule=review_rules(item.meeting.stage).others_scores,
        is_in=bool(seat and seat.is_in),
        owes_own=bool(may) and not is_done,
    )
    cards = db.session.scalars(
        _counted(item.application_id).options(
            contains_eager(PitchCard.reviewer), contains_eager(PitchCard.application), selectinload(PitchCard.marks)
        )
    ).all()
    rows = [PitchScored(one.reviewer.name, one.reviewer_id == actor.person_id, one) for one in cards]
    shown = rows if sees else [one for one in rows if one.is_own]
    score = summarize(one.total for one in rows) if sees else None
    progress = pitch_progress(item.meeting, [item]).get(item.id, PitchProgress(len(cards), ()))
    return PitchScores(pitch_rubric_of(item.meeting.stage), shown, score, sees.reason, own, may, progress)


def _counted(application_id: int) -> Select[PitchCard]:
    """The cards on a pitch that count, by member's name."""
    return (
        select(PitchCard)
        .join(PitchCard.application)
        .join(PitchCard.reviewer)
        .where(PitchCard.application_id == application_id, counts_at_pitch())
        .order_by(Person.name, PitchCard.id)
    )


def pitch_progress(meeting: Meeting, items: Collection[AgendaItem]) -> Mapping[int, PitchProgress]:
    """Line's id -> how far the scoring of its pitch is, of those that were up; in two statements.

    Whether the actor may know of the lines was asked before.
    """
    begun = {one.application_id: one.id for one in items if one.application_id and one.opened_at}
    if not begun or not is_pitch(meeting):
        return {}
    cards = select(PitchCard.application_id, PitchCard.reviewer_id).join(PitchCard.application)
    given = {(one, who) for one, who in db.session.execute(cards.where(Application.id.in_(begun), counts_at_pitch()))}
    voters = db.session.execute(
        select(Application.id, Person.id, Person.name)
        .select_from(Attendance)
        .join(Attendance.person)
        .join(Application, Application.id.in_(begun))
        .where(
            Attendance.meeting_id == meeting.id,
            Attendance.votes,
            Attendance.joined_at.is_not(None),
            Attendance.left_at.is_(None),
            ~out_for(),
        )
        .order_by(Person.name, Person.id)
    ).all()
    return {
        item_id: PitchProgress(
            sum(one == number for one, _ in given),
            [name for one, who, name in voters if one == number and (one, who) not in given],
        )
        for number, item_id in begun.items()
    }


@dataclass(frozen=True)
class OwnPitch:
    """One pitch that the actor has scored, or has still to score."""

    item: AgendaItem
    title: str
    state: str
    total: Decimal | None
    may: Verdict


def own_pitches(actor: Actor, meeting: Meeting, agenda: Agenda) -> Sequence[OwnPitch]:
    """The pitches that were up so far and are the actor's to score, in the order of the agenda; in two statements."""
    seat = seat_of(actor, meeting)
    if not is_pitch(meeting) or seat is None or not seat.votes or not actor.may("review.score"):
        return ()
    lines = [one for one in agenda.lines if one.item and one.item.application_id and one.item.opened_at]
    wanted = [one.item.application_id for one in lines if one.item]
    cards: Mapping[int, PitchCard] = {
        card.application_id: card
        for card in db.session.scalars(
            select(PitchCard).where(PitchCard.reviewer_id == actor.person_id, PitchCard.application_id.in_(wanted))
        )
    }
    found = []
    for line in lines:
        if line.item is not None and line.item.application_id is not None:
            card = cards.get(line.item.application_id)
            may = may_score_pitch(actor, _open_line(meeting, seat, card))
            state, total = (card.state, card.total) if card else ("not_started", None)
            found.append(OwnPitch(line.item, line.title, state, total, may))
    return found


def _open_line(meeting: Meeting, seat: Attendance, card: PitchCard | None) -> Pitching:
    """Of a line that was up already and is open to the actor."""
    return Pitching(
        votes=seat.votes,
        is_in=seat.is_in,
        is_out=False,
        has_begun=True,
        is_over=is_over(meeting),
        is_reopened=card is not None and card.reopened_at is not None,
        is_released=meeting.stage.released_at is not None,
    )


def pitch_card_for(actor: Actor, meeting: Meeting, public_id: str) -> tuple[PitchCard, AgendaItem]:
    """A submitted card on a pitch of this meeting, with its line, for staff who open it again.

    raises   Missing when there is none, or its case is not the actor's to know of
    """
    found = db.session.execute(
        select(PitchCard, AgendaItem)
        .join(
            AgendaItem, and_(AgendaItem.application_id == PitchCard.application_id, AgendaItem.meeting_id == meeting.id)
        )
        .join(PitchCard.application)
        .where(
            PitchCard.public_id == public_id,
            PitchCard.state == ScorecardState.SUBMITTED,
            not_conflicted(actor, Application.case_id),
        )
        .options(
            joinedload(PitchCard.reviewer),
            contains_eager(PitchCard.application).joinedload(Application.case).joinedload(Case.organization),
        )
    ).one_or_none()
    if found is None:
        raise Missing("There is no such card.")
    card, item = found
    return card, item
