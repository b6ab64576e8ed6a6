"""A meeting from its plan to its end, as those in the room live it."""

from contextlib import suppress
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from grants.kernel.clock import clock_at
from grants.kernel.errors import Missing
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.messages.models import Message
from grants.persistence.session import db, unit_of_work
from grants.review import queries as review
from grants.review.models import Assignment, PanelMember
from grants.review.services import leave_panel
from tests.factories.people import actor, person
from tests.meetings.conftest import Met
from tests.meetings.story import PLANNING, Room
from tests.review.story import Panel


def test_a_panel_meets(panel: Met) -> None:
    # The officer plans it: Ben's conflict lies at an end, so that he walks once.
    room = Room.planned(panel, panel.auk, panel.tern, panel.heron)
    assert room.sees("the officer")[0] != "Tern School" or room.sees("the officer")[2] != "Tern School"
    with clock_at(PLANNING):
        proposal = services.propose_order(panel.by, room.meeting())
    assert (proposal.walks, proposal.changes) == ((1, 1), False)

    # The panel is invited, and told when and where, and nothing of what is discussed.
    room.invites()
    mails = db.session.scalars(select(Message).where(Message.template == "meetings.invited")).all()
    assert sorted(one.to_name for one in mails) == ["Ann", "Ben", "Cleo", "Maya Rivera"]
    assert [one.body for one in mails if "School" in one.body] == []

    # It begins, and they come in.
    with room.acting():
        services.start(panel.by, room.meeting())
    for name in ("Ann", "Ben", "Cleo"):
        room.joins(name)
    assert sorted(room.sees("Ben")) == ["Auk School", "Closed to you", "Heron School"]

    # Auk is up for everybody at once.
    room.opens(panel.auk)
    assert "→ Auk School" in room.sees("Ann")
    assert "→ Auk School" in room.sees("Ben")

    # Tern is up: Ben is out, and by himself back in when Heron is up.
    room.opens(panel.tern)
    assert room.is_out("Ben")
    assert not room.is_out("Ann")
    db.session.rollback()
    seats = queries.seats(room.meeting(), room.item(panel.tern))
    assert [(one.name, one.is_out) for one in seats if one.attendance.votes] == [
        ("Ann", False),
        ("Ben", True),
        ("Cleo", False),
    ]
    room.opens(panel.heron)
    assert not room.is_out("Ben")
    room.closes(panel.heron)
    with room.acting():
        services.close(panel.by, room.meeting())
    assert room.meeting().state == "closed"


def test_a_meeting_is_there_for_who_was_asked_and_is_on_its_panel_still(panel: Met) -> None:
    """And for who reads reviews. Ann leaves another panel, Ben this one; Mona sat in as long as she read reviews."""
    other = Met.of("Dora")
    other.add(panel["Ann"].person)
    Room.planned(other, other.application_of("Wren School")).invites()
    readers = {name: panel[name].by for name in panel.members} | {"Dora": other["Dora"].by, "the officer": panel.by}
    with unit_of_work():
        readers["Lea"] = actor(person("Lea", Role.APPLICANT))
        mona = actor(person("Mona", Role.PROGRAM_OFFICER))
    room = Room.planned(panel, panel.auk)

    def finds() -> set[str]:
        db.session.rollback()
        found = set()
        for name, by in readers.items():
            with suppress(Missing):
                queries.meeting_for(by, room.meeting_id)
                found.add(name)
        return found

    assert finds() == {"the officer"}
    room.invites()
    assert finds() == {"Ann", "Ben", "Cleo", "the officer"}
    with clock_at(PLANNING), unit_of_work():
        leave_panel(panel["Ann"].by, other.stage, "I read for one panel at a time.")
        leave_panel(panel["Ben"].by, panel.stage, "I am moving away.")
    assert finds() == {"Ann", "Cleo", "the officer"}
    with room.acting():
        services.start(panel.by, room.meeting())
        services.join(mona, room.meeting())
    readers |= {"Mona": replace(mona, roles=frozenset({Role.REVIEWER}))}
    assert finds() == {"Ann", "Cleo", "the officer"}


def test_a_member_with_a_step_left_sees_no_application_at_the_meeting(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.tern, panel.heron)
    room.opens(panel.heron)
    assert "→ Heron School" in room.sees("Ann")
    with unit_of_work() as session:
        ann = select(PanelMember).where(PanelMember.person_id == panel["Ann"].person.id)
        session.scalars(ann).one().terms_sha256 = "of an earlier text"
    assert [one for one in room.sees("Ann") if "School" in one] == []
    assert "→ Heron School" in room.sees("Cleo")


def test_a_blind_panel_calls_applications_alike_in_piles_and_at_meetings(app: Flask) -> None:
    panel = Panel.of("Ann", "Ben", identity="blind")
    schools = [panel.application_of(f"{name} School") for name in ("Auk", "Heron")]
    panel.all_declare()
    panel.assigns("Ann", *schools)
    panel.assigns("Ben", *reversed(schools))
    room = Room.running(panel, *schools)
    room.opens(schools[1])
    names = {
        one.submission.application_id: review.name_for(one)
        for one in db.session.scalars(select(Assignment).order_by(Assignment.id))
    }
    assert len({*names.values()}) == 2
    assert sorted(room.sees("Ann")) == sorted([names[schools[0].id], f"→ {names[schools[1].id]}"])
    assert room.sees("Ann") == room.sees("Ben")
    assert f"→ {schools[1].case.organization.name}" in room.sees("the officer")


def test_what_one_was_out_for_is_over_for_them_too_and_how_it_ended_is_not_said(panel: Met) -> None:
    room = Room.running(panel, panel.auk, panel.tern, panel.heron)

    def to_come(name: str) -> list[str]:
        db.session.rollback()
        return [one.title for one in queries.agenda_of(room.by(name), room.meeting(name)).following]

    closed, *others = room.sees("Ben")
    assert (closed, to_come("Ben")) == ("Closed to you", [closed, *others])
    with room.acting():
        services.defer(panel.by, room.item(panel.tern))
    assert to_come("Ben") == [closed, *others]
    room.opens(panel.tern)
    with room.acting():
        services.put_back(panel.by, room.item(panel.tern))
    assert to_come("Ben") == [closed, *others]
    room.opens(panel.tern)
    room.closes(panel.tern)
    assert [to_come(name) for name in ("Ann", "Ben")] == [others, others]
    room.opens(panel.tern)
    with room.acting():
        services.defer(panel.by, room.item(panel.tern))
    assert to_come("Ben") == others
