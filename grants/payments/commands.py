"""`grants ledger check`."""

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select

from grants.payments.models import LedgerTransaction
from grants.payments.queries.check import check_ledger
from grants.persistence.session import db


@click.group()
def ledger() -> None:
    """The ledger of all funds."""


@ledger.command("check")
@with_appcontext
def check() -> None:
    """Work the ledger out anew from its entries, and say where it does not hold."""
    faults = check_ledger()
    for fault in faults:
        click.echo(fault)
    count = db.session.scalar(select(func.count()).select_from(LedgerTransaction))
    if faults:
        raise click.ClickException(f"The ledger does not hold in {len(faults)} places.")
    click.echo(f"The ledger holds: {count} transactions.")


COMMANDS = (ledger,)
