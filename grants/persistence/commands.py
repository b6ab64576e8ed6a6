"""`grants migrate`, `grants backup` and `grants restore`."""

import shlex
from pathlib import Path
from urllib.parse import urlsplit

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import URL, make_url

from grants.config import INSTANCE, ROOT, Settings
from grants.kernel.clock import now
from grants.persistence import backup as backups


@click.command()
@with_appcontext
def migrate() -> None:
    """Create the database, or bring it to the newest version."""
    bring_up_to_date(current_app.config["SETTINGS"])


def bring_up_to_date(settings: Settings) -> None:
    """Run the migrations that the database lacks, all of them on a new one. Needs an application context."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    flask_migrate.upgrade(directory=str(ROOT / "migrations"))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def backup(file: Path | None) -> None:
    """Copy database and files into FILE, a new tar file (else one in instance/backups, named by the time)."""
    settings = Settings.load()
    target = file or INSTANCE / "backups" / f"harbormaster-{now():%Y%m%d-%H%M%S}.tar"
    database = _embedded(settings, "pg_dump --format=custom --file={file} {url}", target)
    try:
        backups.back_up(database, _folder(settings), target)
    except backups.BackupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Backed up to {target}.")
    _say_where_files_are(settings)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Replace the database that is there.")
def restore(file: Path, replace: bool) -> None:
    """Put database and files back from FILE. Stop the server first."""
    settings = Settings.load()
    database = _embedded(settings, "pg_restore --clean --if-exists --dbname={url} {file}", file)
    try:
        backups.restore(file, database, _folder(settings), replace)
    except backups.BackupError as error:
        hint = " Say --replace to replace it." if database.exists() and not replace else ""
        raise click.ClickException(f"{error}{hint}") from error
    click.echo(f"Restored from {file}.")
    _say_where_files_are(settings)


def _embedded(settings: Settings, otherwise: str, file: Path) -> Path:
    """The file of the embedded database; for PostgreSQL, ends by saying which of its own tools does the work."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database)
    # pg_dump asks for the password, or finds it in ~/.pgpass: none is shown here.
    shown = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()
    command = otherwise.format(file=shlex.quote(str(file)), url=shlex.quote(shown))
    folder = _folder(settings)
    files = f"Uploads and letters lie in {folder or settings.files_url}: they have to be kept with it."
    raise click.ClickException(f"The database is PostgreSQL, which has a tool of its own for this: {command}\n{files}")


def _folder(settings: Settings) -> Path | None:
    address = urlsplit(settings.files_url)
    return Path(address.path) if address.scheme == "file" else None


def _say_where_files_are(settings: Settings) -> None:
    if _folder(settings) is None:
        click.echo(f"Uploads and letters are in {settings.files_url} and are kept safe there.")


COMMANDS = (migrate, backup, restore)
