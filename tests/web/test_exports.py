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
        '"Lodestar, K-12",,2016-03-08,2016-03-08T17:00:00+00:00',
        "'@cmd,'+1,yes,0",
    ]
    assert response.headers["Content-Disposition"] == "attachment; filename=cases.csv"


def test_xlsx_keeps_text_as_text_and_numbers_as_numbers() -> None:
    sheet = load_workbook(io.BytesIO(export("xlsx", "cases", ["a", "b", "c", "d"], ROWS).get_data())).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        ['=HYPERLINK("http://x")', "-2+3", 60000.5, -3],
        ["Lodestar, K-12", None, "2016-03-08", "2016-03-08T17:00:00+00:00"],
        ["@cmd", "+1", "yes", 0],
    ]
    assert sheet["A2"].data_type == "s"


@pytest.mark.parametrize(("most", "last"), [(3, "@cmd"), (2, "… (the sheet is full: the CSV file holds all rows)")])
def test_a_sheet_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch, most: int, last: str) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", most)
    file = io.BytesIO()
    assert exports.write_table(file, "xlsx", ["a", "b", "c", "d"], ROWS) == most
    assert [cell.value for cell in load_workbook(file).active["A"]][2:] == ["Lodestar, K-12", last]


def test_other_forms_do_not_exist() -> None:
    with pytest.raises(NotFound):
        export("exe", "cases", [], [])
