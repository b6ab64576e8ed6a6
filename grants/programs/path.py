"""A cycle's way through its stages, by their dates alone. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

PathStep = tuple[str, Literal["done", "now", "running", "past", "open"]]
"""(stage title with when or how it stands, state): of all that run one is now; what is past was never gone through."""


class Dated(Protocol):
    """What the way asks of a stage."""

    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def opens_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def reviews_due_at(self) -> datetime | None: ...
    @property
    def released_at(self) -> datetime | None: ...
    @property
    def decision_on(self) -> date | None: ...


def path(stages: Sequence[Dated], at: datetime, zone: str) -> list[PathStep]:
    """A cycle's way, said in its zone: whether anybody applied is not known here, and not told."""
    steps = [_dated(stage, at, zone) for stage in stages]
    return one_now(steps, max((place for place, step in enumerate(steps) if step[1] == "running"), default=None))


def one_now(steps: Sequence[PathStep], place: int | None) -> list[PathStep]:
    """The steps with the one at a place as the current one; None for a way on which nothing is."""
    return [(label, "now" if number == place else state) for number, (label, state) in enumerate(steps)]


def _dated(stage: Dated, at: datetime, zone: str) -> PathStep:
    if at < stage.opens_at:
        return f"{stage.title}: opens {day_of(stage.opens_at, zone)}", "open"
    if stage.released_at is not None:
        return f"{stage.title}: decided {day_of(stage.released_at, zone)}", "done"
    if at <= stage.closes_at:
        return f"{stage.title}: open until {day_of(stage.closes_at, zone)}", "running"
    if stage.kind == "discovery":
        return f"{stage.title}: ended {day_of(stage.closes_at, zone)}", "done"
    if stage.reviews_due_at is not None and at <= stage.reviews_due_at:
        return f"{stage.title}: being reviewed", "running"
    if stage.decision_on is None or at.astimezone(ZoneInfo(zone)).date() <= stage.decision_on:
        return f"{stage.title}: being decided", "running"
    return f"{stage.title}: closed {day_of(stage.closes_at, zone)}, not decided", "past"


def day_of(instant: datetime, zone: str) -> str:
    """The day of an instant, as people write it."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"
