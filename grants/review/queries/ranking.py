"""A stage's applications in the order of their scores, a page at a time, cut and ordered in the database.

What a row says stands in its tally, and what needs the whole stage in the analysis of just the scores that the reader
may know of: for someone with a conflict, a case is not in the list, and its scores move no place, no average, no
adjusted mean and no rank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from grants.applications.models import Application
from grants.casework.models import Case
from grants.kernel.errors import Missing
from grants.kernel.policy import SYSTEM, Actor
from grants.people.models import Organization
from grants.persistence.paging import PAGE_SIZE, Page, within
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import ORGANIZATION_ATTRIBUTES
from grants.review.agreement import RankInterval
from grants.review.models import Standing, Tally
from grants.review.queries.results import PitchResult, ScoredSubmission, given_in, mean_before
from grants.review.queries.revisions import first_totals
from grants.review.queries.scope import is_reviewable, newest_submission_id, reviewable_applications
from grants.review.queries.sorting import (
    ScoreFilters,
    better_than,
    named_like,
    order_of,
    place_column,
    stands_by,
    tie_columns,
    usual_sort,
)
from grants.review.queries.whole import StageScores, scores_on


@dataclass(frozen=True)
class StageResults:
    """A stage's scores on the whole, with every application in order."""

    scores: StageScores
    rows: tuple[ScoredSubmission, ...]


def ranked(
    actor: Actor, scores: StageScores, filters: ScoreFilters, page: int = 1, size: int = PAGE_SIZE
) -> Page[ScoredSubmission]:
    """One page of the stage's applications, in the order asked for; those without such a figure come last either way.

    Equal means stand in the order of the program's rules for ties, then of its lot.
    """
    total = scores.applications if not filters.q.strip() else _found(actor, scores, filters)
    number = within(page, size, total)
    before = (number - 1) * size
    if _are_leading(scores, filters, min(before + size, total)):
        placed = _leading(actor, scores, size, before)
    else:
        placed = dict(db.session.execute(_placed(actor, scores, filters).limit(size).offset(before)).all())
    rows = _with_written_places(actor, scores, _with_before(_rows_of(actor, scores, placed)))
    return Page(rows, number, size, total)


def _are_leading(scores: StageScores, filters: ScoreFilters, until: int) -> bool:
    """Whether the list up to this row is of applications that all have what they stand by, in the order of that."""
    plain = not filters.q.strip() and filters.sort in {"", usual_sort(scores)}
    return plain and until <= (scores.combined if scores.pitch else scores.scored)


def _leading(actor: Actor, scores: StageScores, size: int, before: int) -> dict[int, int | None]:
    """Application id -> place of a page of those, after so many: `_placed` by an index, that looks at no others."""
    by = stands_by(scores)
    leading = _tallied(actor, scores).where(Tally.stage_id == scores.stage.id, by[0].is_not(None))
    # Without a word on empty ones, so that the index fits on either engine: there are none among these.
    in_order = leading.order_by(by[0].desc(), *order_of(scores, "")[1:])
    rows = db.session.execute(in_order.with_only_columns(Application.id, *by).limit(size).offset(before)).all()
    places: dict[int, int | None] = {}
    place, last = 1, None
    for nth, (number, *own) in enumerate(rows, start=before + 1):
        if last is None and before:
            better = leading.where(better_than(scores, own)).with_only_columns(func.count())
            place = (db.session.scalar(better) or 0) + 1
        elif own != last:
            place = nth
        places[number], last = place, own
    return places


def ranked_all(actor: Actor, scores: StageScores, filters: ScoreFilters) -> dict[int, int | None]:
    """Application id -> place of all of them, in the same order."""
    return dict(db.session.execute(_placed(actor, scores, filters)).all())


def in_doubt(actor: Actor, scores: StageScores, most: int | None) -> list[int]:
    """Ids of those, in the same order, whose interval of ranks reaches over the last of so many places, and of those
    that have none.

    most   None, or 0, for as many as there are: then an interval says nothing of it
    """
    low, high = Standing.rank_low, Standing.rank_high
    open_ones = or_(low.is_(None), and_(low <= most, high > most)) if most else low.is_(None)
    found = _tallied(actor, scores).where(open_ones).with_only_columns(Application.id)
    return list(db.session.scalars(found.order_by(*order_of(scores, ""))))


def ranked_among(actor: Actor, scores: StageScores, placed: Mapping[int, int | None]) -> list[ScoredSubmission]:
    """Those of these places, in their order; what the actor may see no more is left out."""
    return _with_before(_rows_of(actor, scores, placed))


def ranked_one(actor: Actor, scores: StageScores, public_id: str) -> ScoredSubmission:
    """One application of the stage.

    raises   Missing when there is no such application, or the actor may not know of it
    """
    wanted = reviewable_applications(actor, scores.stage).where(Application.public_id == public_id)
    number = db.session.scalar(wanted.with_only_columns(Application.id))
    if number is None:
        raise Missing("There is no such application under review.")
    own = db.session.execute(select(*stands_by(scores)).where(Tally.application_id == number)).one_or_none()
    place = None
    if own is not None and any(one is not None for one in own):
        before = _tallied(actor, scores).where(better_than(scores, own)).with_only_columns(func.count())
        place = (db.session.scalar(before) or 0) + 1
    return _with_before(_rows_of(actor, scores, {number: place}))[0]


