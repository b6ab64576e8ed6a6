"""The money behind an agreement. Awards does not know payments, which registers here how it is found and bound."""

from typing import Protocol

from grants.awards.models import Award


class Purse(Protocol):
    """Where an award's money comes from."""

    def lacking(self, award: Award) -> str | None:
        """A sentence that names the funds and what is missing in them; None when the award can be paid."""
        ...

    def bind(self, award: Award) -> None:
        """Bind the whole award to its grantee, in the transaction that puts it in force.

        raises   Clash when its funds hold too little, so that nothing is put in force
        """
        ...


_purses: list[Purse] = []


def register_purse(purse: Purse) -> None:
    """Name where the money of awards comes from."""
    _purses[:] = [purse]


def purse() -> Purse:
    """Where the money of awards comes from."""
    return _purses[0]
