"""A sheet of written and pitch scores worked out on paper, and the same figures on lists, in files and on a slate.

In writing, of 100: 100 · Σ weight · mark / 4 / Σ weight, with weights 3, 3 and 2 (see test_worked_by_hand).

    Tern   Ann 78.125, Ben 53.125, Cleo 90        mean 73.75
    Heron  Ann 81.25                              mean 81.25
    Gull   Ben 3, 3 and 3 of 4                    mean 75

At the pitch, of 100: 100 · (2 · answers + team) / 5 / 3, over what was marked.

    Tern   Ann   4, 3   (8 + 3) / 15 = 73.3333
           Ben   5, 4   (10 + 4) / 15 = 93.3333
           Cleo  2, abstains   2 / 5 = 40
           mean  206.6666 / 3 = 68.8889           deviations 4.4444, 24.4444, -28.8889
    Heron  Ann   1, 2   (2 + 2) / 15 = 26.6667    the principal is not there: failed by 1 of 2, and any fails
           Ben   2, 2   (4 + 2) / 15 = 40
           mean  66.6667 / 2 = 33.33335, half to even 33.3334
    Gull   does not come

The pitch counts 40%; what the two make together is worked out from the marks, with nothing rounded before.

    Tern   0.6 · 73.75 + 0.4 · 68.8889 = 44.25 + 27.55556 = 71.8056
    Heron  0.6 · 81.25 + 0.4 · 33.33333 = 48.75 + 13.33333 = 62.0833
    Gull   has no final score: behind both, though 75 is more than either
"""

import csv
import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from grants.decisions.candidates import candidates
from grants.decisions.picture import slate_figures
from grants.decisions.queries import basis_of, reading_of, stage_rules
from grants.decisions.services import make_slate, solve_slate
from grants.decisions.slate_rules import in_order
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.persistence.session import db, unit_of_work
from grants.review import exports, queries, services
from grants.review.combining import NOT_PITCHED
from grants.review.queries.aside import set_aside_on
from grants.web.exports import write_table
from tests.factories.people import actor, person
from tests.factories.review import COUNTED
from tests.meetings.story import Room
from tests.review.story import Panel

pytestmark = pytest.mark.usefixtures("app")

KEYS = ("learning_plans", "competency", "team", "financial_plan")
WRITTEN: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "Tern": {"Ann": (True, 4, 3, 2), "Ben": (True, 3, 2, 1), "Cleo": (True, "abstain", 4, 3)},
    "Heron": {"Ann": (True, 4, 4, 1)},
    "Gull": {"Ben": (True, 3, 3, 3)},
}
PITCHED: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "Tern": {"Ann": (4, 3, True), "Ben": (5, 4, True), "Cleo": (2, "abstain", True)},
    "Heron": {"Ann": (1, 2, False), "Ben": (2, 2, True)},
}
FINAL = (("Tern", Decimal("71.8056")), ("Heron", Decimal("62.0833")), ("Gull", None))


def sheet() -> Panel:
    panel = Panel.of("Ann", "Ben", "Cleo", pitch=COUNTED)
    schools = {name: panel.application_of(f"{name} School") for name in WRITTEN}
    panel.all_declare()
    for school, given in WRITTEN.items():
        for name, marks in given.items():
            panel.assigns(name, schools[school])
            panel[name].saves(schools[school], dict(zip(KEYS, marks, strict=True)))
            panel[name].submits(schools[school])
    room = Room.running(panel, schools["Tern"], schools["Heron"], kind="pitch")
    for school, pitches in PITCHED.items():
        room.opens(schools[school])
        for name, (answers, team, principal) in pitches.items():
            room.scores(name, schools[school], answers=answers, team_speaks=team, principal=principal)
    room.ends()
    services.keep_up()
    return panel


