"""The pipeline as a picture: how many cases stand at each step of a cycle, and what the step is doing now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from grants.kernel.money import dollars
from grants.programs.path import PathStep, day_of, one_now

Standing = Literal["done", "now", "to_come"]


@dataclass(frozen=True)
class StageFacts:
    """One stage as it stands.

    zone                 the cycle's time zone, in which its dates are said
    writing, submitted   applications (0 for discovery)
    unscored             scorecards that reviewers have still to submit
    awarded, amount      released awards, and their sum in cents
    schools, educators, events   discovery's reach (0 for application stages)
    at_most              the most awards the program allows, where it says
    """

    key: str
    title: str
    kind: str
    opens_at: datetime
    closes_at: datetime
    released_at: datetime | None
    zone: str = "UTC"
    reviews_due_at: datetime | None = None
    decision_on: date | None = None
    writing: int = 0
    submitted: int = 0
    unscored: int = 0
    awarded: int = 0
    amount: int = 0
    schools: int = 0
    educators: int = 0
    events: int = 0
    at_most: int | None = None


@dataclass(frozen=True)
class Step:
    """One block of the picture: a label, the count that gives its height, what stands large and small under it."""

    label: str
    count: int
    figure: str
    note: str
    standing: Standing
    filter: str = ""  # the cases that stand here, as the list of cases is narrowed to them


def pipeline(stages: Sequence[StageFacts], now: datetime) -> list[Step]:
    """The steps of a cycle: one for discovery, two for each application stage (applied, awarded)."""
    steps: list[Step] = []
    for stage in stages:
        if stage.kind == "discovery":
            steps.append(_discovery(stage, now))
        else:
            steps += [_applied(stage, now), _awarded(stage, now)]
    return steps


def _standing(stage: StageFacts, now: datetime) -> Standing:
    if now < stage.opens_at:
        return "to_come"
    return "now" if now <= stage.closes_at else "done"


def _discovery(stage: StageFacts, now: datetime) -> Step:
    note = f"{_many(stage.educators, 'educator')}, {_many(stage.events, 'event')}"
    return Step(stage.title, stage.schools, _many(stage.schools, "school"), note, _standing(stage, now))


def _applied(stage: StageFacts, now: datetime) -> Step:
    standing = _standing(stage, now)
    count = stage.submitted + (stage.writing if standing == "now" else 0)
    if standing == "now":
        note = f"{stage.submitted} submitted, {stage.writing} writing"
    elif standing == "to_come":
        note = f"opens {day_of(stage.opens_at, stage.zone)}"
    else:
        note = f"{stage.writing} never submitted" if stage.writing else "all submitted" if count else "nobody applied"
    return Step(f"{stage.title}: applied", count, str(count), note, standing, stage.key)


def _awarded(stage: StageFacts, now: datetime) -> Step:
    label = f"{stage.title}: awarded"
    if stage.released_at is not None:
        return Step(label, stage.awarded, str(stage.awarded), dollars(stage.amount), "done", f"{stage.key}:awarded")
    figure = f"0 of {stage.at_most}" if stage.at_most else "0"
    if now > stage.closes_at and not stage.submitted:
        return Step(label, 0, figure, "nothing to decide", "done")
    if now <= stage.closes_at:
        return Step(label, 0, figure, "not yet decided", "to_come")
    reviewing = stage.unscored or (stage.reviews_due_at is not None and now <= stage.reviews_due_at)
    return Step(label, 0, figure, "being reviewed" if reviewing else "being decided", "now")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Stood:
    """Where a case stands in a stage.

    word    in the word of a status pill, such as "Submitted" or "Award"
    ended   whether it goes no further there: never handed in, withdrawn, not eligible
    """

    word: str
    ended: bool = False


def journey(stages: Sequence[StageFacts], own: Mapping[str, Stood], now: datetime) -> list[PathStep]:
    """One case's way through the stages; of several that run, the current one is the last that it has to do with.

    own   stage key -> where the case stands in it
    """
    steps = [_own_step(stage, own.get(stage.key), now) for stage in stages]
    running = [place for place, (_, state) in enumerate(steps) if state == "running"]
    joined = [place for place in running if stages[place].key in own]
    return one_now(steps, max(joined or running, default=None))


def _own_step(stage: StageFacts, own: Stood | None, now: datetime) -> PathStep:
    closed = now > stage.closes_at
    if own is not None:
        label = f"{stage.title}: {own.word}"
        if own.ended:
            return label, "past"
        return label, "done" if stage.released_at or (stage.kind == "discovery" and closed) else "running"
    if now < stage.opens_at:
        return f"{stage.title}: opens {day_of(stage.opens_at, stage.zone)}", "open"
    if not closed and stage.released_at is None:
        return f"{stage.title}: open until {day_of(stage.closes_at, stage.zone)}", "running"
    return f"{stage.title}: {'ended' if stage.kind == 'discovery' else 'closed, not applied'}", "past"
