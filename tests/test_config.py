"""Settings: from the environment and a file, checked, each fault said in one sentence that names the variable."""

import os
import stat
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from grants import config
from grants.cli import CAPABILITY_OF, main
from grants.config import ROOT, ConfigurationError, Settings
from grants.settings import settings_table

SECRET = "kW3v-90adf_ZpQ8xY7mL2nB5cR4tU6eH1jG"


def test_production_takes_a_secret_of_its_own_and_defaults_for_the_rest() -> None:
    assert Settings.read({"SECRET_KEY": SECRET}) == Settings(
        environment="production",
        secret_key=SECRET,
        database_url=f"sqlite:///{ROOT}/instance/harbormaster.sqlite3",
        files_url=f"file://{ROOT}/instance/files",
        smtp_url="",
        mail_from="Harbormaster <grants@localhost>",
        host="127.0.0.1",
        port=8000,
        base_url="http://127.0.0.1:8000",
        trusted_proxies=0,
        web_workers=2,
        web_threads=4,
        session_hours=12,
        max_upload_mb=20,
        log_level="INFO",
        clock_offset_seconds=0,
    )


@pytest.mark.parametrize("environment", ["production", "demo"])
@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        ("", "SECRET_KEY is not set: set it to 32 or more random characters."),
        (SECRET[:31], "SECRET_KEY is too short: it has 31 characters and needs 32 or more."),
        (config.DEVELOPMENT_SECRET, "SECRET_KEY is one that anybody could guess: set it to random characters."),
        ("changeme" * 8, "SECRET_KEY is one that anybody could guess: set it to random characters."),
    ],
)
def test_a_secret_that_protects_nothing_is_refused(environment: str, secret: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({"ENVIRONMENT": environment, "SECRET_KEY": secret})
    assert str(refusal.value) == sentence


def test_development_starts_without_ceremony() -> None:
    assert Settings.read({"ENVIRONMENT": "development"}).secret_key == config.DEVELOPMENT_SECRET


@pytest.mark.parametrize("environment", ["production", "development", "test"])
def test_only_the_demonstration_may_run_on_another_day(environment: str) -> None:
    moved = {"SECRET_KEY": SECRET, "CLOCK_OFFSET_SECONDS": "-315360000"}
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({**moved, "ENVIRONMENT": environment})
    assert str(refusal.value) == (
        "CLOCK_OFFSET_SECONDS is set: only the demonstration may run on another day, so unset it."
    )
    assert Settings.read({**moved, "ENVIRONMENT": "demo"}).clock_offset_seconds == -315_360_000


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ENVIRONMENT", "prod", "ENVIRONMENT must be one of production, development, demo, test, not “prod”."),
        ("PORT", "http", "PORT must be a whole number, not “http”."),
        ("PORT", "65536", "PORT must be from 1 to 65535, not 65536."),
        ("WEB_WORKERS", "0", "WEB_WORKERS must be from 1 to 64, not 0."),
        ("WEB_THREADS", "2.5", "WEB_THREADS must be a whole number, not “2.5”."),
        ("SESSION_HOURS", "-1", "SESSION_HOURS must be from 1 to 744, not -1."),
        ("MAX_UPLOAD_MB", "20 MB", "MAX_UPLOAD_MB must be a whole number, not “20 MB”."),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not “loud”."),
        ("BASE_URL", "grants.example.org", "BASE_URL must be an address that starts with http:// or https://."),
        ("BASE_URL", "https://", "BASE_URL must be an address that starts with http:// or https://."),
        ("SMTP_URL", "mail.example.org:25", "SMTP_URL must be an address that starts with smtp:// or smtps://."),
        ("SMTP_URL", "smtp://mail:twenty", "SMTP_URL must be an address that starts with smtp:// or smtps://."),
        (
            "DATABASE_URL",
            "mysql://root@localhost/grants",
            "DATABASE_URL must start with sqlite:/// or postgresql://, followed by a file or a database.",
        ),
        ("FILES_URL", "/srv/files", "FILES_URL must start with file:// or s3://, followed by a folder or a bucket."),
    ],
)
def test_a_malformed_value_is_refused_in_words(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Settings.read({"SECRET_KEY": SECRET, name: value})
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sqlite:///instance/other.sqlite3", f"sqlite:///{ROOT}/instance/other.sqlite3"),
        ("sqlite:////var/lib/grants.sqlite3", "sqlite:////var/lib/grants.sqlite3"),
        ("postgres://grants:pw@db/grants", "postgresql+psycopg://grants:pw@db/grants"),
        ("postgresql://grants:pw@db/grants", "postgresql+psycopg://grants:pw@db/grants"),
        ("postgresql+psycopg://grants@/grants?host=/run", "postgresql+psycopg://grants@/grants?host=/run"),
    ],
)
def test_the_database_is_an_absolute_file_or_postgresql(given: str, meant: str) -> None:
    assert Settings.read({"SECRET_KEY": SECRET, "DATABASE_URL": given}).database_url == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("file://instance/letters", f"file://{ROOT}/instance/letters"),
        ("file:///srv/grants", "file:///srv/grants"),
        ("s3://grants-files", "s3://grants-files"),
    ],
)
def test_files_are_in_an_absolute_folder_or_a_bucket(given: str, meant: str) -> None:
    assert Settings.read({"SECRET_KEY": SECRET, "FILES_URL": given}).files_url == meant


