"""`grants demo` as somebody runs it who has just cloned the repository: from nothing to ten people at work."""

import os
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from threading import Timer
from time import monotonic, sleep
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader
from werkzeug.datastructures import FileStorage

from grants.replay.sign_ins import PASSWORD, SIGN_INS
from tests.checkout import Checkout, Visitor, copy_of_checkout, wait_until_served

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.skipif("TEST_DATABASE_URL" in os.environ, reason="the demonstration is always kept in SQLite"),
]
LONGEST_SECONDS = 240
GRANTEE = next(address for role, address, _ in SIGN_INS if role == "Applicant, grantee")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return copy_of_checkout(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def said(checkout: Checkout) -> Iterator[str]:
    """What the command says until it serves; it is ended afterwards."""
    demo = subprocess.Popen(
        [checkout.folder / ".venv/bin/grants", "demo"],
        cwd=checkout.folder,
        env=checkout.environment(PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert demo.stdout
    too_long = Timer(LONGEST_SECONDS, demo.terminate)
    too_long.start()
    try:
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if "Ctrl-C stops it" in line:
                break
        wait_until_served(checkout)
        yield "".join(lines)
    finally:
        too_long.cancel()
        demo.terminate()
        rest, _ = demo.communicate(timeout=60)
    assert (demo.returncode, rest) == (0, "")


def test_it_says_its_address_and_a_sign_in_for_each_role(checkout: Checkout, said: str) -> None:
    assert f"Harbormaster is on {checkout.address}\n" in said
    assert f"Everybody's password is: {PASSWORD}\n" in said
    printed = [re.split(r"  +", line.strip()) for line in said.splitlines() if "@" in line]
    assert [tuple(line) for line in printed] == list(SIGN_INS)


@pytest.mark.parametrize("address", [address for _, address, _ in SIGN_INS])
def test_each_of_them_signs_in_to_a_picture_and_something_to_do(checkout: Checkout, said: str, address: str) -> None:
    home = Visitor(checkout.address).post("/sign-in", email=address, password=PASSWORD)
    assert home.status == 200
    assert address in home.text
    assert re.search(r'<(figure|ol) class="(funnel|stepper)"', home.text)
    waiting = home.text.partition("Waiting for you</h2>")[2].partition("</section>")[0]
    assert "<li" in waiting


def test_a_school_registers_by_the_link_that_the_demonstration_s_mail_shows(checkout: Checkout, said: str) -> None:
    somebody = Visitor(checkout.address)
    described = {"kind": "school", "sector": "charter", "city": "Oakland", "name": "Lantern Point School"}
    somebody.post("/register", person="Iris Newton", email="iris@lantern-point.example", **described)
    ends = monotonic() + 30
    while "Iris Newton, iris@lantern-point.example" not in (mail := somebody.get("/demonstration/mail").text):
        assert monotonic() < ends, "The mail, which a job writes, does not come."
        sleep(0.2)
    link = re.search(r'href="(http://[^"]+/register/[^"]+)"', mail)
    assert link
    assert "Lantern Point School" in somebody.get(link[1].removeprefix(checkout.address)).text


def test_a_planning_letter_is_a_tagged_pdf_that_anybody_can_verify(checkout: Checkout, said: str) -> None:
    grantee = Visitor(checkout.address)
    home = grantee.post("/sign-in", email=GRANTEE, password=PASSWORD).text
    cases = [grantee.get(path).text for path in set(re.findall(r'href="(/cases/\w+)"', home))]
    ours = "".join(page for page in cases if re.search(r"<h1[^>]*>\s*Urban Promise Academy", page))  # of two schools
    found = re.search(r'<b>Planning grant</b>.*?href="(/documents/\w+)">Open the letter', ours)
    assert found, "No case page offers the planning letter."
    letter = grantee.get(found[1]).content
    assert letter.startswith(b"%PDF-")
    pdf = PdfReader(BytesIO(letter))
    root = pdf.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == (True, True)
    printed = re.search(
        r"Enter the code ([\w -]+) at", " ".join("".join(one.extract_text() for one in pdf.pages).split())
    )
    assert printed, "The letter prints no code."
    anybody = Visitor(checkout.address)
    page = f"/verify/{re.sub(r'[^a-z0-9]', '', printed[1].lower())}"
    typed = anybody.get(f"/verify?{urlencode({'code': printed[1]})}").text
    assert "This document is genuine" in typed
    assert "Planning grant: decision letter to Urban Promise Academy" in typed
    same = anybody.post(page, file=FileStorage(BytesIO(letter), "letter.pdf")).text
    one_byte_off = letter[:-10] + bytes([letter[-10] ^ 1]) + letter[-9:]
    other = anybody.post(page, file=FileStorage(BytesIO(one_byte_off), "letter.pdf")).text
    assert ("The same, byte for byte." in same, "Not the same file." in same) == (True, False)
    assert ("The same, byte for byte." in other, "Not the same file." in other) == (False, True)


def test_the_record_is_verified_and_an_edited_row_is_named(checkout: Checkout, said: str) -> None:
    def verify() -> tuple[int, str]:
        done = subprocess.run(
            [checkout.folder / ".venv/bin/grants", "audit", "verify"],
            cwd=checkout.folder,
            env=checkout.environment(HARBORMASTER_ENV_FILE="instance/demo.env"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout

    status, holds = verify()
    assert (status, holds.partition(":")[0]) == (0, "The record holds")
    with closing(sqlite3.connect(checkout.folder / "instance/demo.sqlite3")) as database, database:
        database.execute("DROP TRIGGER audit_record_no_update")
        database.execute("UPDATE audit_record SET actor_name = 'Nobody' WHERE number = 1234")
    status, broken = verify()
    assert status == 1
    assert [line.partition(":")[0] for line in broken.splitlines()] == [
        "Record 1234 was edited",
        "The record does not hold",
    ]
