"""How a reviewer's marks on a sample differ from the anchor scores, in figures and in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grants.programs.schema import Anchor, Criterion, Rubric, Sample
from grants.review.marking import ABSTAIN, MarkValue

FEWEST: Final = 3
"""From fewer differences nothing is said of how severe somebody is."""


@dataclass(frozen=True)
class Compared:
    """One criterion of a sample: what was given beside the anchor.

    off       mark minus anchor, in marks of the scale; None where it is yes or no, or was not marked
    agrees    within what the stage allows; for yes or no, the same; None where it was not marked
    """

    criterion: Criterion
    anchor: Anchor
    given: MarkValue | None
    off: int | None
    agrees: bool | None

    @property
    def words(self) -> str:
        """How far it is off, as one says it."""
        if self.agrees is None:
            return "You did not mark it."
        if self.off is None:
            return "The same." if self.agrees else "The other way round."
        if self.off == 0:
            return "The same."
        marks = "One mark" if abs(self.off) == 1 else f"{abs(self.off)} marks"
        side = "higher" if self.off > 0 else "lower"
        return f"{marks} {side}{', as good as the same' if self.agrees else ''}."


def compare(rubric: Rubric, sample: Sample, marks: Mapping[str, MarkValue], within: int) -> list[Compared]:
    """A reviewer's marks on a sample beside its anchors, in the rubric's order; criteria without an anchor left out.

    within   a mark that is off by no more than this agrees
    """
    return [
        _compared(criterion, anchor, marks.get(key), within)
        for key, criterion in rubric.criteria.items()
        if (anchor := sample.anchors.get(key)) is not None
    ]


def _compared(criterion: Criterion, anchor: Anchor, given: MarkValue | None, within: int) -> Compared:
    if given is None or given == ABSTAIN:
        return Compared(criterion, anchor, given, None, None)
    if criterion.essential or anchor.mark is None:
        return Compared(criterion, anchor, given, None, given == anchor.value)
    off = int(given) - anchor.mark
    return Compared(criterion, anchor, given, off, abs(off) <= within)


@dataclass(frozen=True)
class Offsets:
    """How somebody's marks on samples differ from the anchors, over all criteria that have a scale.

    signed     the mean difference: above 0 they give more than the anchors (lenient), below 0 less (severe)
    absolute   the mean distance, from 0 up
    count      over how many marks; agreed: how many of all anchors they agree with; anchors: of how many
    """

    signed: float
    absolute: float
    count: int
    agreed: int
    anchors: int

    @property
    def words(self) -> str:
        """What the differences say, as an early sign and no more."""
        if self.count < FEWEST:
            return "too few marks to say"
        if abs(self.signed) < 0.25:
            return "near the anchors on average"
        return "gives more than the anchors" if self.signed > 0 else "gives less than the anchors"


def offsets(compared: Iterable[Compared]) -> Offsets | None:
    """The differences of all samples that somebody scored, taken together; None where nothing has a scale.

    Plain means over mark minus anchor: bias and mean absolute error as rater training reports them.
    Source: Myford and Wolfe, “Detecting and measuring rater effects using many-facet Rasch measurement: Part I”,
    Journal of Applied Measurement 4 (2003), on severity as the mean difference from criterion ratings.
    """
    seen = [one for one in compared if one.agrees is not None]
    off: Sequence[int] = [one.off for one in seen if one.off is not None]
    if not off:
        return None
    return Offsets(
        signed=sum(off) / len(off),
        absolute=sum(map(abs, off)) / len(off),
        count=len(off),
        agreed=sum(one.agrees is True for one in seen),
        anchors=len(seen),
    )
