"""A pitch is scored by its own rubric, in the room, until the meeting ends; kept apart from what was read."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from grants.casework.models import TimelineEvent
from grants.kernel.clock import clock_at
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.roles import Role
from grants.meetings import queries, services
from grants.messages.models import Message
from grants.persistence.audit import AuditRecord
from grants.persistence.session import db, unit_of_work
from grants.review import services as review
from grants.review.models import Tally
from grants.review.pitch_models import PitchCard
from tests.beginnings import Begin
from tests.factories.people import actor, join, person
from tests.factories.review import CLOSED, COUNTED, PITCHED
from tests.meetings.conftest import Met
from tests.meetings.story import Room
from tests.review.story import LATER


@pytest.fixture
def pitching(begin: Begin) -> Met:
    """As `panel`, in a stage with a pitch that counts two fifths. Auk was given 84.375 and 65.625: 75 on average."""
    return begin(met, pitch=COUNTED)


def met(**rules: object) -> Met:
    panel = Met.of("Ann", "Ben", "Cleo", reviewers_each=2, **rules)
    panel.auk, panel.heron, panel.tern = (panel.application_of(f"{name} School") for name in ("Auk", "Heron", "Tern"))
    panel["Ben"].declares({panel.tern.case: "My sister teaches there."})
    panel["Ann"].declares()
    panel["Cleo"].declares()
    panel.assigns("Ann", panel.auk, panel.heron, panel.tern)
    panel.assigns("Ben", panel.auk, panel.heron)
    panel["Ann"].scores(panel.auk)
    panel["Ben"].scores(panel.auk, team=2)
    panel["Ann"].scores(panel.heron)
    panel["Ben"].scores(panel.heron)
    panel["Ann"].scores(panel.tern)
    return panel


def tally(panel: Met, name: str) -> tuple[object, ...]:
    """(written mean, pitch mean, its spread, together) of a school."""
    db.session.rollback()
    columns = (Tally.mean, Tally.pitch_mean, Tally.pitch_spread, Tally.together)
    return tuple(db.session.execute(select(*columns).where(Tally.application_id == getattr(panel, name).id)).one())


def totals(room: Room, name: str, school: str) -> tuple[Sequence[tuple[str, Decimal | None]], str | None]:
    """What somebody sees of a pitch: (member, total), and why they see no more."""
    db.session.rollback()
    found = queries.pitch_scores_for(room.by(name), room.item(getattr(room.panel, school), name))
    assert found is not None
    return [(one.reviewer, one.total) for one in found.rows], found.hidden


def test_a_pitch_is_scored_from_when_it_is_up_until_the_meeting_ends(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, pitching.tern, kind="pitch")
    with pytest.raises(Refused, match="has not begun"):
        room.scores("Ann", pitching.auk)
    room.opens(pitching.auk)
    # (2 · 4/5 + 1 · 3/5) / 3 = 2.2 / 3 = 73.3333; with answers of 2: (0.8 + 0.6) / 3 = 46.6667
    room.scores("Ann", pitching.auk)
    assert tally(pitching, "auk") == (Decimal(75), Decimal("73.3333"), None, Decimal("74.3333"))
    assert totals(room, "Ben", "auk") == (
        [],
        "Your own scorecard comes first: the others’ scores show once it is submitted.",
    )
    room.opens(pitching.tern)  # Auk’s time is over; who has not finished may still do so
    room.scores("Ben", pitching.auk, answers=2)
    # Mean 60, differences 13.3333 and -13.3333: √(2 · 177.7769) = 18.8561. 0.6 · 75 + 0.4 · 60 = 69.
    assert tally(pitching, "auk") == (Decimal(75), Decimal(60), Decimal("18.8561"), Decimal(69))
    assert totals(room, "Ben", "auk") == ([("Ann", Decimal("73.3333")), ("Ben", Decimal("46.6667"))], None)
    with pytest.raises(Refused, match="out of the room"), room.acting():
        services.score_pitch(pitching["Ben"].by, room.item(pitching.tern), PITCHED)
    assert "Tern School" not in " ".join(room.sees("Ben"))
    room.ends()
    with pytest.raises(Refused, match="The meeting is over"):
        room.scores("Cleo", pitching.auk)
    told = db.session.scalars(select(TimelineEvent.sentence).where(TimelineEvent.sentence.contains("pitch"))).all()
    assert sorted(told) == ["Ann scored the pitch.", "Ben scored the pitch."]
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "review.pitch")).all()
    assert [(one.actor_name, one.case_id, one.after) for one in records] == [
        (
            "Ann",
            pitching.auk.case_id,
            {"total": "73.3333", "marks": {"answers": "4", "principal": "True", "team_speaks": "3"}},
        ),
        (
            "Ben",
            pitching.auk.case_id,
            {"total": "46.6667", "marks": {"answers": "2", "principal": "True", "team_speaks": "3"}},
        ),
    ]


def test_what_is_missing_is_said_and_nothing_typed_is_lost(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    ann = pitching["Ann"].by
    with pytest.raises(Invalid) as refused, room.acting():
        services.score_pitch(ann, room.item(pitching.auk), {"answers": 6, "team": 1})
    assert set(refused.value.errors) == {"answers", "team"}
    with room.acting():
        assert services.score_pitch(ann, room.item(pitching.auk), {"answers": 1}).version == 1
    with pytest.raises(Invalid) as refused, room.acting():
        services.submit_pitch(ann, room.item(pitching.auk))
    assert set(refused.value.errors) == {"answers.comment", "team_speaks", "principal"}
    assert tally(pitching, "auk") == (Decimal(75), None, None, None)
    with pytest.raises(Clash, match="another window"), room.acting():
        services.score_pitch(ann, room.item(pitching.auk), PITCHED)
    with room.acting():  # the same twice is no clash
        assert services.score_pitch(ann, room.item(pitching.auk), {"answers": 1}).version == 1
    # An abstention is empty, never zero: 3/5 of the one that is marked.
    assert room.scores("Ann", pitching.auk, 1, answers="abstain").total == Decimal(60)
    with pytest.raises(Clash, match="submitted"):
        room.scores("Ann", pitching.auk, 2)
    with pytest.raises(Invalid), room.acting():
        services.submit_pitch(pitching["Ben"].by, room.item(pitching.auk))


def test_who_sits_in_or_left_gives_nothing(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    with room.acting():
        services.join(pitching.by, room.meeting())
    with pytest.raises(Refused, match="Only members of the panel"), room.acting():
        services.score_pitch(pitching.by, room.item(pitching.auk), PITCHED)
    room.leaves("Ann")
    with pytest.raises(Refused, match="Come into the meeting"):
        room.scores("Ann", pitching.auk)
    room.joins("Ann")
    room.scores("Ann", pitching.auk)
    panels = Room.running(pitching, pitching.heron)
    panels.opens(pitching.heron)
    with pytest.raises(Missing, match="Nobody pitches"):
        panels.scores("Ann", pitching.heron)


def test_a_member_thinks_again_and_afterwards_only_staff_open_it(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    card = room.scores("Ann", pitching.auk)
    with room.acting():
        services.take_back_pitch(pitching["Ann"].by, room.item(pitching.auk))
    assert tally(pitching, "auk") == (Decimal(75), None, None, None)
    room.scores("Ann", pitching.auk, 2, answers=5)  # (2 + 0.6) / 3
    assert tally(pitching, "auk")[1] == Decimal("86.6667")
    room.ends()
    with pytest.raises(Refused, match="The meeting is over"), room.acting():
        services.take_back_pitch(pitching["Ann"].by, room.item(pitching.auk))
    found = lambda: queries.pitch_card_for(pitching.by, room.meeting(), card.public_id)  # noqa: E731
    with pytest.raises(Invalid), room.acting():
        services.reopen_pitch(pitching.by, *found(), " ")
    with pytest.raises(Refused), room.acting():
        services.reopen_pitch(pitching["Ben"].by, *found(), "I wish.")
    with room.acting():
        services.reopen_pitch(pitching.by, *found(), "The first question was misheard.")
    assert tally(pitching, "auk")[1] is None
    with pytest.raises(Refused, match="The meeting is over"):
        room.scores("Ben", pitching.auk)  # hers alone
    room.leaves("Ann")
    room.scores("Ann", pitching.auk, 4, answers=3)  # (1.2 + 0.6) / 3
    assert tally(pitching, "auk")[1] == Decimal(60)
    with pytest.raises(Refused, match="The meeting is over"):
        room.scores("Ann", pitching.auk, 5)
    acts = ("pitch_card.submit", "pitch_card.take back", "pitch_card.reopen")
    records = db.session.scalars(select(AuditRecord).where(AuditRecord.action.in_(acts)).order_by(AuditRecord.id))
    done = [(one.action, one.case_id == pitching.auk.case_id) for one in records]
    submit, back, again = ((one, True) for one in acts)
    assert done == [submit, back, submit, again, submit]
    mail = db.session.scalars(select(Message).where(Message.template == "review.pitch_reopened")).all()
    assert [(one.person_id, "misheard" in one.body, "Auk" in one.body) for one in mail] == [
        (pitching["Ann"].person.id, True, False)
    ]


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [("never", [], ["Ann"]), ("after_own", [], ["Ann", "Ben"]), ("at_meeting", [], ["Ann", "Ben"])],
)
def test_others_scores_show_as_the_stage_has_it(app: Flask, rule: str, first: list[str], second: list[str]) -> None:
    panel = met(pitch=COUNTED, others_scores=rule)
    room = Room.running(panel, panel.auk, kind="pitch")
    room.opens(panel.auk)
    room.scores("Ben", panel.auk)
    assert [name for name, _ in totals(room, "Ann", "auk")[0]] == first
    room.scores("Ann", panel.auk)
    assert [name for name, _ in totals(room, "Ann", "auk")[0]] == second
    assert [name for name, _ in totals(room, "the officer", "auk")[0]] == ["Ann", "Ben"]
    db.session.rollback()
    found = queries.pitch_scores_for(panel.by, room.item(panel.auk))
    assert found is not None
    assert (found.progress.waiting, found.progress.submitted) == (["Cleo"], 2)


def test_a_conflict_found_later_sets_a_pitchs_card_aside(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    room.scores("Ann", pitching.auk)
    room.scores("Ben", pitching.auk, answers=2)
    room.ends()
    pitching["Ben"].declares_conflict(pitching.auk)
    # Without Ben: Ann gave 84.375 in writing, and 73.3333 at the pitch; 0.6 · 84.375 + 0.4 · 73.3333 = 79.9583
    assert tally(pitching, "auk") == (Decimal("84.375"), Decimal("73.3333"), None, Decimal("79.9583"))
    assert db.session.scalar(select(PitchCard.total).where(PitchCard.reviewer_id == pitching["Ben"].person.id)) == (
        Decimal("46.6667")
    )
    with pytest.raises(Refused, match="out of the room"), room.acting():
        services.score_pitch(pitching["Ben"].by, room.item(pitching.auk), PITCHED)


@pytest.mark.parametrize(("gone", "said"), [("tied", "is set aside"), ("left", "has left the panel")])
def test_what_its_member_could_not_give_again_is_not_opened_again(pitching: Met, gone: str, said: str) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    card = room.scores("Ben", pitching.auk)
    kept = card.total
    with room.acting():
        if gone == "tied":
            review.declare_conflict(pitching["Ben"].by, pitching.auk.case, "My brother was hired there.")
        else:
            review.leave_panel(pitching["Ben"].by, pitching.stage, "I am moving away.")
    with pytest.raises(Clash, match=said), room.acting():
        found = queries.pitch_card_for(pitching.by, room.meeting(), card.public_id)
        services.reopen_pitch(pitching.by, *found, "Misheard.")
    told = select(Message.id).where(Message.template == "review.pitch_reopened")
    assert db.session.scalars(told).all() == []
    stands = db.session.get_one(PitchCard, card.id)
    assert (stands.state, stands.total, stands.reopened_at) == ("submitted", kept, None)


def test_an_application_that_nobody_read_is_scored_at_its_pitch_all_the_same(pitching: Met) -> None:
    new = pitching.application_of("Wren School")
    for name in ("Ann", "Ben", "Cleo"):
        pitching[name].declares(at=LATER)
    room = Room.running(pitching, new, kind="pitch")
    room.opens(new)
    room.scores("Ann", new)
    db.session.rollback()
    kept = db.session.execute(
        select(Tally.mean, Tally.pitch_mean, Tally.together).where(Tally.application_id == new.id)
    ).one()
    assert tuple(kept) == (None, Decimal("73.3333"), None)
    pitching["Ann"].declares_conflict(new)
    db.session.rollback()
    assert db.session.scalar(select(Tally.pitch_mean).where(Tally.application_id == new.id)) is None


def test_what_was_scored_was_not_opened_by_mistake(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    with room.acting():
        services.score_pitch(pitching["Ann"].by, room.item(pitching.auk), {"answers": 3})
    with pytest.raises(Clash, match="noted or moved"), room.acting():
        services.put_back(pitching.by, room.item(pitching.auk))


def test_an_officer_with_a_conflict_finds_no_card(pitching: Met) -> None:
    room = Room.running(pitching, pitching.auk, kind="pitch")
    room.opens(pitching.auk)
    card = room.scores("Ann", pitching.auk)
    with clock_at(CLOSED), unit_of_work():
        tied = person("Noor Haddad", Role.PROGRAM_OFFICER)
        join(tied, pitching.auk.case.organization)
    with pytest.raises(Missing):
        queries.pitch_card_for(actor(tied), room.meeting(), card.public_id)
