"""`grants create-admin`."""

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from grants import config
from grants.kernel.errors import Invalid, Problem
from grants.kernel.roles import Role
from grants.people import services
from grants.people.models import RoleGrant
from grants.persistence.session import db, unit_of_work


@click.command("create-admin")
@with_appcontext
def create_admin() -> None:
    """Make the first administrator: from ADMIN_NAME, ADMIN_EMAIL and ADMIN_PASSWORD, or else by asking."""
    if db.session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR).limit(1)) is not None:
        click.echo("There is an administrator already.")
        return
    given = config.given()
    name = given.get("ADMIN_NAME") or click.prompt("Your name")
    email = given.get("ADMIN_EMAIL") or click.prompt("Your email address")
    password = given.get("ADMIN_PASSWORD") or click.prompt("A password", hide_input=True, confirmation_prompt=True)
    try:
        with unit_of_work():
            services.create_first_administrator(name, email, password)
    except Problem as problem:
        sentences = problem.errors.values() if isinstance(problem, Invalid) and problem.errors else [problem.sentence]
        raise click.ClickException(" ".join(sentences)) from problem
    click.echo(f"{email} is the administrator.")


COMMANDS = (create_admin,)
