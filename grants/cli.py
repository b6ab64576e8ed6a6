"""The `grants` command: what an operator does from the shell. Each capability brings its own in COMMANDS."""

import click
from flask import Flask
from flask.cli import ScriptInfo

from grants import config
from grants.background import commands as background
from grants.casework import commands as casework
from grants.payments import commands as payments
from grants.people import commands as people
from grants.persistence import commands as persistence
from grants.programs import commands as programs
from grants.replay import commands as replay
from grants.settings import settings_table


def _create_app(settings: config.Settings | None = None) -> Flask:
    # Here and not above: `grants config` must answer even where the application cannot start.
    from grants import create_app  # noqa: PLC0415

    return create_app(settings)


class _Commands(click.Group):
    """Says a wrong setting as one sentence instead of a trace."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except config.ConfigurationError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
@click.pass_context
def main(ctx: click.Context) -> None:
    """Harbormaster: grants in stages, from discovery to launch award."""
    # Commands that say @with_appcontext find the application here, made when they ask for it; those that bring
    # settings of their own (replay, demo) have it made with them.
    ctx.obj = ScriptInfo(create_app=_create_app)


@main.command("config")
@click.option("--make-secret", is_flag=True, help="Write a SECRET_KEY to the .env file, unless one is set.")
def show_config(make_secret: bool) -> None:
    """Print the table of all settings."""
    if not make_secret:
        click.echo(settings_table())
    elif not config.given().get("SECRET_KEY"):
        config.write_env_file(config.env_file(), {"SECRET_KEY": config.new_secret()})
        click.echo(f"A new SECRET_KEY stands in {config.env_file()}.")


for _capability in (persistence, background, people, casework, programs, payments, replay):
    for _command in _capability.COMMANDS:
        main.add_command(_command)


if __name__ == "__main__":
    main(prog_name="grants")
