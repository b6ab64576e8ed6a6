"""Facts become a tagged PDF, the same to the byte, from nothing but themselves and the bundled fonts."""

import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from weasyprint.urls import FatalURLFetchingError

from grants.config import ROOT
from grants.documents import facts, rendering
from grants.documents.rendering import BundledOnly, render
from tests.factories.documents import HEAD, letter_facts

CODE = "k7m3x9q24tzahw8p"
VERIFICATION = {"verification": {"code": CODE, "url": f"https://grants.example.org/verify/{CODE}"}}


def letter(**changes: Any) -> bytes:
    return render("letter", letter_facts(**changes) | VERIFICATION)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def tags(element: Any) -> list[str]:
    """Names of the structure elements, in reading order."""
    if isinstance(element, IndirectObject):
        element = element.get_object()
    if isinstance(element, list):
        return [tag for child in element for tag in tags(child)]
    if not isinstance(element, dict):
        return []
    own = [str(element["/S"])] if "/S" in element else []
    return own + (tags(element["/K"]) if "/K" in element else [])


def test_a_letter_says_all_that_its_facts_say() -> None:
    text = words(letter())
    for part in (
        "Harbor Foundation",
        "Schools of Tomorrow",
        "1 Quay Street",
        "20 April 2015",
        "Ada Ruiz Principal ASCEND 3709 East 12th Street",
        "Reference PLAN-2015 / ASCEND",
        "Planning grant: an award for ASCEND",
        "We are glad to tell you of an award.",
        "1 June 2015 $40,000",
        "Total $60,000",
        "Sincerely, Greta Hall Program director Harbor Foundation",
        "Enter the code K7M3-X9Q2-4TZA-HW8P at https://grants.example.org/verify",
        "Page 1 of 1",
    ):
        assert part in text


def test_it_is_tagged_for_those_who_listen() -> None:
    reader = PdfReader(BytesIO(letter()))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] is not None
    assert (reader.metadata or {})["/Title"] == "Planning grant: an award for ASCEND"
    assert b"pdfuaid:part" in reader.xmp_metadata.stream.get_data() if reader.xmp_metadata else False
    named = tags(root["/StructTreeRoot"])
    assert [tag for tag in named if tag in {"/H1", "/Table", "/Caption", "/TH", "/Link"}] == [
        "/H1",
        "/Table",
        "/Caption",
        "/TH",
        "/TH",
        "/Link",
    ]


def test_the_same_facts_are_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    script = (
        "import sys; from hashlib import sha256; from tests.documents.test_rendering import letter; "
        "print(sha256(letter()).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7"},
    ).stdout.strip()
    assert elsewhere == sha256(letter()).hexdigest()
    assert letter() == letter()


def test_other_facts_are_other_bytes_with_another_identifier() -> None:
    one, other = letter(), letter(signed_by="Somebody Else")
    ids = {PdfReader(BytesIO(pdf)).trailer["/ID"][0].original_bytes for pdf in (one, other)}
    assert len(ids) == 2


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="recipient"):
        render("letter", {key: value for key, value in letter_facts().items() if key != "recipient"} | VERIFICATION)


def test_facts_are_text_whatever_they_look_like() -> None:
    text = words(
        letter(body=["<b>Bold</b> & {{ 7 * 7 }} <img src=http://evil.example/x.png>"], subject="<h1>{award}</h1>")
    )
    assert "<b>Bold</b> & {{ 7 * 7 }} <img src=http://evil.example/x.png>" in text
    assert "<h1>{award}</h1>" in text


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/x.png",
        "https://example.org/x.css",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "data:text/plain,hello",
        "bundled:../../config.py",
        "bundled:/etc/passwd",
        "source-serif-4-latin-400-normal.woff2",
    ],
)
def test_nothing_but_the_bundled_fonts_can_be_reached(address: str) -> None:
    with pytest.raises(FatalURLFetchingError, match="may not reach"):
        BundledOnly().fetch(address)


def test_a_template_that_reaches_out_renders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    (tmp_path / "letter.html").write_text(f'<title>x</title><img alt="x" src="{secret.as_uri()}">')
    (tmp_path / "print.css").write_text("")
    monkeypatch.setattr(rendering, "TEMPLATES", tmp_path)
    rendering._environment.cache_clear()
    try:
        with pytest.raises(FatalURLFetchingError, match="may not reach file:"):
            letter()
    finally:
        rendering._environment.cache_clear()


def test_an_agreement_shows_who_signed_and_who_is_still_to() -> None:
    made = facts.agreement(
        HEAD,
        on=letter_date(),
        reference="A-1",
        title="Grant agreement",
        parties=[("The funder", ["Harbor Foundation"]), ("The grantee", ["ASCEND", "", "Oakland"])],
        body=["1. One.", facts.heading("Terms"), facts.points(["first point", "second point"])],
        signatures=[
            facts.signature("For the grantee", "Ada Ruiz", "Principal", "22 April 2015, 9:14 am Pacific", "I agree."),
            facts.signature("For the foundation"),
        ],
    )
    text = words(render("agreement", made | VERIFICATION))
    assert "Ada Ruiz, Principal Signed electronically on 22 April 2015, 9:14 am Pacific I agree." in text
    assert "For the foundation Name Date" in text
    assert "first point" in text


def letter_date() -> Any:
    from datetime import date

    return date(2015, 4, 22)


def test_a_receipt_lists_what_was_received() -> None:
    made = facts.receipt(
        HEAD,
        on=letter_date(),
        reference="S-1",
        title="Receipt",
        pairs=[("Received", "22 April 2015"), ("SHA-256", "ab" * 32)],
    )
    text = words(render("receipt", made | VERIFICATION))
    assert "Received 22 April 2015" in text
    assert "ab" * 32 in text.replace(" ", "")


def test_a_long_letter_has_a_running_head_and_numbers_and_leaves_no_signature_alone() -> None:
    pdf = letter(
        body=[f"Paragraph {number}. " + "Words that fill a line or two of the letter. " * 6 for number in range(14)]
    )
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
    assert [f"Page {number} of 2" in page for number, page in enumerate(pages, 1)] == [True, True]
    assert "PLAN-2015 / ASCEND" in pages[1]
    assert "Paragraph 13." in pages[1]
    assert "Enter the code" in pages[1]
    assert "Enter the code" not in pages[0]


def test_a_table_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match="2 columns"):
        facts.table("Installments", ["Due", "Amount"], [["1 June"]])
    with pytest.raises(ValueError, match="2 columns"):
        facts.table("Installments", ["Due", "Amount"], [], total=["Total"])
