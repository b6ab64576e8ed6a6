"""`grants audit verify`."""

import sys

import click
from flask.cli import with_appcontext

from grants.persistence.audit import verify
from grants.persistence.session import db


@click.group()
def audit() -> None:
    """The record of who did what."""


@audit.command("verify")
@with_appcontext
def verify_chain() -> None:
    """Read the whole record and name every row that was edited, removed or moved; exit 1 when there is one."""
    result = verify(db.session())
    for fault in result.faults:
        click.echo(fault.sentence, err=True)
    if result.faults:
        click.echo(f"The record does not hold: {len(result.faults)} faults in {result.records:,} rows.", err=True)
        sys.exit(1)
    click.echo(f"The record holds: {result.records:,} rows, each sealed to the one before.")


COMMANDS = (audit,)
