"""How money moves between a fund's accounts: from where to where, and in what words."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from grants.kernel.canonical import sha256_of


class Account(StrEnum):
    """A fund's accounts, in the order in which money passes through them."""

    SOURCE = "source"
    FREE = "free"
    COMMITTED = "committed"
    OBLIGATED = "obligated"
    PAID = "paid"


A = Account

# kind -> from, to. Money goes one step at a time, back from the bank, and to `free` from wherever it was promised.
KINDS: Final[dict[str, tuple[tuple[Account, Account], ...]]] = {
    "receipt": ((A.SOURCE, A.FREE),),
    "commit": ((A.FREE, A.COMMITTED),),
    "obligate": ((A.COMMITTED, A.OBLIGATED),),
    "pay": ((A.OBLIGATED, A.PAID),),
    "return": ((A.PAID, A.OBLIGATED),),
    "release": ((A.COMMITTED, A.FREE), (A.OBLIGATED, A.FREE)),
}


@dataclass(frozen=True)
class Transfer:
    """Money that leaves one account of a fund and enters another of the same fund.

    amount   whole cents, above 0
    """

    fund_id: int
    source: Account
    target: Account
    amount: int
    award_id: int | None = None
    installment_id: int | None = None

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("A transfer moves an amount above 0.")


def check_route(kind: str, transfers: Iterable[Transfer]) -> None:
    """See that every transfer takes a way that its kind of transaction allows.

    raises   ValueError for an unknown kind or another way
    """
    for transfer in transfers:
        if (transfer.source, transfer.target) not in KINDS.get(kind, ()):
            raise ValueError(f"A ledger transaction {kind!r} does not go {transfer.source} to {transfer.target}.")


def content_sha256(kind: str, memo: str, transfers: Iterable[Transfer]) -> str:
    """The hash that tells whether the same operation was asked for again, or another under its name."""
    return sha256_of({"kind": kind, "memo": memo, "transfers": [asdict(transfer) for transfer in transfers]})
