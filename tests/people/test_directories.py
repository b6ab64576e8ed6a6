"""A school directory is uploaded, looked at, decided on and brought in."""

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import func, select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.roles import Role
from grants.people import directories as queries
from grants.people import jobs
from grants.people.directory import faults_of, guess_columns, read_line
from grants.people.directory_files import table_of
from grants.people.directory_models import DirectoryImport, DirectoryLine
from grants.people.models import Organization, Person
from grants.people.pair_models import SuspectedPair
from grants.people.services import directory as services
from grants.persistence.session import db, unit_of_work
from tests.factories.people import actor, organization, person

Browser = Callable[[Person], FlaskClient]
TITLES = "CDSCode,NCESDist,NCESSchool,County,School,Street,City,Zip,State,Charter,GSoffered,Students"
LINES = (
    "01612590130229,0628050,04267,Alameda,ASCEND,3709 East 12th Street,Oakland,94601,CA,N,K-8,430",
    "1612596001630,628050,4268,Alameda,Allendale Elementary,3670 Penniman Ave,Oakland,94619,CA,N,K-5,No Data",
    "01612590000000,0628050,No Data,Alameda,,1000 Broadway,Oakland,94607,CA,,,",
    "01612596002273,0628050,04269,Alameda,Melrose Leadership,4730 Fleming,Oakland,94619,CA,Maybe,K-13,x",
    "01612596002273,0628050,04269,Alameda,Twice,4730 Fleming,Oakland,94619,CA,Y,K-8,",
    "01612590000001,0628050,04301,Alameda,Lakeview,746 Grand Ave,Oakland,94610,california,N,K-5,150",
    "01612590000002,0628050,04301,Alameda,Lakeview Prep,746 Grand Ave,Oakland,94610,Californiaa,N,K-5,150",
)


def text(*lines: str, titles: str = TITLES) -> bytes:
    return "\r\n".join((titles, *lines)).encode()


@pytest.fixture
def officer(app: Flask) -> Person:
    with unit_of_work():
        return person("Maya Reed", Role.PROGRAM_OFFICER)


def upload(officer: Person, content: bytes, name: str = "public schools.csv", *, run: bool = True) -> DirectoryImport:
    table = table_of(name, content)
    with unit_of_work():
        kept = services.keep_directory(actor(officer), name, content, table)
    if run:
        run_due()
    return fresh(kept)


def fresh(kept: DirectoryImport) -> DirectoryImport:
    db.session.rollback()
    return db.session.get_one(DirectoryImport, kept.id, populate_existing=True)


def outcomes(kept: DirectoryImport) -> list[tuple[int, str | None]]:
    db.session.rollback()
    rows = select(DirectoryLine).where(DirectoryLine.import_id == kept.id).order_by(DirectoryLine.number)
    return [(line.number, line.outcome) for line in db.session.scalars(rows)]


def bring_in(officer: Person, kept: DirectoryImport, *, adds_only: bool = False) -> None:
    with unit_of_work():
        services.bring_in(actor(officer), fresh_in(kept), adds_only=adds_only)
    run_due()


def fresh_in(kept: DirectoryImport) -> DirectoryImport:
    return db.session.get_one(DirectoryImport, kept.id, populate_existing=True)


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Organization.name).order_by(Organization.name, Organization.id)))