def test_written_and_pitch_scores_worked_by_hand() -> None:
    panel = sheet()
    for rows in (panel.scores().rows, panel.ranking()[1]):
        tern, heron, gull = rows
        assert [(one.name, one.place, one.mean) for one in rows] == [
            ("Tern School", 1, Decimal("73.75")),
            ("Heron School", 2, Decimal("81.25")),
            ("Gull School", 3, Decimal(75)),
        ]
        assert [(one.name.split()[0], one.pitch.together) for one in rows if one.pitch] == list(FINAL)
        assert [one.final for one in rows] == [Decimal("71.8056"), Decimal("62.0833"), Decimal(75)]
        assert [one.pitch and one.pitch.mean for one in rows] == [Decimal("68.8889"), Decimal("33.3334"), None]
        assert tern.pitch is not None
        assert tern.pitch.spread == Decimal("26.9430")
        assert tern.pitch.criteria == {"answers": Decimal("3.6667"), "team_speaks": Decimal("3.5")}
        assert heron.pitch is not None
        assert [(one.failed_by, one.n, one.fails) for one in heron.pitch.essentials] == [(1, 2, True)]
        assert heron.essential_failed == (
            "Essential criterion “Clear five-year financial plan” failed by 1 of 1. At the pitch: "
            "Essential criterion “The principal is there” failed by 1 of 2."
        )
        assert (gull.unfinished, gull.ranks is None) == (NOT_PITCHED, False)


def test_each_column_orders_the_list_and_a_place_stays_what_it_is() -> None:
    panel = sheet()
    orders = {
        "-mean": ["Heron", "Gull", "Tern"],
        "mean": ["Tern", "Gull", "Heron"],
        "-pitch": ["Tern", "Heron", "Gull"],
        "pitch": ["Heron", "Tern", "Gull"],
        "-together": ["Tern", "Heron", "Gull"],
        "together": ["Heron", "Tern", "Gull"],
        "name": ["Gull", "Heron", "Tern"],
        "": ["Tern", "Heron", "Gull"],
    }
    places = {"Tern School": 1, "Heron School": 2, "Gull School": 3}
    for sort, expected in orders.items():
        scores, rows = panel.ranking(sort=sort)
        assert [one.name.split()[0] for one in rows] == expected, sort
        assert {one.name: one.place for one in rows} == places
        assert {one.name: queries.ranked_one(panel.by, scores, one.public_id).place for one in rows} == places


def test_the_agreement_on_pitches_stands_apart_with_its_n() -> None:
    """Pitch totals 73.3333, 93.3333, 40 and 26.6667, 40: five in two, with a mean of 54.6667.

    Observed: squared distances within are 400 + 1111.11 + 2844.44 = 4355.56 and 177.78; each pair counts twice, over
    one less than there are: 4355.56 + 355.56 = 4711.11, of 5 values 942.22. Expected: squares around the mean are
    348.44 + 1495.11 + 215.11 + 784 + 215.11 = 3057.78, and 2 · 3057.78 / 4 = 1528.89. 1 - 942.22 / 1528.89 = 0.3837.
    """
    scores, _ = sheet().ranking()
    found = scores.pitch_agreement
    assert found is not None
    assert (round(found["alpha"], 4), found["n"], scores.pitched) == (0.3837, 2, 2)
    written = scores.analysis.agreement["total"] if scores.analysis else {}
    assert (written["alpha"], written["n"]) == (None, 1)


def file(panel: Panel, kind: Any) -> list[dict[str, str]]:
    """A file's rows, as its job writes them."""
    made = io.BytesIO()
    asked = dict.fromkeys(("q", "sort", "state", "kind", "source"), "")
    table = kind(panel.by, asked | {"stage": panel.stage.public_id})
    write_table(made, "csv", table.columns, table.rows(table.ids))
    return list(csv.DictReader(io.StringIO(made.getvalue().decode("utf-8-sig"))))


