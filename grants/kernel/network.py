"""The best flow through a network whose arcs carry one unit each, proved."""

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import numpy as np

from grants.kernel.integer_program import Floats, Rows, Unproved, maximise

Node = TypeVar("Node", bound=Hashable)


class Network(Generic[Node]):
    """Nodes by any name, and arcs that each carry one unit or none; several may run between the same two nodes."""

    def __init__(self) -> None:
        self._nodes: dict[Node, int] = {}
        self._tails: list[int] = []
        self._heads: list[int] = []
        self._inward: list[int] = []
        self._gains: list[float] = []

    def add(self, tail: Node, head: Node | None, gain: float) -> None:
        """One more arc.

        head   None for an arc that leaves the network
        gain   what the unit is worth that takes it; whole numbers keep comparisons exact
        """
        if head is not None:
            self._inward.append(len(self._gains))
            self._heads.append(self._number(head))
        self._tails.append(self._number(tail))
        self._gains.append(gain)

    def best_flow(self, supply: Mapping[Node, int]) -> list[bool]:
        """Which arcs, in the order in which they were added, a flow of the greatest gain takes.

        supply   units that start at a node, 0 or more, all of which leave; absent nodes have 0
        raises   Unproved, also when they cannot all leave

        Its rows are a network's, so that every vertex of the relaxed program is whole (Ahuja, Magnanti and Orlin,
        Network Flows, 1993, theorem 11.12).

        >>> net = Network[str]()
        >>> for tail, head, gain in [("a", "b", 5), ("a", None, 2), ("b", None, 1)]:
        ...     net.add(tail, head, gain)
        >>> net.best_flow({"a": 1})
        [True, False, True]
        """
        units = {self._number(node): count for node, count in supply.items()}
        starting = np.zeros(len(self._nodes))
        starting[list(units)] = list(units.values())
        arcs = np.arange(len(self._gains))
        taken = maximise(
            np.array(self._gains, dtype=np.float64),
            self._rows(starting),
            np.zeros(len(arcs)),
            np.ones(len(arcs)),
            relaxed=True,
        )
        if taken is None:
            raise Unproved("The network cannot carry what starts in it.")
        return [bool(unit) for unit in taken]

    def _rows(self, starting: Floats) -> Rows:
        """At every node what leaves, less what comes in, is what starts there."""
        rows = np.array(self._tails + self._heads, dtype=np.int64)
        columns = np.concatenate([np.arange(len(self._tails)), np.array(self._inward, dtype=np.int64)])
        values = np.concatenate([np.ones(len(self._tails)), -np.ones(len(self._heads))])
        order = np.lexsort((columns, rows))
        starts = np.searchsorted(rows[order], np.arange(len(starting) + 1)).astype(np.int32)
        return Rows(starts, columns[order].astype(np.int32), values[order], starting, starting)

    def _number(self, node: Node) -> int:
        return self._nodes.setdefault(node, len(self._nodes))
