"""What may be attached: the kind is told from the content, and the name has to agree with it."""

import io
import zipfile
from pathlib import PurePath
from typing import Final, NamedTuple

import filetype

from grants.kernel.errors import Invalid
from grants.programs.schema import FileField

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."


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
    "image": Kind("picture (PNG or JPEG)", {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    "csv": Kind("CSV", {"csv": "text/csv"}),
}


def examine(field: FileField, name: str, content: bytes) -> str:
    """The content type of a file that may answer this field.

    name      as the browser sent it; only its ending counts
    raises    Invalid with a sentence
    """
    ending = PurePath(name.replace("\\", "/")).suffix.lower().removeprefix(".")
    if not content:
        raise _refused(field, f"“{_short(name)}” is empty.")
    if len(content) > field.at_most_mb * 2**20:
        raise _refused(field, f"“{_short(name)}” is larger than {field.at_most_mb} MB.")
    kinds = [KINDS[kind] for kind in field.kinds]
    kind = next((kind for kind in kinds if ending in kind.types), None)
    if kind is None:
        allowed = " or ".join(kind.called for kind in kinds)
        raise _refused(field, f"“{_short(name)}” is not a file of an accepted kind: {allowed}.")
    if not _is_what_it_says(kind, kind.types[ending], content):
        raise _refused(field, f"“{_short(name)}” ends in .{ending}, but what is in it is something else.")
    return kind.types[ending]


def accepted(field: FileField) -> str:
    """The endings a file chooser offers."""
    return ",".join(f".{ending}" for kind in field.kinds for ending in KINDS[kind].types)


def _is_what_it_says(kind: Kind, content_type: str, content: bytes) -> bool:
    if kind.part:
        return _has_part(content, kind.part)
    if content_type == "text/csv":
        return _is_text(content)
    return bool(filetype.guess_mime(content) == content_type)


def _has_part(content: bytes, part: str) -> bool:
    """Whether an office file holds its main part. Only the list of contents is read; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    return {part, "[Content_Types].xml"} <= names and not any("vbaProject" in name for name in names)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(sign.isprintable() or sign in "\r\n\t" for sign in text) and filetype.guess_mime(content) is None


def _refused(field: FileField, sentence: str) -> Invalid:
    return Invalid(sentence, {field.key: sentence})


def _short(name: str) -> str:
    plain = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
