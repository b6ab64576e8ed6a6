"""Motions and votes: one vote a person, a quorum without those who are out, and a secret that nobody can undo."""

import re
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import inspect, select, text

from grants.casework.models import TimelineEvent
from grants.kernel.errors import Clash, Missing, Problem, Refused
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.meetings.ballots import Ballot, Choice, Count, Majority, carried
from grants.meetings.models import AgendaItem
from grants.meetings.motion_models import ActionItem, Motion, Vote
from grants.meetings.services import Slip
from grants.meetings.todos import todos
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db
from grants.review import services as review
from tests.meetings.conftest import Met
from tests.meetings.story import Room

YES, NO, ABSTAIN = Choice.YES, Choice.NO, Choice.ABSTAIN


def moves(room: Room, name: str, application: Any, ballot: Ballot = Ballot.OPEN, **more: Any) -> str:
    with room.acting():
        by = room.by(name)
        return services.propose(by, room.item(application, name), "Recommend an award.", ballot, **more).public_id


def motion_of(room: Room, name: str, motion: str) -> Motion:
    return queries.motion_for(room.by(name), room.meeting(name), motion)


def votes(room: Room, name: str, motion: str, choice: Choice, slip: Slip | None = None) -> Slip | None:
    with room.acting():
        return services.vote(room.by(name), motion_of(room, name, motion), choice, slip)


def counts(room: Room, motion: str) -> tuple[str, Count]:
    with room.acting():
        services.count(room.panel.by, motion_of(room, "the officer", motion))
    found = motion_of(room, "the officer", motion)
    return found.state, Count(found.yes, found.no, found.abstain)


def test_an_open_vote_says_who_voted_what(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk)
    with room.acting():
        services.second(panel["Ben"].by, motion_of(room, "Ben", motion))
    votes(room, "Ann", motion, YES)
    votes(room, "Ben", motion, NO)
    votes(room, "Ben", motion, YES)
    votes(room, "Cleo", motion, ABSTAIN)
    assert counts(room, motion) == ("carried", Count(2, 0, 1))
    found = motion_of(room, "Ann", motion)
    assert {one.person.name: one.choice for one in found.votes} == {"Ann": "yes", "Ben": "yes", "Cleo": "abstain"}
    assert (found.present, found.quorum) == (3, 2)
    told = db.session.scalars(select(TimelineEvent).where(TimelineEvent.sentence.contains("Recommend"))).one()
    assert told.sentence == (
        "The panel’s meeting: “Recommend an award.” was carried, 2 for, none against, 1 abstained."
    )
    assert (told.audience, told.case_id) == ("staff", panel.auk.case_id)
    with pytest.raises(Clash, match="counted already"):
        votes(room, "Ann", motion, NO)


def test_a_tie_is_lost_and_one_motion_is_voted_on_at_a_time(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk)
    with pytest.raises(Clash, match="Another motion"):
        moves(room, "Ben", panel.auk)
    with pytest.raises(Clash, match="still being voted on"):
        room.closes(panel.auk)
    votes(room, "Ann", motion, YES)
    votes(room, "Ben", motion, NO)
    assert counts(room, motion) == ("lost", Count(1, 1, 0))
    withdrawn = moves(room, "Ben", panel.auk)
    with pytest.raises(Refused), room.acting():
        services.withdraw(panel["Cleo"].by, motion_of(room, "Cleo", withdrawn))
    with room.acting():
        services.withdraw(panel["Ben"].by, motion_of(room, "Ben", withdrawn))
    assert motion_of(room, "Ann", withdrawn).state == "withdrawn"
    room.closes(panel.auk)


def test_the_quorum_does_not_count_who_is_out_or_has_left(panel: Met) -> None:
    """Ben is out for Tern: with Ann and Cleo two are there."""
    room = Room.running(panel, panel.tern, quorum=3)
    room.opens(panel.tern)
    motion = moves(room, "Ann", panel.tern)
    with pytest.raises(Missing):
        motion_of(room, "Ben", motion)
    votes(room, "Ann", motion, YES)
    with pytest.raises(Clash, match="The quorum is 3, and 2 voting members are in the room"):
        counts(room, motion)
    room.leaves("Cleo")
    with pytest.raises(Refused, match="Come into the meeting"):
        votes(room, "Cleo", motion, YES)
    with pytest.raises(Clash, match="1 voting member is"):
        counts(room, motion)


def test_who_has_left_the_panel_neither_votes_nor_makes_a_quorum_not_on_what_is_no_application_either(
    panel: Met,
) -> None:
    room = Room.running(panel, panel.auk, panel.heron, break_after=1)

    def rest() -> AgendaItem:
        db.session.rollback()
        return next(one for one in queries.lines_of(room.meeting()) if one.application_id is None)

    assert (queries.voters_present(rest()), bool(queries.takes_part(panel["Cleo"].by, rest()))) == (3, True)
    with room.acting():
        review.leave_panel(panel["Cleo"].by, panel.stage, "I am moving away.")
    assert queries.voters_present(rest()) == 2
    assert queries.takes_part(panel["Cleo"].by, rest()).reason == "Only members of the panel move and vote."
    assert bool(queries.takes_part(panel["Ann"].by, rest()))


