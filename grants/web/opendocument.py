"""What may be wrong with an OpenDocument file: it is locked, runs something, or fetches something when it is opened."""

import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

MANIFEST: Final = "META-INF/manifest.xml"
_RUNS: Final = ("basic/", "scripts/", "dialogs/")
_SHOWS: Final = frozenset(
    {"image", "object", "object-ole", "plugin", "applet", "floating-frame", "fill-image", "sound"}
)
_ELSEWHERE: Final = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\|\.\./\.\.)", re.IGNORECASE)
LONGEST_PART_READ: Final = 50 * 2**20
"""Bytes of a part that are looked at; the words and shapes of slides, without their pictures, are far fewer."""


def faults(archive: zipfile.ZipFile) -> Iterator[str]:
    """What stands against it, each as the rest of a sentence that begins with its name.

    raises   ExpatError when a part is no XML, or says what entities mean, which no document does
    """
    names = archive.namelist()
    if any(one.lower().startswith(_RUNS) for one in names):
        yield "holds macros or other programs. Save it without them."
    if b"encryption-data" in _part(archive, MANIFEST):
        yield "is protected by a password, so its readers could not open it. Save it without one."
        return
    looked_at = [one for one in names if one.rsplit("/", 1)[-1] in ("content.xml", "styles.xml")]
    if any(archive.getinfo(one).file_size > LONGEST_PART_READ for one in looked_at):
        yield "is too large to be looked at. Save it once more, with fewer slides."
    elif any(_fetches(_part(archive, one)) for one in looked_at):
        yield "fetches something from elsewhere when it is opened. Put it into the document itself."


def media_type(archive: zipfile.ZipFile) -> str:
    """What it says it is; nothing where it does not."""
    return archive.read("mimetype")[:200].decode("ascii", "replace").strip() if "mimetype" in archive.namelist() else ""


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(LONGEST_PART_READ)


def _fetches(content: bytes) -> bool:
    found: list[str] = []

    def look(tag: str, given: dict[str, str]) -> None:
        link = next((value for key, value in given.items() if key.rsplit(" ", 1)[-1] == "href"), "")
        if tag.rsplit(" ", 1)[-1] in _SHOWS and _ELSEWHERE.match(link):
            found.append(link)

    def refuse(*_: object) -> None:
        raise expat.ExpatError("a document type of its own")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = look, refuse
    parser.Parse(content, True)
    return bool(found)
