"""The `grants` command: what an operator does from the shell. Each capability brings its own in COMMANDS."""

from importlib import import_module
from typing import Final

import click
from flask import Flask
from flask.cli import ScriptInfo

from grants import config
from grants.settings import settings_table

# Read when it is asked for: all of them take seconds and the memory of the whole application, which `grants config`
# answers without, and `grants serve`, which waits beside those that it has started.
CAPABILITY_OF: Final = {
    **dict.fromkeys(("migrate", "backup", "restore"), "persistence"),
    **dict.fromkeys(("serve", "worker"), "background"),
    "create-admin": "people",
    "audit": "casework",
    "program": "programs",
    "ledger": "payments",
    **dict.fromkeys(("replay", "demo"), "replay"),
}


def _create_app(settings: config.Settings | None = None) -> Flask:
    # Here and not above: `grants config` must answer even where the application cannot start.
    from grants import create_app  # noqa: PLC0415

    return create_app(settings)


class _Commands(click.Group):
    """Finds what capabilities bring, and says a wrong setting as one sentence instead of a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *CAPABILITY_OF])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CAPABILITY_OF:
            return super().get_command(ctx, cmd_name)
        brought: tuple[click.Command, ...] = import_module(f"grants.{CAPABILITY_OF[cmd_name]}.commands").COMMANDS
        return next(one for one in brought if one.name == cmd_name)

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


if __name__ == "__main__":
    main(prog_name="grants")