def test_the_base_address_follows_the_port_until_it_is_given() -> None:
    port = {"SECRET_KEY": SECRET, "PORT": "9100"}
    assert Settings.read(port).base_url == "http://127.0.0.1:9100"
    assert Settings.read({**port, "BASE_URL": "https://grants.example.org/"}).base_url == "https://grants.example.org"


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "site.env"
    config.write_env_file(file, {"SECRET_KEY": SECRET, "PORT": "9100"})
    config.write_env_file(file, {"WEB_WORKERS": "3"})
    monkeypatch.setenv("HARBORMASTER_ENV_FILE", str(file))
    monkeypatch.setenv("PORT", "9200")
    for name in ("SECRET_KEY", "WEB_WORKERS", "ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    settings = Settings.load()
    assert (settings.secret_key, settings.port, settings.web_workers) == (SECRET, 9200, 3)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_file_that_is_named_must_be_there_and_set_only_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "site.env"
    monkeypatch.setenv("HARBORMASTER_ENV_FILE", str(file))
    with pytest.raises(ConfigurationError) as refusal:
        Settings.load()
    assert str(refusal.value) == f"HARBORMASTER_ENV_FILE names {file}, and there is no such file."
    file.write_text(f"SECRET_KEY={SECRET}\nSMTPURL=smtp://mail\n")
    with pytest.raises(ConfigurationError) as refusal:
        Settings.load()
    assert str(refusal.value) == (f"{file} sets SMTPURL, which Harbormaster does not know; `grants config` lists all.")


def test_a_site_is_written_once_and_used_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARBORMASTER_ENV_FILE", "elsewhere")
    for name in ("SECRET_KEY", "CLOCK_OFFSET_SECONDS", "ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    first = config.use_site(tmp_path / "demo.env", {"ENVIRONMENT": "demo", "CLOCK_OFFSET_SECONDS": "-60"})
    again = config.use_site(tmp_path / "demo.env", {"ENVIRONMENT": "demo", "CLOCK_OFFSET_SECONDS": "-99"})
    assert (first.environment, first.clock_offset_seconds) == ("demo", -60)
    assert again == first
    assert os.environ["HARBORMASTER_ENV_FILE"] == str(tmp_path / "demo.env")


def grants(env_file: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, with nothing set but `variables`."""
    surroundings = {"PATH": os.environ["PATH"], "HARBORMASTER_ENV_FILE": str(env_file), **variables}
    return subprocess.run(
        [sys.executable, "-m", "grants.cli", *arguments],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_holds_the_table_that_the_command_prints(tmp_path: Path) -> None:
    file = tmp_path / "empty.env"
    file.touch()
    printed = grants(file, "config")
    assert (printed.returncode, printed.stdout) == (0, settings_table() + "\n")
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_command_has_all_that_each_capability_brings() -> None:
    brought = {
        command.name: capability
        for capability in (one.parent.name for one in (ROOT / "grants").glob("*/commands.py"))
        for command in import_module(f"grants.{capability}.commands").COMMANDS
    }
    assert brought == CAPABILITY_OF
    with click.Context(main) as context:
        assert main.list_commands(context) == sorted([*brought, "config"])
        assert {name: getattr(main.get_command(context, name), "name", None) for name in brought} == {
            name: name for name in brought
        }
        assert main.get_command(context, "brew") is None


def test_a_new_secret_is_written_once(tmp_path: Path) -> None:
    file = tmp_path / "site.env"
    file.touch(0o600)
    assert grants(file, "config", "--make-secret").stdout == f"A new SECRET_KEY stands in {file}.\n"
    written = file.read_text()
    assert Settings.read(dict([written.strip().split("=", 1)])).environment == "production"
    assert grants(file, "config", "--make-secret").stdout == ""
    assert file.read_text() == written


def test_a_wrong_setting_stops_the_server_with_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "empty.env"
    file.touch()
    refused = grants(file, "serve", PORT="9100")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: SECRET_KEY is not set: set it to 32 or more random characters.\n"
