"""`grants ledger check` says that the ledger holds, or where it does not."""

from flask import Flask
from sqlalchemy import text

from grants.payments.commands import ledger
from grants.persistence.session import db
from tests.factories.payments import Story


def test_the_check_passes_and_then_names_what_was_edited(app: Flask) -> None:
    Story()
    runner = app.test_cli_runner()
    holds = runner.invoke(ledger, ["check"])
    assert (holds.exit_code, holds.output) == (0, "The ledger holds: 4 transactions.\n")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_account SET balance = balance + 1 WHERE name = 'paid'"))
    db.session.rollback()
    broken = runner.invoke(ledger, ["check"])
    assert broken.exit_code == 1
    assert broken.output.splitlines()[-1] == "Error: The ledger does not hold in 3 places."
    assert "Outside money, paid: the balance is $0.01, the entries sum to $0." in broken.output
