"""What stands beside a slate's lines: budget, portfolio, and what to look at. Counts only the lines it is given."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grants.decisions.models import SlateLine
from grants.programs.schema import DecisionRules
from grants.web.filters import listing, percent, plural, score

# Scores nearer than this at the line are worth a look before anyone approves.
CLOSE = Decimal("1.5")
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
    """

    total: int
    limit: int | None
    awards: int
    most: int | None
    portfolio: tuple[tuple[str, int, str], ...]
    pupils: int
    notices: tuple[str, ...]
    line_sentence: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The portfolio as label and value."""
        rows = [(title, f"{count} {bound}".strip()) for title, count, bound in self.portfolio]
        return [*rows, ("Students enrolled", f"{self.pupils:,}")] if self.pupils else rows


def slate_figures(lines: Sequence[SlateLine], findings: Mapping[str, Any], rules: DecisionRules) -> Figures:
    """The figures of the lines a person may see."""
    awarded = [line for line in lines if line.outcome == "award"]
    total = sum(line.amount for line in awarded)
    limit = _limit(findings, rules)
    return Figures(
        total=total,
        limit=limit,
        awards=len(awarded),
        most=rules.awards.at_most,
        portfolio=tuple(_portfolio(awarded, rules)),
        pupils=sum(line.application.case.organization.enrollment or 0 for line in awarded),
        notices=tuple(_notices(lines, findings)),
        line_sentence=_line_sentence(lines, awarded, total, limit),
    )


def _limit(findings: Mapping[str, Any], rules: DecisionRules) -> int | None:
    pool = findings.get("pool")
    if isinstance(pool, int):
        return pool
    if rules.amount.flat is not None and rules.awards.at_most is not None:
        return rules.amount.flat * rules.awards.at_most
    return None


def _portfolio(awarded: Sequence[SlateLine], rules: DecisionRules) -> Iterable[tuple[str, int, str]]:
    sectors, grades = Counter[str](), Counter[str]()
    for line in awarded:
        organization = line.application.case.organization
        sectors[organization.sector or ""] += 1
        grades[organization.grade_band] += 1
    for sector, label in (("district", "District-run"), ("charter", "Charter-run")):
        yield label, sectors[sector], _bound(rules, sector, sectors[sector])
    for band, label in GRADES.items():
        if grades[band]:
            yield label, grades[band], ""


def _bound(rules: DecisionRules, sector: str, count: int) -> str:
    for rule in rules.portfolio:
        if rule.where == {"sector": (sector,)}:
            asked = rule.at_least or rule.at_most or 0
            return f"of {asked}" if count <= asked else f"(at least {asked})"
    return ""


def _line_sentence(lines: Sequence[SlateLine], awarded: Sequence[SlateLine], total: int, limit: int | None) -> str:
    of = f" of ${limit // 100:,}" if limit is not None else ""
    sentence = f"The line: {plural(len(awarded), 'award')}, ${total // 100:,}{of}."
    first_out = next((line for line in lines if line.outcome != "award"), None)
    if first_out is not None and first_out.because:
        sentence += f" {first_out.application.case.organization.name}: {first_out.because}"
    return sentence


def _notices(lines: Sequence[SlateLine], findings: Mapping[str, Any]) -> Iterable[str]:
    awarded = [line for line in lines if line.outcome == "award" and line.score is not None]
    # Only one that the money or the places kept out is a close call; a failed essential criterion is another matter.
    out = [one for one in lines if one.outcome != "award" and one.score is not None and not one.essential_failed]
    if awarded and out:
        last, first = awarded[-1], out[0]
        gap = abs((last.score or Decimal(0)) - (first.score or Decimal(0)))
        if gap <= CLOSE:
            names = listing([_name(last), _name(first)])
            standing = (
                f"; {_name(last)} stays in {percent(float(last.stands_in))} of redrawn panels"
                if last.stands_in is not None
                else ""
            )
            yield f"{names} are {score(float(gap))} apart{standing}."
    for line in lines:
        if line.essential_failed:
            yield f"{_name(line)}: {line.essential_failed}"
    if (alpha := findings.get("alpha")) is not None:
        said = _agreement_in_words(float(alpha))
        yield f"The panel {said}: Krippendorff’s alpha is {alpha} on {findings['alpha_n']} applications (1 is perfect)."
    if findings.get("scorecards", 0) < findings.get("assigned", 0):
        missing = findings["assigned"] - findings["scorecards"]
        yield f"{missing} of {findings['assigned']} scorecards were missing when this was made."
    changed = [line for line in lines if line.override_reason]
    if changed:
        yield f"Changed by hand: {listing(_name(line) for line in changed)}."


def _agreement_in_words(alpha: float) -> str:
    """Krippendorff’s own bounds: from 0.8 reliable, from 0.667 for tentative conclusions (Content Analysis, 2018)."""
    if alpha >= 0.8:
        return "agrees well"
    return "agrees fairly" if alpha >= 0.667 else "disagrees a good deal, so look at the spread of each"


def _name(line: SlateLine) -> str:
    return line.application.case.organization.name


@dataclass(frozen=True)
class Difference:
    """One application in two scenarios; a side is None where it has no line."""

    one: SlateLine | None
    other: SlateLine | None

    @property
    def name(self) -> str:
        return next(_name(line) for line in (self.one, self.other) if line is not None)


def compared(one: Sequence[SlateLine], other: Sequence[SlateLine]) -> list[Difference]:
    """The lines in which two scenarios differ in outcome or amount, in the first one's order."""
    first, second = ({line.application_id: line for line in lines} for lines in (one, other))
    keys = [*first, *(key for key in second if key not in first)]
    return [
        Difference(first.get(key), second.get(key)) for key in keys if _said(first.get(key)) != _said(second.get(key))
    ]


def _said(line: SlateLine | None) -> tuple[object, ...] | None:
    return (line.outcome, line.amount, line.waitlist_place) if line else None
