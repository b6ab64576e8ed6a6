"""The ledger: every operation once, nothing overdrawn, balances that are the sum of the entries."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.payments import services
from grants.payments.ledger import Account, Transfer
from grants.payments.models import Fund, LedgerTransaction
from grants.payments.queries.check import check_ledger
from grants.payments.queries.funds import balance_of
from grants.persistence.session import db, unit_of_work
from tests.factories.awards import cycle
from tests.factories.people import actor, person


@pytest.fixture
def fund(app: Flask) -> Fund:
    with unit_of_work():
        return services.open_fund(SYSTEM, cycle(), "outside", "Outside money", 1_000_00)


def commit(fund: Fund, operation: str, amount: int, memo: str = "") -> LedgerTransaction:
    with unit_of_work():
        transfer = Transfer(fund.id, Account.FREE, Account.COMMITTED, amount)
        return services.post_transaction(SYSTEM, operation, "commit", memo, [transfer])


def standing(fund: Fund) -> tuple[int, int, int, int]:
    position = balance_of(db.session.get_one(Fund, fund.id))
    return position.total, position.committed, position.obligated, position.paid


def test_a_fund_opens_with_its_money_once(fund: Fund) -> None:
    with unit_of_work():
        assert services.open_fund(SYSTEM, fund.cycle, "outside", "Outside money", 1_000_00).id == fund.id
    assert standing(fund) == (1_000_00, 0, 0, 0)
    with pytest.raises(Clash, match="other content"), unit_of_work():
        services.open_fund(SYSTEM, fund.cycle, "outside", "Outside money", 2_000_00)
    assert standing(fund) == (1_000_00, 0, 0, 0)


def test_a_fund_is_opened_by_finance_alone(app: Flask) -> None:
    with unit_of_work():
        officer = person(None, Role.PROGRAM_OFFICER)
        of = cycle()
    with pytest.raises(Refused), unit_of_work():
        services.open_fund(actor(officer), of, "outside", "Outside money", 1_000_00)
    with pytest.raises(Invalid, match="above"), unit_of_work():
        services.open_fund(SYSTEM, of, "outside", "Outside money", 0)
    assert db.session.scalars(select(Fund)).all() == []


def test_the_same_operation_twice_is_once(fund: Fund) -> None:
    assert commit(fund, "a", 300_00).id == commit(fund, "a", 300_00).id
    assert standing(fund) == (1_000_00, 300_00, 0, 0)


@pytest.mark.parametrize(("amount", "memo"), [(301_00, ""), (300_00, "other words")])
def test_the_same_key_with_other_content_is_an_error(fund: Fund, amount: int, memo: str) -> None:
    commit(fund, "a", 300_00)
    with pytest.raises(Clash, match="“a” was posted before with other content"):
        commit(fund, "a", amount, memo)
    assert standing(fund) == (1_000_00, 300_00, 0, 0)


def test_an_overdraft_is_refused_in_a_sentence(fund: Fund) -> None:
    commit(fund, "a", 300_00)
    with pytest.raises(Clash, match=r"Outside money has \$700 free left, so \$700.01 cannot be committed."):
        commit(fund, "b", 700_01)
    commit(fund, "c", 700_00)
    assert standing(fund) == (1_000_00, 1_000_00, 0, 0)


def test_the_database_refuses_an_overdraft_too(fund: Fund) -> None:
    with pytest.raises(DBAPIError, match="not_overdrawn"), db.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_account SET balance = -1 WHERE name = 'free'"))


def test_money_takes_no_short_cut(fund: Fund) -> None:
    with pytest.raises(ValueError, match="does not go free to paid"), unit_of_work():
        services.post_transaction(SYSTEM, "a", "pay", "", [Transfer(fund.id, Account.FREE, Account.PAID, 1)])


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry"])
def test_entries_stay_as_they_are(fund: Fund, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_check_finds_a_balance_and_a_memo_that_were_edited(fund: Fund) -> None:
    commit(fund, "a", 300_00, "for a school")
    assert check_ledger() == []
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_account SET balance = 70000 - 1 WHERE name = 'free'"))
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER ledger_transaction_no_update"))
        else:
            connection.execute(text("ALTER TABLE ledger_transaction DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE ledger_transaction SET memo = 'for another' WHERE operation = 'a'"))
    db.session.rollback()
    assert check_ledger() == [
        "Outside money, free: the balance is $699.99, the entries sum to $700.",
        "The transaction “a” is not what was posted.",
    ]
