"""After an event: what people say of it, what visitors note, the certificate of who came."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from grants.background.runner import run_due
from grants.casework.models import Case
from grants.discovery import jobs, queries, services
from grants.discovery.models import Event, EventFeedback, Registration, VisitNote
from grants.discovery.services import Opinion
from grants.documents.models import Document
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM
from grants.kernel.roles import Role
from grants.messages.models import Message
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.services import load_program
from tests.discovery.story import DAY, MARCH, Browser, Place
from tests.factories import discovery as make
from tests.factories.applications import PROGRAM
from tests.factories.monitoring import conflict
from tests.factories.people import actor, join, organization, person

LATER = MARCH + DAY
GOOD = Opinion(5, 4, "The students.", None)


def held(at: Place, kind: str = "workshop", **more: object) -> tuple[Event, Registration, Registration]:
    """An event that Dana came to and Luis did not, over since this morning."""
    with clock_at(MARCH), unit_of_work():
        event = make.event(at.cycle, MARCH - DAY, kind, **more)
        return (
            event,
            make.placed(event, at.school, at.dana, came=True),
            make.placed(event, at.school, at.luis),
        )


def opine(someone: Person, event: Event, opinion: Opinion, days: int = 0) -> EventFeedback:
    with clock_at(MARCH + days * DAY), unit_of_work():
        return services.give_feedback(actor(someone), event, opinion)


# ── feedback ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_came_says_what_they_think_once_and_may_change_it_for_a_while(place: Place) -> None:
    event, _, _ = held(place)
    first = opine(place.dana, event, GOOD)
    again = opine(place.dana, event, Opinion(3, 2), days=20)
    assert (first, [again.useful, again.will_use, again.best]) == (again, [3, 2, None])
    with pytest.raises(Clash, match="30 days"):
        opine(place.dana, event, GOOD, days=31)
    with pytest.raises(Clash, match="those who came"):
        opine(place.luis, event, GOOD)
    with pytest.raises(Clash, match="once the event is over"):
        opine(place.dana, event, GOOD, days=-1)
    with pytest.raises(Invalid):
        opine(place.dana, event, Opinion(6, 0))
    assert len(db.session.scalars(select(EventFeedback)).all()) == 1


def test_staff_read_all_together_without_names(place: Place, client_of: Browser) -> None:
    event, _, second = held(place)
    with clock_at(MARCH), unit_of_work():
        second.attended_at = MARCH
        director = person("Ruth Adler", Role.DIRECTOR)
    opine(place.dana, event, GOOD)
    opine(place.luis, event, Opinion(2, 4, None, "More time."))
    said = queries.said(actor(place.officer), event)
    assert (said.came, said.answered, said.means) == (2, 2, (3.5, 4.0))
    assert (said.useful, said.will_use) == ({1: 0, 2: 1, 3: 0, 4: 0, 5: 1}, {1: 0, 2: 0, 3: 0, 4: 2, 5: 0})
    address = f"/events/{event.public_id}/feedback/read"
    page = client_of(director).get(address).text
    shown = ("2 of 2", "The students.", "More time.", "Dana", "Luis")
    assert [one in page for one in shown] == [True, True, True, False, False]
    assert client_of(place.dana).get(address).status_code == 403
    with pytest.raises(Refused):
        queries.remarks(actor(place.dana), event)


def test_the_form_keeps_what_was_typed(place: Place, client_of: Browser) -> None:
    event, _, _ = held(place)
    dana, address = client_of(place.dana), f"/events/{event.public_id}/feedback"
    with clock_at(MARCH):
        wrong = dana.post(address, data={"useful": "5", "best": "The students."})
        assert (wrong.status_code, "The students." in wrong.text, "Choose 1 to 5." in wrong.text) == (422, True, True)
        assert dana.post(address, data={"useful": "5", "will_use": "4", "best": "The students."}).status_code == 302
        assert "The students." in dana.get(address).text
        assert "Not for you to answer" in client_of(place.luis).get(address).text
        assert client_of(place.luis).post(address, data={"useful": "5", "will_use": "4"}).status_code == 409


def test_the_questions_after_an_event_are_the_programs(place: Place, client_of: Browser) -> None:
    text = PROGRAM.read_text().replace("program: small", "program: asking")
    asked = 'feedback: {school_visit: {best: "What should our students have?"}}, '
    with clock_at(MARCH), unit_of_work():
        version = load_program(SYSTEM, text.replace("kind: discovery, ", f"kind: discovery, {asked}"), "asking.yaml")
        place.cycle.program_version = version
        visit, workshop = (make.event(place.cycle, MARCH - DAY, kind) for kind in ("school_visit", "workshop"))
        for event in (visit, workshop):
            make.placed(event, place.school, place.dana, came=True)
    with clock_at(MARCH):
        pages = [client_of(place.dana).get(f"/events/{one.public_id}/feedback").text for one in (visit, workshop)]
        opine(place.dana, visit, Opinion(5, 4, "The portfolios"))
        read = client_of(place.officer).get(f"/events/{visit.public_id}/feedback/read").text
    usual = ("How useful was it to you?", "What helped you most?")
    assert [[one in page for one in usual] for page in pages] == [[True, False], [True, True]]
    assert ["What should our students have?" in page for page in (*pages, read)] == [True, False, True]


def test_those_who_came_are_asked_once(place: Place) -> None:
    event, _, _ = held(place)
    with clock_at(MARCH), unit_of_work():
        old = make.event(place.cycle, MARCH - 20 * DAY)
        off = make.event(place.cycle, MARCH - DAY, cancelled_at=MARCH - DAY)
        for other in (old, off):
            make.placed(other, place.school, place.dana, came=True)
        answered = make.event(place.cycle, MARCH - DAY)
        make.placed(answered, place.school, place.dana, came=True)
    opine(place.dana, answered, GOOD)
    for _ in range(2):
        with clock_at(MARCH):
            jobs.ask_for_feedback()
    mails = db.session.scalars(select(Message)).all()
    assert [(one.person, one.subject) for one in mails] == [(place.dana, f"How was “{event.title}”?")]
    assert f"/events/{event.public_id}/feedback" in mails[0].body


# ── certificates ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.scenario
def test_who_came_has_a_certificate_that_anyone_can_verify(
    app: Flask, place: Place, client_of: Browser, client: FlaskClient
) -> None:
    event, dana, luis = held(place, title="Mastery", topic="Competency", place="Impact Hub")
    with clock_at(MARCH), unit_of_work():
        services.certify(actor(place.luis), dana)  # for a colleague
    with clock_at(MARCH), pytest.raises(Clash, match="for those who came"), unit_of_work():
        services.certify(actor(place.luis), luis)
    with clock_at(LATER):
        assert "Certificate is being made" in client_of(place.dana).get(f"/events/{event.public_id}").text
        run_due()
    with clock_at(LATER), unit_of_work():
        services.certify(actor(place.dana), dana)  # asked twice is one certificate
    (document,) = db.session.scalars(select(Document))
    assert (document.state, document.kind, document.case.organization) == ("released", "certificate", place.school)
    answer = client_of(place.dana).get(f"/documents/{document.public_id}")
    text = " ".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().split())
    shown = (
        "This is to certify that",
        "Dana Ruiz",
        "Urban Promise Academy",
        "Mastery",
        "Competency",
        "2 hours",
        "Impact Hub",
    )
    assert [one in text for one in shown] == [True] * len(shown)
    page = client.get(f"/verify/{document.code}").text
    assert "Certificate of attendance for Dana Ruiz: Mastery" in page


def test_a_certificate_is_void_when_the_person_did_not_come_after_all(place: Place, client: FlaskClient) -> None:
    event, dana, _ = held(place)
    with clock_at(MARCH), unit_of_work():
        assert services.certify_all(actor(place.officer), event) == 1
    with clock_at(MARCH), unit_of_work():
        assert services.certify_all(actor(place.officer), event) == 1  # still being made
    with clock_at(LATER):
        run_due()
    with clock_at(LATER), unit_of_work():
        assert services.certify_all(actor(place.officer), event) == 1
    with clock_at(LATER):
        run_due()
    (document,) = db.session.scalars(select(Document))
    assert client.get(f"/verify/{document.code}").status_code == 200
    with clock_at(LATER), unit_of_work():
        services.record_attendance(actor(place.officer), event, [dana], came=False)
    assert document.state == "void"
    assert client.get(f"/verify/{document.code}").status_code == 404


def test_certificates_are_for_ones_own(place: Place, client_of: Browser) -> None:
    event, dana, _ = held(place)
    ada, _ = place.other_school()
    with clock_at(MARCH), pytest.raises(Refused), unit_of_work():
        services.certify(actor(ada), dana)
    assert client_of(ada).post(f"/places/{dana.public_id}/certificate").status_code == 404
    assert client_of(place.dana).post(f"/events/{event.public_id}/certificates").status_code == 403
    with (
        clock_at(event.ends_at - timedelta(minutes=1)),
        pytest.raises(Clash, match="once the event is over"),
        unit_of_work(),
    ):
        services.certify(actor(place.dana), dana)
    assert db.session.scalars(select(Document)).all() == []


# ── visits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class Visit:
    """A visit to Lodestar by Dana, who keeps a note."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.ada, self.lodestar = place.other_school()
        with clock_at(MARCH), unit_of_work():
            self.event = make.event(place.cycle, MARCH - DAY, "school_visit", host=self.lodestar)
            make.placed(self.event, place.school, place.dana, came=True)
            make.placed(self.event, place.school, place.luis)
            for school in (place.school, self.lodestar):
                db.session.add(Case(cycle_id=place.cycle.id, organization_id=school.id, opened_at=MARCH))

    def note(self, someone: Person, shared: bool = False, saw: str = "Small groups.") -> VisitNote:
        with clock_at(MARCH), unit_of_work():
            return services.write_visit_note(actor(someone), self.event, saw, "Checks.", shared)

    def case_of(self, organization_id: int) -> Case:
        return db.session.scalars(select(Case).where(Case.organization_id == organization_id)).one()

    def read_by(self, someone: Person) -> list[VisitNote]:
        return list(queries.notes_of_event(actor(someone), self.event))


