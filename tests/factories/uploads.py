"""Files as people send them, and as some send them who mean harm. Made here, byte by byte; nothing is kept of them."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image

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


def relation(kind: str, target: str) -> bytes:
    """A part of an office file that leads to somewhere else."""
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    one = f'<Relationship Id="r1" Type="{schema}/{kind}" Target="{target}" TargetMode="External"/>'
    return f"<Relationships>{one}</Relationships>".encode()
