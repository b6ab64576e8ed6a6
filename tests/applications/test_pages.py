"""The pages, as browsers without JavaScript and htmx's autosaves see them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from grants.applications import queries, services
from grants.applications.models import AnswerVersion, Application, Submission
from grants.applications.services import Write
from grants.applications.todos import todos as waiting_for
from grants.kernel.clock import clock_at
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from tests.applications.controls import Controls
from tests.applications.test_uploads import PDF
from tests.factories import applications as make
from tests.factories.exports import file_of
from tests.factories.people import actor, join, organization, person

Browser = Callable[[Person], FlaskClient]
EVERYTHING = {
    "vision": {
        "move_on": "When she can show it.",
        "motto": "Show <it>",
        "grades": ["k_2", "g3_5"],
        "kind": "large",
        "pilots": "yes",
        "pilots_shown": "That <b>they</b> can.",
    },
    "numbers": {
        "students": "320",
        "ratio": "12.5",
        "asked": "350,000",
        "opens": "2016-08-22",
        "rollout-0-students": "100",
        "rollout-0-share": "31",
        "rollout-1-students": "320",
        "rollout-1-share": "100",
        "spending-0-purpose": "Release time",
        "spending-0-amount": "$60,000",
        "spending-2-purpose": "Visits",
        "spending-2-amount": "40,000.50",
        **{f"finances-pupils-enrolled-{year}": "320" for year in range(5)},
        **{f"finances-revenue-{line}-{year}": "1000" for line in ("per_pupil", "grants") for year in range(5)},
        **{f"finances-expense-{line}-{year}": "900" for line in ("staff", "other") for year in range(5)},
    },
    "people": {
        "team-0-name": "Dana Ruiz",
        "team-0-role": "Lead",
        "team-0-email": "dana@example.org",
        "trials-0-what": "Exhibitions",
        "trials-0-cost": "500",
    },
}
KEPT = {
    "move_on": "When she can show it.",
    "motto": "Show <it>",
    "grades": ["k_2", "g3_5"],
    "kind": "large",
    "pilots": True,
    "pilots_shown": "That <b>they</b> can.",
    "students": 320,
    "ratio": "12.5",
    "asked": 350_000_00,
    "opens": "2016-08-22",
    "rollout": [
        {"row": "year_1", "students": 100, "share": 31},
        {"row": "year_2", "students": 320, "share": 100},
    ],
    "spending": [{"purpose": "Release time", "amount": 60_000_00}, {"purpose": "Visits", "amount": 40_000_50}],
    "finances": {
        "pupils": {"enrolled": [320, 320, 320, 320, 320]},
        "revenue": {"per_pupil": [1_000_00] * 5, "grants": [1_000_00] * 5},
        "expense": {"staff": [900_00] * 5, "other": [900_00] * 5},
    },
    "team": [{"name": "Dana Ruiz", "role": "Lead", "email": "dana@example.org"}],
    "trials": [{"what": "Exhibitions", "cost": 500_00}],
}


def begun(**answers: Any) -> tuple[make.School, Application]:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Urban Promise Academy")
        application = make.draft(school, make.stage(), answers)
    return school, application


def section(application: Application, key: str) -> str:
    return f"/applications/{application.public_id}/sections/{key}"


def sent(key: str, **typed: Any) -> dict[str, Any]:
    """A section's page as it is sent: its questions' versions (none yet) and what was typed."""
    with clock_at(make.WRITING):
        fields = queries.form_of(db.session.scalars(select(Application)).one()).sections[key].fields
    return {**{f"version-{field}": "0" for field in fields}, **typed}


def write_everything(browser: FlaskClient, application: Application) -> None:
    answers: dict[str, dict[str, Any]] = {"before_you_start": {"eligibility_public": "yes"}, **EVERYTHING}
    with clock_at(make.WRITING):
        for key, typed in answers.items():
            assert browser.post(section(application, key), data=sent(key, **typed)).status_code == 302


def test_every_type_of_question_is_drawn_saved_and_read_without_javascript(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    editor = client_of(school.editor)
    write_everything(editor, application)
    assert queries.answers_of(application) == {"eligibility_public": True, **KEPT}
    with clock_at(make.WRITING):
        drawn = "".join(editor.get(section(application, key)).text for key in EVERYTHING)
        again = {
            key: editor.post(section(application, key), data=_form_of(editor, application, key)) for key in KEPT_IN
        }
    assert 'value="40,000.50"' in drawn
    assert "Show &lt;it&gt;" in drawn
    # The page as it was drawn, sent back untouched, changes nothing.
    assert {key: response.status_code for key, response in again.items()} == dict.fromkeys(KEPT_IN, 302)
    assert queries.answers_of(application) == {"eligibility_public": True, **KEPT}
    assert {one.version for one in db.session.scalars(select(AnswerVersion))} == {1}


KEPT_IN = ("vision", "numbers", "people")


def _form_of(browser: FlaskClient, application: Application, key: str) -> MultiDict[str, str]:
    """Names and values of every control on a section's page, as a browser would send them."""
    controls = Controls("section-form")
    controls.feed(browser.get(section(application, key)).text)
    return MultiDict(controls.sent)