def test_staff_without_a_seat_on_the_panel_neither_move_nor_vote(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.joins("the officer")
    room.opens(panel.auk)
    with pytest.raises(Refused, match="Only members of the panel"):
        moves(room, "the officer", panel.auk)
    motion = moves(room, "Ann", panel.auk)
    with pytest.raises(Refused, match="Only members of the panel"):
        votes(room, "the officer", motion, YES)
    with pytest.raises(Refused, match="chair and program officers"), room.acting():
        services.count(panel["Ann"].by, motion_of(room, "Ann", motion))


# ── secret ballots ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_twice_is_once_and_a_secret_vote_is_changed_with_its_slip_alone(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk, Ballot.SECRET)
    first = votes(room, "Ann", motion, YES)
    with pytest.raises(Clash, match="only where it was given"):
        votes(room, "Ann", motion, NO)
    second = votes(room, "Ann", motion, NO, first)
    with pytest.raises(Clash, match="only where it was given"):  # the old slip again would count a second time
        votes(room, "Ann", motion, YES, first)
    assert second is not None
    again = votes(room, "Ann", motion, NO, second)
    assert again is not None
    assert again.number == 3
    votes(room, "Ben", motion, YES)
    votes(room, "Cleo", motion, NO)
    assert counts(room, motion) == ("lost", Count(1, 2, 0))


def everything(room: Room) -> dict[str, list[tuple[Any, ...]]]:
    """The whole database, row by row, without what is random in it: ids handed out, hashes, and the clock."""
    db.session.rollback()
    found = {}
    for table in sorted({*inspect(db.engine).get_table_names()} - {"alembic_version"}):
        columns = [one["name"] for one in inspect(db.engine).get_columns(table)]
        kept = [one for one in columns if one not in {"public_id", "subject_id", "sha256", "previous_sha256"}]
        order = ", ".join(f'"{one}"' for one in kept)
        found[table] = [tuple(row) for row in db.session.execute(text(f'SELECT {order} FROM "{table}" ORDER BY id'))]
    return found


TURNS = [dict(zip(("Ann", "Ben", "Cleo"), order, strict=True)) for order in permutations((YES, NO, ABSTAIN))]


def test_nobody_can_tell_from_the_database_who_voted_what(panel: Met) -> None:
    """Whoever of the three voted what, in whichever order the choices came: what is kept is the same."""
    seen = []
    for choices in TURNS:
        room = Room.running(panel, panel.auk)
        room.opens(panel.auk)
        motion = moves(room, "Ann", panel.auk, Ballot.SECRET)
        for name, choice in choices.items():
            votes(room, name, motion, choice)
        counts(room, motion)
        row = db.session.scalars(select(Motion).order_by(Motion.id.desc())).first()
        given = db.session.scalars(select(Vote).where(Vote.motion_id == row.id).order_by(Vote.id)).all()
        assert row is not None
        acts = select(AuditRecord).where(AuditRecord.subject_id.in_((motion, room.meeting_id)))
        said = [(one.action, one.actor_name, one.before, one.after) for one in db.session.scalars(acts)]
        seen.append(
            (
                (row.yes, row.no, row.abstain, row.round, row.item.version),
                [(one.person.name, one.choice, one.number) for one in given],
                sorted(map(repr, said)),
            )
        )
    assert seen == [seen[0]] * len(TURNS)
    assert seen[0][1] == [("Ann", None, 1), ("Ben", None, 1), ("Cleo", None, 1)]
    acts = db.session.scalars(select(AuditRecord).where(AuditRecord.action.contains("vote"))).all()
    assert acts == []


def test_a_vote_bears_no_time_and_no_choice(panel: Met) -> None:
    columns = {one["name"] for one in inspect(db.engine).get_columns("motion_vote")}
    assert columns == {"id", "motion_id", "person_id", "choice", "number"}
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk, Ballot.SECRET)
    before = everything(room)
    votes(room, "Ann", motion, YES)
    after = everything(room)
    changed = {table for table in before if before[table] != after[table]}
    # The line's version tells that somebody voted; the motion how many voted what; the vote who has voted.
    assert changed == {"agenda_item", "motion", "motion_vote"}


def test_a_conflict_after_a_secret_vote_asks_for_the_vote_again(panel: Met) -> None:
    """Nobody knows what Ben voted, so it cannot be taken out of the count."""
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk, Ballot.SECRET)
    slips = {name: votes(room, name, motion, YES) for name in ("Ann", "Ben", "Cleo")}
    panel["Ben"].declares_conflict(panel.auk)
    with pytest.raises(Clash, match="taken again"):
        counts(room, motion)
    with room.acting():
        services.take_again(panel.by, motion_of(room, "the officer", motion))
    with pytest.raises(Missing):
        votes(room, "Ben", motion, YES)
    votes(room, "Ann", motion, NO, slips["Ann"])
    votes(room, "Cleo", motion, NO)
    assert counts(room, motion) == ("lost", Count(0, 2, 0))


