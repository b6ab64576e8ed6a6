"""Where a replay is kept: a database of its own, unless one is named, and never one that holds anybody's real work."""

import os
import shutil
from pathlib import Path
from typing import Final

from sqlalchemy import MetaData, exists, inspect, make_url, select

from grants.config import INSTANCE, Settings, use_site
from grants.people.models import Person
from grants.persistence.commands import bring_up_to_date
from grants.persistence.session import db

_OWN: Final = INSTANCE / "replay.env"
_OWN_FILES: Final = INSTANCE / "replay-files"


class NotForReplay(Exception):
    """The database or the site is not one to replay into; the message is a sentence."""


def settings_for_replay() -> Settings:
    """The site that DATABASE_URL or HARBORMASTER_ENV_FILE names; without either, one of the replay's own.

    raises   NotForReplay for a site in production
    """
    named = os.environ.get("DATABASE_URL") or os.environ.get("HARBORMASTER_ENV_FILE")
    first = {
        "ENVIRONMENT": "development",
        "DATABASE_URL": "sqlite:///instance/replay.sqlite3",
        "FILES_URL": f"file://instance/{_OWN_FILES.name}",
    }
    settings = Settings.load() if named else use_site(_OWN, first)
    if settings.environment == "production":
        raise NotForReplay("A replay fills a database with invented people, so a site in production refuses it.")
    return settings


def start_afresh(settings: Settings) -> None:
    """Empty the site's database and make it anew by migrations. Needs an application context.

    What is there goes only when all of it came from a replay or a demonstration: when every account is illustrative.

    raises   NotForReplay when it holds an account of a real person, or tables that are not Harbormaster's
    """
    _nobody_real()
    db.session.remove()
    _drop(settings)
    bring_up_to_date(settings)


def _nobody_real() -> None:
    tables = inspect(db.engine).get_table_names()
    if not tables:
        return
    if Person.__tablename__ not in tables:
        raise NotForReplay("The database holds tables that are not Harbormaster's, so it is left as it is.")
    if db.session.scalar(select(exists().where(~Person.illustrative))):
        raise NotForReplay(
            "The database holds accounts of people who are not illustrative, so it is left as it is. "
            "Name another one in DATABASE_URL, or remove this one yourself."
        )


def _drop(settings: Settings) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        db.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            Path(f"{url.database}{ending}").unlink(missing_ok=True)
    else:
        found = MetaData()
        found.reflect(db.engine)
        found.drop_all(db.engine)
    if settings.files_url == f"file://{_OWN_FILES}":
        shutil.rmtree(_OWN_FILES, ignore_errors=True)
