"""The runner: plays acts in order of time, each at its own instant, with the jobs that follow from it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from grants.background.models import Job
from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.errors import Problem
from grants.messages.services import suppressed
from grants.persistence.session import db, unit_of_work
from grants.replay.engine import cases, deciding, discovery, drafting, following, granting, opening, reviewing
from grants.replay.engine.acts import Act, OutOfTune, in_order
from grants.replay.engine.story import Story, Tale
from grants.replay.recording import Moment, Recording

Say = Callable[[str], None]


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
    yield from discovery.acts(tale)
    yield from cases.acts(tale)
    for stage in tale.recording.stages:
        for phase in (drafting, reviewing, deciding, granting, following):
            yield from phase.acts(tale, stage)


def play(recordings: Sequence[Recording], until: datetime | None = None, say: Say = lambda line: None) -> Story:
    """Play recordings together, on a database that holds none of them yet.

    until    the last instant that is played; everything when left out
    say      told what has been reached, a line at a time
    raises   OutOfTune when the recording and the rules do not agree
    """
    story = Story()
    acts = in_order(act for recording in recordings for act in acts_of(Tale(story, recording)))
    points = sorted((point for one in recordings for point in milestones(one)), key=lambda point: point.at)
    for at, together in groupby(acts, key=lambda act: act.at):
        if until is not None and at > until:
            break
        while points and points[0].at < at:
            say(f"{points[0].at:%d %b %Y}  {points.pop(0).key}")
        _perform(at, list(together))
    for point in points:
        if until is None or point.at <= until:
            say(f"{point.at:%d %b %Y}  {point.key}")
    return story


def _perform(at: datetime, acts: Sequence[Act]) -> None:
    with clock_at(at), suppressed():
        try:
            for act in acts:
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
