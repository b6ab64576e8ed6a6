"""The runner: plays acts in order of time, each at its own instant, with the jobs that follow from it."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import event, select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Problem
from grants.messages.services import suppressed
from grants.persistence.session import db, unit_of_work
from grants.replay.engine import calling, cases, deciding, discovery, drafting, following, granting, opening, reviewing
from grants.replay.engine.acts import Act, OutOfTune, in_order
from grants.replay.engine.story import Story, Tale
from grants.replay.recording import Moment, Recording

Say = Callable[[str], None]
THE_END: Final = datetime.max.replace(tzinfo=UTC)
A_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class Milestone:
    """A point up to which a recording can be played; `at` is the last instant that belongs to it."""

    key: str
    at: datetime


def milestones(recording: Recording) -> list[Milestone]:
    """The points of a recording, in order: discovery, then of each stage its deadline and the answers to its awards."""
    found: list[tuple[str, Moment]] = []
    if recording.cycle.discovery and recording.events:
        found.append(("discovery", Moment(recording.events.last_day, recording.stages["planning"].closes.hour)))
    for key in recording.definition.stages:
        record = recording.stages.get(key)
        if record is None:
            continue
        tries = [draft.refused for draft in record.drafts.values() if draft.refused]
        found.append((key, max([record.closes, *tries])))
        if record.awards:
            found.append((f"{key}-award", max(answer.accepted for answer in record.awards.values())))
    return [Milestone(key, moment.at(recording.zone)) for key, moment in found]


def acts_of(tale: Tale) -> Iterator[Act]:
    """Everything that a recording tells."""
    yield from opening.acts(tale)
    yield from calling.acts(tale)
    yield from discovery.acts(tale)
    yield from cases.acts(tale)
    for stage in tale.recording.stages:
        for phase in (drafting, reviewing, deciding, granting, following):
            yield from phase.acts(tale, stage)


class Player:
    """Plays recordings together, on a database that holds none of them yet; it may stop on the way and go on.

    say   told what has been reached, a line at a time
    """

    def __init__(self, recordings: Sequence[Recording], say: Say = lambda line: None) -> None:
        story = Story()
        acts = in_order(act for recording in recordings for act in acts_of(Tale(story, recording)))
        points = (point for recording in recordings for point in milestones(recording))
        self._beats = deque((at, list(together)) for at, together in groupby(acts, key=lambda act: act.at))
        self._points = deque(sorted(points, key=lambda point: point.at))
        self._say = say

    def play(self, until: datetime = THE_END) -> None:
        """Play on, up to the last instant wanted; to the end when none is given.

        raises   OutOfTune when the recording and the rules do not agree
        """
        with _not_waiting_for_the_disk():
            while self._beats and self._beats[0][0] <= until:
                at, acts = self._beats.popleft()
                self._pass_points(at - A_MOMENT)
                _perform(at, acts)
        self._pass_points(until)

    def _pass_points(self, reached: datetime) -> None:
        while self._points and self._points[0].at <= reached:
            point = self._points.popleft()
            self._say(f"{point.at:%d %b %Y}  {point.key}")


def play(recordings: Sequence[Recording], until: datetime = THE_END, say: Say = lambda line: None) -> None:
    """Play recordings together, from the first act to the last, or to the last instant wanted.

    raises   OutOfTune when the recording and the rules do not agree
    """
    Player(recordings, say).play(until)


@contextmanager
def _not_waiting_for_the_disk() -> Iterator[None]:
    """Within the block, the embedded database hands its writes to the system and goes on.

    Every act is a transaction of its own, thousands of them. A replay that is cut off is started anew, so none of them
    has to be on the disk before the next one begins.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return

    def hurry(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "checkout", hurry)
    try:
        yield
    finally:
        event.remove(engine, "checkout", hurry)
        db.session.rollback()
        engine.dispose()  # connections made from now on wait again


def _perform(at: datetime, acts: Sequence[Act]) -> None:
    with clock_at(at), suppressed():
        try:
            for act in acts:
                if act.first:
                    act.first()
                with unit_of_work():
                    act.do()
        except Problem as problem:
            raise OutOfTune(f"On {at:%d %B %Y at %H:%M} UTC: {problem.sentence}") from problem
        if run_due():
            _no_job_failed(at)


def _no_job_failed(at: datetime) -> None:
    failed = db.session.scalar(select(Job).where(Job.error.is_not(None)).limit(1))
    if failed is not None:
        raise OutOfTune(f"On {at:%d %B %Y at %H:%M} UTC the job {failed.name} failed: {failed.error}")
