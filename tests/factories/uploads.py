"""Files as people send them, and as some send them who mean harm. Made here, byte by byte; nothing is kept of them."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image
from pypdf import PdfWriter

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    """A white picture of so many points."""
    file = io.BytesIO()
    Image.new("1" if kind == "PNG" else "L", size, 1).save(file, kind)
    return file.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these parts, packed as tightly as can be."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


_MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def office(ending: str = "docx", more: Mapping[str, bytes] | None = None) -> bytes:
    """An office file with its main part, and more parts beside it."""
    return archive(
        {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>", _MAIN[ending]: b"<x/>", **(more or {})}
    )


def blank_pdf() -> bytes:
    """A PDF that can be read page by page: one page, with nothing on it."""
    file, made = io.BytesIO(), PdfWriter()
    made.add_blank_page(100, 100)
    made.write(file)
    return file.getvalue()


def open_document(more: Mapping[str, bytes] | None = None) -> bytes:
    """OpenDocument slides, with more parts beside those they have to have, or in their place."""
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.presentation",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": b"<content/>",
            **(more or {}),
        }
    )


def shown_from(target: str, tag: str = "draw:image") -> bytes:
    """Slides that show something from an address."""
    names = 'xmlns:draw="urn:draw" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<content {names}><{tag} xlink:href="{target}"/></content>'.encode()


def relation(kind: str, target: str) -> bytes:
    """A part of an office file that leads to somewhere else."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="r1" Type="{schema}/{kind}" Target="{target}" TargetMode="External"/>'
    return f"<Relationships>{one}</Relationships>".encode()


def disguised(kind: str, target: str) -> dict[str, bytes]:
    """The same part written in ways that only a reader of XML sees through."""
    plain = relation(kind, target).decode()
    return {
        "single-quotes": plain.replace('"', "'").encode(),
        "reference": plain.replace("External", "E&#120;ternal").encode(),
        "utf-16": f'<?xml version="1.0" encoding="UTF-16"?>{plain}'.encode("utf-16"),
        "prefix": plain.replace("<Relationships", '<p:Relationships xmlns:p="urn:p"', 1)
        .replace("<Relationship ", "<p:Relationship ")
        .replace("</Relationships", "</p:Relationships")
        .encode(),
    }


def broken_part() -> bytes:
    """An office file of which one part cannot be unpacked."""
    whole = bytearray(office("docx", {"word/_rels/document.xml.rels": relation("hyperlink", "http://x.example/")}))
    with zipfile.ZipFile(io.BytesIO(bytes(whole))) as made:
        part = made.getinfo("word/_rels/document.xml.rels")
    start = part.header_offset + 30 + len(part.filename)
    whole[start : start + part.compress_size] = b"\xff" * part.compress_size
    return bytes(whole)
