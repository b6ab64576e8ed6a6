"""What files say of whoever made them, and that none of it is left."""

import io
import zipfile

import openpyxl
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grants.review.pictures import jp2_without_traces
from grants.review.traces import Unremovable, without_traces
from tests.factories.telling_files import DOCX, NAME, XLSX, docx, jpeg, pdf, png, words_in, xlsx
from tests.factories.uploads import relation

FILES = {
    "PDF": (pdf, "application/pdf"),
    "JPEG": (jpeg, "image/jpeg"),
    "PNG": (png, "image/png"),
    "Word": (docx, DOCX),
    "Excel": (xlsx, XLSX),
}


@pytest.mark.parametrize("kind", FILES)
def test_nothing_is_left_of_whoever_made_a_file(kind: str) -> None:
    make, content_type = FILES[kind]
    before = make()  # type: ignore[operator]
    assert any(NAME.encode() in part for part in words_in(before))
    after = without_traces(before, content_type)
    assert [part for part in words_in(after) if NAME.encode() in part] == []
    assert without_traces(before, content_type) == after


def test_what_one_reads_in_a_pdf_stays() -> None:
    with pikepdf.open(io.BytesIO(without_traces(pdf(), "application/pdf"))) as document:
        page = document.pages[0]
        assert b"Goal sheets." in page.Contents.read_bytes()
        assert [str(one.Subtype) for one in page.Annots] == ["/Text", "/Link"]
        assert str(page.Annots[0].Contents) == "Why?"
        assert pikepdf.PdfImage(page.Resources.XObject.Im0).as_pil_image().size == (8, 6)
        assert (dict(document.docinfo), "/Metadata" in document.Root, len(document.attachments)) == ({}, False, 0)


def test_earlier_states_of_a_pdf_go_with_their_author() -> None:
    """A program that saves by adding leaves the old information dictionary in the file."""
    once = pdf()
    assert NAME.encode() not in without_traces(once + b"\n" + once, "application/pdf")


def test_a_spreadsheet_opens_with_its_figures_and_remarks() -> None:
    book = openpyxl.load_workbook(io.BytesIO(without_traces(xlsx(), XLSX)))
    assert (book.active["A1"].value, book.active["A1"].comment.text) == ("Year 1", "Why?")
    assert (book.properties.creator, book.active["A1"].comment.author) == ("openpyxl", "Author")


def test_a_document_keeps_its_text_and_names_no_part_that_is_gone() -> None:
    with zipfile.ZipFile(io.BytesIO(without_traces(docx(), DOCX))) as archive:
        assert archive.namelist() == [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/_rels/document.xml.rels",
            "word/comments.xml",
            "word/document.xml",
            "word/media/image1.jpg",
            "word/embeddings/table.xlsx",
        ]
        assert b"Goal sheets." in archive.read("word/document.xml")
        assert b"core" not in archive.read("[Content_Types].xml") + archive.read("_rels/.rels")
        relations = archive.read("word/_rels/document.xml.rels")
        assert (b"people" in relations, b"custom" in relations, b"image1.jpg" in relations) == (False, False, True)


LINKS = "word/_rels/settings.xml.rels"


@pytest.mark.parametrize(
    ("place", "kind", "target"),
    [
        (LINKS, "attachedTemplate", f"file:///C:\\Users\\{NAME}\\Templates\\Normal.dotm"),
        (LINKS, "attachedTemplate", f"C:\\Users\\{NAME}\\Normal.dotm"),
        (LINKS, "image", f"\\\\files\\{NAME}\\plan.png"),
        ("xl/externalLinks/_rels/externalLink1.xml.rels", "externalLinkPath", f"file:///C:/Users/{NAME}/budget.xlsx"),
        ("xl/externalLinks/_rels/externalLink1.xml.rels", "externalLinkPath", f"../{NAME}/budget.xlsx"),
    ],
)
def test_an_office_file_does_not_say_on_whose_disk_it_was_made(place: str, kind: str, target: str) -> None:
    made = docx("", **{place: relation(kind, target)})
    assert any(NAME.encode() in part for part in words_in(made))
    clean = without_traces(made, DOCX)
    assert [part for part in words_in(clean) if NAME.encode() in part] == []
    assert b'Target="about:blank"' in zipfile.ZipFile(io.BytesIO(clean)).read(place)


