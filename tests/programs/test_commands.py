"""`grants program`: what the shell says of a file."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from grants.programs.commands import program
from grants.programs.loading import schema_text
from grants.programs.queries import newest_version
from tests.programs.texts import SMALL, changed


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def run(*args: object, app: Flask | None = None) -> Result:
    info = ScriptInfo(create_app=lambda: app) if app else None
    return CliRunner().invoke(program, [str(arg) for arg in args], obj=info)


def test_check_says_what_it_notices_and_succeeds(small: Path) -> None:
    result = run("check", small)
    assert result.output.splitlines() == [
        (
            "note  small.yaml, line 19, stages.plan.decision.amount.by_score: a total from 25 up to 60 has no amount: "
            "such an application cannot be awarded, even with money left"
        ),
        "small.yaml can be loaded: Harbor grants, with the stages Look, Planning grant.",
    ]
    assert result.exit_code == 0


def test_check_fails_on_errors(small: Path) -> None:
    small.write_text(changed(("rubric: quality}", "rubric: qualty}")), encoding="utf-8")
    result = run("check", small)
    assert result.output.splitlines() == [
        "error  small.yaml, line 15, stages.plan.review.rubric: there is no rubric “qualty”; did you mean “quality”?",
        "Error: small.yaml cannot be loaded: 1 error.",
    ]
    assert result.exit_code == 1


def test_load_keeps_a_version(app: Flask, small: Path) -> None:
    result = run("load", small, app=app)
    assert (result.exit_code, result.output) == (0, "Harbor grants is version 1 of the program “harbor”.\n")
    version = newest_version("harbor")
    assert version is not None
    assert (version.number, version.source, version.loaded_by_id) == (1, SMALL, None)


def test_load_says_every_error(app: Flask, small: Path) -> None:
    small.write_text("program: harbor\nprogram: again\n", encoding="utf-8")
    result = run("load", small, app=app)
    assert result.output.splitlines() == [
        "Error: small.yaml cannot be loaded: one error.",
        "small.yaml, line 2: “program” is here a second time; it is already on line 1",
    ]
    assert (result.exit_code, newest_version("harbor")) == (1, None)


def test_diff_says_what_changes(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(changed(("pool: $200,000", "pool: $250,000")), encoding="utf-8")
    assert run("diff", small, other).output.splitlines() == [
        "Planning grant: the pool changes from $200,000 to $250,000.",
        "1 change.",
    ]
    assert run("diff", small, small).output == "The two definitions say the same.\n"


def test_schema_prints_the_published_one() -> None:
    assert run("schema").output == schema_text()
