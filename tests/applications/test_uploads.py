"""What may be attached: told from the content, refused in words."""

import io
import zipfile

import pytest

from grants.applications.uploads import accepted, examine
from grants.kernel.errors import Invalid
from grants.programs.schema import FileField

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 32


def field(*kinds: str, at_most_mb: int = 1) -> FileField:
    return FileField.model_validate({"type": "file", "kinds": list(kinds), "at_most_mb": at_most_mb})


def office(*parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, "x")
    return file.getvalue()


DOCX = office("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = office("xl/workbook.xml", "[Content_Types].xml")


@pytest.mark.parametrize(
    ("kinds", "name", "content", "content_type"),
    [
        (["pdf"], "Letter.PDF", PDF, "application/pdf"),
        (["image"], "work.png", PNG, "image/png"),
        (["image"], "work.jpeg", JPEG, "image/jpeg"),
        (["pdf", "docx"], "a.docx", DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (["xlsx"], "b.xlsx", XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (["csv"], "c.csv", "school,students\nÉcole,320\n".encode(), "text/csv"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(kinds: list[str], name: str, content: bytes, content_type: str) -> None:
    assert examine(field(*kinds), name, content) == content_type


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("kinds", "name", "content", "reason"),
    [
        (["pdf"], "letter.pdf", b"", "“letter.pdf” is empty."),
        (["pdf"], "letter.pdf", PDF + b"x" * 2**20, "“letter.pdf” is larger than 1 MB."),
        (["pdf"], "letter", PDF, "“letter” is not a file of an accepted kind: PDF."),
        (["pdf"], "letter.exe", PDF, "“letter.exe” is not a file of an accepted kind: PDF."),
        (["image"], "work.svg", SVG, "“work.svg” is not a file of an accepted kind: picture (PNG or JPEG)."),
        (["image"], "work.png", SVG, "“work.png” ends in .png, but what is in it is something else."),
        (["image"], "work.png", JPEG, "“work.png” ends in .png, but what is in it is something else."),
        (["pdf"], "page.pdf", b"<html>%PDF-1.7", "“page.pdf” ends in .pdf, but what is in it is something else."),
        (["docx"], "a.docx", XLSX, "“a.docx” ends in .docx, but what is in it is something else."),
        (
            ["docx"],
            "a.docx",
            office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "“a.docx” ends in .docx, but what is in it is something else.",
        ),
        (["docx"], "a.docx", DOCX[:-30], "“a.docx” ends in .docx, but what is in it is something else."),
        (["csv"], "c.csv", b"a,b\x00\x01", "“c.csv” ends in .csv, but what is in it is something else."),
        (["csv"], "c.csv", PDF, "“c.csv” ends in .csv, but what is in it is something else."),
        (["csv"], "c.csv", "é".encode("latin-1"), "“c.csv” ends in .csv, but what is in it is something else."),
        (["pdf"], "../../etc/passwd", PDF, "“passwd” is not a file of an accepted kind: PDF."),
        (["pdf"], "C:\\temp\\x.exe", PDF, "“x.exe” is not a file of an accepted kind: PDF."),
        (["pdf"], "a\x00b.exe", PDF, "“ab.exe” is not a file of an accepted kind: PDF."),
    ],
)
def test_a_file_that_will_not_do_is_refused_in_words(kinds: list[str], name: str, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        examine(field(*kinds), name, content)
    assert refused.value.sentence == reason


def test_a_zip_bomb_is_never_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", b"0" * 50_000_000)
        archive.writestr("word/document.xml", b"0" * 50_000_000)
    bomb = file.getvalue()
    assert len(bomb) < 200_000
    # It is kept as the bytes it is; only its list of contents was read.
    assert examine(field("docx"), "bomb.docx", bomb).endswith("wordprocessingml.document")


def test_the_file_chooser_offers_what_is_taken() -> None:
    assert accepted(field("pdf", "image")) == ".pdf,.png,.jpg,.jpeg"
