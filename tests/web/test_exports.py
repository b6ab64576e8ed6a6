"""What leaves as a table stays data: no cell becomes a formula."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from werkzeug.exceptions import NotFound

from grants.web import exports
from grants.web.exports import export

ROWS = [
    ['=HYPERLINK("http://x")', "-2+3", Decimal("60000.50"), -3],
    ["Lodestar, K-12", None, date(2016, 3, 8), datetime(2016, 3, 8, 17, tzinfo=UTC)],
    ["@cmd", "+1", True, 0],
]


def test_csv_makes_text_of_what_could_be_a_formula() -> None:
    response = export("csv", "cases", ["a", "b", "c", "d"], ROWS)
    assert response.get_data().decode("utf-8-sig").splitlines() == [
        "a,b,c,d",
        '"\'=HYPERLINK(""http://x"")",\'-2+3,60000.50,-3',
        '"Lodestar, K-12",,2016-03-08,2016-03-08T09:00:00-08:00',
        "'@cmd,'+1,yes,0",
    ]
    assert response.headers["Content-Disposition"] == "attachment; filename=cases.csv"


def told(value: object) -> object:
    """What a cell holds; dates, which are no text, spelled."""
    return value.isoformat() if isinstance(value, datetime) else value


def test_xlsx_keeps_text_as_text_and_numbers_as_numbers() -> None:
    sheet = load_workbook(io.BytesIO(export("xlsx", "cases", ["a", "b", "c", "d"], ROWS).get_data())).active
    assert [[told(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ['=HYPERLINK("http://x")', "-2+3", 60000.5, -3],
        ["Lodestar, K-12", None, "2016-03-08T00:00:00", "2016-03-08T09:00:00"],
        ["@cmd", "+1", "yes", 0],
    ]
    assert sheet["A2"].data_type == "s"
    # Excel knows the day and the time, and the cell says by whose clocks.
    assert [sheet[cell].number_format for cell in ("C3", "D3")] == ["yyyy-mm-dd", 'yyyy-mm-dd hh:mm "Pacific"']


def test_a_day_before_spreadsheets_have_dates_is_text() -> None:
    rows = [[date(1887, 5, 1), datetime(1887, 5, 1, 20, 0, tzinfo=UTC), date(1901, 1, 1)]]
    cells = load_workbook(io.BytesIO(export("xlsx", "x", ["a", "b", "c"], rows).get_data())).active[2]
    assert [told(cell.value) for cell in cells] == ["1887-05-01", "1887-05-01T12:00:00-08:00", "1901-01-01T00:00:00"]


def test_an_instant_is_shown_by_the_clocks_of_its_cycle() -> None:
    at = datetime(2016, 11, 11, 0, 30, tzinfo=UTC)
    rows = [[exports.local(at, "America/New_York"), exports.local(None), at]]
    assert export("csv", "x", ["a", "b", "c"], rows).get_data().decode("utf-8-sig").splitlines()[1] == (
        "2016-11-10T19:30:00-05:00,,2016-11-10T16:30:00-08:00"
    )
    cells = load_workbook(io.BytesIO(export("xlsx", "x", ["a", "b", "c"], rows).get_data())).active[2]
    assert [(told(cell.value), cell.number_format) for cell in cells] == [
        ("2016-11-10T19:30:00", 'yyyy-mm-dd hh:mm "Eastern"'),
        (None, "General"),
        ("2016-11-10T16:30:00", 'yyyy-mm-dd hh:mm "Pacific"'),
    ]


@pytest.mark.parametrize(("most", "last"), [(3, "@cmd"), (2, "… (the sheet is full: the CSV file holds all rows)")])
def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch, most: int, last: str) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", most)
    file = io.BytesIO()
    assert exports.write_table(file, "xlsx", ["a", "b", "c", "d"], ROWS) == most
    assert [cell.value for cell in load_workbook(file).active["A"]][2:] == ["Lodestar, K-12", last]


@pytest.mark.parametrize(
    ("of", "name"),
    [
        ("conflicts of interest", "Conflicts of interest"),
        ("Who came to [Q&A]: 3/4 of schools, and why not more", "Who came to Q&A 3 4 of schools,"),
        ("'history'", "Sheet1"),
        ("", "Sheet1"),
    ],
)
def test_a_sheet_is_named_after_what_it_holds(of: str, name: str) -> None:
    file = io.BytesIO()
    exports.write_table(file, "xlsx", ["a"], [], of)
    assert load_workbook(file).sheetnames == [name]
    assert load_workbook(io.BytesIO(export("xlsx", "organizations", ["a"], []).get_data())).sheetnames == [
        "Organizations"
    ]


def test_other_forms_do_not_exist() -> None:
    with pytest.raises(NotFound):
        export("exe", "cases", [], [])
