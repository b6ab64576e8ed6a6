"""What the scores of a stage say, as files that are made in the background: by application, or every scorecard with
its reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable
from grants.kernel.policy import Actor
from grants.programs.schema import Criterion, Rubric
from grants.review import queries
from grants.review.queries import ScoreFilters, StageScores, WrittenCard

SCORES: Final = "review.scores"
SCORECARDS: Final = "review.scorecards"
_ONE_PLACE: Final = Decimal("0.1")
_FACTS: Final = (
    *("Place", "Applicant", "Sector", "Grades", "Scorecards", "Reviewers", "Mean", "Spread", "Adjusted mean"),
    *("Rank from", "Rank to", "Essential criteria", "Totals"),
)


@exportable(
    *(SCORES, "review.read", "application", "applications"),
    holds="What the scores of every application under review say, by raw mean.",
)
def scores(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A stage's applications as its page of scores shows them.

    wanted   stage, a public id; and the fields of ScoreFilters
    """
    found, filters = _asked(actor, wanted)
    scored = found.rubric.scored

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for row in queries.ranked_among(actor, found, ids):
            yield _line(row, scored)

    columns = (*_FACTS, *(f"Mean of {one.title}" for one in scored))
    return Table(columns, queries.ranked_ids(actor, found, filters), rows, at_once=500)


def _line(row: queries.Ranked, scored: Sequence[Criterion]) -> tuple[Any, ...]:
    tally, standing, organization = row.tally, row.standing, row.organization
    means = tally.criteria if tally else {}
    return (
        row.place,
        organization.name,
        organization.sector,
        organization.grades,
        tally.scorecards if tally else 0,
        tally.assigned if tally else 0,
        row.mean,
        tally.spread if tally else None,
        None if standing is None else Decimal(standing.adjusted).quantize(_ONE_PLACE),
        standing.rank_low if standing else None,
        standing.rank_high if standing else None,
        "; ".join(f"{one['title']}: failed by {one['failed_by']} of {one['n']}" for one in row.failed),
        "; ".join(tally.totals if tally else ()),
        *(None if (mean := means.get(one.key)) is None else Decimal(mean) for one in scored),
    )


@exportable(
    *(SCORECARDS, "review.read", "scorecard", "scorecards"),
    holds="Every submitted scorecard with its marks and reasons.",
)
def scorecards(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A row for each scorecard that counts: who gave what to whom, and why; `wanted` as in `scores`."""
    found, filters = _asked(actor, wanted)
    criteria = tuple(found.rubric.criteria.values())

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for card in queries.scorecards_of(actor, found.stage, ids):
            yield (*_card(card), *(cell for one in criteria for cell in _said(found.rubric, one, card)))

    asked = (title for one in criteria for title in (one.title, f"Why: {one.title}"))
    columns = ("Applicant", "Reviewer", "Submitted", "Total", "On the whole", *asked)
    return Table(columns, queries.written_ids(actor, found, filters), rows, at_once=1000)


def _asked(actor: Actor, wanted: Mapping[str, Any]) -> tuple[StageScores, ScoreFilters]:
    found = queries.stage_scores(actor, queries.stage_for(actor, wanted["stage"]))
    return found, ScoreFilters(wanted["q"], wanted["sort"])


def _card(card: WrittenCard) -> tuple[Any, ...]:
    return card.applicant, card.reviewer, card.submitted_at, card.total, card.comment


def _said(rubric: Rubric, criterion: Criterion, card: WrittenCard) -> tuple[Any, Any]:
    """The mark as a number, yes or no, or "abstained"; and the reason."""
    mark = card.marks.get(criterion.key)
    if mark is None:
        return None, None
    value, passed, abstained, why = mark
    return "abstained" if abstained else value if passed is None else passed, why