def test_two_write_through_the_pages_and_a_third_certifies(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    dana, luis, reyes = client_of(school.lead), client_of(school.editor), client_of(school.signatory)
    write_everything(dana, application)
    with clock_at(make.WRITING):
        # Luis opened the page before Dana wrote; his text is kept beside hers, and he chooses.
        late = luis.post(section(application, "vision"), data=sent("vision", move_on="At the end of term."))
        assert late.status_code == 409
        assert "When she can show it." in late.text
        assert "At the end of term." in late.text
        assert f"Take {school.lead.name}’s" in late.text
        kept = luis.post(
            section(application, "vision"),
            data={"version-move_on": "0", "move_on": "At the end of term.", "do": "keep:move_on:1"},
        )
        assert kept.status_code == 302
        assert queries.answers_of(application)["move_on"] == "At the end of term."

        check = f"/applications/{application.public_id}/check"
        assert "Certify and submit</button>" not in luis.get(check).text
        assert luis.post(f"/applications/{application.public_id}/submit", data=certify(school)).status_code == 403
        page = reyes.get(check).text
        assert "Every question is ready" in page
        wrong = reyes.post(f"/applications/{application.public_id}/submit", data={"certified_name": "Somebody"})
        assert (wrong.status_code, "Tick the box" in wrong.text) == (422, True)
        done = reyes.post(f"/applications/{application.public_id}/submit", data=certify(school))
    submission = db.session.scalars(select(Submission)).one()
    assert done.location == f"/submissions/{submission.public_id}/receipt"
    with clock_at(make.WRITING):
        receipt = dana.get(done.location).text
        assert submission.sha256 in receipt
        twice = reyes.post(f"/applications/{application.public_id}/submit", data=certify(school))
    assert (twice.status_code, "Nothing was stored a second time" in twice.text) == (409, True)
    assert db.session.scalars(select(Submission)).all() == [submission]


def certify(school: make.School) -> dict[str, str]:
    return {"consent": "y", "certified_name": school.signatory.name}


def test_a_late_submit_is_told_and_keeps_everything(app: Flask, client_of: Browser) -> None:
    school, application = begun(**make.COMPLETE)
    late = make.CLOSES + timedelta(minutes=16)
    with clock_at(late):
        answer = client_of(school.signatory).post(f"/applications/{application.public_id}/submit", data=certify(school))
    assert (answer.status_code, "The deadline has passed" in answer.text) == (409, True)
    assert db.session.scalars(select(Submission)).all() == []
    assert queries.answers_of(application) == make.COMPLETE


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"students": "lots"}, "“lots” is not a number."),
        ({"opens": "30 Febuary"}, "“30 Febuary” is not a date."),
        ({"asked": "a lot"}, "“a lot” is not an amount."),
        ({"spending-0-purpose": "Visits", "spending-0-amount": "4k"}, "“4k” is not an amount."),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_error_for_everyone_and_never_submitted(
    app: Flask, client_of: Browser, typed: dict[str, str], sentence: str
) -> None:
    school, application = begun(**make.COMPLETE)
    writer, colleague, signatory = client_of(school.editor), client_of(school.lead), client_of(school.signatory)
    address = section(application, "numbers")
    with clock_at(make.WRITING):
        form = _form_of(writer, application, "numbers")
        for name, value in {"ratio": "12.5", **typed}.items():
            form[name] = value
        answer = writer.post(address, data=form)
        pages = {
            "at once": answer.text,
            "next time": writer.get(address).text,
            "a colleague": colleague.get(address).text,
        }
        check = colleague.get(f"/applications/{application.public_id}/check").text
        reader = client_of(school.viewer).get(address).text
        refused = signatory.post(f"/applications/{application.public_id}/submit", data=certify(school))
    assert answer.status_code == 422
    missing = {
        name: [text for text in (sentence, *(f'value="{one}"' for one in typed.values())) if text not in page]
        for name, page in pages.items()
    }
    assert missing == {name: [] for name in pages}
    assert [page for page in pages.values() if "Saved 9:00 am, 1 answer cannot be read yet" not in page] == []
    key = next(iter(typed)).partition("-")[0]
    assert (f'{address}#field-{key}"' in check, sentence in check) == (True, True)
    assert [value for value in typed.values() if value not in reader] == []
    assert refused.status_code == 409
    # Mended it is an answer like any other, and that is what is frozen.
    with clock_at(make.WRITING):
        mended = _form_of(writer, application, "numbers")
        for name in typed:
            mended[name] = {"students": "50", "opens": "1 March 2017", "asked": "1"}.get(name, "")
        assert writer.post(address, data=mended).status_code == 302
        assert signatory.post(f"/applications/{application.public_id}/submit", data=certify(school)).status_code == 302
    [submission] = db.session.scalars(select(Submission))
    expected = {"students": 50, "opens": "2017-03-01", "asked": 100, "spending": None}
    assert submission.content["answers"].get(key) == expected[key]
    assert submission.content["answers"]["ratio"] == "12.5"


