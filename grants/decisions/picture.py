"""What stands beside a slate's lines: budget, portfolio, and what to look at. Counts only the lines it is given."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grants.decisions.queries import LineFigures, Reading
from grants.programs.schema import DecisionRules
from grants.web.filters import listing, percent, plural, score

# Scores nearer than this at the line are worth a look before anyone approves.
CLOSE = Decimal("1.5")
# So many names stand in a sentence; the rest are behind its link.
NAMED = 4
GRADES = {
    "elementary": "Elementary schools",
    "middle": "Middle schools",
    "high": "High schools",
    "span": "Other grade spans",
}


@dataclass(frozen=True)
class Figures:
    """A slate in numbers; money in cents.

    limit      the pool, or without one what the most awards of a flat amount would cost; None when nothing limits
    portfolio  (title, awarded, "of 5" or nothing)
    notices    sentences worth a look before anyone approves
    marked     (filter of the lines, what they have in common, some of their names)
    """

    total: int
    limit: int | None
    awards: int
    most: int | None
    portfolio: tuple[tuple[str, int, str], ...]
    pupils: int
    notices: tuple[str, ...]
    marked: tuple[tuple[str, str, str], ...]
    line_sentence: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The portfolio as label and value."""
        rows = [(title, f"{count} {bound}".strip()) for title, count, bound in self.portfolio]
        return [*rows, ("Students enrolled", f"{self.pupils:,}")] if self.pupils else rows


def slate_figures(reading: Reading, rules: DecisionRules) -> Figures:
    """The figures of the lines a person may see. For a part of the slate they are set against no limit: what is left
    under one would tell what the hidden lines take."""
    awarded = [line for line in reading.lines if line.outcome == "award"]
    total = sum(line.amount for line in awarded)
    limit = _limit(reading.findings, rules) if reading.whole else None
    return Figures(
        total=total,
        limit=limit,
        awards=len(awarded),
        most=rules.awards.at_most if reading.whole else None,
        portfolio=tuple(_portfolio(awarded, rules if reading.whole else None)),
        pupils=sum(line.organization.enrollment or 0 for line in awarded),
        notices=tuple(_notices(reading)),
        marked=tuple(_marked(reading)),
        line_sentence=_line_sentence(len(awarded), total, limit),
    )


def _limit(findings: Mapping[str, Any], rules: DecisionRules) -> int | None:
    pool = findings.get("pool")
    if isinstance(pool, int):
        return pool
    if rules.amount.flat is not None and rules.awards.at_most is not None:
        return rules.amount.flat * rules.awards.at_most
    return None


def _portfolio(awarded: Sequence[LineFigures], rules: DecisionRules | None) -> Iterable[tuple[str, int, str]]:
    sectors = Counter(line.organization.sector for line in awarded)
    grades = Counter(line.organization.grade_band for line in awarded)
    for sector, label in (("district", "District-run"), ("charter", "Charter-run")):
        yield label, sectors[sector], _bound(rules, sector, sectors[sector]) if rules else ""
    for band, label in GRADES.items():
        if grades[band]:
            yield label, grades[band], ""


def _bound(rules: DecisionRules, sector: str, count: int) -> str:
    for rule in rules.portfolio:
        if rule.where == {"sector": (sector,)}:
            asked = rule.at_least or rule.at_most or 0
            return f"of {asked}" if count <= asked else f"(at least {asked})"
    return ""


def _line_sentence(awards: int, total: int, limit: int | None) -> str:
    of = f" of ${limit // 100:,}" if limit is not None else ""
    return f"The line: {plural(awards, 'award')}, ${total // 100:,}{of}."


def _notices(reading: Reading) -> Iterable[str]:
    if close := _close_call(reading):
        yield close
    findings = reading.findings
    if (alpha := findings.get("alpha")) is not None:
        said = _agreement_in_words(float(alpha))
        yield f"The panel {said}: Krippendorff’s alpha is {alpha} on {findings['alpha_n']} applications (1 is perfect)."
    if findings.get("scorecards", 0) < findings.get("assigned", 0):
        missing = findings["assigned"] - findings["scorecards"]
        yield f"{missing} of {findings['assigned']} scorecards were missing when this was made."
    if findings.get("final", 0) < findings.get("applications", 0):
        missing = f"{findings['applications'] - findings['final']} of {findings['applications']}"
        yield f"{missing} had no final score when this was made: no written one, or no pitch."


def _marked(reading: Reading) -> Iterable[tuple[str, str, str]]:
    failed = [line.name for line in reading.lines if line.essential_failed]
    changed = [line.name for line in reading.lines if line.is_changed]
    if failed:
        yield "failed", "An essential criterion failed", _some(failed)
    if changed:
        yield "changed", "Changed by hand", _some(changed)


def _some(names: Sequence[str]) -> str:
    return listing(names if len(names) <= NAMED else [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more"])


def _close_call(reading: Reading) -> str | None:
    awarded = [line for line in reading.lines if line.outcome == "award" and line.score is not None and line.is_final]
    # Only one that the money or the places kept out is a close call; a failed essential criterion is another matter,
    # and a score without its pitch is none to compare.
    out = [
        line
        for line in reading.lines
        if line.outcome != "award" and line.score is not None and line.is_final and not line.essential_failed
    ]
    if not awarded or not out:
        return None
    last, first = awarded[-1], out[0]
    gap = abs((last.score or Decimal(0)) - (first.score or Decimal(0)))
    if gap > CLOSE:
        return None
    doubt = reading.doubt(last)
    standing = f"; {last.name} stays in {percent(float(doubt.stands_in))} of redrawn panels" if doubt else ""
    return f"{listing([last.name, first.name])} are {score(float(gap))} apart{standing}."


def _agreement_in_words(alpha: float) -> str:
    """Krippendorff’s own bounds: from 0.8 reliable, from 0.667 for tentative conclusions (Content Analysis, 2018)."""
    if alpha >= 0.8:
        return "agrees well"
    return "agrees fairly" if alpha >= 0.667 else "disagrees a good deal, so look at the spread of each"
