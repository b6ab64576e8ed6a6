"""The commands: never into a site in production, never over anybody's real work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from grants import create_app
from grants.cli import main
from grants.config import Settings
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.replay import published, site
from grants.replay.published import Figure, Finding
from grants.replay.sign_ins import PASSWORD, SIGN_INS
from tests.factories.people import person


def test_a_site_in_production_refuses_a_replay(tmp_path: Path) -> None:
    named = {
        "ENVIRONMENT": "production",
        "SECRET_KEY": "long-and-random-0123456789-abcdefghij",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'real.sqlite3'}",
        "HARBORMASTER_ENV_FILE": "",
    }
    result = CliRunner().invoke(main, ["replay", "oakland", "--fresh"], env=named)
    assert result.exit_code == 1
    assert "a site in production refuses it" in result.output
    assert not (tmp_path / "real.sqlite3").exists()


def test_only_recordings_that_exist_can_be_replayed() -> None:
    result = CliRunner().invoke(main, ["replay", "atlantis"])
    assert result.exit_code == 2
    assert "'atlantis' is not 'oakland'" in result.output


def test_a_database_with_a_real_person_in_it_is_left_as_it_is(app: Flask) -> None:
    with unit_of_work():
        person("Somebody Real")
        person("Somebody Invented", illustrative=True)
    settings: Settings = app.config["SETTINGS"]
    with pytest.raises(site.NotForReplay, match="accounts of people who are not illustrative"):
        site.start_afresh(settings)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 2


def test_a_database_of_invented_people_is_made_anew(app: Flask) -> None:
    with unit_of_work():
        person("Somebody Invented", illustrative=True)
    site.start_afresh(app.config["SETTINGS"])
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_a_figure_that_differs_is_marked_and_one_not_reached_is_not_held_against_the_cycle() -> None:
    figures = [Figure(title, "10", "planning", lambda cycle: "") for title in ("Awards", "Letters", "Payments")]
    findings = [Finding(figures[0], "10"), Finding(figures[1], "9"), Finding(figures[2], None)]
    assert [one.differs for one in findings] == [False, True, False]
    assert published.table(findings).splitlines() == [
        "figure    published  this cycle",
        "------------------------------------------",
        "Awards           10          10  ✓",
        "Letters          10           9  ✗ differs",
        "Payments         10     not yet",
    ]


def test_the_demonstration_names_a_sign_in_for_every_role() -> None:
    roles = {role.partition(",")[0] for role, _, _ in SIGN_INS}
    assert roles == {
        "Applicant",
        "Coach",
        "Reviewer",
        "Partner funder",
        "Program officer",
        "Finance officer",
        "Director",
        "Auditor",
        "Administrator",
    }
    assert len(PASSWORD) >= 12


def test_the_clock_of_the_demonstration_is_set_when_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grants.kernel.clock import clock_at
    from grants.replay import demo

    monkeypatch.setattr(demo, "INSTANCE", tmp_path)
    monkeypatch.setenv("HARBORMASTER_ENV_FILE", "")
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    with clock_at(begun):
        settings = demo.site_of_demo()
    assert settings.environment == "demo"
    assert settings.clock_offset_seconds == (demo.PRESENT - begun).total_seconds()
    with clock_at(datetime(2026, 2, 1, tzinfo=UTC)):
        assert demo.site_of_demo().clock_offset_seconds == settings.clock_offset_seconds


@pytest.mark.parametrize(("environment", "offered"), [("demo", 12), ("development", 0)])
def test_only_the_demonstration_offers_its_sign_ins(app: Flask, tmp_path: Path, environment: str, offered: int) -> None:
    settings = Settings.read(
        {
            "ENVIRONMENT": environment,
            "SECRET_KEY": "long-and-random-0123456789-abcdefghij",
            "DATABASE_URL": f"sqlite:///{tmp_path}/x.sqlite3",
            "FILES_URL": f"file://{tmp_path}",
        }
    )
    page = create_app(settings).test_client().get("/sign-in").get_data(as_text=True)
    assert (page.count('name="password" value='), page.count(PASSWORD)) == (offered, offered + bool(offered))
