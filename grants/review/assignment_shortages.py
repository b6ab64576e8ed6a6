"""Why submissions stay short of reviewers, in words."""

from collections import Counter
from collections.abc import Sequence

from grants.review.assignment_terms import Pair, PanelMember, Paper, Shortage, Wishes


def shortages(
    panel: Sequence[PanelMember], papers: Sequence[Paper], pairs: Sequence[Pair], wishes: Wishes
) -> tuple[Shortage, ...]:
    """One for each submission that lacks reviewers, in their order; `pairs` is the whole plan."""
    got = Counter(paper for _, paper in pairs)
    return tuple(
        _shortage(paper, paper.needs - got[paper.id], panel, pairs, wishes)
        for paper in papers
        if paper.needs > got[paper.id]
    )


def _shortage(
    paper: Paper, missing: int, panel: Sequence[PanelMember], pairs: Sequence[Pair], wishes: Wishes
) -> Shortage:
    able = sum((member.id, paper.id) not in wishes.conflicts for member in panel)
    reasons = []
    full: list[PanelMember] = []
    if able < paper.needs:
        reasons.append(f"Only {able} of {len(panel)} reviewers have no conflict with it.")
    if missing > paper.needs - able:
        full = _full_reviewers(paper.id, panel, pairs, wishes)
        names = ", ".join(f"{member.name} ({member.load})" for member in full[:5]) + (
            f" and {len(full) - 5} more" if full[5:] else ""
        )
        reasons.append(f"Those who could take it, or trade for it, are at their limit: {names}.")
    sentence = f"{paper.title} lacks {missing} of {paper.needs} reviewers. {' '.join(reasons)}"
    return Shortage(paper.id, missing, tuple(member.id for member in full), sentence)


def _full_reviewers(
    paper: str, panel: Sequence[PanelMember], pairs: Sequence[Pair], wishes: Wishes
) -> list[PanelMember]:
    """Follow every trade that could free a place: all reviewers met on the way are full, or the plan were not best."""
    taken, met, reached, waiting = set(pairs), set[str](), {paper}, [paper]
    while waiting:
        wanted = waiting.pop()
        for member in panel:
            if member.id not in met and (member.id, wanted) not in wishes.conflicts | taken:
                met.add(member.id)
                given_up = {p for r, p in taken - wishes.fixed if r == member.id} - reached
                reached |= given_up
                waiting += sorted(given_up)
    return [member for member in panel if member.id in met]
