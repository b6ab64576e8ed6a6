"""What the scores of a stage say, as files that are made in the background: by application, or every scorecard with
its reasons.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable
from grants.kernel.policy import Actor
from grants.programs.schema import Criterion
from grants.review import queries
from grants.review.queries import ScoredSubmission, ScoreFilters, StageScores, WrittenCard

SCORES: Final = "review.scores"
SCORECARDS: Final = "review.scorecards"
AT_ONCE: Final = 500
_ONE_PLACE: Final = Decimal("0.1")
_FACTS: Final = (
    *("Place", "Applicant", "Sector", "Grades", "Scorecards", "Reviewers", "Mean", "Spread", "Adjusted mean"),
    *("Rank from", "Rank to", "Essential criteria", "Totals by reviewer"),
)
_SAID: Final = ("Applicant", "Reviewer", "Submitted", "Criterion", "Mark", "Why")
ON_THE_WHOLE: Final = "On the whole"


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

    placed = queries.ranked_all(actor, found, filters)

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        shown = queries.ranked_among(actor, found, {one: placed[one] for one in ids})
        names = queries.names_of({one.reviewer_id for row in shown for one in row.given})
        for row in shown:
            yield _line(row, scored, names, is_fresh=found.is_fresh)

    columns = (*_FACTS, *(f"Mean of {one.title}" for one in scored))
    return Table(columns, list(placed), rows, AT_ONCE)


def _line(
    row: ScoredSubmission, scored: Sequence[Criterion], names: Mapping[int, str], *, is_fresh: bool
) -> tuple[Any, ...]:
    """What needs the whole stage stays empty while it is made anew: a file cannot say that it is out of date."""
    adjusted, ranks = (row.adjusted, row.ranks) if is_fresh else (None, None)
    return (
        row.place,
        row.name,
        row.organization.sector,
        row.organization.grades,
        len(row.given),
        row.assigned,
        row.mean,
        row.spread,
        None if adjusted is None else Decimal(adjusted).quantize(_ONE_PLACE),
        ranks.low if ranks else None,
        ranks.high if ranks else None,
        "; ".join(f"{one.title}: failed by {one.failed_by} of {one.n}" for one in row.essentials if one.failed_by),
        "; ".join(sorted(f"{names[who]}: {'abstained' if total is None else total}" for who, total, _ in row.given)),
        *(row.criteria.get(one.key) for one in scored),
    )


@exportable(
    *(SCORECARDS, "review.read", "mark", "marks"),
    holds="Every submitted scorecard with its marks and reasons.",
)
def scorecards(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A row for each criterion of each scorecard that counts, and one for the scorecard on the whole.

    wanted   as in `scores`
    """
    found, filters = _asked(actor, wanted)
    criteria = [(one.key, one.title) for one in found.rubric.criteria.values()]

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for card in queries.written_cards(actor, found.stage, ids):
            yield from _marks(card, criteria)

    return Table(_SAID, queries.written_ids(actor, found, filters), rows, AT_ONCE)


def _marks(card: WrittenCard, criteria: Sequence[tuple[str, str]]) -> Iterator[tuple[Any, ...]]:
    who = (card.applicant, card.reviewer, card.submitted_at)
    for key, title in criteria:
        if key in card.marks:
            given, why = card.marks[key]
            yield (*who, title, "abstained" if given is None else given, why)
    yield (*who, ON_THE_WHOLE, "abstained" if card.total is None else card.total, card.comment)


def _asked(actor: Actor, wanted: Mapping[str, Any]) -> tuple[StageScores, ScoreFilters]:
    found = queries.stage_scores(actor, queries.stage_for(actor, wanted["stage"]))
    return found, ScoreFilters(wanted["q"], wanted["sort"])
