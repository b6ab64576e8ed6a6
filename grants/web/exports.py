"""Tables out: CSV and XLSX files in which no cell can become a formula."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter
from flask import Response
from werkzeug.exceptions import NotFound

from grants.kernel.clock import now
from grants.kernel.dates import zone_word
from grants.web.filters import DEFAULT_ZONE

FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The forms in which a table goes out, and the content type of each."""
# An Excel cell holds no more, and more would leave it empty without a word.
_LONGEST: Final = 32_767
_CUT: Final = " … (cut here: the CSV file holds the whole text)"
_WIDEST: Final = 60
# Spreadsheets know no dates before it: such a day is text.
_FIRST_YEAR: Final = 1901
# Nor has a sheet more rows: one is for the titles, and one to say that there are more.
MOST_ROWS: Final = 1_048_576 - 2
_ENDED: Final = "… (the sheet is full: the CSV file holds all rows)"
# What the name of a sheet may be.
_LONGEST_NAME: Final = 31
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_TAKEN_NAME: Final = "history"
_AT_ONCE: Final = 200
_AS_THEY_ARE: Final = frozenset({int, Decimal})
# A spreadsheet reads text that begins so as a formula or a command; an apostrophe makes it text again.
_RISKY: Final = frozenset("=+-@\t\r")


def export(form: str, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A table as a download, named "<name>.<form>". What can be long is made in the background: see casework.exporting.

    form, rows   see `write_table`; another form is a NotFound
    """
    if form not in FORMS:
        raise NotFound
    file = io.BytesIO()
    write_table(file, form, columns, rows, name)
    response = Response(file.getvalue(), content_type=FORMS[form])
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.{form}")
    return response


def local(at: datetime | None, zone: str = DEFAULT_ZONE) -> datetime | None:
    """An instant as a cell shows it: by the clocks of a zone, as the pages do, and naming it.

    One that is still in UTC when it is written is shown by the clocks of DEFAULT_ZONE.
    """
    return at and at.astimezone(ZoneInfo(zone))


def write_table(file: IO[bytes], form: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], of: str = "") -> int:
    """Write a table to a file, some rows at a time: no more than those are held in memory.

    A sheet of XLSX holds no more than MOST_ROWS; its last row says that there are more.

    form     one of FORMS
    rows     cells: text, whole numbers, Decimal, dates, aware instants (see `local`), True/False, or None.
             Money goes out as Decimal dollars: `Decimal(cents) / 100`
    of       what the rows are: a sheet of XLSX is named after it
    returns  how many rows were written
    """
    return _csv(file, columns, rows) if form == "csv" else _xlsx(file, columns, rows, _sheet_called(of))


def _sheet_called(of: str) -> str | None:
    """A name that a spreadsheet takes; None where none is left, and the sheet has a number."""
    plain = " ".join(of.translate(_NOT_IN_NAMES).split())[:_LONGEST_NAME].strip(" '")
    return f"{plain[:1].upper()}{plain[1:]}" if plain and plain.lower() != _TAKEN_NAME else None


def _csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    file.write(codecs.BOM_UTF8)  # the mark by which spreadsheets know the encoding
    text = io.TextIOWrapper(file, "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    written, rest = 0, iter(rows)
    while block := list(islice(rest, _AT_ONCE)):
        # Most cells go out as they are, and there are hundreds of thousands: those cost no call.
        writer.writerows([
            [
                cell if (type(cell) is str and cell[:1] not in _RISKY) or cell is None or type(cell) in _AS_THEY_ARE
                else _plain(cell)
                for cell in row
            ]
            for row in block
        ])  # fmt: skip
        written += len(block)
    text.detach()  # the file is closed by whoever opened it
    return written


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _RISKY else _said(cell)


def _xlsx(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]], name: str | None) -> int:
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, plain)
    book.set_properties({"created": now()})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    moments = _Moments(book)
    widths = [len(title) for title in columns]
    written, rest = 0, iter(rows)
    for number, row in enumerate(islice(rest, MOST_ROWS), start=1):
        written = number
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], _write_cell(sheet, moments, number, place, cell))
    if next(rest, None) is not None:
        sheet.write_string(written + 1, 0, _ENDED)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, min(width + 2, _WIDEST))
    book.close()
    return written


class _Moments:
    """The formats in which a book shows days, and instants of each zone by the zone's name."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._of_zone: dict[str, Any] = {}

    def of(self, at: datetime) -> Any:
        """The format for an instant that `_here` has given its zone."""
        zone = str(at.tzinfo)
        if zone not in self._of_zone:
            shown = f'yyyy-mm-dd hh:mm "{zone_word(zone)}"'
            self._of_zone[zone] = self._book.add_format({"num_format": shown})
        return self._of_zone[zone]


def _write_cell(sheet: Any, moments: _Moments, row: int, column: int, cell: Any) -> int:
    """Write one cell.

    returns  how many characters its first line has
    """
    if isinstance(cell, Decimal | int) and not isinstance(cell, bool):
        sheet.write_number(row, column, float(cell))  # a spreadsheet knows no other numbers
    elif isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        here = _here(cell)
        sheet.write_datetime(row, column, here.replace(tzinfo=None), moments.of(here))
    elif isinstance(cell, date) and not isinstance(cell, datetime) and cell.year >= _FIRST_YEAR:
        sheet.write_datetime(row, column, cell, moments.day)
    elif cell is not None:
        text = str(_said(cell))
        if len(text) > _LONGEST:
            text = text[: _LONGEST - len(_CUT)] + _CUT
        sheet.write_string(row, column, text)
    return 0 if cell is None else len(str(cell).partition("\n")[0])


def _said(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return _iso(cell, cell.tzinfo)
    return cell.isoformat() if isinstance(cell, date) else cell


@lru_cache(maxsize=64)
def _iso(at: datetime, _zone: object) -> str:
    """Many rows in a row bear the same instant; one that is the same in another zone reads otherwise."""
    return _here(at).isoformat()


def _here(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(DEFAULT_ZONE)) if at.tzinfo == UTC else at
