"""Tables out: CSV and XLSX files in which no cell can become a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter
from flask import Response
from werkzeug.exceptions import NotFound

FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The forms in which a table goes out, and the content type of each."""
# An Excel cell holds no more, and more would leave it empty without a word.
_LONGEST: Final = 32_767
_CUT: Final = " … (cut here: the CSV file holds the whole text)"
_WIDEST: Final = 60
# A spreadsheet reads text that begins so as a formula or a command; an apostrophe makes it text again.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def export(form: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as a download, named "<name>.<form>". What can be long is made in the background: see casework.exporting.

    form, rows   see `write_table`; another form is a NotFound
    """
    if form not in FORMS:
        raise NotFound
    file = io.BytesIO()
    write_table(file, form, columns, rows)
    response = Response(file.getvalue(), content_type=FORMS[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    return response


def write_table(file: IO[bytes], form: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table to a file, row by row: no more than one is held in memory.

    form     one of FORMS
    rows     cells: text, whole numbers, Decimal, dates, aware instants (written in UTC), True/False, or None.
             Money goes out as Decimal dollars: `Decimal(cents) / 100`
    """
    {"csv": _csv, "xlsx": _xlsx}[form](file, columns, rows)


def _csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")  # with the mark by which spreadsheets know the encoding
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()  # the file is closed by whoever opened it


def _plain(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return f"'{cell}"
    return _said(cell)


def _xlsx(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, plain)
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    widths = [len(title) for title in columns]
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], _write_cell(sheet, number, place, cell))
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width + 2, _WIDEST))
    book.close()


def _write_cell(sheet: Any, row: int, column: int, cell: Any) -> int:
    """Write one cell.

    returns  how many characters its first line has
    """
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        sheet.write_number(row, column, float(cell))  # a spreadsheet knows no other numbers
    elif cell is not None:
        text = str(_said(cell))
        if len(text) > _LONGEST:
            text = text[: _LONGEST - len(_CUT)] + _CUT
        sheet.write_string(row, column, text)
    return 0 if cell is None else len(str(cell).partition("\n")[0])


def _said(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, date | datetime) else cell
