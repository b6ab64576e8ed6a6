"""Whatever is asked of the ledger in whatever order, its promises hold."""

from collections import Counter
from itertools import count

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.kernel.errors import Clash
from grants.kernel.money import apportion
from grants.kernel.policy import SYSTEM
from grants.payments import services
from grants.payments.ledger import Account, Transfer
from grants.payments.queries import balance_of, check_ledger
from grants.persistence.session import unit_of_work
from tests.factories.awards import cycle

A = Account
ACTS = {
    "commit": ("commit", A.FREE, A.COMMITTED),
    "obligate": ("obligate", A.COMMITTED, A.OBLIGATED),
    "pay": ("pay", A.OBLIGATED, A.PAID),
    "return": ("return", A.PAID, A.OBLIGATED),
    "release committed": ("release", A.COMMITTED, A.FREE),
    "release obligated": ("release", A.OBLIGATED, A.FREE),
    "receive": ("receipt", A.SOURCE, A.FREE),
}
operations = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 400)), max_size=12)
numbers = count(1)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opening=st.integers(1, 1000), asked=operations)
def test_any_sequence_keeps_the_ledger_true(app: Flask, opening: int, asked: list[tuple[str, int]]) -> None:
    number = next(numbers)
    with unit_of_work():
        fund = services.open_fund(SYSTEM, cycle(f"cycle-{number}"), "outside", "Outside money", opening)
    expected = Counter({A.SOURCE: -opening, A.FREE: opening})
    for place, (act, amount) in enumerate(asked):
        kind, source, target = ACTS[act]
        transfer = Transfer(fund.id, source, target, amount)
        try:
            for _ in range(2):  # the second time nothing more happens
                with unit_of_work():
                    services.post_transaction(SYSTEM, f"{number}:{place}", kind, act, [transfer])
        except Clash:
            assert source is not A.SOURCE
            assert expected[source] < amount
        else:
            expected[source] -= amount
            expected[target] += amount
        assert {account.name: account.balance for account in fund.accounts} == {one: expected[one] for one in A}
        balance = balance_of(fund)
        assert 0 <= balance.paid <= balance.obligated <= balance.committed <= balance.total
    assert check_ledger() == []


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=4).filter(any),
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
)
def test_installments_drawn_one_after_the_other_take_each_fund_to_its_last_cent(
    held: list[int], weights: list[int]
) -> None:
    left = list(held)
    for amount in apportion(sum(held), weights):
        if amount:
            left = [cents - part for cents, part in zip(left, apportion(amount, left), strict=True)]
            assert min(left) >= 0
    assert left == [0] * len(held)
