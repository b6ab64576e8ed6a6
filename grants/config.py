"""What the surroundings decide: settings from environment variables, and from an .env file under instance/.

What there is to set stands in grants.settings, from which Settings.read() takes its defaults.
"""

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self, cast
from urllib.parse import urlsplit

from dotenv import dotenv_values

from grants.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"

Environment = Literal["production", "development", "demo", "test"]

# Lets a developer start without ceremony; production knows it and refuses it.
DEVELOPMENT_SECRET = "development-secret-known-to-everybody"  # noqa: S105
SHORTEST_SECRET = 32
# Of statements put together, how many a process keeps compiled: all that the application has. SQLAlchemy keeps 500.
KEPT_STATEMENTS = 1500


class ConfigurationError(ValueError):
    """A setting is missing or malformed; the message is one sentence that names the variable."""


_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """The settings of one process, checked. Paths are absolute, `base_url` ends without a slash."""

    environment: Environment
    secret_key: str
    database_url: str
    files_url: str
    smtp_url: str
    mail_from: str
    host: str
    port: int
    base_url: str
    trusted_proxies: int
    web_workers: int
    web_threads: int
    session_hours: int
    max_upload_mb: int
    log_level: str
    clock_offset_seconds: int

    @classmethod
    def load(cls) -> Self:
        """The settings of this process: its environment, then its .env file, then the defaults.

        raises   ConfigurationError
        """
        return cls.read(given())

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """The settings that `values` (variable to text) describe; an absent or empty variable takes its default.

        raises   ConfigurationError
        """
        reader = _Reader(values)
        environment = cast(Environment, reader.choice("ENVIRONMENT", ("production", "development", "demo", "test")))
        port = reader.whole("PORT", 1, 65_535)
        return cls(
            environment=environment,
            secret_key=_secret(reader.text("SECRET_KEY"), environment),
            database_url=_database_url(reader.text("DATABASE_URL")),
            files_url=_files_url(reader.text("FILES_URL")),
            smtp_url=_url("SMTP_URL", reader.text("SMTP_URL"), ("smtp", "smtps")),
            mail_from=reader.text("MAIL_FROM"),
            host=reader.text("HOST"),
            port=port,
            base_url=_url("BASE_URL", values.get("BASE_URL") or f"http://127.0.0.1:{port}", ("http", "https")).rstrip(
                "/"
            ),
            trusted_proxies=reader.whole("TRUSTED_PROXIES", 0, 10),
            web_workers=reader.whole("WEB_WORKERS", 1, 64),
            web_threads=reader.whole("WEB_THREADS", 1, 64),
            session_hours=reader.whole("SESSION_HOURS", 1, 24 * 31),
            max_upload_mb=reader.whole("MAX_UPLOAD_MB", 1, 1024),
            log_level=reader.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
            clock_offset_seconds=_clock_offset(reader, environment),
        )

    def flask_config(self) -> dict[str, Any]:
        """What Flask and its extensions read, under their names; the settings themselves as SETTINGS."""
        return {
            "SETTINGS": self,
            "ENVIRONMENT": self.environment,
            "TESTING": self.environment == "test",
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"query_cache_size": KEPT_STATEMENTS},
            "MAX_CONTENT_LENGTH": self.max_upload_mb * 1024 * 1024,
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=self.session_hours),
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.base_url.startswith("https:"),
            "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form left open overnight is not lost
        }


def start_logging(settings: Settings) -> None:
    """Write our own log to standard error from LOG_LEVEL on; libraries speak up only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("grants").setLevel(settings.log_level)


def given() -> dict[str, str]:
    """Every variable of this process as text: its environment, and what its .env file adds to that.

    raises   ConfigurationError when that file is missing though named, or sets what nobody reads
    """
    return {**_file_values(), **os.environ}


def env_file() -> Path:
    """The .env file of this process, whether it exists or not."""
    return ROOT / os.environ.get("HARBORMASTER_ENV_FILE", _DEFAULTS["HARBORMASTER_ENV_FILE"])


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    """Add `values` to an .env file that only its owner can read; lines that are there already stay as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
        file.write(lines)