def stage_results(stage: CycleStage, actor: Actor = SYSTEM) -> StageResults:
    """Every application under review with what its scores say, in the order in which they stand, in a constant number
    of statements. For those who decide, after asking who may see what.
    """
    scores = scores_on(stage, actor)
    placed = ranked_all(actor, scores, ScoreFilters())
    return StageResults(scores, tuple(_rows_of(actor, scores, placed, everything=True)))


def _found(actor: Actor, scores: StageScores, filters: ScoreFilters) -> int:
    found = _tallied(actor, scores).where(named_like(filters)).with_only_columns(func.count())
    return db.session.scalar(found) or 0


def _tallied(actor: Actor, scores: StageScores) -> Select[Application]:
    """The applications that the actor may know of, with organizations; tallies and standings where there are any."""
    return _with_tallies(reviewable_applications(actor, scores.stage), scores)


def _with_tallies(applications: Select[Application], scores: StageScores) -> Select[Application]:
    made = scores.analysis.id if scores.analysis else 0
    return (
        applications.join(Application.case)
        .join(Case.organization)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .outerjoin(Standing, (Standing.application_id == Application.id) & (Standing.analysis_id == made))
    )


def _placed(actor: Actor, scores: StageScores, filters: ScoreFilters) -> Select[int, int | None]:
    """(application id, place) in the order asked for; the places count those too that the filters leave out."""
    columns = (Application.id.label("id"), place_column(scores).label("place"))
    order = order_of(scores, filters.sort)
    if not (like := filters.q.strip()):
        return _tallied(actor, scores).with_only_columns(*columns).order_by(*order)
    nth, name = func.row_number().over(order_by=order).label("nth"), Organization.name.label("name")
    ordered = _tallied(actor, scores).with_only_columns(*columns, nth, name).subquery()
    named = ordered.c.name.icontains(like, autoescape=True)
    return select(ordered.c.id, ordered.c.place).where(named).order_by(ordered.c.nth, ordered.c.id)


def _rows_of(
    actor: Actor, scores: StageScores, placed: Mapping[int, int | None], *, everything: bool = False
) -> list[ScoredSubmission]:
    """The rows of these applications, in this order.

    everything   they are all there are: one statement could not name so many
    """
    columns = (
        *(Application, newest_submission_id()),
        *(Tally.assigned, Tally.mean, Tally.spread, Tally.given),
        *(Tally.pitch_mean, Tally.pitch_spread, Tally.pitch_given, Tally.together),
        *(Standing.adjusted, Standing.rank_low, Standing.rank_high),
    )
    # Where ids are named the stage is not: it would be taken for the better way to them.
    named = select(Application).where(Application.id.in_(placed), is_reviewable(actor))
    wanted = reviewable_applications(actor, scores.stage) if everything else named
    rows = db.session.execute(
        _with_tallies(wanted, scores)
        .with_only_columns(*columns, *tie_columns(scores))
        .options(contains_eager(Application.case).contains_eager(Case.organization))
    )
    found = {row[0].id: _row(scores, placed.get(row[0].id), *row) for row in rows}
    return [found[number] for number in placed if number in found]


def _row(scores: StageScores, place: int | None, *row: Any) -> ScoredSubmission:
    application, newest, assigned, mean, spread, given, *pitch, adjusted, low, high = row[:13]
    organization = application.case.organization
    return ScoredSubmission(
        *(application.id, application.public_id, application.case_id, newest, organization.name, organization),
        attributes={name: getattr(organization, name) for name in ORGANIZATION_ATTRIBUTES},
        rubric=scores.rubric,
        place=place,
        assigned=assigned or 0,
        mean=mean,
        spread=spread,
        given=given_in(given),
        adjusted=adjusted,
        ranks=None if low is None else RankInterval(low, high),
        ties=tuple(map(_exact, row[13:])),
        pitch=_pitched(scores, *pitch),
    )


def _pitched(
    scores: StageScores, mean: Decimal | None, spread: Decimal | None, given: Any, together: Decimal | None
) -> PitchResult | None:
    if (rules := scores.pitch) is None:
        return None
    return PitchResult(scores.pitch_rubric, given_in(given), rules.counts, mean, spread, together)


def _with_before(rows: list[ScoredSubmission]) -> list[ScoredSubmission]:
    """The same, of those revised at a meeting with the mean they had before; in one statement."""
    first = first_totals([one.application_id for one in rows])
    return [replace(one, before=mean_before(one.given, first.get(one.application_id, {}))) for one in rows]


def _with_written_places(actor: Actor, scores: StageScores, rows: list[ScoredSubmission]) -> list[ScoredSubmission]:
    """The same with where each stands in writing alone, which is what its interval of ranks is of; in one statement,
    where a pitch makes it another place than its own.
    """
    if scores.pitch is None:
        return [replace(one, written_place=one.place) for one in rows]
    place = func.rank().over(order_by=Tally.mean.desc()).label("place")
    scored = _tallied(actor, scores).where(Tally.mean.is_not(None))
    ranked = scored.with_only_columns(Application.id.label("id"), place).subquery()
    wanted = select(ranked.c.id, ranked.c.place).where(ranked.c.id.in_([one.application_id for one in rows]))
    places = dict(db.session.execute(wanted).all())
    return [replace(one, written_place=places.get(one.application_id)) for one in rows]


def _exact(value: Any) -> Decimal | None:
    """Marks and answers come as floats, which name the decimals they were made from."""
    return None if value is None else Decimal(str(value))
