"""What goes wrong while pitches are scored: two at once, two windows, a meeting that ends, a conflict in the middle."""

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier, Thread

from flask import Flask
from sqlalchemy import select

from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.errors import Problem
from grants.kernel.policy import Actor
from grants.meetings import queries, services
from grants.meetings.models import AgendaItem
from grants.persistence.session import db, unit_of_work
from grants.review import services as review
from grants.review.models import Tally
from grants.review.pitch_models import PitchCard
from tests.factories.review import COUNTED, PITCHED
from tests.meetings.story import Room
from tests.meetings.test_pitch_cards import met


def at_once(app: Flask, room: Room, *acts: Callable[[], object]) -> list[str]:
    """Each act in a transaction of its own, all at the same moment; what was refused, in order of the sentences."""
    together, refused = Barrier(len(acts)), []

    def do(act: Callable[[], object]) -> None:
        with app.app_context(), clock_at(room.now):
            together.wait()
            try:
                with unit_of_work():
                    act()
            except Problem as problem:
                refused.append(problem.sentence)

    db.session.rollback()
    all_of_them = [Thread(target=do, args=(act,)) for act in acts]
    for one in all_of_them:
        one.start()
    for one in all_of_them:
        one.join()
    return sorted(refused)


def kept() -> dict[str, tuple[str, Decimal | None]]:
    db.session.rollback()
    cards = db.session.scalars(select(PitchCard).order_by(PitchCard.id)).all()
    return {one.reviewer.name: (one.state, one.total) for one in cards}


def pitch_mean(room: Room) -> Decimal | None:
    db.session.rollback()
    return db.session.scalar(select(Tally.pitch_mean).where(Tally.application_id == room.panel.auk.id))  # type: ignore[attr-defined]


def begun(app: Flask) -> Room:
    panel = met(pitch=COUNTED)
    room = Room.running(panel, panel.auk, panel.heron, kind="pitch")
    room.opens(panel.auk)
    return room


def scoring(room: Room, name: str, **marks: object) -> Callable[[], object]:
    by, found = _line(room, name)
    return lambda: services.score_pitch(by, found(), PITCHED | marks)


def submitting(room: Room, name: str) -> Callable[[], object]:
    by, found = _line(room, name)
    return lambda: services.submit_pitch(by, found())


def _line(room: Room, name: str) -> tuple[Actor, Callable[[], AgendaItem]]:
    """Who acts, and how they find the line of Auk at that moment."""
    by, item_id, meeting_id = room.by(name), room.item(room.panel.auk).public_id, room.meeting_id  # type: ignore[attr-defined]
    return by, lambda: queries.item_for(by, queries.meeting_for(by, meeting_id), item_id)


def test_two_members_score_and_submit_at_once(app: Flask) -> None:
    room = begun(app)
    assert at_once(app, room, scoring(room, "Ann"), scoring(room, "Ben", answers=2)) == []
    assert at_once(app, room, submitting(room, "Ann"), submitting(room, "Ben")) == []
    assert kept() == {"Ann": ("submitted", Decimal("73.3333")), "Ben": ("submitted", Decimal("46.6667"))}
    assert pitch_mean(room) == Decimal(60)


def test_two_windows_of_one_member_keep_one_card_and_overwrite_nothing(app: Flask) -> None:
    room = begun(app)
    refused = at_once(app, room, scoring(room, "Ann"), scoring(room, "Ann", answers=2))
    assert refused == ["This scorecard was changed in another window meanwhile. Nothing was overwritten."]
    assert kept() == {"Ann": ("draft", None)}
    again = at_once(app, room, submitting(room, "Ann"), submitting(room, "Ann"))
    assert (again, list(kept())) == (["You have submitted what you give this pitch."], ["Ann"])


def test_a_card_that_comes_as_the_meeting_ends_is_kept_or_refused_whole(app: Flask) -> None:
    room = begun(app)
    room.closes(room.panel.auk)  # type: ignore[attr-defined]
    officer = room.panel.by

    def end() -> None:
        services.close(officer, queries.meeting_for(officer, room.meeting_id))

    refused = at_once(app, room, scoring(room, "Ann"), end)
    late = ["The meeting is over, and its pitches’ cards are locked. Only a program officer opens one again."]
    assert (refused, kept()) in (([], {"Ann": ("draft", None)}), (late, {}))
    assert at_once(app, room, scoring(room, "Ben")) == late


def test_a_conflict_declared_as_a_card_is_submitted_leaves_it_counted_nowhere(app: Flask) -> None:
    room = begun(app)
    room.scores("Ben", room.panel.auk)  # type: ignore[attr-defined]
    assert at_once(app, room, scoring(room, "Ann")) == []
    ann, case = room.by("Ann"), room.panel.auk.case_id  # type: ignore[attr-defined]

    def declare() -> None:
        review.declare_conflict(ann, db.session.get_one(Case, case), "My sister teaches there.")

    refused = at_once(app, room, submitting(room, "Ann"), declare)
    # Whoever is first: the other finds the line closed to them, or a conflict beside a card that is in.
    assert refused in ([], ["You are out of the room."], ["There is no such line on the agenda."])
    assert pitch_mean(room) == Decimal("73.3333")  # Ben's alone