@pytest.mark.parametrize("target", ["https://goals.example/a", "HTTP://goals.example", "mailto:office@goals.example"])
def test_a_link_that_an_applicant_gives_leads_where_it_did(target: str) -> None:
    clean = without_traces(docx(**{LINKS: relation("hyperlink", target)}), DOCX)
    assert f'Target="{target}"'.encode() in zipfile.ZipFile(io.BytesIO(clean)).read(LINKS)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_picture_stands_as_it_was_taken(turned: int) -> None:
    with Image.open(io.BytesIO(without_traces(jpeg(turned=turned), "image/jpeg"))) as picture:
        picture.load()
        assert dict(picture.getexif()) == ({} if turned == 1 else {0x0112: turned})


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_the_points_of_a_picture_are_the_same(mode: str) -> None:
    before = jpeg(mode=mode)
    points = [Image.open(io.BytesIO(one)).tobytes() for one in (before, without_traces(before, "image/jpeg"))]
    assert points[0] == points[1]


def test_what_follows_a_picture_goes() -> None:
    assert NAME.encode() not in without_traces(jpeg(name="x") + NAME.encode(), "image/jpeg")
    assert NAME.encode() not in without_traces(png("x") + NAME.encode(), "image/png")


def test_a_jpeg_2000_keeps_its_points_alone() -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (9, 90, 200)).save(out, "JPEG2000", comment=NAME)
    told = out.getvalue() + (8 + len(NAME)).to_bytes(4, "big") + b"xml " + NAME.encode()
    clean = jp2_without_traces(told)
    assert NAME.encode() in out.getvalue()
    assert NAME.encode() not in clean
    assert Image.open(io.BytesIO(clean)).tobytes() == Image.open(io.BytesIO(out.getvalue())).tobytes()


@pytest.mark.parametrize(
    ("content", "content_type", "why"),
    [
        (pdf(encryption=pikepdf.Encryption(owner="a", user="b")), "application/pdf", "password"),
        (b"%PDF-1.7\nnothing", "application/pdf", "read through"),
        (jpeg()[:-40], "image/jpeg", "read through"),
        (png()[:-12], "image/png", "read through"),
        (docx()[:200], DOCX, "read through"),
        (docx(**{"word/media/a.tiff": b"II*"}), DOCX, r"\.tiff"),
        (docx(**{"word/document2.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), DOCX, "read through"),
        (b"GIF89a", "image/gif", "kind"),
    ],
)
def test_what_cannot_be_cleaned_is_refused(content: bytes, content_type: str, why: str) -> None:
    with pytest.raises(Unremovable, match=why):
        without_traces(content, content_type)


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_archive_is_refused_however_it_is_packed(packed: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packed) as archive:
        archive.writestr("word/document.xml", "<w>" + "hello " * 500 + "</w>")
    whole, refused = out.getvalue(), 0
    for at in range(30, len(whole)):
        try:
            without_traces(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :], DOCX)
        except Unremovable:
            refused += 1
    assert refused > 30


@given(st.binary(max_size=400), st.sampled_from([kind for _, kind in FILES.values()]), st.integers(0, 4000))
def test_no_damage_is_anything_but_refused(junk: bytes, content_type: str, at: int) -> None:
    whole = {kind: make for make, kind in FILES.values()}[content_type]()  # type: ignore[operator]
    for damaged in (junk, whole[:at] + junk + whole[at + len(junk) :]):
        try:
            without_traces(damaged, content_type)
        except Unremovable:
            continue
