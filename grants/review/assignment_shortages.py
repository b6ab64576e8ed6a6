"""Why submissions stay short of reviewers, in words."""

from collections import Counter
from collections.abc import Sequence

from grants.review.assignment_terms import Pair, PanelMember, Paper, Shortage, Wishes


def shortages(
    panel: Sequence[PanelMember], papers: Sequence[Paper], pairs: Sequence[Pair], wishes: Wishes
) -> tuple[Shortage, ...]:
    """One for each submission that lacks reviewers, in their order; `pairs` is the whole plan."""
    got = Counter(paper for _, paper in pairs)
    trades = _Trades(panel, pairs, wishes)
    return tuple(
        _shortage(paper, paper.needs - got[paper.id], trades, wishes) for paper in papers if paper.needs > got[paper.id]
    )


class _Trades:
    """Who may take what, and what each could give up for it."""

    def __init__(self, panel: Sequence[PanelMember], pairs: Sequence[Pair], wishes: Wishes) -> None:
        self.panel, self.closed = panel, wishes.conflicts | set(pairs)
        self.piles: dict[str, list[str]] = {member.id: [] for member in panel}
        for reviewer, paper in sorted(set(pairs) - wishes.fixed):
            self.piles[reviewer].append(paper)

    def full_reviewers(self, paper: str) -> list[PanelMember]:
        """Follow every trade that could free a place: all met on the way are full, or the plan were not best."""
        unmet, reached, waiting = {member.id for member in self.panel}, {paper}, [paper]
        while waiting and unmet:
            wanted = waiting.pop()
            met = {one for one in unmet if (one, wanted) not in self.closed}
            unmet -= met
            for reviewer in met if unmet else ():
                waiting += [one for one in self.piles[reviewer] if one not in reached]
                reached.update(self.piles[reviewer])
        return [member for member in self.panel if member.id not in unmet]


def _shortage(paper: Paper, missing: int, trades: _Trades, wishes: Wishes) -> Shortage:
    able = sum((member.id, paper.id) not in wishes.conflicts for member in trades.panel)
    reasons = []
    full: list[PanelMember] = []
    if able < paper.needs:
        reasons.append(_too_few(paper, len(trades.panel), able, wishes))
    if missing > paper.needs - able:
        full = trades.full_reviewers(paper.id)
        names = ", ".join(f"{member.name} ({member.load})" for member in full[:5]) + (
            f" and {len(full) - 5} more" if full[5:] else ""
        )
        reasons.append(f"Those who could take it, or trade for it, are at their limit: {names}.")
    sentence = f"{paper.title} lacks {missing} of {paper.needs} reviewers. {' '.join(reasons)}"
    return Shortage(paper.id, missing, tuple(member.id for member in full), sentence)


def _too_few(paper: Paper, members: int, able: int, wishes: Wishes) -> str:
    """Why so few may take it: conflicts, those who declared before it came, and pairs that an officer left out."""
    left_out = sum(what == paper.id for _, what in wishes.left_out)
    free = able + left_out
    known = f"Only {free} of {members} reviewers {'is' if free == 1 else 'are'} known to have no conflict with it"
    if not left_out:
        return f"{known}."
    if free == members:
        return f"Of {members} reviewers you left out {left_out}."
    return f"{known}, and of those you left out {left_out}."