def test_an_officer_uploads_looks_decides_and_brings_in(app: Flask, officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        here = organization("ASCEND", cds_id="01612590130229", city="Oakland", enrollment=400, street="3709 E 12th")
        organization("Allendale Elem. School", city="Oakland", postal_code="94619")
    browser = client_of(officer)
    sent = {"file": (io.BytesIO(text(*LINES)), "public schools.csv")}
    place = browser.post("/directories", data=sent, content_type="multipart/form-data").location
    assert "Looking at each line" in browser.get(place).text
    run_due()
    (kept,) = db.session.scalars(select(DirectoryImport))
    assert outcomes(kept) == [
        (2, "change"),
        (3, "alike"),
        (4, "wrong"),
        (5, "wrong"),
        (6, "wrong"),
        (7, "wrong"),
        (8, "wrong"),
    ]
    assert names() == ["ASCEND", "Allendale Elem. School"], "nothing is changed by looking"
    page = browser.get(f"{place}?show=change").text
    assert "<del>400</del> → 430" in page
    errors = browser.get(f"{place}/errors.csv").get_data(as_text=True).splitlines()
    assert errors[1:] == [
        "4,,School,,Write the organization’s name.",
        "4,,Charter,,Say whether the school is district-run or a charter: awards are balanced by it.",
        "5,Melrose Leadership,Students,x,This is not a number.",
        "5,Melrose Leadership,Charter,Maybe,This says neither that it is a charter nor that it is not.",
        '5,Melrose Leadership,GSoffered,K-13,"This is no span of grades, such as K-8."',
        "5,Melrose Leadership,NCES id,062805004269,Line 6 has the same identifier.",
        "6,Twice,NCES id,062805004269,Line 5 has the same identifier.",
        "7,Lakeview,NCES id,062805004301,Line 8 has the same identifier.",
        "8,Lakeview Prep,NCES id,062805004301,Line 7 has the same identifier.",
    ]
    line = db.session.scalars(select(DirectoryLine).where(DirectoryLine.outcome == "alike")).one()
    assert "Allendale Elem. School" in browser.get(f"{place}?show=alike").text
    answers = [browser.post(f"{place}/lines/{line.public_id}", data={}).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert browser.post(f"{place}/apply").status_code == 302
    run_due()
    assert names() == ["ASCEND", "Allendale Elem. School", "Allendale Elementary"]
    known = db.session.get_one(Organization, here.id, populate_existing=True)
    assert (known.enrollment, known.grades, known.nces_id, known.name) == (430, "K-8", "062805004267", "ASCEND")
    added = db.session.scalars(select(Organization).where(Organization.name == "Allendale Elementary")).one()
    assert (added.nces_id, added.cds_id, added.enrollment) == ("062805004268", "01612596001630", None)
    assert db.session.scalar(select(func.count()).select_from(SuspectedPair)) == 1, "the pair waits among the doubtful"
    page = browser.get(place).text
    assert ("<b>1</b> added, <b>1</b> changed" in page, added.public_id in page) == (True, True)


def test_what_is_empty_overwrites_nothing_and_only_adding_changes_nothing(officer: Person) -> None:
    with unit_of_work():
        here = organization("ASCEND", cds_id="01612590130229", enrollment=400, street="3709 E 12th", city="Oakland")
    lines = ("01612590130229,,,,ASCEND,,,,,,,500", "01612590130230,,,,Other,,,,,Y,,")
    kept = upload(officer, text(*lines))
    assert outcomes(kept) == [(2, "change"), (3, "add")]
    bring_in(officer, kept, adds_only=True)
    assert (names(), db.session.get_one(Organization, here.id).enrollment) == (["ASCEND", "Other"], 400)
    bring_in(officer, kept)
    known = db.session.get_one(Organization, here.id, populate_existing=True)
    assert (known.enrollment, known.street, known.sector) == (500, "3709 E 12th", "district")
    assert outcomes(upload(officer, text(*lines))) == [(2, "same"), (3, "same")]


def test_a_line_that_is_the_same_changes_the_one_that_is_here(officer: Person) -> None:
    with unit_of_work():
        here = organization("Allendale Elem. School", city="Oakland", postal_code="94619", sector="district")
    kept = upload(officer, text(LINES[1]))
    line = db.session.scalars(select(DirectoryLine)).one()
    with unit_of_work():
        services.decide(actor(officer), db.session.get_one(DirectoryLine, line.id), is_same=True)
    bring_in(officer, kept)
    known = db.session.get_one(Organization, here.id, populate_existing=True)
    assert (names(), known.cds_id) == (["Allendale Elementary"], "01612596001630")


def test_a_kill_in_the_middle_loses_nothing_and_does_nothing_twice(
    officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"0161259{number:07},,,,School {number},,Oakland,94{number:03},CA,Y,,{number}" for number in range(350)]
    monkeypatch.setattr(jobs, "CHUNKS_AT_ONCE", 2)
    kept = upload(officer, text(*lines), run=False)
    assert fresh(kept).state == "examining"
    run_due()
    with unit_of_work():
        services.bring_in(actor(officer), fresh_in(kept), adds_only=False)
    job = db.session.scalars(select(Job).where(Job.name == services.APPLY)).one()
    args = dict(job.args)
    calls = iter((True, False))

    class Killed(BaseException):
        """The process ends, which nothing catches."""

    real = services.apply_some

    def killed(one: DirectoryImport) -> bool:
        more = real(one)
        if next(calls):
            return more
        raise Killed  # in the second chunk, after it was written and before it was stored

    with pytest.raises(Killed):
        jobs._in_chunks(services.APPLY, args["directory_id"], args["round_"], args["part"], killed)
    assert len(names()) == 100, "the first chunk is there, the second is not"
    run_due()
    jobs.apply_directory(**args)  # once more, when all is done
    assert names() == sorted(f"School {number}" for number in range(350))
    assert fresh(kept).state == "done"
    parts = db.session.scalars(select(Job.args).where(Job.name == services.APPLY).order_by(Job.id)).all()
    assert [one["part"] for one in parts] == [1, 2], "other work has its turn in between"
    counts = queries.counts_of([kept.id])[kept.id]
    assert (dict(counts.done), counts.progress(kept)) == ({"add": 350}, (350, 350))


def test_columns_are_matched_by_hand_and_remembered(officer: Person, client_of: Browser) -> None:
    content = b"What we call it;Where\nASCEND;Oakland\n"
    kept = upload(officer, content)
    assert outcomes(kept) == [(2, "wrong")]
    browser, place = client_of(officer), f"/directories/{kept.public_id}"
    refused = browser.post(f"{place}/columns", data={"city": "1", "default_kind": "nonprofit"})
    assert (refused.status_code, "Say which column holds the name." in refused.text) == (422, True)
    data = {"name": "0", "city": "1", "enrollment": "9", "default_kind": "nonprofit"}
    assert browser.post(f"{place}/columns", data=data).status_code == 302
    run_due()
    assert outcomes(kept) == [(2, "add")]
    assert browser.post(f"{place}/apply").status_code == 302
    run_due()
    assert browser.post(f"{place}/columns", data=data).status_code == 409
    again = upload(officer, content)
    assert (again.columns, again.kind, outcomes(again)) == ({"name": 0, "city": 1}, "nonprofit", [(2, "alike")])


def test_how_schools_are_run_is_said_for_a_whole_file(officer: Person, client_of: Browser) -> None:
    with unit_of_work():
        organization("ASCEND", cds_id="01612590130229", city="Oakland", sector="charter")
    content = text(
        "01612590130229,ASCEND,Berkeley", "01612590130230,Lakeview,Oakland,6-8", titles="CDSCode,School,City,Grades"
    )
    kept = upload(officer, content)
    assert outcomes(kept) == [(2, "change"), (3, "wrong")]
    browser, place = client_of(officer), f"/directories/{kept.public_id}"
    assert "1 line cannot be brought in</a>." in browser.get(place).text
    data = {
        "cds_id": "0",
        "name": "1",
        "city": "2",
        "grades": "3",
        "default_kind": "school",
        "default_sector": "district",
    }
    assert browser.post(f"{place}/columns", data=data | {"default_sector": "pirates"}).status_code == 422
    assert browser.post(f"{place}/columns", data=data).status_code == 302
    run_due()
    assert outcomes(kept) == [(2, "change"), (3, "add")]
    assert "School, District-run, grades 6-8, Oakland</span>" in browser.get(f"{place}?show=add").text
    bring_in(officer, kept)
    run = select(Organization.name, Organization.sector, Organization.city).order_by(Organization.id)
    # What is said for the whole file never overwrites what is known of one.
    assert db.session.execute(run).all() == [("ASCEND", "charter", "Berkeley"), ("Lakeview", "district", "Oakland")]
    assert upload(officer, content).sector == "district"


def test_a_file_without_a_line_to_bring_in_says_so(officer: Person, client_of: Browser) -> None:
    """What is no identifier is not shared either; what stands twice is said once, however long the file is."""
    lines = [f"unknown,School {number},Y" for number in range(1100)]
    lines += [f"062805004267,Twice {number},Y" for number in range(1100)]
    kept = upload(officer, text(*lines, titles="NCES id,School,Charter"))
    faults = db.session.scalars(select(DirectoryLine.faults).order_by(DirectoryLine.number)).all()
    no_id = "An NCES id of this kind of organization has 12 digits, leading zeros included."
    assert faults[:1100] == [[["NCES id", "unknown", no_id]]] * 1100
    said = [[["NCES id", "062805004267", f"Line {twin} has the same identifier."]] for twin in (1103, 1102)]
    assert faults[1100:] == [said[0], *[said[1]] * 1099]
    page = client_of(officer).get(f"/directories/{kept.public_id}").text
    assert "2,200 lines cannot be brought in</a>: see which column is taken for what, " in page
    assert "<details open" in page.replace('class="more" ', "")


def test_what_came_in_between_is_said_and_the_rest_goes_on(officer: Person) -> None:
    lines = ("01612590130229,,,,One,,,,,Y,,", "01612590130230,,,,Two,,,,,Y,,")
    kept = upload(officer, text(*lines))
    with unit_of_work():
        organization("Faster", cds_id="01612590130229")
    bring_in(officer, kept)
    assert (names(), outcomes(kept)) == (["Faster", "Two"], [(2, "wrong"), (3, "add")])
    line = db.session.scalars(select(DirectoryLine).where(DirectoryLine.outcome == "wrong")).one()
    assert line.faults == [["", "", "Faster has this CDS code already. Two organizations never share one."]]


def test_only_who_keeps_organizations_brings_in(officer: Person, client_of: Browser) -> None:
    kept = upload(officer, text(LINES[0]))
    with unit_of_work():
        auditor, teacher = person("Ida", Role.AUDITOR), person("Ted", Role.REVIEWER)
    place = f"/directories/{kept.public_id}"
    for who in (auditor, teacher):
        browser = client_of(who)
        assert [browser.get(path).status_code for path in ("/directories", place, f"{place}/errors.csv")] == [403] * 3
        assert browser.post(f"{place}/apply").status_code == 403
        with pytest.raises(Refused), unit_of_work():
            services.bring_in(actor(who), fresh_in(kept), adds_only=False)
    bring_in(officer, kept)
    assert names() == ["ASCEND"]
    with pytest.raises(Clash), unit_of_work():
        services.match_columns(actor(officer), fresh_in(kept), {"name": 4}, "school")


def test_whoever_lost_the_right_brings_in_nothing(officer: Person) -> None:
    kept = upload(officer, text(LINES[0]))
    with unit_of_work():
        services.bring_in(actor(officer), fresh_in(kept), adds_only=False)
    with unit_of_work() as session:
        session.delete(db.session.get_one(Person, officer.id).grants[0])
    run_due()
    assert names() == []


def book(*rows: tuple[Any, ...]) -> bytes:
    sheets = Workbook()
    assert sheets.active is not None
    for row in rows:
        sheets.active.append(row)
    file = io.BytesIO()
    sheets.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "School Name,City\nPeña,Oakland\n".encode("utf-8-sig")),
        ("a.csv", "School Name;City\r\nPeña;Oakland\r\n".encode("latin-1")),
        ("a.txt", "School Name\tCity\nPeña\tOakland\n".encode("utf-16")),
        ("a.csv", "Table of public schools\n\nSchool Name,City\nPeña,Oakland\n".encode()),
        ("a.xlsx", book(("School Name", "City"), ("Peña", "Oakland"))),
    ],
)
def test_files_are_read_as_they_are_published(name: str, content: bytes) -> None:
    table = table_of(name, content)
    assert (table.titles, [cells for _, cells in table.lines]) == (["School Name", "City"], [["Peña", "Oakland"]])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "empty"),
        ("a.xls", b"abc", "CSV or Excel"),
        ("a.xlsx", b"abc", "something else"),
        ("a.csv", b"School\n", "no line beside its titles"),
        ("a.csv", b"School\n" + b"x\n" * 50_021, "more than 50,000 lines"),
        ("a.csv", b"a\x00b,c\n1,2\n", "not a text file"),
    ],
)
def test_what_cannot_be_read_is_said(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        table_of(name, content)


def test_reading_a_directory_leaves_what_other_files_are_held_to() -> None:
    held = csv.field_size_limit()
    table_of("a.csv", b"School Name,City\nTern,Oakland\n")
    assert csv.field_size_limit() == held


def test_identifiers_are_mended_as_far_as_they_can_be() -> None:
    titles = ["School ID - NCES Assigned [Public School] Latest", "School Name", "Location ZIP", "Charter"]
    assert guess_columns(["NCESSCH", "SCH_NAME", "LZIP", "CHARTER_TEXT", "GSLO", "GSHI"]) == {
        "nces_id": 0,
        "name": 1,
        "postal_code": 2,
        "sector": 3,
        "grade_from": 4,
        "grade_to": 5,
    }
    columns = guess_columns(titles)
    assert columns == {"nces_id": 0, "name": 1, "postal_code": 2, "sector": 3}
    read = read_line(["62805004267", "ASCEND", "2138", "Yes"], columns, "school")
    assert (read.details.nces_id, read.details.postal_code, read.details.sector) == ("062805004267", "02138", "charter")
    lowest = {"name": 0, "region": 1, "sector": 2, "low_income": 3}
    for state, code in (("california", "CA"), ("ca", "CA"), ("D.C.", "DC"), ("Californiaa", "Californiaa")):
        cells = ["ASCEND", state, "N", "140"]
        read = read_line(cells, lowest, "school")
        assert read.details.region == code
        said = {one.field: (one.cell, one.sentence) for one in faults_of(read.details, read, lowest, cells)}
        assert said.pop("low_income") == ("140", "Write a percentage from 0 to 100.")
        wrong = (state, "Write a state of the United States, such as CA or California.")
        assert said == ({"region": wrong} if code == state else {})
    rounded = read_line(["6.2805E+10", "ASCEND", "94601", "†"], columns, "school")
    assert [(one.field, one.cell) for one in rounded.faults] == [("nces_id", "6.2805E+10")]
    assert rounded.details.sector is None


def test_many_lines_and_directories_take_as_many_statements_as_one(
    officer: Person, client_of: Browser, statements: Callable[[], Any]
) -> None:
    counts = []
    for number in (1, 30):
        for _ in range(max(1, number)):
            kept = upload(officer, text(*(f",,,,School {one},,,,,Y,," for one in range(number))), run=False)
        run_due()
        browser = client_of(officer)
        with statements() as seen:
            browser.get("/directories")
            browser.get(f"/directories/{kept.public_id}")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_two_runners_at_once_bring_each_line_in_once(app: Flask, officer: Person) -> None:
    lines = [f"0161259{number:07},,,,School {number},,,,,Y,," for number in range(120)]
    kept = upload(officer, text(*lines))
    with unit_of_work():
        services.bring_in(actor(officer), fresh_in(kept), adds_only=False)
    args = db.session.scalars(select(Job.args).where(Job.name == services.APPLY)).one()
    number, barrier = kept.id, Barrier(2)
    db.session.remove()

    def run(_: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                jobs.apply_directory(**args)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    assert names() == sorted(f"School {one}" for one in range(120))
    assert db.session.get_one(DirectoryImport, number).state == "done"


def test_a_line_of_one_that_was_made_one_with_another_is_of_that_one(officer: Person) -> None:
    with unit_of_work():
        stays = organization("ASCEND", enrollment=400)
        organization("Ascend School", cds_id="01612590130229", merged_into_id=stays.id)
    kept = upload(officer, text("01612590130229,,,,ASCEND,,,,,,,400"))
    line = db.session.scalars(select(DirectoryLine)).one()
    assert (line.organization_id, outcomes(kept)) == (stays.id, [(2, "change")])
    bring_in(officer, kept)
    known = db.session.get_one(Organization, stays.id, populate_existing=True)
    assert (known.cds_id, known.enrollment) == ("01612590130229", 400)
