"""`grants program check | load | diff | schema`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from grants.kernel.errors import Problem
from grants.kernel.policy import SYSTEM
from grants.persistence.session import unit_of_work
from grants.programs import loading, services
from grants.programs.differences import differences
from grants.programs.faults import DefinitionError, Level
from grants.programs.schema import Definition

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_COLORS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}


@click.group()
def program() -> None:
    """Program definitions: check a file, load it, compare two."""


@program.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Say everything there is to say about a definition FILE; fails when it has errors."""
    report = loading.check(file.read_bytes(), file.name)
    for finding in report.findings:
        click.echo(f"{click.style(finding.level, fg=_COLORS[finding.level])}  {file.name}, {finding}")
    if report.definition is None:
        raise click.ClickException(f"{file.name} cannot be loaded: {_count(len(report.errors), 'error')}.")
    stages = ", ".join(stage.title for stage in report.definition.stages.values())
    click.echo(f"{file.name} can be loaded: {report.definition.title}, with the stages {stages}.")


@program.command()
@click.argument("file", type=_FILE)
@with_appcontext
def load(file: Path) -> None:
    """Keep a definition FILE as a version of its program."""
    try:
        with unit_of_work():
            version = services.load_program(SYSTEM, file.read_bytes(), file.name)
            said = f"{version.title} is version {version.number} of the program “{version.program_key}”."
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(said)


@program.command()
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE)
def diff(old: Path, new: Path) -> None:
    """Say in words what changes from one definition file to another."""
    changes = differences(_read(old), _read(new))
    for change in changes:
        click.echo(str(change))
    click.echo(f"{_count(len(changes), 'change')}." if changes else "The two definitions say the same.")


@program.command()
@click.option("--write", is_flag=True, help="Write it to the library instead of printing it.")
def schema(write: bool) -> None:
    """Print the JSON Schema by which editors complete and check definition files."""
    if write:
        loading.SCHEMA_FILE.write_text(loading.schema_text(), encoding="utf-8")
        click.echo(f"The schema stands in {loading.SCHEMA_FILE.name} of the library.")
    else:
        click.echo(loading.schema_text(), nl=False)


def _read(file: Path) -> Definition:
    try:
        return loading.load_definition(file.read_bytes(), file.name)
    except DefinitionError as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


COMMANDS = (program,)
