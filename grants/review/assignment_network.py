"""The assignment as a network: a submission's places run through reviewers' piles at rising costs, or stay empty.

A transport problem with convex costs (Ahuja, Magnanti and Orlin, Network Flows, 1993, chapter 14): each reviewer's k-th
review costs k · balance, the k-th of a kind k · mix, each submission's k-th empty place more than any assignment could
gain.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grants.kernel.network import Network
from grants.review.assignment_terms import Pair, PanelMember, Paper, Wishes

Node = tuple[str, ...]


def best_pairs(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes) -> list[Pair]:
    """The pairs that leave the fewest places empty and spread these evenly; among those, that leave the fewest piles
    below their least; among those, that are worth most points less costs.

    raises   Unproved
    """
    if len({paper.kind for paper in papers}) < 2:  # then each pile is of one kind, and the two costs are one
        balance = wishes.worth.balance + wishes.worth.mix
        wishes = replace(wishes, worth=replace(wishes.worth, balance=balance, mix=0))
    got = Counter(paper for _, paper in wishes.fixed)
    lacks = {paper.id: max(0, paper.needs - got[paper.id]) for paper in papers}
    closed = wishes.conflicts | wishes.fixed
    pairs = [(member, paper) for paper in papers for member in panel if (member.id, paper.id) not in closed]
    points = [points_of((member.id, paper.id), wishes) for member, paper in pairs]
    rooms = _rooms(panel, papers, wishes)
    net = Network[Node]()
    for (member, paper), gain in zip(pairs, points, strict=True):
        net.add(("paper", paper.id), _pile(member.id, paper.kind, wishes), gain)
    dearest = _mixing(net, pairs, papers, rooms, wishes) if wishes.worth.mix else 0
    dearest += wishes.worth.balance * max((has + room for has, room in rooms.values()), default=0)
    # Each aim outweighs all that those after it can bring together: needs, least loads, points.
    idle = 1 + sum(lacks.values()) * (max([0, *points]) - min([0, *points]) + dearest)
    below = _loading(net, panel, rooms, wishes.worth.balance, idle)
    for lacking_one, lacking in lacks.items():
        for nth in range(1, lacking + 1):  # lacking two is worse than two that lack one
            net.add(("paper", lacking_one), None, -idle * (1 + below) * nth)
    taken = net.best_flow({("paper", paper): lacking for paper, lacking in lacks.items()})
    return [(member.id, paper.id) for (member, paper), is_taken in zip(pairs, taken, strict=False) if is_taken]


def points_of(pair: Pair, wishes: Wishes) -> int:
    """What a pair is worth by itself."""
    return wishes.expertise.get(pair, 0) + wishes.worth.keep * (pair in wishes.previous)


def _pile(reviewer: str, kind: str, wishes: Wishes) -> Node:
    return ("kind", reviewer, kind) if wishes.worth.mix else ("reviewer", reviewer)


def _rooms(panel: Sequence[PanelMember], papers: Sequence[Paper], wishes: Wishes) -> dict[str, tuple[int, int]]:
    """Reviewer -> reviews they have already, and how many more may come."""
    fixed = Counter(reviewer for reviewer, _ in wishes.fixed)
    has = {one.id: fixed[one.id] + one.elsewhere for one in panel}
    limits = {one.id: len(papers) + has[one.id] if one.load is None else one.load for one in panel}
    return {one.id: (has[one.id], max(0, min(len(papers), limits[one.id] - has[one.id]))) for one in panel}


def _mixing(
    net: Network[Node],
    pairs: Sequence[tuple[PanelMember, Paper]],
    papers: Sequence[Paper],
    rooms: Mapping[str, tuple[int, int]],
    wishes: Wishes,
) -> int:
    """Arcs from a reviewer's pile of one kind to their whole pile; returns what the dearest takes off."""
    kinds = {paper.id: paper.kind for paper in papers}
    has = Counter((reviewer, kinds[paper]) for reviewer, paper in wishes.fixed)
    open_ones = Counter((member.id, paper.kind) for member, paper in pairs)
    dearest = 0
    for (reviewer, kind), count in open_ones.items():
        for nth in range(has[reviewer, kind], has[reviewer, kind] + min(count, rooms[reviewer][1])):
            net.add(_pile(reviewer, kind, wishes), ("reviewer", reviewer), -wishes.worth.mix * nth)
            dearest = max(dearest, wishes.worth.mix * nth)
    return dearest


def _loading(
    net: Network[Node], panel: Sequence[PanelMember], rooms: Mapping[str, tuple[int, int]], balance: int, idle: int
) -> int:
    """Arcs out of each reviewer's pile, one a review; returns how many lie below a reviewer's least load."""
    lying_below = 0
    for member in panel:
        has, room = rooms[member.id]
        for nth in range(has, has + room):
            net.add(("reviewer", member.id), None, idle * (nth < member.least) - balance * nth)
        lying_below += max(0, min(member.least, has + room) - has)
    return lying_below