def test_a_note_is_the_visitors_schools_and_the_foundations_when_shared(place: Place) -> None:
    visit = Visit(place)
    note = visit.note(place.dana)
    everyone = (place.dana, place.luis, visit.ada, place.officer)
    assert [visit.read_by(one) for one in everyone] == [[note], [note], [], []]
    again = visit.note(place.dana, shared=True, saw="Small groups, and a wall of checks.")
    assert (again, again.saw) == (note, "Small groups, and a wall of checks.")
    assert [visit.read_by(one) for one in everyone] == [[note], [note], [], [note]]
    for organization_id in (visit.lodestar.id, place.school.id):
        case = visit.case_of(organization_id)
        assert queries.notes_of_school(actor(place.officer), case) == [note]
    assert queries.notes_of_school(actor(visit.ada), visit.case_of(visit.lodestar.id)) == []


@pytest.mark.parametrize("conflicted_with", ["host", "visitor"])
def test_who_has_a_conflict_reads_no_note_of_the_visit(place: Place, conflicted_with: str) -> None:
    visit = Visit(place)
    note = visit.note(place.dana, shared=True)
    school = visit.lodestar if conflicted_with == "host" else place.school
    assert visit.read_by(place.officer) == [note]
    with clock_at(MARCH), unit_of_work():
        conflict(visit.case_of(school.id), place.officer)
    assert visit.read_by(place.officer) == []


