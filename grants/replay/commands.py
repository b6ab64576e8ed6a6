"""`grants replay` and `grants demo`."""

import time
from datetime import datetime
from typing import Final

import click
from flask import Flask
from flask.cli import ScriptInfo

from grants.background.commands import serve_with
from grants.config import Settings
from grants.kernel.errors import Invalid
from grants.persistence.commands import bring_up_to_date
from grants.programs.queries import cycle_keyed
from grants.replay import demo as demonstration
from grants.replay import published, site
from grants.replay.engine.acts import OutOfTune
from grants.replay.engine.runner import THE_END, Milestone, milestones, play
from grants.replay.recording import Recording, load

END: Final = "launch-year"
STAGES: Final = ("discovery", "planning", "planning-award", "launch", "launch-award", END)


@click.command()
@click.argument("recording", type=click.Choice(["oakland"]))
@click.option("--until", type=click.Choice(STAGES), default=END, help="Stop when this part of the cycle is done.")
@click.option("--fresh", is_flag=True, help="Make the database anew first; refused where anyone in it is real.")
def replay(recording: str, until: str, fresh: bool) -> None:
    """Run a recorded cycle through the services people use, and compare it with the published figures.

    It keeps a database of its own, instance/replay.sqlite3, unless DATABASE_URL names another.
    """
    started = time.monotonic()
    try:
        told = load(recording)
        settings = site.settings_for_replay()
        with _app(settings).app_context():
            findings = _replay(settings, told, until, fresh)
    except (site.NotForReplay, OutOfTune, Invalid) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"\n{published.table(findings)}\n\n{time.monotonic() - started:.1f} seconds.")
    if any(one.differs for one in findings):
        raise click.ClickException("This cycle differs from the published figures.")


def _app(settings: Settings) -> Flask:
    """The application with these settings, made by whoever runs the command: it knows all capabilities."""
    info = click.get_current_context().find_object(ScriptInfo)
    if info is None or info.create_app is None:
        raise click.ClickException("This command runs as a part of `grants`.")
    app: Flask = info.create_app(settings)
    return app


def _replay(settings: Settings, told: Recording, until: str, fresh: bool) -> list[published.Finding]:
    if fresh:
        site.start_afresh(settings)
    else:
        bring_up_to_date(settings)
    if cycle_keyed(told.cycle.key) is not None:
        raise site.NotForReplay(f"{told.cycle.title} is in this database already; --fresh begins anew.")
    points = milestones(told)
    play([told], _last_instant(points, until), click.echo)
    reached = [point.key for point in points[: STAGES.index(until) + 1]]
    return published.compare(told.cycle.key, reached)


def _last_instant(points: list[Milestone], until: str) -> datetime:
    return next((point.at for point in points if point.key == until), THE_END)


@click.command()
def demo() -> None:
    """Serve the demonstration: Oakland in its launch year and a pilot fund, in the middle of November 2016."""
    settings = demonstration.site_of_demo()
    if demonstration.is_missing(settings):
        click.echo("Preparing the demonstration; this takes a minute, once.")
        try:
            demonstration.prepare(settings, _app, click.echo)
        except (OutOfTune, Invalid) as error:
            raise click.ClickException(str(error)) from error
    else:
        with _app(settings).app_context():
            bring_up_to_date(settings)
    click.echo(demonstration.welcome(settings))
    serve_with(settings)


COMMANDS = (replay, demo)
