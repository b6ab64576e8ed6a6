"""What an application's scorecards add up to, kept up to date in the transaction that changes one of them.

Whoever changes a scorecard, an assignment, a conflict of interest or what is one, such as who belongs to an applicant,
need not think of it: what is written through the session is noticed, and added up once when the unit of work ends, in
the order of the applications' ids. Who writes past the session says so with `reckon`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, event, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, UOWTransaction

from grants.applications.models import Application, CoachedSection, Submission
from grants.casework.models import Case
from grants.kernel.canonical import sha256_of
from grants.people.models import CoachInvitation, ConsortiumMember, OrganizationMembership
from grants.persistence.session import before_commit, db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema.deciding import Tie
from grants.review.marking import rules_of
from grants.review.models import Assignment, Conflict, Mark, Scorecard, Tally
from grants.review.ordering import lot_of
from grants.review.pitch_models import PitchCard, PitchMark
from grants.review.queries.cards import pitch_of, rubric_of
from grants.review.queries.numbers import lot_seed
from grants.review.queries.results import votes_of
from grants.review.queries.scope import in_force, joined, with_program
from grants.review.scoring import criterion_means
from grants.review.services.pitch_tallies import pitch_figures, pitches_given, score_of
from grants.review.states import ScorecardState

AT_ONCE: Final = 500
_TOUCHED: Final = "tallies_touched"


def reckon(application_ids: Collection[int]) -> None:
    """Have these applications added up when this unit of work ends."""
    _touched(db.session(), Application.id, *application_ids)


def _touched(session: Session, column: Any, *numbers: int) -> None:
    session.info.setdefault(_TOUCHED, {}).setdefault(column, set()).update(numbers)


@event.listens_for(Session, "after_flush")
def _notice(session: Session, _flush: UOWTransaction) -> None:
    for one in (*session.new, *session.dirty, *session.deleted):
        if isinstance(one, Assignment):
            _touched(session, Assignment.submission_id, one.submission_id)
        elif isinstance(one, Scorecard) and ScorecardState.SUBMITTED in _states(one):
            _touched(session, Assignment.id, one.assignment_id)
        elif isinstance(one, Mark) and _is_submitted(one.scorecard):
            _touched(session, Assignment.id, one.scorecard.assignment_id)
        elif isinstance(one, PitchCard) and ScorecardState.SUBMITTED in _states(one):
            _touched(session, PitchCard.application_id, one.application_id)
        elif isinstance(one, PitchMark) and _is_submitted(one.card):
            _touched(session, PitchCard.application_id, one.card.application_id)
        elif isinstance(one, Submission | CoachedSection):
            _touched(session, Application.id, one.application_id)
        else:
            _notice_tie(session, one)


def _notice_tie(session: Session, one: object) -> None:
    if isinstance(one, Conflict):
        _touched(session, Application.case_id, one.case_id)
    elif isinstance(one, OrganizationMembership | CoachInvitation):
        _touched(session, Case.organization_id, one.organization_id)
    elif isinstance(one, ConsortiumMember):
        _touched(session, Case.organization_id, one.organization_id, one.consortium_id)


def _is_submitted(card: Scorecard | PitchCard | None) -> bool:
    """Not so for none: a mark that was taken off its card is among the changes of the card."""
    return card is not None and card.state == ScorecardState.SUBMITTED


def _states(card: Scorecard | PitchCard) -> set[str]:
    """The states that a card had and has."""
    history = type(card).state.get_history(card)
    return {*(history.added or ()), *(history.unchanged or ()), *(history.deleted or ())}


def add_up(session: Session) -> None:
    """Add up every application that this unit of work touched and that somebody was ever asked to review, or scored."""
    touched: Mapping[Any, set[int]] = session.info.pop(_TOUCHED, {})
    found: set[int] = set()
    for column, numbers in touched.items():
        for some in _parts(numbers):
            found.update(session.scalars(_scored(column, some)))
    for some in _parts(found):
        _reckon(session, some)


# Before the chain of the record is sealed, for which all writers wait.
before_commit.insert(0, add_up)


def _parts(numbers: Collection[int]) -> Iterator[list[int]]:
    """Of as many as one statement may well name."""
    ordered = sorted(numbers)
    return (ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE))


def _reviewed(which: ColumnElement[bool]) -> Any:
    return joined(select(Application.id).select_from(Assignment)).where(which).distinct()


def _scored(column: Any, numbers: Sequence[int]) -> Any:
    """The applications meant by what was touched: those that were given to reviewers, and those whose pitch was scored.

    Who is put on an application's review, or scores it there, says nothing of others, which have tallies already.
    """
    which = column.in_(numbers)
    if column is Case.organization_id:
        networks = select(ConsortiumMember.consortium_id).where(ConsortiumMember.organization_id.in_(numbers))
        which = Application.case_id.in_(select(Case.id).where(which | column.in_(networks)))
    elif column is PitchCard.application_id:
        return select(column).where(which).distinct()
    elif column.class_ is not Application:
        return _reviewed(which)
    pitched = select(Application.id).join(PitchCard, PitchCard.application_id == Application.id).where(which)
    return _reviewed(which).union(pitched)


def _reckon(session: Session, ids: Sequence[int]) -> None:
    """Bring the tallies of these applications up to date, their rows taken in order.

    They are taken before a scorecard is read, so that of two submitted at once the second counts the first.
    """
    applications = {
        number: (public_id, stage_id)
        for number, public_id, stage_id in session.execute(
            select(Application.id, Application.public_id, Application.stage_id).where(Application.id.in_(ids))
        )
    }
    stages = {
        stage.id: stage
        for stage in session.scalars(
            select(CycleStage)
            .where(CycleStage.id.in_({stage_id for _, stage_id in applications.values()}))
            .options(with_program())
        )
    }
    lots = {number: lot_of(lot_seed(stages[stage]), public_id) for number, (public_id, stage) in applications.items()}
    tallies = _taken(session, {number: stage for number, (_, stage) in applications.items()}, lots)
    assigned, given = _assigned(session, ids), _given(session, ids)
    answers = _answers(session, [one for one in ids if _asks_answers(stages[applications[one][1]])])
    pitched = pitches_given(session, [one for one in ids if pitch_of(stages[applications[one][1]])])
    written = []
    for number in ids:
        stage, cards, pitch = stages[applications[number][1]], given.get(number, []), pitched.get(number, [])
        ties = _ties(stage, cards, answers.get(number, {}))
        row = {"id": tallies[number], "assigned": assigned.get(number, 0), "ties": ties}
        written.append(row | _figures(number, cards, pitch) | pitch_figures(stage, cards, pitch))
    session.execute(update(Tally), written)


def _taken(session: Session, stages: Mapping[int, int], lots: Mapping[int, str]) -> dict[int, int]:
    """Application id -> its tally's id, for this transaction alone; empty ones are made where there are none."""
    empty = {"assigned": 0, "scorecards": 0, "n": 0, "fingerprint": 0, "ties": [], "given": []}
    made = postgresql.insert(Tally) if db.engine.dialect.name == "postgresql" else sqlite.insert(Tally)
    rows = [{"application_id": one, "stage_id": stages[one], "lot": lots[one], **empty} for one in sorted(stages)]
    session.execute(made.values(rows).on_conflict_do_nothing(index_elements=[Tally.application_id]))
    held = select(Tally.application_id, Tally.id).where(Tally.application_id.in_(stages))
    return dict(session.execute(held.order_by(Tally.application_id).with_for_update()).all())


