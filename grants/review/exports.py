"""Files of a panel, made in the background: what its scores say, by application or every scorecard with its reasons,
and its conflicts of interest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from grants.casework.export_kinds import Table, exportable
from grants.kernel.marks import rounded
from grants.kernel.policy import Actor
from grants.programs.schema import Criterion, Rubric, words
from grants.review import queries
from grants.review.kinds import SOURCES
from grants.review.queries import (
    Given,
    PitchResult,
    Revised,
    ScoredSubmission,
    ScoreFilters,
    SetAside,
    StageScores,
    WrittenCard,
)
from grants.web.exports import local
from grants.web.status import STATUS

SCORES: Final = "review.scores"
SCORECARDS: Final = "review.scorecards"
PITCHES: Final = "review.pitches"
CONFLICTS: Final = "review.conflicts"
AT_ONCE: Final = 500
OF_CARDS: Final = 150
"""Applications whose cards are read at a time: each has several, with a text to every mark."""
_FACTS: Final = (
    *("Place", "Applicant", "Sector", "Grades", "Scorecards", "Reviewers", "Mean", "Spread", "Adjusted mean"),
    *("Rank from", "Rank to"),
)
_PITCH: Final = ("Pitch", "Pitch spread", "Pitch cards", "Pitch counts", "Together", "No final score because")
_ASIDE: Final = ("Set aside {}", "Its total {}", "At the pitch {}", "Conflict known since {}")
_SAID: Final = ("Applicant", "Reviewer", "Submitted", "Total")
_REVISED: Final = ("Total before", "Revised at a meeting")
_UNREVISED: Final = (None, None)
_TIES: Final = (
    *("Reviewer", "Applicant", "Kind", "Found", "Reason", "State", "Since"),
    *("Confirmed by", "Confirmed", "Confirmed because", "Cleared by", "Cleared", "Cleared because"),
)
ON_THE_WHOLE: Final = "On the whole"


@exportable(
    *(SCORES, "review.read", "application", "applications"),
    holds="What the scores of every application under review say, in the order in which they stand.",
    of="scores by application",
)
def scores(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A stage's applications as its page of scores shows them.

    wanted   stage, a public id; and the fields of ScoreFilters
    """
    found, filters = _asked(actor, wanted)
    scored, pitch, organizes = found.rubric.scored, found.pitch, actor.may("panel.read")
    zone = found.stage.cycle.time_zone

    placed, most = queries.ranked_all(actor, found, filters), queries.widths_of(actor, found.stage)

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        shown = queries.ranked_among(actor, found, {one: placed[one] for one in ids})
        names = queries.names_of(_reviewers(shown))
        aside = queries.set_aside_among(actor, ids)
        for row in shown:
            cells = _line(row, scored, is_fresh=found.is_fresh)
            pitched = _pitch_cells(row.pitch, row.unfinished) if row.pitch else ()
            heard = _totals(row.pitch.given, names, most.pitched) if row.pitch else ()
            kept = _aside_cells(aside.get(row.application_id, ()), most.aside, zone) if organizes else ()
            yield (*cells, row.before, *pitched, *_totals(row.given, names, most.written), *heard, *kept)

    columns = (
        *_FACTS,
        *(("Essential criteria",) if found.rubric.essentials else ()),
        *(f"Mean of {one.title}" for one in scored),
        "Mean before revisions",
        *(_pitch_columns(found.pitch_rubric) if pitch else ()),
        *_each(most.written, "Reviewer {}", "Total {}"),
        *(_each(most.pitched, "Pitch: member {}", "Pitch: total {}") if pitch else ()),
        *(("Set aside", *_each(most.aside, *_ASIDE)) if organizes else ()),
    )
    return Table(columns, list(placed), rows, AT_ONCE)


def _pitch_columns(rubric: Rubric) -> tuple[str, ...]:
    essential = ("Pitch: essential criteria",) if rubric.essentials else ()
    return (*_PITCH, *essential, *(f"Pitch: mean of {one.title}" for one in rubric.scored))


def _each(most: int, *titles: str) -> list[str]:
    """The titles of what stands once for each card, with its number."""
    return [title.format(number) for number in range(1, most + 1) for title in titles]


def _line(row: ScoredSubmission, scored: Sequence[Criterion], *, is_fresh: bool) -> tuple[Any, ...]:
    """What needs the whole stage stays empty while it is made anew: a file cannot say that it is out of date."""
    adjusted = row.adjusted if is_fresh else None
    ranks = row.ranks if is_fresh and row.shown_place else None
    return (
        row.shown_place,
        row.name,
        row.organization.sector,
        row.organization.grades,
        len(row.given),
        row.assigned,
        row.mean,
        row.spread,
        None if adjusted is None else Decimal(rounded(adjusted)),
        ranks.low if ranks else None,
        ranks.high if ranks else None,
        *_failures(row),
        *(row.criteria.get(one.key) for one in scored),
    )


def _reviewers(rows: Sequence[ScoredSubmission]) -> set[int]:
    at_pitches = {one.reviewer_id for row in rows if row.pitch for one in row.pitch.given}
    return at_pitches | {one.reviewer_id for row in rows for one in row.given}


def _pitch_cells(pitch: PitchResult, unfinished: str | None) -> tuple[Any, ...]:
    """Both parts beside what they make together; what lacks one has no final score, and no figure stands for it."""
    return (
        pitch.mean,
        pitch.spread,
        len(pitch.given),
        pitch.counts,
        pitch.together,
        unfinished,
        *_failures(pitch),
        *(pitch.criteria.get(one.key) for one in pitch.rubric.scored),
    )


