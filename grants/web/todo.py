"""One thing that waits for someone, as a home page shows it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Urgency = Literal["late", "due", "ask", "plan"]
URGENCIES: tuple[Urgency, ...] = ("late", "due", "ask", "plan")


@dataclass(frozen=True)
class Todo:
    """Something to do.

    title    what, as a link's text; `url` is where it is done
    detail   one sentence on what hangs on it, or nothing
    when     the day it is due, when there is one
    count    how many of the kind stand behind it, when it gathers several
    cycle_id the cycle it belongs to, when it belongs to one
    """

    urgency: Urgency
    title: str
    url: str
    detail: str = ""
    when: date | None = None
    count: int | None = None
    cycle_id: int | None = None
