"""What may be uploaded: the kind is told from the content, the name has to agree with it, and what could do harm when
somebody opens it is refused in words.

Nothing is run, shown or unpacked here: of archives and pictures only the lists of contents and first lines are read.
Whatever is taken is handed out as an attachment only (downloads.py).
"""

import csv
import io
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Final, NamedTuple
from xml.parsers import expat

import filetype
from PIL import Image

from grants.kernel.errors import Invalid
from grants.web import opendocument
from grants.web.filters import listing

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_OPEN: Final = "application/vnd.oasis.opendocument."
# A page of print at 600 dpi is 34 million points; a picture of more than this holds up whoever opens it.
MOST_POINTS = 100_000_000
MOST_UNPACKED, MOST_TIMES, MOST_PARTS = 500 * 2**20, 200, 10_000
_LONGEST_PART_READ = 2**20
_UNREADABLE = (ValueError, OSError, NotImplementedError, RuntimeError, EOFError)
_OLDER_OR_LOCKED = bytes.fromhex("d0cf11e0a1b11ae1")
_RUNS = ("vbaproject", "vbadata", "activex", "oleobject")
# Relations that fetch something from elsewhere as soon as the file is opened; a link somebody clicks is not among them.
_FETCHES = frozenset({"attachedtemplate", "oleobject", "frame", "subdocument", "externallinkpath", "image"})


class Kind(NamedTuple):
    """A kind of file: what people call it, the content type by ending, and, for office files, the part that tells."""

    called: str
    types: dict[str, str]
    part: str = ""