def _aside_cells(several: Sequence[SetAside], most: int, zone: str) -> list[Any]:
    """How many there are, and of each as on the application's page: whose, what was given, since when it is known."""
    cells = [(one.reviewer, _said(one.total), one.at_pitch, local(one.since, zone)) for one in several]
    return [len(several), *_filled(cells, most, len(_ASIDE))]


def _failures(judged: ScoredSubmission | PitchResult) -> tuple[str, ...]:
    """By whom which was failed, in one cell; none where no criterion of the rubric can be."""
    outcomes = judged.essentials
    said = (f"{one.title}: failed by {one.failed_by} of {one.n}" for one in outcomes if one.failed_by)
    return ("; ".join(said),) if outcomes else ()


def _totals(given: Iterable[Given], names: Mapping[int, str], most: int) -> list[Any]:
    """Each reviewer's name and total, by name."""
    return _filled(sorted(((names[who], _said(total)) for who, total, _ in given), key=itemgetter(0)), most, 2)


def _filled(each: Sequence[tuple[Any, ...]], most: int, width: int) -> list[Any]:
    """The cells one after another, as many as there are columns: a card that came while the file is made has none."""
    cells = [cell for one in each[:most] for cell in one]
    return cells + [None] * (most * width - len(cells))


@exportable(
    *(SCORECARDS, "review.read", "scorecard", "scorecards"),
    holds="Every submitted scorecard with its marks and reasons.",
)
def scorecards(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A row for each scorecard that counts: its total, each criterion's mark and reason, and how it was revised.

    wanted   as in `scores`
    """
    found, filters = _asked(actor, wanted)
    read, zone = queries.written_cards(actor, found.rubric.criteria), found.stage.cycle.time_zone

    def rows(ids: Sequence[int]) -> Iterator[list[Any]]:
        cards = list(read(ids))
        turns = queries.revised([number for number, _ in cards])
        for number, card in cards:
            row = _card(card, zone)
            row.extend(_turned(turns[number]) if number in turns else _UNREVISED)
            yield row

    columns = (*_columns(found.rubric), *_REVISED)
    return Table(columns, list(queries.ranked_all(actor, found, filters)), rows, OF_CARDS)


@exportable(
    *(PITCHES, "review.read", "card", "cards"),
    holds="Every submitted card on a pitch with its marks and reasons.",
    of="pitch cards",
)
def pitches(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """A row for each card on a pitch that counts, as in `scorecards`.

    wanted   as in `scores`
    raises   Missing where the stage has no pitch
    """
    found, filters = _asked(actor, wanted)
    rubric, zone = found.pitch_rubric, found.stage.cycle.time_zone
    read = queries.pitched_cards(actor, rubric.criteria)

    def rows(ids: Sequence[int]) -> Iterator[list[Any]]:
        return (_card(card, zone) for _, card in read(ids))

    return Table(_columns(rubric), list(queries.ranked_all(actor, found, filters)), rows, OF_CARDS)


def _columns(rubric: Rubric) -> tuple[str, ...]:
    marks = (title for one in rubric.criteria.values() for title in (one.title, f"Why: {one.title}"))
    return (*_SAID, *marks, ON_THE_WHOLE)


def _card(card: WrittenCard, zone: str) -> list[Any]:
    applicant, reviewer, at, total, comment, marks = card
    row: list[Any] = [applicant, reviewer, local(at, zone), _said(total)]
    for points, passed, abstained, why in marks:
        row += ("abstained" if abstained else points if passed is None else passed, why)
    row.append(comment)
    return row


def _turned(turns: Sequence[Revised]) -> tuple[Any, ...]:
    """What it said before it was revised the first time, and each revision in words."""
    told = (
        f"{one.meeting}, by {one.by}: {_said(one.before)} to {_said(one.after)}, since: {one.reason}" for one in turns
    )
    return (_said(turns[0].before), "; ".join(told))


def _said(total: Decimal | None) -> Decimal | str:
    return "abstained" if total is None else total


def _asked(actor: Actor, wanted: Mapping[str, Any]) -> tuple[StageScores, ScoreFilters]:
    found = queries.stage_scores(actor, queries.stage_for(actor, wanted["stage"]))
    return found, ScoreFilters(wanted["q"], wanted["sort"])


@exportable(
    *(CONFLICTS, "panel.read", "conflict", "conflicts"),
    holds="Every conflict of interest of the panel’s members that you may look at, cleared ones with them.",
    of="conflicts of interest",
)
def conflicts(actor: Actor, wanted: Mapping[str, Any]) -> Table:
    """The conflicts of a stage's panel as its page lists them.

    wanted   stage, a public id; and the fields of ConflictFilters
    """
    stage = queries.stage_for(actor, wanted["stage"])
    kinds, states, zone = queries.conflict_kinds(stage), STATUS["conflict"], stage.cycle.time_zone
    filters = queries.ConflictFilters(wanted["state"], wanted["kind"], wanted["source"], wanted["q"])

    def rows(ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for one in queries.conflicts_among(actor, stage, ids):
            kind = kinds.get(one.kind)
            said = (kind.title if kind else words(one.kind), SOURCES[one.source], one.reason, states[one.state][0])
            yield (
                *(one.person.name, one.case.organization.name, *said, local(one.since, zone)),
                *(one.confirmed_by and one.confirmed_by.name, local(one.confirmed_at, zone), one.confirmed_reason),
                *(one.lifted_by and one.lifted_by.name, local(one.lifted_at, zone), one.lifted_reason),
            )

    return Table(_TIES, queries.conflict_ids(actor, stage, filters), rows, AT_ONCE)
