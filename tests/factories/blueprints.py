"""The Oakland blueprint, filled in whole, by as many schools as a measurement needs.

The cycle is the library's own, but for who may enter its launch stage (everyone) and its dates, which a test gives.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from grants.applications.models import Answer, AnswerVersion, Application
from grants.casework.models import Case
from grants.config import ROOT
from grants.kernel.clock import now
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import OrganizationRole
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.base import new_public_id
from grants.persistence.session import db
from grants.programs.dates import StageDates
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import (
    AnyField,
    Choice,
    DateField,
    FileField,
    FiveYearBudget,
    Group,
    LongText,
    MoneyField,
    Number,
    PersonList,
    TableField,
    YesNo,
)
from grants.programs.services import load_program, open_cycle
from tests.factories.rows import rows

OAKLAND = ROOT / "grants/programs/library/oakland.yaml"
_SENTENCE = "Students show what they can do before they move on, and their plans say what comes next. "


def launch_stage(closes_at: datetime, criteria: str = "") -> CycleStage:
    """The launch stage of an Oakland cycle, open since a month ago to every school, until `closes_at`.

    criteria   to judge by beside its own, as its program would say them
    """
    text = OAKLAND.read_text().replace("enter: {awarded: planning}", "enter: open")
    text = text.replace("    criteria:\n      learning_plans:\n", f"    criteria:\n{criteria}      learning_plans:\n")
    version = load_program(SYSTEM, text, "oakland.yaml")
    before = now() - timedelta(days=90)
    dates = {
        "discovery": StageDates(before, before + timedelta(days=10)),
        "planning": StageDates(before + timedelta(days=11), before + timedelta(days=20)),
        "launch": StageDates(now() - timedelta(days=30), closes_at),
    }
    cycle = open_cycle(SYSTEM, version, "oakland", "NGLC in Oakland", dates)
    return next(stage for stage in cycle.stages if stage.key == "launch")


def answers(stage: CycleStage) -> dict[str, Any]:
    """An answer to every question of the stage's form, each about as long as a school writes it; no files."""
    definition = definition_of(stage.cycle)
    rules = definition.application_stage(stage.key)
    said = {f"eligibility_{asked.key}": asked.must_be for asked in rules.eligibility}
    fields = definition.forms[rules.form].all_fields()
    return said | {one.key: _answer(one) for one in fields if not isinstance(one, FileField)}


def _answer(asked: AnyField) -> Any:  # noqa: C901 - one line for each type of field
    match asked:
        case LongText():
            return text(asked.words.at_most or 200)
        case Choice():
            return list(asked.options)[:2] if asked.several else next(iter(asked.options))
        case YesNo():
            return True
        case Number():
            return int(asked.max or 400) // 2
        case MoneyField():
            return asked.max or 100_000_00
        case DateField():
            return "2016-08-22"
        case TableField():
            return _table(asked)
        case FiveYearBudget():
            return {
                part: {line: [320 if part == "pupils" else 100_000_00] * 5 for line in lines}
                for part, lines in asked.parts.items()
            }
        case PersonList():
            return [
                {detail: "teacher@school.example" if detail == "email" else f"In words {place}" for detail in asked.ask}
                for place in range(max(3, asked.at_least))
            ]
        case Group():
            return [{key: _answer(inner) for key, inner in asked.fields.items()}] * max(2, asked.at_least)
        case _:
            return "A short answer"


def text(words: int) -> str:
    """Text of about nine tenths of a limit of words."""
    sentence = _SENTENCE.split()
    return " ".join(sentence[place % len(sentence)] for place in range(words * 9 // 10))


def _table(asked: TableField) -> list[dict[str, Any]]:
    cells = {"text": "In words", "number": 10, "money": 5_000_00, "date": "2016-09-01"}
    row = {key: cells[column.type] for key, column in asked.columns.items()}
    return [{"row": key, **row} for key in asked.rows] or [row] * 3


def fill(stage: CycleStage, numbers: range) -> list[tuple[str, Person]]:
    """Schools of these numbers, each with a complete blueprint that its only person, a signatory, has still to submit.

    Written as rows, many at once: what is measured is what happens to them later.

    returns   each application's public id, and its signatory
    """
    said, at = answers(stage), now()
    people = rows(Person, [
        {"name": f"Signatory {n}", "email": f"signatory{n}@school{n}.example", "session_stamp": new_public_id(),
         "is_active": True, "illustrative": False, "created_at": at} for n in numbers
    ])  # fmt: skip
    places = rows(Organization, [
        {"name": f"School {n:05}", "kind": "school", "sector": ("district", "charter")[n % 2], "illustrative": False,
         "created_at": at} for n in numbers
    ])  # fmt: skip
    rows(OrganizationMembership, [
        {"organization_id": place, "person_id": someone, "role": OrganizationRole.SIGNATORY, "since": at}
        for place, someone in zip(places, people, strict=True)
    ], public=False)  # fmt: skip
    cases = rows(Case, [
        {"cycle_id": stage.cycle_id, "organization_id": place, "opened_at": at, "invited_to": []} for place in places
    ])  # fmt: skip
    drafts = rows(Application, [
        {"case_id": case, "stage_id": stage.id, "state": "draft", "started_at": at, "started_by_id": someone,
         "asked": len(said), "answered": len(said), "written_at": at}
        for case, someone in zip(cases, people, strict=True)
    ])  # fmt: skip
    _write(said, list(zip(drafts, people, strict=True)), at)
    found = {one.id: one.public_id for one in db.session.query(Application.id, Application.public_id)}
    return [(found[draft], db.session.get_one(Person, someone)) for draft, someone in zip(drafts, people, strict=True)]


def _write(said: Mapping[str, Any], drafts: list[tuple[int, int]], at: datetime) -> None:
    for start in range(0, len(drafts), 200):
        answers = [
            {"application_id": draft, "field": key, "value": value, "typed": None, "version": 1, "written_at": at,
             "written_by_id": someone}
            for draft, someone in drafts[start : start + 200] for key, value in said.items()
        ]  # fmt: skip
        rows(Answer, answers, public=False)
        rows(AnswerVersion, [row | {"stale": False} for row in answers], public=False)