def test_files_hold_both_parts_and_every_reason() -> None:
    panel = sheet()
    rows = file(panel, exports.scores)
    shown = ("Place", "Applicant", "Mean", "Pitch", "Pitch cards", "Pitch counts", "Together", "Set aside")
    assert [tuple(row[one] for one in shown) for row in rows] == [
        ("1", "Tern School", "73.7500", "68.8889", "3", "0.4", "71.8056", "0"),
        ("2", "Heron School", "81.2500", "33.3334", "2", "0.4", "62.0833", "0"),
        ("", "Gull School", "75.0000", "", "0", "0.4", "", "0"),
    ]
    members = [f"Pitch: {what} {nth}" for nth in (1, 2, 3) for what in ("member", "total")]
    assert [[row[one] for one in members] for row in rows] == [
        ["Ann", "73.3333", "Ben", "93.3333", "Cleo", "40.0000"],
        ["Ann", "26.6667", "Ben", "40.0000", "", ""],
        ["", "", "", "", "", ""],
    ]
    reviewers = [f"{what} {nth}" for nth in (1, 2, 3) for what in ("Reviewer", "Total")]
    assert [[row[one] for one in reviewers] for row in rows] == [
        ["Ann", "78.1250", "Ben", "53.1250", "Cleo", "90.0000"],
        ["Ann", "81.2500", "", "", "", ""],
        ["Ben", "75.0000", "", "", "", ""],
    ]
    assert [row["No final score because"] for row in rows] == ["", "", NOT_PITCHED]
    assert [one for one in rows[0] if one.endswith(" 4") or "set aside 1" in one.lower()] == []
    assert rows[1]["Pitch: essential criteria"] == "The principal is there: failed by 1 of 2"
    assert (rows[0]["Pitch: mean of The whole team speaks"], rows[2]["Pitch: mean of The whole team speaks"]) == (
        "3.5000",
        "",
    )
    cards = file(panel, exports.pitches)
    answers, speaks, there = "Answers the panel’s questions", "The whole team speaks", "The principal is there"
    columns = ("Applicant", "Total", answers, f"Why: {answers}", speaks, there, "On the whole")
    assert [tuple(row[one] for one in columns) for row in cards if row["Reviewer"] == "Ann"] == [
        ("Tern School", "73.3333", "4", "", "3", "yes", ""),
        ("Heron School", "26.6667", "1", "They did not.", "2", "no", ""),
    ]
    assert len(cards) == 5


def test_who_has_no_final_score_has_no_place_on_the_pages(client_of: Any) -> None:
    panel = sheet()
    browser, page = client_of(panel.officer), f"/review/stages/{panel.stage.public_id}/scores"
    rows = re.findall(
        r"<tr>.*?</tr>", browser.get(page).text.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL
    )
    told = [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows
    ]
    assert [(one[0], one[6]) for one in told] == [("1", "71.8"), ("2", "62.1"), ("", "no place: no pitch score")]
    assert ["<svg" in row.partition('data-label="Written rank"')[2] for row in rows] == [True, True, False]
    _, [*_, gull] = panel.ranking()
    shown = browser.get(f"{page}/{gull.public_id}").text
    assert "75.0 in writing, no score of a pitch; no place without a final score." in shown
    assert NOT_PITCHED in shown


def test_the_dot_in_an_interval_of_written_ranks_is_the_written_rank(client_of: Any) -> None:
    panel = sheet()
    _, rows = panel.ranking()
    assert [(one.name.split()[0], one.place, one.written_place) for one in rows] == [
        ("Tern", 1, 3),
        ("Heron", 2, 1),
        ("Gull", 3, 2),
    ]
    page = client_of(panel.officer).get(f"/review/stages/{panel.stage.public_id}/scores").text
    told = [
        f"Rank {one.written_place} of 3, between {one.ranks.low} and {one.ranks.high}"
        for one in rows
        if one.ranks and one.shown_place
    ]
    assert re.findall(r'aria-label="(Rank [^"]*)"', page) == told
    assert len(told) == 2


def test_essentials_are_shown_where_a_rubric_has_some(client_of: Any) -> None:
    def columns(**rules: Any) -> tuple[bool, bool, int]:
        panel = Panel.of("Ann", **rules)
        panel.application_of("Tern School")
        [row] = file(panel, exports.scores)
        in_file = sum("ssential criteria" in one for one in row)
        shown = client_of(panel.officer).get(f"/review/stages/{panel.stage.public_id}/scores").text
        return ">Essentials</th>" in shown, "<dt>Essentials</dt>" in shown, in_file

    assert columns(pitch={}, rubric="pitch") == (False, False, 0)
    assert columns(pitch=COUNTED, rubric="pitch") == (True, True, 1)
    assert columns(pitch=COUNTED) == (True, True, 2)


