"""The table in a file as departments publish it: CSV in any common spelling, or the first sheet of an Excel file."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile

from openpyxl import load_workbook

from grants.kernel.errors import Invalid
from grants.people.directory import guess_columns
from grants.web.examining import examine

MOST_MB: Final = 20
MOST_LINES: Final = 50_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 1000
_BEFORE_TITLES: Final = 20  # lines of explanation that stand above the titles in some files
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Table(NamedTuple):
    """A file's titles, and its lines with the number of each in the file, from 1."""

    titles: list[str]
    lines: list[tuple[int, list[str]]]


def table_of(name: str, content: bytes) -> Table:
    """The table in a file.

    name     as the browser sent it; only its ending counts
    raises   Invalid with a sentence
    """
    if not content:
        raise Invalid("The file is empty.")
    if len(content) > MOST_MB * 2**20:
        raise Invalid(f"The file is larger than {MOST_MB} MB.")
    ending = name.lower().rpartition(".")[2]
    if ending == "xlsx":
        examine({"xlsx"}, MOST_MB, name, content)
        rows = _sheet(content)
    elif ending in {"csv", "txt", "tsv"}:
        rows = _text(content)
    else:
        raise Invalid("Choose a CSV or Excel (.xlsx) file. In a spreadsheet, “Save as” offers both.")
    return _with_titles(rows)


def _with_titles(rows: Iterator[list[str]]) -> Table:
    numbered = [(number, row) for number, row in enumerate(islice(rows, MOST_LINES + _BEFORE_TITLES), 1) if any(row)]
    if len(numbered) > MOST_LINES:
        raise Invalid(f"The file has more than {MOST_LINES:,} lines. Split it.")
    head = numbered[:_BEFORE_TITLES]
    if len(numbered) < 2:
        raise Invalid("The file holds no line beside its titles.")
    place = max(range(len(head)), key=lambda one: (len(guess_columns(head[one][1])), -one))
    titles = [title[:LONGEST_CELL] for title in head[place][1]]
    if place + 1 == len(numbered):
        raise Invalid("The file holds no line below its titles.")
    return Table(titles, [(number, [cell[:LONGEST_CELL] for cell in row]) for number, row in numbered[place + 1 :]])


def _text(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise Invalid("This is not a text file. Save it as CSV from the program it comes from.")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t|", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield _cells(row)
    except csv.Error as error:
        raise Invalid("A line of the file cannot be read: a quotation mark is probably missing.") from error


def _decoded(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")  # what older spreadsheets write in this country


def _sheet(content: bytes) -> Iterator[list[str]]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=MOST_LINES + _BEFORE_TITLES + 1)
            first = next(rows, None)
            if first is not None:
                yield _cells(first)
                yield from (_cells(row) for row in rows)
                return
    except (BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise Invalid("The file cannot be opened as a spreadsheet. Save it once more, or as CSV.") from error


def _cells(row: Sequence[Any]) -> list[str]:
    """A line's cells, without the empty ones at its end."""
    cells = [_cell(one) for one in row[:MOST_COLUMNS]]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    # A whole number that a spreadsheet keeps with a fraction, such as an identifier, is written without it.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
