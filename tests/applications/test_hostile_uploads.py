"""Files that mean harm, or would do some: each is refused in words and leaves nothing, or is handed out inert."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from grants.applications.models import Application, Attachment
from grants.casework.models import StoredFile
from grants.kernel.clock import clock_at
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.factories import applications as make
from tests.factories.uploads import (
    HTML,
    PDF,
    SVG,
    archive,
    broken_part,
    disguised,
    office,
    open_document,
    picture,
    relation,
    shown_from,
)

Browser = Callable[[Person], FlaskClient]
MB = 2**20  # the most that the question takes

PNG, JPEG, DOCX, XLSX, CSV = (
    picture(),
    picture("JPEG"),
    office("docx"),
    office("xlsx"),
    b"school,students\nASCEND,320\n",
)
BOMB = office("docx", {"word/media/a.xml": b"0" * 60_000_000})
MANY = archive({"[Content_Types].xml": b"", "word/document.xml": b"", **{f"word/{n}": b"" for n in range(10_001)}})
OLD = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512
ELSEWHERE = (
    "is not a file of an accepted kind: picture (PNG or JPEG), CSV, PDF, Word, Excel, PowerPoint or "
    "OpenDocument slides."
)
UNPACKS = "unpacks to far more than a document of its size. Save it once more from the program you wrote it in."
PROGRAMS = "holds macros or other programs. Save it without them."
FORMULA = "holds a formula in line 2, which a spreadsheet would run. Save its values alone."
LAUNCHES = "starts another program when it is opened. Print it to a new PDF and attach that."
LOCKED = "is protected by a password, so its readers could not open it. Save it without one."
OLDER = "is protected by a password, or of an older kind. Save it as .xlsx without a password."
LATIN = "is not written in UTF-8. In your spreadsheet choose “CSV UTF-8” when you save it."
WALL = "is a picture of 40,000 by 2,501 points, which few computers can show. Make it smaller."
FETCHES = "fetches something from elsewhere when it is opened. Put it into the document itself."

# A comment longer than what is read of a part, which packs as little as writing does.
BEHIND = b"<!--" + "".join(f"{n * n:x} " for n in range(100_000, 280_000)).encode() + b"-->"


def other(ending: str) -> str:
    return f"ends in .{ending}, but what is in it is something else."


REFUSED: list[tuple[str, bytes, str]] = [
    # nothing, and too much
    ("nothing.pdf", b"", "“nothing.pdf” is empty."),
    (
        "limit-plus-one.pdf",
        PDF[:-6] + b"x" * (MB + 1 - len(PDF)) + b"%%EOF\n",
        "“limit-plus-one.pdf” is larger than 1 MB.",
    ),
    ("bomb.docx", BOMB, f"“bomb.docx” {UNPACKS}"),
    ("many.docx", MANY, f"“many.docx” {UNPACKS}"),
    ("wall.png", picture("PNG", (40_000, 2_501)), f"“wall.png” {WALL}"),
    # another kind than its name says, or of none that is taken
    ("page.html", HTML, f"“page.html” {ELSEWHERE}"),
    ("drawing.svg", SVG, f"“drawing.svg” {ELSEWHERE}"),
    ("program.exe", b"MZ\x90\x00" + b"\0" * 64, f"“program.exe” {ELSEWHERE}"),
    ("letter.pdf.exe", PDF, f"“letter.pdf.exe” {ELSEWHERE}"),
    ("letter", PDF, f"“letter” {ELSEWHERE}"),
    (".pdf", PDF, f"“.pdf” {ELSEWHERE}"),
    ("archive.zip", archive({"a": b"b"}), f"“archive.zip” {ELSEWHERE}"),
    ("macros.docm", office("docx"), f"“macros.docm” {ELSEWHERE}"),
    ("drawing.png", SVG, f"“drawing.png” {other('png')}"),
    ("photo.png", JPEG, f"“photo.png” {other('png')}"),
    ("page.pdf", HTML, f"“page.pdf” {other('pdf')}"),
    ("late-header.pdf", HTML + PDF, f"“late-header.pdf” {other('pdf')}"),
    ("script.csv", b"#!/bin/sh\nrm -rf \x00/\n", f"“script.csv” {other('csv')}"),
    ("pdf.csv", PDF, f"“pdf.csv” {other('csv')}"),
    ("book.docx", XLSX, f"“book.docx” {other('docx')}"),
    ("twice.docx", DOCX[:-40], f"“twice.docx” {other('docx')}"),
    ("program.docx", b"MZ" + DOCX[:40], f"“program.docx” {other('docx')}"),
    # what it does when it is opened
    ("macros.docx", office("docx", {"word/vbaProject.bin": b"x"}), f"“macros.docx” {PROGRAMS}"),
    ("control.xlsx", office("xlsx", {"xl/activeX/activeX1.bin": b"x"}), f"“control.xlsx” {PROGRAMS}"),
    ("object.pptx", office("pptx", {"ppt/embeddings/oleObject1.bin": b"x"}), f"“object.pptx” {PROGRAMS}"),
    (
        "template.docx",
        office("docx", {"word/_rels/settings.xml.rels": relation("attachedTemplate", "http://x.example/t.dotm")}),
        f"“template.docx” {FETCHES}",
    ),
    (
        "beacon.docx",
        office("docx", {"word/_rels/document.xml.rels": relation("image", "http://x.example/p.png")}),
        f"“beacon.docx” {FETCHES}",
    ),
    *(
        (f"{way}.docx", office("docx", {"word/_rels/settings.xml.rels": part}), f"“{way}.docx” {FETCHES}")
        for way, part in disguised("attachedTemplate", "http://x.example/t.dotm").items()
    ),
    (
        "behind.docx",
        office("docx", {"word/_rels/settings.xml.rels": BEHIND + relation("attachedTemplate", "http://x.example/t")}),
        "“behind.docx” has more relations to other files than could be looked at. Save it once more, without them.",
    ),
    (
        "entity.docx",
        office("docx", {"word/_rels/a.xml.rels": b'<!DOCTYPE r [<!ENTITY e "x">]><Relationships>&e;</Relationships>'}),
        f"“entity.docx” {other('docx')}",
    ),
    ("broken-part.docx", broken_part(), f"“broken-part.docx” {other('docx')}"),
    # the same of OpenDocument
    ("text.odp", open_document({"mimetype": b"application/vnd.oasis.opendocument.text"}), f"“text.odp” {other('odp')}"),
    ("book.odp", XLSX, f"“book.odp” {other('odp')}"),
    ("macros.odp", open_document({"Basic/Standard/Module1.xml": b"<x/>"}), f"“macros.odp” {PROGRAMS}"),
    ("locked.odp", open_document({"META-INF/manifest.xml": b"<m><encryption-data/></m>"}), f"“locked.odp” {LOCKED}"),
    ("beacon.odp", open_document({"content.xml": shown_from("http://x.example/p.png")}), f"“beacon.odp” {FETCHES}"),
    ("share.odp", open_document({"content.xml": shown_from("//x.example/p")}), f"“share.odp” {FETCHES}"),
    ("plugin.odp", open_document({"styles.xml": shown_from("file:///etc", "draw:plugin")}), f"“plugin.odp” {FETCHES}"),
    (
        "entity.odp",
        open_document({"content.xml": b'<!DOCTYPE c [<!ENTITY e "x">]><c/>'}),
        f"“entity.odp” {other('odp')}",
    ),
    ("semicolon.csv", b"school;students\nASCEND;=HYPERLINK(1)\n", f"“semicolon.csv” {FORMULA}"),
    ("tab.csv", b"school\tstudents\nASCEND\t+cmd|x\n", f"“tab.csv” {FORMULA}"),
    (
        "cell.csv",
        b"x" * 200_000,
        "“cell.csv” cannot be read as a table: one of its cells is far too long, or its quotes do not match.",
    ),
    ("formula.csv", b"school,students\nASCEND,=cmd|' /C calc'!A0\n", f"“formula.csv” {FORMULA}"),
    ("hidden.csv", b'school\n" @SUM(1+1)"\n', f"“hidden.csv” {FORMULA}"),
    ("launch.pdf", PDF.replace(b"<<>>", b"<</S /Launch /F (calc.exe)>>"), f"“launch.pdf” {LAUNCHES}"),
    # what nobody could read
    ("locked.pdf", PDF.replace(b"/Root", b"/Encrypt 2 0 R /Root"), f"“locked.pdf” {LOCKED}"),
    ("cut.pdf", PDF[:30], "“cut.pdf” is not whole: its end is missing. Save it once more and attach that."),
    ("locked.xlsx", OLD, f"“locked.xlsx” {OLDER}"),
    ("broken.png", PNG[:20], "“broken.png” cannot be opened as a picture."),
    ("latin.csv", "École,320\n".encode("latin-1"), f"“latin.csv” {LATIN}"),
    # names that lead elsewhere
    ("../../../etc/passwd", PDF, f"“passwd” {ELSEWHERE}"),
    ("C:\\\\Windows\\\\system32\\\\x.dll", PDF, f"“x.dll” {ELSEWHERE}"),
    ("a" * 300 + ".exe", PDF, f"“{'a' * 59}…” {ELSEWHERE}"),
]

# Taken, since the content is what it says; as an attachment under a plain name it does nothing by itself.
INERT: list[tuple[str, bytes, str]] = [
    ("../../letter.pdf", PDF, "letter.pdf"),
    ("C:\\\\temp\\\\letter.pdf", PDF, "letter.pdf"),
    ("exe\u202efdp.pdf", PDF, "exefdp.pdf"),
    ("quote%22.pdf", PDF, 'quote".pdf'),
    ("line%0D%0AX-Evil: yes.pdf", PDF, "line%0D%0AX-Evil: yes.pdf"),
    ("polyglot.pdf", PDF + HTML + b"%%EOF", "polyglot.pdf"),
    ("script.pdf", PDF.replace(b"<<>>", b"<</S /JavaScript /JS (app.alert(1))>>"), "script.pdf"),
    ("gifar.png", PNG + archive({"Evil.class": b"x"}), "gifar.png"),
    ("page.jpg", JPEG + HTML, "page.jpg"),
    ("slip.docx", office("docx", {"../../../../tmp/slipped": b"x"}), "slip.docx"),
    ("shown.odp", open_document({"content.xml": shown_from("Pictures/1.png")}), "shown.odp"),
    (
        "link.odp",
        open_document({"content.xml": shown_from("http://x.example/", "text:a xmlns:text='urn:t'")}),
        "link.odp",
    ),
    (
        "link.docx",
        office("docx", {"word/_rels/document.xml.rels": relation("hyperlink", "http://x.example/")}),
        "link.docx",
    ),
    ("prose.csv", b"school,why\nASCEND,We tried it; - and (once) it worked\n", "prose.csv"),
    ("negative.csv", b"line,change\nStaff,-5\nOther,+3.5\n", "negative.csv"),
]


@pytest.fixture
def school(app: Flask) -> make.School:
    with clock_at(make.WRITING), unit_of_work():
        return make.school("Urban Promise Academy")


@pytest.fixture
def draft(school: make.School) -> Application:
    with clock_at(make.WRITING), unit_of_work():
        return make.draft(school, make.stage())


def attach(browser: FlaskClient, draft: Application, name: str, content: bytes) -> tuple[int, str]:
    with clock_at(make.WRITING):
        file = FileStorage(io.BytesIO(content), name)
        boundary, body = encode_multipart({"do": "attach:work", "work": file})
        kind = f"multipart/form-data; boundary={boundary}"
        answer = browser.post(f"/applications/{draft.public_id}/sections/people", data=body, content_type=kind)
    return answer.status_code, answer.text


def stored(app: Flask) -> list[Path]:
    folder = Path(app.config["SETTINGS"].files_url.removeprefix("file://"))
    return sorted(one for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize(("name", "content", "sentence"), REFUSED, ids=[repr(name)[:30] for name, *_ in REFUSED])
def test_it_is_refused_in_words_and_leaves_nothing(
    app: Flask, school: make.School, draft: Application, client_of: Browser, name: str, content: bytes, sentence: str
) -> None:
    before = stored(app)
    status, page = attach(client_of(school.editor), draft, name, content)
    error = page.partition('id="work-error">')[2].partition("</div>")[0]
    assert (status, sentence in error.replace("&#39;", "'")) == (422, True), error
    assert (db.session.scalars(select(StoredFile)).all(), stored(app)) == ([], before)


@pytest.mark.parametrize(("name", "content", "kept_as"), INERT, ids=[repr(name)[:30] for name, *_ in INERT])
def test_it_is_taken_and_handed_out_inert(
    school: make.School, draft: Application, client_of: Browser, name: str, content: bytes, kept_as: str
) -> None:
    browser = client_of(school.editor)
    status, page = attach(browser, draft, name, content)
    assert status == 302, page
    kept = db.session.scalars(select(Attachment)).one().file
    answer = browser.get(f"/applications/{draft.public_id}/files/{kept.public_id}")
    assert (kept.name, answer.data) == (kept_as, content)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "X-Evil" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_there_are_as_many_as_were_promised() -> None:
    assert len(REFUSED) + len(INERT) >= 30
    assert len({name for name, *_ in REFUSED}) == len(REFUSED)