def use_site(path: Path, first: Mapping[str, str]) -> Settings:
    """Make `path` the .env file of this process and of those it starts; where there is none yet, write it first.

    first    what a new file holds, besides a new SECRET_KEY
    """
    if not path.exists():
        write_env_file(path, {"SECRET_KEY": new_secret(), **first})
    os.environ["HARBORMASTER_ENV_FILE"] = str(path)
    return Settings.load()


def new_secret() -> str:
    """A fresh random value for SECRET_KEY."""
    return secrets.token_urlsafe(48)


def _file_values() -> dict[str, str]:
    path = env_file()
    if not path.exists():
        if "HARBORMASTER_ENV_FILE" in os.environ:
            raise ConfigurationError(f"HARBORMASTER_ENV_FILE names {path}, and there is no such file.")
        return {}
    values = dotenv_values(path)
    if unknown := sorted(values.keys() - _DEFAULTS.keys()):
        raise ConfigurationError(
            f"{path} sets {', '.join(unknown)}, which Harbormaster does not know; `grants config` lists all."
        )
    return {name: value or "" for name, value in values.items()}


class _Reader:
    """Reads variables by name; an absent or empty one takes the default of SETTINGS."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        return self._values.get(name, "").strip() or _DEFAULTS[name]

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in options:
            raise ConfigurationError(f"{name} must be one of {', '.join(options)}, not “{value}”.")
        return value

    def whole(self, name: str, lowest: int, highest: int) -> int:
        value = self.text(name)
        try:
            number = int(value)
        except ValueError:
            raise ConfigurationError(f"{name} must be a whole number, not “{value}”.") from None
        if not lowest <= number <= highest:
            raise ConfigurationError(f"{name} must be from {lowest} to {highest}, not {number}.")
        return number


def _secret(value: str, environment: Environment) -> str:
    if environment in {"development", "test"}:
        return value or DEVELOPMENT_SECRET
    if not value:
        raise ConfigurationError(f"SECRET_KEY is not set: set it to {SHORTEST_SECRET} or more random characters.")
    if len(value) < SHORTEST_SECRET:
        raise ConfigurationError(
            f"SECRET_KEY is too short: it has {len(value)} characters and needs {SHORTEST_SECRET} or more."
        )
    # A placeholder stretched to length ("xxxx…", "changemechangeme…") is as well known as the default.
    if value == DEVELOPMENT_SECRET or len(set(value)) < 10:
        raise ConfigurationError("SECRET_KEY is one that anybody could guess: set it to random characters.")
    return value


def _clock_offset(reader: _Reader, environment: Environment) -> int:
    century = 100 * 366 * 86_400
    seconds = reader.whole("CLOCK_OFFSET_SECONDS", -century, century)
    if seconds and environment != "demo":
        raise ConfigurationError(
            "CLOCK_OFFSET_SECONDS is set: only the demonstration may run on another day, so unset it."
        )
    return seconds


def _url(name: str, value: str, schemes: tuple[str, ...]) -> str:
    if value:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:  # a malformed port
            usable = False
        if not usable:
            # Not repeated: such an address may hold a password.
            raise ConfigurationError(
                f"{name} must be an address that starts with {' or '.join(f'{s}://' for s in schemes)}."
            )
    return value


def _database_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        path = rest.removeprefix("/")
        return value if path == ":memory:" else f"sqlite:///{ROOT / path}"
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"} and rest:
        return f"postgresql+psycopg://{rest}"
    raise ConfigurationError(
        "DATABASE_URL must start with sqlite:/// or postgresql://, followed by a file or a database."
    )


def _files_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme == "file" and rest:
        return f"file://{ROOT / rest}"
    if scheme == "s3" and rest:
        return value
    raise ConfigurationError("FILES_URL must start with file:// or s3://, followed by a folder or a bucket.")
