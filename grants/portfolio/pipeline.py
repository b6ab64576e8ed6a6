"""The pipeline as a picture: how many cases stand at each step of a cycle, and what the step is doing now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from grants.kernel.money import dollars

Standing = Literal["done", "now", "to_come"]


@dataclass(frozen=True)
class StageFacts:
    """One stage as it stands.

    zone                 the cycle's time zone, in which its dates are said
    writing, submitted   applications (0 for discovery)
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
    writing: int = 0
    submitted: int = 0
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
    if standing == "now":
        note = f"{stage.submitted} submitted, {stage.writing} writing"
    elif standing == "to_come":
        note = f"opens {_day(stage, stage.opens_at)}"
    else:
        note = f"{stage.writing} never submitted" if stage.writing else "all submitted"
    count = stage.submitted + (stage.writing if standing == "now" else 0)
    return Step(f"{stage.title}: applied", count, str(count), note, standing, stage.key)


def _awarded(stage: StageFacts, now: datetime) -> Step:
    label = f"{stage.title}: awarded"
    if stage.released_at is not None:
        return Step(label, stage.awarded, str(stage.awarded), dollars(stage.amount), "done", f"{stage.key}:awarded")
    figure = f"0 of {stage.at_most}" if stage.at_most else "0"
    deciding = now > stage.closes_at
    note = "being decided" if deciding else "not yet decided"
    return Step(label, 0, figure, note, "now" if deciding else "to_come")


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


PathStep = tuple[str, Literal["done", "now", "open"]]


def path(stages: Sequence[StageFacts], now: datetime) -> list[PathStep]:
    """The cycle's way through its stages by their dates alone: (stage title with when, done | now | open)."""
    return [_dated(stage, now) for stage in stages]


def _dated(stage: StageFacts, now: datetime) -> PathStep:
    if now < stage.opens_at:
        return f"{stage.title}: opens {_day(stage, stage.opens_at)}", "open"
    if now <= stage.closes_at:
        return f"{stage.title}: open until {_day(stage, stage.closes_at)}", "now"
    if stage.kind == "discovery":
        return f"{stage.title}: ended {_day(stage, stage.closes_at)}", "done"
    if stage.released_at is None:
        return f"{stage.title}: being decided", "now"
    return f"{stage.title}: decided {_day(stage, stage.released_at)}", "done"


def _day(stage: StageFacts, instant: datetime) -> str:
    local = instant.astimezone(ZoneInfo(stage.zone))
    return f"{local.day} {local:%B %Y}"


def journey(stages: Sequence[StageFacts], own: Mapping[str, str], now: datetime) -> list[PathStep]:
    """One case's way through the stages: (stage title with where it stands, done | now | open).

    own   stage key -> where the case stands in it, in a word, such as "Submitted" or "Award"
    """
    return [_own_step(stage, own.get(stage.key), now) for stage in stages]


def _own_step(stage: StageFacts, word: str | None, now: datetime) -> PathStep:
    label = f"{stage.title}: {word}" if word else stage.title
    if stage.released_at is not None or (stage.kind == "discovery" and now > stage.closes_at):
        return label, "done" if word else "open"
    return label, "now" if now >= stage.opens_at else "open"
