"""Tables out: CSV and XLSX files in which no cell can become a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask import Response
from werkzeug.exceptions import NotFound

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A spreadsheet reads text that begins so as a formula or a command; an apostrophe makes it text again.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def export(form: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as a download, named "<name>.<form>".

    form     "csv" or "xlsx"; anything else is a NotFound
    rows     cells: text, whole numbers, Decimal, dates, aware instants (written in UTC), True/False, or None.
             Money goes out as Decimal dollars: `Decimal(cents) / 100`
    """
    writers = {"csv": (_csv, "text/csv; charset=utf-8"), "xlsx": (_xlsx, XLSX)}
    if form not in writers:
        raise NotFound
    write, kind = writers[form]
    response = Response(write(columns, rows), content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    return response


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # the mark by which spreadsheets know the encoding


def _plain(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return f"'{cell}"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, date | datetime) else cell


def _xlsx(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            _write_cell(sheet, number, place, cell)
    sheet.autofit()
    book.close()
    return file.getvalue()


def _write_cell(sheet: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        sheet.write_number(row, column, float(cell))  # a spreadsheet knows no other numbers
    elif cell is not None:
        sheet.write_string(row, column, str(_plain_xlsx(cell)))


def _plain_xlsx(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell.isoformat() if isinstance(cell, date | datetime) else cell