def test_notes_are_written_by_who_came_and_by_staff(place: Place) -> None:
    visit = Visit(place)
    with pytest.raises(Clash, match="by those who came"):
        visit.note(place.luis)
    with pytest.raises(Invalid):
        visit.note(place.dana, saw="  ")
    own = visit.note(place.officer)
    assert (own.organization_id, own.shared) == (None, True)
    assert (visit.read_by(place.officer), visit.read_by(place.dana)) == ([own], [])
    workshop, _, _ = held(place)
    with clock_at(MARCH), pytest.raises(Clash, match="visits to schools"), unit_of_work():
        services.write_visit_note(actor(place.dana), workshop, "Much.", "", shared=False)


def test_the_school_that_is_visited_sees_who_comes(place: Place, client_of: Browser) -> None:
    visit = Visit(place)
    with clock_at(MARCH):
        page = client_of(visit.ada).get(f"/events/{visit.event.public_id}").text
    assert ("Dana Ruiz" in page, "Who comes to you" in page, "Certificate" in page) == (True, True, False)
    with clock_at(MARCH), unit_of_work():
        stranger = person()
        join(stranger, organization())
    assert "Dana Ruiz" not in client_of(stranger).get(f"/events/{visit.event.public_id}").text


def test_a_note_is_written_on_its_page_and_stands_on_the_case(place: Place, client_of: Browser) -> None:
    visit = Visit(place)
    dana, address = client_of(place.dana), f"/events/{visit.event.public_id}/note"
    with clock_at(MARCH):
        wrong = dana.post(address, data={"saw": "", "could_try": "Checks."})
        assert (wrong.status_code, "Checks." in wrong.text) == (422, True)
        assert dana.post(address, data={"saw": "Small groups.", "shared": "y"}).status_code == 302
        assert "Small groups." in dana.get(address).text
        case = visit.case_of(visit.lodestar.id).public_id
        assert "Small groups." in client_of(place.officer).get(f"/cases/{case}").text
        assert "Small groups." not in client_of(visit.ada).get(f"/cases/{case}").text
