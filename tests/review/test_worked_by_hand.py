"""A score sheet that was worked out on paper, and the same figures from the program: on its list and in its files.

The rubric: a learning plan for every student is essential, yes or no. Competency counts 3, the team 3, the financial
plan 2, each marked from 1 to 4; a financial plan below 2 is a vote that it fails. A majority fails it. Totals are of
100: 100 · Σ weight · mark / 4 / Σ weight, over what was marked.

    Tern School            Ann          Ben          Cleo
    learning plan          yes          no           no           failed by 2 of 3: a majority, fails
    competency (3)         4            3            abstains     mean of two: 3.5
    team (3)               3            2            4            mean 3
    financial plan (2)     2            1            3            mean 2; below 2 once of 3: does not fail

    Ann    (3·4 + 3·3 + 2·2) / 4 / 8  = 25/32 = 78.125
    Ben    (3·3 + 3·2 + 2·1) / 4 / 8  = 17/32 = 53.125
    Cleo   (      3·4 + 2·3) / 4 / 5  = 18/20 = 90         competency leaves her total
    mean   (78.125 + 53.125 + 90) / 3 = 221.25 / 3 = 73.75
    differences 4.375, −20.625, 16.25; squares 19.140625 + 425.390625 + 264.0625 = 708.59375
    standard deviation √(708.59375 / 2) = √354.296875 = 18.8228 (18.8228² = 354.2978)

    Heron School: Ann alone, everything 4 but a financial plan of 1: (12 + 12 + 2) / 32 = 81.25; no spread of one score.
    The plan fails for her alone, of one: a majority. It comes before Tern: 81.25 > 73.75.
"""

import io
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from grants.applications.models import Submission
from grants.persistence.session import db, unit_of_work
from grants.review import exports, queries, services
from grants.review.models import Analysis, Assignment, Mark, Scorecard, Standing
from grants.web.exports import write_table
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")

KEYS = ("learning_plans", "competency", "team", "financial_plan")
TERN = {"Ann": (True, 4, 3, 2), "Ben": (False, 3, 2, 1), "Cleo": (False, "abstain", 4, 3)}
HERON = {"Ann": (True, 4, 4, 1)}


def sheet() -> Panel:
    panel = Panel.of("Ann", "Ben", "Cleo")
    schools = {"Tern": panel.application_of("Tern School"), "Heron": panel.application_of("Heron School")}
    panel.all_declare()
    for school, given in (("Tern", TERN), ("Heron", HERON)):
        for name, marks in given.items():
            panel.assigns(name, schools[school])
            panel[name].saves(schools[school], dict(zip(KEYS, marks, strict=True)))
            panel[name].submits(schools[school])
    return panel


def test_a_score_sheet_worked_by_hand() -> None:
    heron, tern = sheet().scores().rows
    assert (tern.place, tern.mean, tern.spread) == (2, Decimal("73.7500"), Decimal("18.8228"))
    assert {one.reviewer_id: one.total for one in tern.given} == dict(
        zip((one.reviewer_id for one in tern.given), map(Decimal, ("78.1250", "53.1250", "90.0000")), strict=True)
    )
    assert tern.criteria == {"competency": Decimal("3.5"), "team": Decimal(3), "financial_plan": Decimal(2)}
    assert [(one.criterion, one.failed_by, one.n, one.fails) for one in tern.essentials] == [
        ("learning_plans", 2, 3, True),
        ("financial_plan", 1, 3, False),
    ]
    assert tern.counts_of("competency", range(1, 5)) == [("1", 0), ("2", 0), ("3", 1), ("4", 1)]
    assert tern.counts_of("learning_plans", (False, True)) == [("no", 2), ("yes", 1)]
    assert (heron.place, heron.mean, heron.spread) == (1, Decimal("81.2500"), None)
    assert [(one.failed_by, one.n, one.fails) for one in heron.essentials] == [(0, 1, False), (1, 1, True)]


def written(panel: Panel, kind: Any) -> bytes:
    """A file's bytes, as its job writes them."""
    file = io.BytesIO()
    table = kind(panel.by, {"stage": panel.stage.public_id, "q": "", "sort": "-mean"})
    write_table(file, "csv", table.columns, table.rows(table.ids))
    return file.getvalue()


def test_the_same_scores_give_the_same_bytes_whatever_the_order_of_the_rows() -> None:
    """Twice, and again with every mark and scorecard stored anew in the opposite order."""
    panel = sheet()
    services.keep_up()
    first = [written(panel, kind) for kind in (exports.scores, exports.scorecards)]
    assert [written(panel, kind) for kind in (exports.scores, exports.scorecards)] == first
    with unit_of_work():
        turned_round()
    services.keep_up()
    db.session.rollback()
    assert queries.stage_scores(panel.by, panel.stage).is_fresh
    assert [written(panel, kind) for kind in (exports.scores, exports.scorecards)] == first


def turned_round() -> None:
    """Store the same scorecards again, the last first."""
    cards = db.session.execute(select(*Scorecard.__table__.c).order_by(Scorecard.id.desc())).mappings().all()
    marks = db.session.execute(select(*Mark.__table__.c).order_by(Mark.id.desc())).mappings().all()
    for model in (Standing, Analysis, Mark, Scorecard):
        db.session.execute(delete(model))
    moved: dict[int, int] = {}
    for new, card in enumerate(cards, start=1000):
        db.session.execute(Scorecard.__table__.insert().values(**{**card, "id": new}))
        moved[card["id"]] = new
    for new, mark in enumerate(marks, start=1000):
        row = {**mark, "id": new, "scorecard_id": moved[mark["scorecard_id"]]}
        db.session.execute(Mark.__table__.insert().values(**row))
    reviewed = select(Submission.application_id).join(Assignment, Assignment.submission_id == Submission.id)
    services.reckon(db.session.scalars(reviewed).all())
