"""Cases: opened once, told on a timeline, handed over; seen by those they concern and by nobody in conflict."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from grants.background.runner import run_due
from grants.casework import queries, services
from grants.casework.models import Case, TimelineEvent
from grants.casework.visibility import not_conflicted, visible_cases
from grants.kernel.clock import clock_at, now
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import ANONYMOUS, SYSTEM
from grants.kernel.roles import OrganizationRole, Role
from grants.messages.models import Message
from grants.people import services as people
from grants.people.models import Person
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review.models import Conflict
from tests.factories.casework import bare_cycle, case
from tests.factories.people import actor, join, organization, person

NOON = datetime(2016, 3, 8, 20, 0, tzinfo=UTC)


def conflict(one: Case, someone: Person, **more: Any) -> Conflict:
    kept = Conflict(case=one, person=someone, source="declared", since=now(), **more)
    db.session.add(kept)
    db.session.flush()
    return kept


def seen_by(someone: Person) -> set[str]:
    found = select(Case).where(visible_cases(actor(someone)))
    return {one.organization.name for one in db.session.scalars(found)}


def test_a_case_is_opened_once_and_told(app: Flask) -> None:
    with unit_of_work():
        cycle, school, officer = bare_cycle(), organization("ASCEND"), person("Maya", Role.PROGRAM_OFFICER)
        first = services.open_case(actor(officer), cycle.id, school.id)
        second = services.open_case(SYSTEM, cycle.id, school.id)
        assert first is second
    told = queries.timeline(actor(officer), first).items
    assert [(event.sentence, event.audience) for event in told] == [("The case of ASCEND was opened.", "applicant")]
    (record,) = db.session.scalars(select(AuditRecord))
    assert (record.action, record.case_id, record.actor_name) == ("case.open", first.id, "Maya")


def test_members_open_their_own_organizations_case_only(app: Flask) -> None:
    with unit_of_work():
        cycle, mine, other = bare_cycle(), organization("ASCEND"), organization("Lodestar")
        dana, reviewer = person("Dana"), person("Ben", Role.REVIEWER)
        join(dana, mine, OrganizationRole.VIEWER)
        assert services.open_case(actor(dana), cycle.id, mine.id).organization is mine
        for someone, school in ((dana, other), (reviewer, mine)):
            with pytest.raises(Refused):
                services.open_case(actor(someone), cycle.id, school.id)


def test_each_sees_their_own_cases(app: Flask) -> None:
    with unit_of_work():
        ascend, lodestar = organization("ASCEND"), organization("Lodestar")
        case(ascend), case(lodestar)
        member, coach = person("Dana"), person("Cora")
        join(member, ascend)
        asked = people.invite_coach(actor(member), ascend, coach.name, coach.email, "Partner", "read it", "one")
        people.accept_coaching(actor(coach), asked)
        holders = {role: person(role.label, role) for role in Role.granted()}
    both = {"ASCEND", "Lodestar"}
    assert (seen_by(member), seen_by(coach), seen_by(person_without_ties())) == ({"ASCEND"}, set(), set())
    assert {role for role, someone in holders.items() if seen_by(someone) == both} == {
        Role.PROGRAM_OFFICER,
        Role.FINANCE_OFFICER,
        Role.DIRECTOR,
        Role.AUDITOR,
        Role.PARTNER_FUNDER,
    }
    assert {role for role, someone in holders.items() if seen_by(someone) == set()} == {
        Role.REVIEWER,
        Role.ADMINISTRATOR,
    }
    assert len(db.session.scalars(select(Case).where(visible_cases(SYSTEM))).all()) == 2
    assert db.session.scalars(select(Case).where(visible_cases(ANONYMOUS))).all() == []


def person_without_ties() -> Person:
    with unit_of_work():
        return person("Nobody")


def test_a_conflict_hides_a_case_from_staff_until_it_is_lifted(app: Flask) -> None:
    with unit_of_work():
        ascend, lodestar = case(organization("ASCEND")), case(organization("Lodestar"))
        officer, other = person("Maya", Role.PROGRAM_OFFICER), person("Omar", Role.PROGRAM_OFFICER)
        services.add_note(actor(other), ascend, "Ask about the second gym.")
        task = services.add_task(actor(other), ascend, "Call the principal", officer)
        kept = conflict(ascend, officer)
    assert seen_by(officer) == {"Lodestar"}
    assert seen_by(other) == {"ASCEND", "Lodestar"}
    for look in (
        lambda: queries.case_for(actor(officer), ascend.public_id),
        lambda: queries.task_for(actor(officer), task.public_id),
    ):
        with pytest.raises(Missing):
            look()
    assert queries.timeline(actor(officer), ascend).total == 0
    assert queries.notes(actor(officer), ascend) == []
    assert queries.tasks(actor(officer), ascend) == []
    assert queries.own_tasks(actor(officer)) == []
    assert [note.body for note in queries.notes(actor(other), ascend)] == ["Ask about the second gym."]
    with unit_of_work():
        db.session.get_one(Conflict, kept.id).lifted_at = now()
    assert seen_by(officer) == {"ASCEND", "Lodestar"}
    assert [one.title for one in queries.own_tasks(actor(officer))] == ["Call the principal"]
    assert lodestar.public_id == queries.case_for(actor(officer), lodestar.public_id).public_id


def test_a_conflict_with_ones_own_school_leaves_the_applicants_view_open(app: Flask) -> None:
    with unit_of_work():
        school = organization("ASCEND")
        one, teacher = case(school), person("Tess", Role.REVIEWER)
        join(teacher, school)
        conflict(one, teacher)
    assert seen_by(teacher) == {"ASCEND"}
    found = db.session.scalars(select(Case).where(not_conflicted(actor(teacher), Case.id))).all()
    assert found == [], "but not as a reviewer"


def test_schools_read_their_part_of_the_timeline_and_staff_all(app: Flask) -> None:
    with unit_of_work():
        school, dana, maya = organization(), person("Dana"), person("Maya", Role.PROGRAM_OFFICER)
        join(dana, school)
        one = case(school)
        services.note_event(SYSTEM, one, "review", "Ben was assigned.")
        services.note_event(
            actor(dana), one, "application", "Submitted.", "applicant", ("applications.submission", "x")
        )
    assert [event.sentence for event in queries.timeline(actor(dana), one).items] == ["Submitted."]
    assert [event.sentence for event in queries.timeline(actor(maya), one).items] == ["Submitted.", "Ben was assigned."]
    assert queries.timeline(actor(dana), one).items[0].reference == ["applications.submission", "x"]


def test_the_timeline_is_never_changed(app: Flask) -> None:
    with unit_of_work():
        event = services.note_event(SYSTEM, case(), "case", "Something happened.")
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work():
        db.session.get_one(TimelineEvent, event.id).sentence = "Nothing happened."
    with pytest.raises(ValueError, match="no kind"), unit_of_work():
        services.note_event(SYSTEM, case(), "gossip", "Something else.")


def test_a_case_is_handed_over_to_an_officer_and_that_is_told(app: Flask) -> None:
    with unit_of_work():
        one = case()
        maya, omar = person("Maya", Role.PROGRAM_OFFICER), person("Omar", Role.PROGRAM_OFFICER)
        services.hand_over(actor(maya), one, maya)
        services.hand_over(actor(maya), one, omar)
        for nobody in (person("Fay", Role.FINANCE_OFFICER), person("Gone", Role.PROGRAM_OFFICER, is_active=False)):
            with pytest.raises(Invalid, match="is not a program officer"):
                services.hand_over(actor(maya), one, nobody)
        with pytest.raises(Clash, match="already"):
            services.hand_over(actor(maya), one, omar)
        tied = person("Tia", Role.PROGRAM_OFFICER)
        join(tied, one.organization)
        with pytest.raises(Invalid, match="Tia has a conflict of interest"):
            services.hand_over(actor(maya), one, tied)
        other = case()
        for who, whom in ((maya, omar), (maya, maya), (omar, person("Ola", Role.PROGRAM_OFFICER)), (maya, omar)):
            services.hand_over(actor(who), other, whom)
        with pytest.raises(Refused):
            services.hand_over(actor(person("Dan", Role.DIRECTOR)), one, maya)
    assert one.officer_id == omar.id
    run_due()
    mails = db.session.scalars(select(Message).order_by(Message.id)).all()
    # Whoever takes a case themselves needs no mail of it.
    assert [(mail.to_name, mail.case_id, mail.subject) for mail in mails] == [
        (name, given.id, f"Yours to look after: {given.organization.name}")
        for name, given in (("Omar", one), ("Omar", other), ("Ola", other), ("Omar", other))
    ]
    assert f"Maya has given you the case of {one.organization.name} to look after." in mails[0].body
    assert mails[0].body.endswith(f"/cases/{one.public_id}")
    told = [event.sentence for event in queries.timeline(actor(omar), one).items]
    assert told == ["Maya handed the case over to Omar.", "Maya took the case."]
    assert [event.sentence for event in queries.timeline(actor(omar), other).items] == [
        "Maya handed the case of Ola over to Omar.",
        "Omar handed the case of Maya over to Ola.",
        "Maya took the case over from Omar.",
        "Maya gave the case to Omar.",
    ]
    of_one = select(AuditRecord).where(AuditRecord.case_id == one.id).order_by(AuditRecord.number)
    records = db.session.scalars(of_one).all()
    assert [(record.before, record.after) for record in records] == [
        ({"officer": None}, {"officer": "Maya"}),
        ({"officer": "Maya"}, {"officer": "Omar"}),
    ]


def test_notes_and_tasks_are_the_staffs(app: Flask) -> None:
    with unit_of_work():
        school, dana, maya = organization(), person("Dana"), person("Maya", Role.PROGRAM_OFFICER)
        join(dana, school)
        one = case(school)
        auditor = person("Audrey", Role.AUDITOR)
        services.add_note(actor(maya), one, " A remark. ")
        task = services.add_task(actor(maya), one, "Visit", person("Fay", Role.FINANCE_OFFICER), date(2016, 3, 9))
        for someone in (dana, auditor):
            with pytest.raises(Refused):
                services.add_note(actor(someone), one, "Mine")
            with pytest.raises(Refused):
                services.finish_task(actor(someone), task)
        with pytest.raises(Invalid):
            services.add_note(actor(maya), one, "  ")
        with pytest.raises(Invalid, match="incomplete") as refused:
            services.add_task(actor(maya), one, " ", dana)
        assert set(refused.value.errors) == {"title", "owner"}
        services.finish_task(actor(maya), task)
        with pytest.raises(Clash, match="done already"):
            services.finish_task(actor(maya), task)
    assert queries.notes(actor(dana), one) == []
    assert queries.tasks(actor(dana), one) == []
    assert [note.body for note in queries.notes(actor(auditor), one)] == ["A remark."]
    assert [(kept.title, kept.done_at is None) for kept in queries.tasks(actor(maya), one)] == [("Visit", False)]


@pytest.mark.parametrize("count", [1, 30])
def test_what_waits_for_me_is_ordered_and_two_questions(app: Flask, statements: Callable[[], Any], count: int) -> None:
    with unit_of_work():
        maya, dana = person("Maya", Role.PROGRAM_OFFICER), person("Dana")
        for _ in range(count):
            services.add_task(actor(maya), case(), "Someday", maya)
        one = case(organization("ASCEND"))
        for title, days in (("Soon", 7), ("Late", -1), ("Later", 8), ("Today", 0)):
            services.add_task(actor(maya), one, title, maya, NOON.date() + timedelta(days=days))
    me, other = actor(maya), actor(dana)
    with clock_at(NOON), app.test_request_context(), statements() as seen:
        todos = queries.todos(me)
    assert len([asked for asked in seen if asked.startswith("SELECT")]) == 2
    assert todos.pop(0).title == f"{count + 1} cases without a program officer"
    assert [(todo.urgency, todo.title) for todo in todos[:5]] == [
        ("late", "Late"),
        ("due", "Today"),
        ("due", "Soon"),
        ("plan", "Later"),
        ("plan", "Someday"),
    ]
    assert todos[0].url == f"/cases/{one.public_id}"
    assert todos[0].detail == "ASCEND"
    assert queries.todos(other) == []
