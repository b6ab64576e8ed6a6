"""Moves as data: what may happen to a record, to whom it is open, when, and with what consequence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from grants.kernel.errors import Clash
from grants.kernel.policy import YES, Actor, Verdict, no

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Move(Generic[Facts]):
    """One row of a move table.

    source      the state, or the states, it starts from
    guard       answers None when the move may go on, or a sentence that says why not
    effects     names of what follows; the service that makes the move says what each name does
    """

    name: str
    source: str | tuple[str, ...]
    target: str
    permission: str
    guard: Callable[[Facts], str | None] | None = None
    effects: tuple[str, ...] = ()

    def starts_from(self, state: str) -> bool:
        return state in ((self.source,) if isinstance(self.source, str) else self.source)

    def verdict(self, actor: Actor, facts: Facts) -> Verdict:
        """Whether this actor may make this move on these facts."""
        if not actor.may(self.permission):
            return no("Your role does not allow this.")
        reason = self.guard(facts) if self.guard else None
        return YES if reason is None else no(reason)


class Workflow(Generic[Facts]):
    """A named table of moves; the only way a record's state changes."""

    def __init__(self, name: str, moves: Iterable[Move[Facts]]) -> None:
        self.name = name
        self.moves = tuple(moves)

    def find(self, name: str, state: str) -> Move[Facts]:
        """The move of that name from that state.

        raises   KeyError when the table has no such move; Clash when it has, but not from here
        """
        named = [move for move in self.moves if move.name == name]
        if not named:
            raise KeyError(f"{self.name} has no move {name!r}")
        for move in named:
            if move.starts_from(state):
                return move
        raise Clash(f"This {self.name} is {state.replace('_', ' ')}, so “{name.replace('_', ' ')}” is no longer open.")

    def open_to(self, actor: Actor, state: str, facts: Facts) -> dict[str, Verdict]:
        """The moves this actor's role allows from here, by name, each with its verdict: a page draws its buttons from
        them.
        """
        return {
            move.name: move.verdict(actor, facts)
            for move in self.moves
            if move.starts_from(state) and actor.may(move.permission)
        }