def _assigned(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    rows = session.execute(
        joined(select(Application.id, func.count()).select_from(Assignment))
        .where(Application.id.in_(ids), in_force())
        .group_by(Application.id)
    )
    return dict(rows.all())


def _given(session: Session, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """Application id -> its scorecards that count, as a tally keeps them, by reviewer's id."""
    marks: dict[int, dict[str, int | bool | None]] = {}
    counted = (Application.id.in_(ids), in_force(), Scorecard.state == ScorecardState.SUBMITTED)
    of_cards = (
        joined(
            select(Mark.scorecard_id, Mark.criterion, Mark.value, Mark.passed)
            .select_from(Mark)
            .join(Mark.scorecard)
            .join(Scorecard.assignment)
        )
        .where(*counted)
        .order_by(Mark.criterion, Mark.id)
    )
    for card, criterion, value, passed in session.execute(of_cards):
        marks.setdefault(card, {})[criterion] = value if passed is None else passed
    cards = (
        joined(
            select(Application.id, Assignment.reviewer_id, Scorecard.id, Scorecard.total)
            .select_from(Scorecard)
            .join(Scorecard.assignment)
        )
        .where(*counted)
        .order_by(Application.id, Assignment.reviewer_id, Scorecard.id)
    )
    found: dict[int, list[list[Any]]] = {}
    for number, reviewer, card, total in session.execute(cards):
        said = None if total is None else str(total)
        found.setdefault(number, []).append([reviewer, said, marks.get(card, {})])
    return found


def _figures(number: int, cards: Sequence[Sequence[Any]], pitch: Sequence[Sequence[Any]]) -> dict[str, Any]:
    score = score_of(cards)
    named = [number, list(cards), list(pitch)] if pitch else [number, list(cards)]
    return {
        "scorecards": len(cards),
        "n": score.n if score else 0,
        "mean": score.mean if score else None,
        "spread": score.spread if score else None,
        "fingerprint": int(sha256_of(named)[:12], 16) if cards or pitch else 0,
        "given": list(cards),
    }


def _tie_rules(stage: CycleStage) -> Sequence[Tie]:
    return definition_of(stage.cycle).application_stage(stage.key).decision.ties


def _asks_answers(stage: CycleStage) -> bool:
    return any((tie.attribute or "").startswith("answers.") for tie in _tie_rules(stage))


def _ties(stage: CycleStage, cards: Sequence[Sequence[Any]], answers: Mapping[str, Any]) -> list[float | None]:
    """What the program's rules for ties look at, where it is a criterion or an answer; attributes are read from the
    organization, whose own they are.
    """
    means = criterion_means([votes_of(marks) for *_, marks in cards], rules_of(rubric_of(stage)))
    return [
        _number(means.get(tie.criterion) if tie.criterion else answers.get(tie.attribute or ""))
        for tie in _tie_rules(stage)
    ]


def _answers(session: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Application id -> `answers.<field>` -> value, of its newest submission."""
    submitted = select(Submission.application_id, Submission.content).where(Submission.application_id.in_(ids))
    if not ids:
        return {}
    return {
        number: {f"answers.{key}": value for key, value in content["answers"].items()}
        for number, content in session.execute(submitted.order_by(Submission.number))
    }


def _number(value: Any) -> float | None:
    """Words have no order, and count as unknown."""
    return None if value is None or not isinstance(value, int | float | Decimal) else float(value)


def untallied() -> Sequence[int]:
    """Ids of applications that were given to reviewers before there were tallies, and were not added up since."""
    never = ~exists().where(Tally.application_id == Application.id)
    found: Sequence[int] = db.session.scalars(_reviewed(never).order_by(Application.id)).all()
    return found