def test_who_has_no_final_score_is_awarded_by_no_slate_itself() -> None:
    panel = sheet()
    db.session.rollback()
    basis = basis_of(panel.stage)
    found = in_order(candidates(basis.applicants, basis.rules), "lot")
    assert [(one.name, one.score, one.final) for one in found] == [
        ("Tern School", Decimal("71.8056"), True),
        ("Heron School", Decimal("62.0833"), True),
        ("Gull School", Decimal(75), False),
    ]
    assert [NOT_PITCHED in one.barred for one in found] == [False, False, True]
    solution = solve_slate(panel.by, panel.stage)
    with unit_of_work():
        slate = make_slate(panel.by, panel.stage, "A first look", solution)
        lines = [(one.score, one.written, one.pitch, one.rank_low) for one in slate.lines]
    assert lines == [
        (Decimal("71.8056"), Decimal("73.75"), Decimal("68.8889"), None),
        (Decimal("62.0833"), Decimal("81.25"), Decimal("33.3334"), None),
        (Decimal(75), Decimal(75), None, None),
    ]
    reading = reading_of(panel.by, slate)
    assert [one.is_final for one in reading.lines] == [True, True, False]
    assert slate_figures(reading, stage_rules(slate).decision).notices == (
        "1 of 3 had no final score when this was made: no written one, or no pitch.",
    )


def test_who_has_a_conflict_reads_no_card_of_the_case_in_writing_at_the_pitch_or_set_aside() -> None:
    panel = sheet()
    [read] = queries.assignments_for(panel["Cleo"].by)
    tern = read.submission.application
    panel["Cleo"].declares_conflict(tern)
    with unit_of_work():
        mona = person("Mona", Role.PROGRAM_OFFICER)
        services.note_conflict(panel.by, db.session.merge(tern).case, mona, "Her sister teaches there.")
    stage, number = db.session.merge(panel.stage), db.session.merge(tern).id

    def cards(by: Actor) -> list[list[str]]:
        """Whose each reading finds."""
        return [
            [one.reviewer for one in queries.written_on(by, number)],
            [card.reviewer for _, card in queries.written_cards(by, KEYS)([number])],
            [one.reviewer for one in queries.pitched_on(by, number)],
            [card.reviewer for _, card in queries.pitched_cards(by, ("answers",))([number])],
            [one.reviewer for one in queries.set_aside(by, number)],
            [one.reviewer for one in set_aside_on(by, stage)],
        ]

    assert cards(panel.by) == [*[["Ann", "Ben"]] * 4, *[["Cleo", "Cleo"]] * 2]
    assert cards(actor(mona)) == [[]] * 6


def test_a_card_set_aside_is_named_in_the_file_for_officers_alone() -> None:
    panel = sheet()
    [read] = queries.assignments_for(panel["Cleo"].by)
    panel["Cleo"].declares_conflict(read.submission.application)
    services.keep_up()
    db.session.rollback()
    row = next(one for one in file(panel, exports.scores) if one["Applicant"] == "Tern School")
    columns = [f"{what} {nth}" for nth in (1, 2) for what in ("Set aside", "Its total", "At the pitch")]
    assert [row[one] for one in ("Set aside", *columns)] == ["2", "Cleo", "90.0000", "no", "Cleo", "40.0000", "yes"]
    since = "2016-04-06T10:00:00-07:00"
    assert [row[f"Conflict known since {nth}"] for nth in (1, 2)] == [since, since]
    with unit_of_work():
        db.session.merge(panel.stage).cycle.time_zone = "Australia/Sydney"
    said = next(one for one in file(panel, exports.scores) if one["Applicant"] == "Tern School")
    there = "2016-04-07T03:00:00+10:00"
    assert [said[f"Conflict known since {nth}"] for nth in (1, 2)] == [there, there]
    assert {one["Submitted"] for one in file(panel, exports.scorecards)} == {there}
    assert [(one["Reviewer"], one["Since"]) for one in file(panel, exports.conflicts)] == [("Cleo", there)]
    assert {one["Submitted"][-6:] for one in file(panel, exports.pitches)} == {"+10:00"}
    whole = file(panel, exports.scores)
    with unit_of_work():
        services.declare_conflict(panel.by, read.submission.application.case, "My sister teaches there.")
    # Nor do the columns tell how many read what is kept from whoever has the file.
    told = {"Reviewer 1", "Total 1", "Pitch: member 2", "Pitch: total 2"}
    kept = {"Reviewer 2", "Total 2", "Set aside 1", "Its total 1", "At the pitch 1", "Set aside 2"}
    assert (told | kept) <= set(whole[0])
    assert (set(file(panel, exports.scores)[0]) & (told | kept)) == told
    heron = next(one for one in whole if one["Applicant"] == "Heron School")
    assert [heron[one] for one in ("Set aside", *columns)] == ["0", *[""] * 6]
    assert (row["Mean"], row["Pitch"], row["Scorecards"], row["Pitch cards"]) == ("65.6250", "83.3333", "2", "2")