def test_a_conflict_after_an_open_vote_takes_it_out_of_the_count(panel: Met) -> None:
    room = Room.running(panel, panel.auk)
    room.opens(panel.auk)
    motion = moves(room, "Ann", panel.auk)
    for name in ("Ann", "Ben", "Cleo"):
        votes(room, name, motion, YES)
    panel["Ben"].declares_conflict(panel.auk)
    assert counts(room, motion) == ("carried", Count(2, 0, 0))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_what_carries_by_two_thirds_carries_simply_and_abstentions_change_nothing(
    yes: int, no: int, others: int
) -> None:
    count = Count(yes, no, others)
    assert not carried(count, Majority.TWO_THIRDS) or carried(count, Majority.SIMPLE)
    for majority in Majority:
        assert carried(count, majority) == carried(Count(yes, no), majority)
        assert not carried(count, majority) or carried(Count(yes + 1, no), majority)


@pytest.mark.parametrize("act", ["note", "agree", "finish"])
def test_a_chair_who_is_out_of_the_room_neither_notes_nor_agrees_on_anything(
    panel: Met, statements: Any, act: str
) -> None:
    """They are asked once the row is theirs: a conflict that is declared while they wait for it counts."""
    room = Room.running(panel, panel.tern, chair=panel["Ben"].person)
    ann, officer = panel["Ann"].person.public_id, panel.by
    with room.acting():
        services.agree_on(officer, room.item(panel.tern), "Ask for the budget.", ann, None)

    def acts(by: Actor) -> None:
        item = room.item(panel.tern)
        if act == "note":
            services.write_notes(by, item, "Strong.", 0)
        elif act == "agree":
            services.agree_on(by, item, "Ask.", ann, None)
        else:
            services.finish_action(by, db.session.scalars(select(ActionItem)).one())

    with pytest.raises(Refused, match="You are out of the room"), room.acting():
        acts(panel["Ben"].by)
    with statements() as seen, room.acting():
        acts(officer)
    table = "action_item" if act == "finish" else "agenda_item"
    taken = [at for at, one in enumerate(seen) if f" \nFROM {table}" in one and f"ORDER BY {table}.id" in one]
    asked = [at for at, one in enumerate(seen) if one.startswith("SELECT agenda_item.id \n")]
    assert taken[-1] < asked[0]


def test_what_is_to_be_done_waits_for_its_owner(app: Any, panel: Met) -> None:
    room = Room.running(panel, panel.tern)
    room.opens(panel.tern)
    with room.acting():
        item = room.item(panel.tern)
        owners = [one.name for one in queries.owners_for(item)]
        services.agree_on(panel.by, item, "Ask for the budget.", panel["Ann"].person.public_id, None)
    assert owners == ["Ann", "Cleo", "Maya Rivera"]
    with pytest.raises(Problem), room.acting():
        services.agree_on(panel.by, room.item(panel.tern), "Ask.", panel["Ben"].person.public_id, None)
    with app.test_request_context():
        assert "Ask for the budget." in [one.title for one in todos(panel["Ann"].by)]
    action = queries.own_actions(panel["Ann"].by).items[0].public_id
    with pytest.raises(Missing), room.acting():
        queries.action_for(panel["Ben"].by, action)
    panel["Ann"].declares_conflict(panel.tern)
    assert queries.own_actions(panel["Ann"].by).total == 0


def test_the_page_says_how_far_a_vote_is_and_who_only_leads(panel: Met, client_of: Any) -> None:
    room = Room.running(panel, panel.auk, quorum=3)
    room.opens(panel.auk)
    url = f"/meetings/{room.meeting_id}"
    motion = moves(room, "Ann", panel.auk)
    ann, ben, chair = (client_of(one) for one in (panel["Ann"].person, panel["Ben"].person, panel.officer))

    def asked() -> list[str]:
        return re.findall(r'data-confirm="(Count the votes[^"]*)"', chair.get(url).text)

    def marked(browser: Any) -> list[str]:
        return re.findall(r'aria-pressed="true"><span aria-hidden="true">✓ </span>(\w+)<', browser.get(url).text)

    offered = "Second it" in ben.get(url).text
    votes(room, "Ann", motion, YES)
    votes(room, "Ben", motion, NO)
    assert (offered, "Second it" in ben.get(url).text) == (True, False)
    assert (marked(ann), marked(ben), marked(chair)) == (["For"], ["Against"], [])
    assert asked() == ["Count the votes? 2 of 3 have voted. Nobody can change theirs after that."]
    room.leaves("Cleo")
    assert asked() == ["Count the votes? 2 of 2 have voted. The quorum is 3, and 2 voting members are in the room."]
    assert "the quorum is 3, and is missing." in ann.get(url).text
    told = ["Only members of the panel move and vote." in one.get(url).text for one in (chair, ann)]
    assert told == [True, False]