def test_rows_are_added_and_dropped_beside_what_cannot_be_read(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    writer, address = client_of(school.editor), section(application, "numbers")
    rows = {f"spending-{row}-{column}": f"{column} {row}" for row in (0, 1) for column in ("purpose", "amount")}
    with clock_at(make.WRITING):
        dropped = writer.post(address, data=sent("numbers", **rows, do="drop:spending:0"))
        page = writer.get(address).text
    assert dropped.status_code == 302
    assert ("purpose 0" in page, "purpose 1" in page, "“amount 1” is not an amount." in page) == (False, True, True)


def test_the_history_holds_what_could_not_be_read(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    writer, address = client_of(school.editor), section(application, "numbers")
    with clock_at(make.WRITING):
        writer.post(address, data=sent("numbers", students="about 50"))
        history = writer.get(f"/applications/{application.public_id}/history/students").text
    assert ("about 50" in history, "Cannot be read as an answer yet" in history) == (True, True)


def test_what_comes_after_the_submission_is_shown_to_be_copied(app: Flask, client_of: Browser) -> None:
    school, application = begun(**make.COMPLETE)
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    with clock_at(make.WRITING):
        answer = client_of(school.editor).post(
            section(application, "vision"), data=sent("vision", motto="Typed while she submitted")
        )
    assert answer.status_code == 409
    assert "Typed while she submitted" in answer.text
    assert "motto" not in queries.answers_of(application)


# ── autosave ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def autosave(browser: FlaskClient, application: Application, field: str, version: int, **typed: str) -> Any:
    address = f"/applications/{application.public_id}/answers/{field}"
    with clock_at(make.WRITING):
        return browser.post(address, data={f"version-{field}": str(version), **typed})


def test_an_autosave_answers_with_the_new_version_and_the_time(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    answer = autosave(client_of(school.lead), application, "pilots", 0, pilots="yes")
    assert answer.status_code == 200
    assert 'id="version-pilots" name="version-pilots" value="1" hx-swap-oob="true"' in answer.text
    assert "Saved 9:00 am" in answer.text
    assert '"pilots_shown": true' in answer.headers["HX-Trigger"]


def test_a_stale_autosave_shows_both_texts_and_moves_no_version(app: Flask, client_of: Browser) -> None:
    school, application = begun(motto="Hers")
    answer = autosave(client_of(school.editor), application, "motto", 0, motto="His")
    assert answer.status_code == 409
    assert "Hers" in answer.text
    assert "His" in answer.text
    assert "version-motto" not in answer.text
    assert "Not saved: choose between two texts" in answer.text
    # Sent back as it was shown, hers stands, and his page is told without a new version.
    with clock_at(make.WRITING), unit_of_work():
        services.save_answers(school.as_lead, application, {"motto": Write("Hers again", 1)})
    behind = autosave(client_of(school.editor), application, "motto", 1, motto="Hers")
    assert behind.status_code == 200
    assert f"{school.lead.name} has changed this answer" in behind.text
    assert "version-motto" not in behind.text
    assert queries.answers_of(application) == {"motto": "Hers again"}


def test_an_unreadable_autosave_says_so(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    answer = autosave(client_of(school.lead), application, "students", 0, students="many")
    assert (answer.status_code, "“many” is not a number." in answer.text) == (422, True)
    # It is kept as a version of its own, and the line beside the title says what is true.
    assert 'name="version-students" value="1" hx-swap-oob="true"' in answer.text
    assert "Saved 9:00 am, 1 answer cannot be read yet" in answer.text
    mended = autosave(client_of(school.lead), application, "students", 1, students="50")
    assert (mended.status_code, "Saved 9:00 am<" in mended.text) == (200, True)
    assert queries.answers_of(application) == {"students": 50}
    assert autosave(client_of(school.lead), application, "nonsense", 0).status_code == 404


def test_an_autosave_costs_the_same_however_many_applications_there_are(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    school, application = begun()
    browser = client_of(school.lead)
    autosave(browser, application, "motto", 0, motto="A")
    with statements() as one:
        autosave(browser, application, "motto", 1, motto="B")
    with clock_at(make.WRITING), unit_of_work():
        for _ in range(5):
            make.draft(make.school(), application.stage, {"motto": "C", "move_on": "D"})
    with statements() as many:
        autosave(browser, application, "motto", 2, motto="C")
    assert len(one) == len(many)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def upload(browser: FlaskClient, application: Application, field: str, content: bytes, name: str) -> Any:
    with clock_at(make.WRITING):
        return browser.post(
            section(application, "people"),
            data={**sent("people"), field: (io.BytesIO(content), name)},
            content_type="multipart/form-data",
        )


def test_a_file_is_attached_replaced_given_out_as_a_download_and_removed(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    browser = client_of(school.editor)
    assert upload(browser, application, "letter", PDF, "../first.pdf").status_code == 302
    assert upload(browser, application, "letter", PDF + b"\n", "second.pdf").status_code == 302
    (attachment,) = queries.attachments_of(application)["letter"]
    assert attachment.file.name == "second.pdf"
    address = f"/applications/{application.public_id}/files/{attachment.file.public_id}"
    with clock_at(make.WRITING):
        got = client_of(school.viewer).get(address)
        assert got.data == PDF + b"\n"
        assert got.headers["Content-Disposition"] == "attachment; filename=second.pdf"
        assert (got.headers["X-Content-Type-Options"], got.content_type) == ("nosniff", "application/pdf")
        gone = browser.post(
            section(application, "people"), data=sent("people", do=f"remove:letter:{attachment.public_id}")
        )
    assert gone.status_code == 302
    assert queries.attachments_of(application) == {}


def test_a_file_that_will_not_do_is_refused_and_the_rest_is_saved(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    with clock_at(make.WRITING):
        answer = client_of(school.editor).post(
            section(application, "people"),
            data={**sent("people", **EVERYTHING["people"]), "letter": (io.BytesIO(b"MZ\x90"), "letter.pdf")},
            content_type="multipart/form-data",
        )
    assert answer.status_code == 422
    assert "“letter.pdf” ends in .pdf, but what is in it is something else." in answer.text
    assert sorted(queries.answers_of(application)) == ["team", "trials"]


# ── staff ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def filled(count: int) -> Person:
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        for number in range(count):
            school = make.school(f"School {number:02}", sector="charter" if number % 2 else "district")
            make.submitted(school, stage) if number % 3 == 0 else make.draft(school, stage, {"motto": "x"})
        return person("Maya Rivera", Role.PROGRAM_OFFICER)


def test_the_list_costs_the_same_at_one_row_and_at_thirty(
    app: Flask, client_of: Browser, statements: Callable[[], Any]
) -> None:
    browser = client_of(filled(1))
    with clock_at(make.WRITING):
        browser.get("/applications")
        with statements() as one:
            browser.get("/applications")
    with clock_at(make.WRITING), unit_of_work():
        stage = db.session.scalars(select(Application)).one().stage
        for _ in range(29):
            make.submitted(make.school(), stage)
    with clock_at(make.WRITING), statements() as thirty:
        page = browser.get("/applications")
    assert page.text.count('<td class="head"') == 30
    assert len(one) == len(thirty)


@pytest.mark.parametrize(
    ("query", "schools"),
    [
        ("", ["School 00", "School 01", "School 02", "School 03"]),
        ("?sector=charter", ["School 01", "School 03"]),
        ("?state=submitted&sort=-school", ["School 03", "School 00"]),
        ("?search=ool%2002", ["School 02"]),
        ("?completeness=complete", ["School 00", "School 03"]),
        ("?completeness=begun", []),
        ("?completeness=empty", ["School 01", "School 02"]),
        ("?only=never_submitted", ["School 01", "School 02"]),
        ("?only=to_screen&sector=district", ["School 00"]),
        ("?state=nonsense", []),
    ],
)
def test_the_list_is_what_its_url_says_and_so_is_its_export(
    app: Flask, client_of: Browser, query: str, schools: list[str]
) -> None:
    browser = client_of(filled(4))
    with clock_at(make.WRITING):
        table = file_of(browser, f"/applications/file{query}")
        page = browser.get(f"/applications{query}").text
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == schools
    assert [name for name in schools if name not in page] == []


def test_the_list_begins_with_what_runs_and_says_whom_a_reminder_takes(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        decided, running = make.stage(), make.stage()
        for name, stage in (("Alder", decided), ("Zenith", running)):
            make.draft(make.school(name), stage)
        decided.released_at = make.WRITING
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    browser = client_of(officer)
    with clock_at(make.WRITING):
        rows = list(csv.reader(io.StringIO(file_of(browser, "/applications/file").data.decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == ["Zenith", "Alder"]
        page = browser.get("/applications").text
        assert ("all 2 applications of this list, a reminder to the 2 drafts" in page, "Writing" in page) == (
            True,
            True,
        )
    with clock_at(make.CLOSES + timedelta(hours=1)):
        page = browser.get("/applications").text
        assert page.count("Not submitted, closed</span>") == 2
        assert ("Remind those" in page, "Writing</span>" in page) == (False, False)


@pytest.mark.parametrize(
    ("after", "in_time", "too_late"),
    [
        (timedelta(), ["Alder", "Birch", "Cedar"], []),
        (timedelta(minutes=10), ["Alder", "Birch", "Cedar"], []),
        (timedelta(minutes=11), ["Birch", "Cedar"], ["Alder"]),
        (timedelta(minutes=31), ["Cedar"], ["Alder", "Birch"]),
        (timedelta(days=1, minutes=11), [], ["Alder", "Birch", "Cedar"]),
    ],
)
def test_the_list_is_narrowed_by_the_word_that_each_draft_bears(
    app: Flask, client_of: Browser, after: timedelta, in_time: list[str], too_late: list[str]
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        short, long = make.stage(), make.stage()
        short.grace_minutes, long.grace_minutes = 10, 30
        for name, stage in (("Alder", short), ("Birch", long), ("Cedar", short)):
            draft = make.draft(make.school(name), stage)
        draft.extended_to = make.CLOSES + timedelta(days=1)
        make.submitted(make.school("Dogwood"), short)
        browser = client_of(person("Maya Rivera", Role.PROGRAM_OFFICER))
    with clock_at(make.CLOSES + after):
        shown = {
            state: browser.get(f"/applications?sort=school&state={state}").text
            for state in ("draft", "lapsed", "submitted")
        }
        found = {
            state: re.findall(r'href="/applications/[a-z0-9]{20}">([^<]+)</a>', text) for state, text in shown.items()
        }
        page = browser.get("/applications").text
    assert found == {"draft": in_time, "lapsed": too_late, "submitted": ["Dogwood"]}
    assert (page.count("Writing</span>"), page.count("Not submitted, closed</span>")) == (len(in_time), len(too_late))
    assert re.findall(r'<option value="(?:draft|lapsed)">([^<]+)', page) == ["Writing", "Not submitted, closed"]


def test_an_export_holds_no_formula(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        make.draft(make.school('=HYPERLINK("http://x")'), make.stage())
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    with clock_at(make.WRITING):
        sheet = openpyxl.load_workbook(
            io.BytesIO(file_of(client_of(officer), "/applications/file", "xlsx").data)
        ).active
    assert sheet is not None
    assert (sheet["A2"].value, sheet["A2"].data_type) == ('=HYPERLINK("http://x")', "s")


def test_an_officer_screens_on_the_page(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        submission = make.submitted(make.school("Lodestar"), make.stage())
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    application, browser = submission.application, client_of(officer)
    address = f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        assert "To be screened" in browser.get(address).text
        missing = browser.post(f"{address}/ineligible", data={"reason": " "})
        assert (missing.status_code, "Say why; the applicant reads it." in missing.text) == (422, True)
        wrong = browser.post(
            f"{address}/return", data={"sections": "vision", "until": "2016-03-01T17:00", "why": "Why?"}
        )
        assert (wrong.status_code, "Choose a day in the future" in wrong.text) == (409, True)
        assert "Why?" in wrong.text
        fine = browser.post(
            f"{address}/return", data={"sections": "vision", "until": "2016-03-30T17:00", "why": "Why?"}
        )
        assert (fine.status_code, fine.location) == (302, address)
        assert "Returned for changes" in browser.get(address).text
        late = browser.post(f"{address}/eligible", data={})
        refused = "This application is returned, so “find eligible” is no longer open." in late.text
        assert (late.status_code, refused) == (409, True)
    db.session.expire_all()
    assert application.state == "returned"


def test_forms_that_set_a_day_offer_one_in_the_zone_of_the_cycle(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        handed_in = make.submitted(make.school("Lodestar"), make.stage()).application
        begun = make.draft(make.school("Tern"), make.stage())
        browser = client_of(person("Maya Rivera", Role.PROGRAM_OFFICER))
    with clock_at(make.WRITING):
        pages = [browser.get(f"/applications/{one.public_id}").text for one in (handed_in, begun)]
    controls = [re.search(r'<input[^>]*type="datetime-local"[^>]*>', page) for page in pages]
    offered = [re.findall(r'value="([^"]*)"', one[0]) for one in controls if one]
    zone = ZoneInfo(begun.stage.cycle.time_zone)
    fortnight = (make.WRITING.astimezone(zone) + timedelta(days=14)).date()
    week_more = make.CLOSES.astimezone(zone) + timedelta(days=7)
    assert offered == [[f"{fortnight}T17:00"], [f"{week_more:%Y-%m-%dT%H:%M}"]]
    assert [page.count("Pacific time.") for page in pages] == [1, 1]
    assert "The school reads it, in the mail that tells it." in pages[1]


def test_a_school_is_led_to_what_was_returned_to_it(app: Flask, client_of: Browser) -> None:
    with clock_at(make.WRITING), unit_of_work():
        school = make.school("Lodestar")
        application = make.submitted(school, make.stage()).application
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
        services.return_sections(actor(officer), application, ["numbers"], make.CLOSES, "Mend the number.")
    browser, address = client_of(school.signatory), f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        overview, check, other = (browser.get(f"{address}{page}").text for page in ("", "/check", "/sections/vision"))
        assert f'<a class="btn" href="{address}/sections/numbers">Change “Numbers”</a>' in overview
        assert f'<a class="btn q" href="{address}/check">' in overview
        assert ("1 section to change" in check, "The foundation asked for changes in Numbers." in check) == (True, True)
        assert "This section was not returned to you, so it stays as submitted." in other
        sent = Controls("section-form")
        sent.feed(browser.get(f"{address}/sections/numbers").text)
        browser.post(f"{address}/sections/numbers", data=MultiDict([*sent.sent, ("do", "ready")]))
        overview, check = (browser.get(f"{address}{page}").text for page in ("", "/check"))
        assert f'<a class="btn" href="{address}/check">' in overview
        assert ("Change “" in overview, "asked for changes in" in check) == (False, False)


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_sees_what_is_theirs(app: Flask, client_of: Browser) -> None:
    school, application = begun(motto="Our secret motto")
    with clock_at(make.WRITING), unit_of_work():
        other = make.school("Another school")
        coach = make.coached(school, application, "vision", by="Carmen Lee")
        staff = {role: person(None, role) for role in Role.granted()}
    draft, written = f"/applications/{application.public_id}", section(application, "vision")
    statuses: dict[str, tuple[int, int, bool]] = {}
    with clock_at(make.WRITING):
        for name, who in {"viewer": school.viewer, "coach": coach, "other lead": other.lead, **staff}.items():
            browser = client_of(who)
            page = browser.get(written)
            statuses[str(name)] = (
                browser.get(draft).status_code,
                page.status_code,
                "Our secret motto" in page.text,
            )
    assert statuses == {
        "viewer": (200, 200, True),
        "coach": (200, 200, True),
        "other lead": (404, 404, False),
        "reviewer": (403, 403, False),
        "partner_funder": (404, 403, False),
        "program_officer": (200, 403, False),
        "finance_officer": (200, 403, False),
        "director": (200, 403, False),
        "auditor": (200, 403, False),
        "administrator": (403, 403, False),
    }
    with clock_at(make.WRITING):
        assert client_of(school.viewer).post(written, data=sent("vision", motto="Mine")).status_code == 403
        assert client_of(coach).post(written, data=sent("vision", motto="Mine")).status_code == 403
        assert client_of(coach).post(f"{written}/comments", data={"body": "Say who decides."}).status_code == 302
        empty = client_of(coach).post(f"{written}/comments", data={"body": " "})
        assert (empty.status_code, "Write the comment." in empty.text) == (422, True)
        assert client_of(other.lead).post(written, data={}).status_code == 404
    assert queries.answers_of(application) == {"motto": "Our secret motto"}
    assert [one.body for one in queries.open_comments(application, ["vision"]).items] == ["Say who decides."]
    # Once it is submitted the coach is out, and those who assess it are in.
    with clock_at(make.WRITING), unit_of_work():
        writes = {key: Write(value, 0) for key, value in make.COMPLETE.items()}
        services.save_answers(school.as_lead, application, writes)
        submission = services.submit(school.as_signatory, application, school.signatory.name)
    read = f"/submissions/{submission.public_id}"
    with clock_at(make.WRITING):
        after = {
            "coach": client_of(coach).get(draft).status_code,
            "partner": client_of(staff[Role.PARTNER_FUNDER]).get(read).status_code,
            "other": client_of(other.lead).get(read).status_code,
            "officer": "Our secret motto" in client_of(staff[Role.PROGRAM_OFFICER]).get(read).text,
        }
    assert after == {"coach": 403, "partner": 200, "other": 404, "officer": True}


def test_a_conflict_hides_the_application_from_staff_everywhere(app: Flask, client_of: Browser) -> None:
    from grants.review.models import Conflict

    with clock_at(make.WRITING), unit_of_work():
        submission = make.submitted(make.school("Lodestar"), make.stage())
        make.submitted(make.school("ASCEND"), submission.application.stage)
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    browser, application = client_of(officer), submission.application
    pages = (f"/applications/{application.public_id}", f"/submissions/{submission.public_id}")

    def seen() -> tuple[list[int], bool, bool, bool]:
        with clock_at(make.WRITING):
            return (
                [browser.get(page).status_code for page in pages],
                "Lodestar" in browser.get("/applications").text,
                "Lodestar" in file_of(browser, "/applications/file").text,
                "1 to 2 of 2" in browser.get("/applications").text,
            )

    assert seen() == ([200, 200], True, True, True)
    with clock_at(make.WRITING), unit_of_work():
        db.session.add(
            Conflict(case_id=application.case_id, person_id=officer.id, source="declared", since=make.WRITING)
        )
    assert seen() == ([404, 404], False, False, False)


# ── beginning, carrying forward, more time, what waits ───────────────────────────────────────────────────────────────


def test_an_application_is_started_from_the_page_and_its_earlier_text_carried_in(
    app: Flask, client_of: Browser
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        school, gull = make.school("Urban Promise Academy"), make.school("Gull")
        launch = make.stage()
        make.decided(make.submitted(school, launch, {"move_on": "When she can."}).application)
        growth = next(stage for stage in launch.cycle.stages if stage.key == "growth")
    lead, opened = client_of(school.lead), growth.opens_at + timedelta(days=1)
    start = "Start your application: Growth grant"
    with clock_at(opened):
        homes = [client_of(one).get("/").text for one in (school.lead, school.viewer, gull.lead)]
        assert [start in home for home in homes] == [True, False, False], "of writers, whose school is admitted"
        assert "Start the application" in lead.get("/our/applications").text
        wrong = lead.post(f"/stages/{growth.public_id}/start", data={"organization": "2" * 20})
        assert wrong.status_code == 404
        begin = lead.post(f"/stages/{growth.public_id}/start", data={"organization": school.organization.public_id})
        assert begin.status_code == 302
        page = lead.get(f"{begin.location}/sections/next").text
        assert ("From your launch grant application" in page, "When she can." in page) == (True, True)
        carried = lead.post(
            f"{begin.location}/sections/next", data={"version-more": "0", "more": "", "do": "carry:more"}
        )
        assert carried.location.endswith("/sections/next#field-more")
        assert start not in lead.get("/").text
    application = db.session.scalars(select(Application).where(Application.stage_id == growth.id)).one()
    assert queries.answers_of(application) == {"more": "When she can."}


def test_more_time_is_given_on_the_page_with_a_reason(app: Flask, client_of: Browser) -> None:
    school, application = begun()
    with unit_of_work():
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)
    browser, address = client_of(officer), f"/applications/{application.public_id}"
    with clock_at(make.WRITING):
        wrong = browser.post(f"{address}/extend", data={"to": "2016-03-19T17:00", "reason": "A storm."})
        assert (wrong.status_code, "Choose a time after the present deadline" in wrong.text) == (422, True)
        assert 'value="2016-03-19T17:00"' in wrong.text
        assert (
            browser.post(f"{address}/extend", data={"to": "2016-03-22T17:00", "reason": "A storm."}).status_code == 302
        )
        assert "14 days left" in client_of(school.lead).get(address).text
    db.session.expire_all()
    assert application.extended_to == make.CLOSES + timedelta(days=2)


def test_what_waits_is_named_with_its_days_and_costs_the_same_for_many(
    app: Flask, statements: Callable[[], Any]
) -> None:
    with clock_at(make.WRITING), unit_of_work():
        stage = make.stage()
        school = make.school("Urban Promise Academy")
        draft = make.draft(school, stage, {"motto": "x"})
        make.submitted(make.school(), stage)
        officer = person("Maya Rivera", Role.PROGRAM_OFFICER)

    def todos(who: Person, at: Any = make.WRITING) -> list[tuple[str, str, str]]:
        with clock_at(at), app.test_request_context():
            return [(one.urgency, one.title, one.detail) for one in waiting_for(actor(who))]

    assert todos(school.viewer) == [
        ("plan", "Write your Launch grant", "Urban Promise Academy: 0 of 8 questions ready, 12 days left.")
    ]
    assert todos(officer) == [
        (
            "due",
            "Screen 1 application of Launch grant",
            "NGLC in Oakland: submitted, and nobody has checked eligibility yet.",
        )
    ]
    assert todos(officer, make.CLOSES - timedelta(days=3))[1:] == [
        ("plan", "1 school has started Launch grant and not submitted", "NGLC in Oakland: 3 days left.")
    ]
    assert todos(school.lead, make.CLOSES + timedelta(hours=1)) == []
    with clock_at(make.WRITING), unit_of_work():
        ready = make.school("Lodestar")
        make.draft(ready, stage, make.COMPLETE)
    said = "Lodestar: 8 of 8 questions ready, 12 days left."
    assert todos(ready.signatory) == [("due", "Check and certify your Launch grant", said)]
    assert todos(ready.lead) == [("plan", "Have your Launch grant certified", said)]
    with clock_at(make.WRITING), unit_of_work():
        one = make.submitted(school, make.stage())
        services.return_sections(actor(officer), one.application, ["vision"], make.CLOSES, "Say who decides.")
    assert todos(school.lead)[-1] == (
        "due",
        "Change your Launch grant",
        "Urban Promise Academy: the foundation asks for changes. Say who decides.",
    )
    who = actor(officer)
    db.session.rollback()
    with clock_at(make.WRITING), app.test_request_context(), statements() as few:
        waiting_for(who)
    with clock_at(make.WRITING), unit_of_work():
        for _ in range(10):
            make.submitted(make.school(), draft.stage)
    with clock_at(make.WRITING), app.test_request_context(), statements() as many:
        waiting_for(who)
    assert len(few) == len(many)
    with clock_at(make.WRITING), unit_of_work():
        lead = make.school().lead

    def taken() -> tuple[int, list[str]]:
        who = actor(lead)
        db.session.rollback()
        with clock_at(make.WRITING), app.test_request_context(), statements() as seen:
            return len(seen), [one.title for one in waiting_for(who)]

    one_school, begin = taken()
    with unit_of_work():
        for _ in range(5):
            join(lead, organization())
    assert taken() == (one_school, [title for title in begin for _ in range(6)])


def test_a_whole_budget_that_came_after_the_submission_is_given_back(app: Flask, client_of: Browser) -> None:
    school, application = begun(**make.COMPLETE)
    with clock_at(make.WRITING), unit_of_work():
        services.submit(school.as_signatory, application, school.signatory.name)
    typed = {
        "finances-revenue-grants-0": "123,457",
        "version-finances": "0",
        "spending-0-purpose": "A lovely reading corner",
        "version-spending": "0",
    }
    with clock_at(make.WRITING):
        page = client_of(school.editor).post(
            f"/applications/{application.public_id}/sections/numbers", data={**typed, "do": "save"}
        )
    assert page.status_code == 409
    assert [text in page.text for text in ("123,457", "A lovely reading corner")] == [True, True]