KINDS: Final[dict[str, Kind]] = {
    "pdf": Kind("PDF", {"pdf": "application/pdf"}),
    "docx": Kind("Word", {"docx": f"{_OFFICE}wordprocessingml.document"}, "word/document.xml"),
    "xlsx": Kind("Excel", {"xlsx": f"{_OFFICE}spreadsheetml.sheet"}, "xl/workbook.xml"),
    "pptx": Kind("PowerPoint", {"pptx": f"{_OFFICE}presentationml.presentation"}, "ppt/presentation.xml"),
    "odp": Kind("OpenDocument slides", {"odp": f"{_OPEN}presentation"}, "content.xml"),
    "image": Kind("picture (PNG or JPEG)", {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    "csv": Kind("CSV", {"csv": "text/csv"}),
}


def examine(kinds: Collection[str], at_most_mb: int, name: str, content: bytes) -> str:
    """The content type of a file that is of one of these kinds, and does no harm.

    kinds     keys of KINDS
    name      as the browser sent it; only its ending counts
    raises    Invalid with a sentence
    """
    if fault := next(_faults(kinds, at_most_mb, name, content), None):
        raise Invalid(f"“{_short(name)}” {fault}")
    return _kind_of(kinds, name)[1]


def accepted(kinds: Collection[str]) -> str:
    """The endings a file chooser offers."""
    return ",".join(f".{ending}" for kind in kinds for ending in KINDS[kind].types)


def kinds_called(kinds: Collection[str]) -> str:
    """What people call these kinds, in a sentence: "PDF, picture (PNG or JPEG) or Excel"."""
    return listing((KINDS[kind].called for kind in kinds), "or")


def _faults(kinds: Collection[str], at_most_mb: int, name: str, content: bytes) -> Iterator[str]:
    """What stands against a file, the plainest first, each as the rest of a sentence that begins with its name."""
    if not content:
        yield "is empty."
    if len(content) > at_most_mb * 2**20:
        yield f"is larger than {at_most_mb} MB."
    kind, content_type = _kind_of(kinds, name)
    if kind is None:
        yield f"is not a file of an accepted kind: {kinds_called(kinds)}."
        return
    if kind.part:
        yield from _office_faults(kind, name, content)
    elif content_type == "application/pdf":
        yield from _pdf_faults(name, content)
    elif content_type == "text/csv":
        yield from _csv_faults(name, content)
    else:
        yield from _picture_faults(content_type, name, content)


def _kind_of(kinds: Collection[str], name: str) -> tuple[Kind | None, str]:
    ending = _ending(name)
    kind = next((KINDS[one] for one in kinds if ending in KINDS[one].types), None)
    return kind, kind.types[ending] if kind else ""


def _ending(name: str) -> str:
    return PurePath(name.replace("\\", "/")).suffix.lower().removeprefix(".")


def _something_else(name: str) -> str:
    return f"ends in .{_ending(name)}, but what is in it is something else."


# ── PDF, pictures, tables ────────────────────────────────────────────────────────────────────────────────────────────


def _pdf_faults(name: str, content: bytes) -> Iterator[str]:
    if filetype.guess_mime(content) != "application/pdf":
        yield _something_else(name)
    if b"%%EOF" not in content[-2048:]:
        yield "is not whole: its end is missing. Save it once more and attach that."
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R", content):
        yield "is protected by a password, so its readers could not open it. Save it without one."
    if re.search(rb"/S\s*/Launch\b", content):
        yield "starts another program when it is opened. Print it to a new PDF and attach that."


def _picture_faults(content_type: str, name: str, content: bytes) -> Iterator[str]:
    if filetype.guess_mime(content) != content_type:
        yield _something_else(name)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # measured here, by our own limit
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
                width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        yield "cannot be opened as a picture."
        return
    if width * height > MOST_POINTS:
        yield f"is a picture of {width:,} by {height:,} points, which few computers can show. Make it smaller."


def _csv_faults(name: str, content: bytes) -> Iterator[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield "is not written in UTF-8. In your spreadsheet choose “CSV UTF-8” when you save it."
        return
    if filetype.guess_mime(content) or not all(sign.isprintable() or sign in "\r\n\t\xa0" for sign in text):
        yield _something_else(name)
        return
    try:
        lines = [number for number, row in _rows(text, ",") if any(map(_is_formula, row))]
        lines += [number for one in ";\t" for number, row in _rows(text, one) if any(map(_would_run, row))]
    except csv.Error:
        yield "cannot be read as a table: one of its cells is far too long, or its quotes do not match."
        return
    if lines:
        yield f"holds a formula in line {min(lines)}, which a spreadsheet would run. Save its values alone."


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    return enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet would work out a cell: a number with its sign is none."""
    found = cell.lstrip()
    return found[:1] in {"=", "@"} or (found[:1] in {"+", "-"} and re.search(r"[A-Za-z(|!]", found) is not None)


def _would_run(cell: str) -> bool:
    """The same, where a spreadsheet is set to another delimiter: prose that goes on after a semicolon is no formula."""
    return re.match(r"\s*(?:[=@]|[+-]\s*\w+[(|!])", cell) is not None


# ── office files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _office_faults(kind: Kind, name: str, content: bytes) -> Iterator[str]:
    if content.startswith(_OLDER_OR_LOCKED):
        yield f"is protected by a password, or of an older kind. Save it as .{_ending(name)} without a password."
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _archive_faults(kind, name, archive, len(content))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, expat.ExpatError, *_UNREADABLE):
        yield _something_else(name)


def _archive_faults(kind: Kind, name: str, archive: zipfile.ZipFile, size: int) -> Iterator[str]:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(size, 2**16) * MOST_TIMES:
        yield "unpacks to far more than a document of its size. Save it once more from the program you wrote it in."
        return
    names = [part.filename for part in parts]
    is_open = next(iter(kind.types.values())).startswith(_OPEN)
    beside = opendocument.MANIFEST if is_open else "[Content_Types].xml"
    if not {kind.part, beside} <= set(names) or len(set(names)) < len(names):
        yield _something_else(name)
        return
    if is_open:
        if opendocument.media_type(archive) not in kind.types.values():
            yield _something_else(name)
        yield from opendocument.faults(archive)
        return
    if any(word in one.lower() for one in names for word in _RUNS):
        yield "holds macros or other programs. Save it without them."
    relations = [part for part in parts if part.filename.lower().endswith(".rels")]
    if any(part.file_size > _LONGEST_PART_READ for part in relations):
        yield "has more relations to other files than could be looked at. Save it once more, without them."
    elif any(_fetches(archive.open(part).read(_LONGEST_PART_READ)) for part in relations):
        yield "fetches something from elsewhere when it is opened. Put it into the document itself."


def _fetches(relations: bytes) -> bool:
    """Whether one of a part's relations brings in something from outside the document.

    raises   ExpatError when it is no XML, or says what entities mean, which no document does
    """
    found: list[str] = []

    def look(tag: str, given: dict[str, str]) -> None:
        kind = given.get("Type", "").rsplit("/", 1)[-1].lower()
        if tag.rsplit(" ", 1)[-1] == "Relationship" and given.get("TargetMode", "").lower() == "external":
            found.extend({kind} & _FETCHES)

    def refuse(*_: object) -> None:
        raise expat.ExpatError("a document type of its own")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = look, refuse
    parser.Parse(relations, True)
    return bool(found)


def _short(name: str) -> str:
    plain = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
