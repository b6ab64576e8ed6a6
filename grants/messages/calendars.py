"""Calendar feeds (RFC 5545): what a person's own calendar takes in, written by the icalendar library.

Instants go out in UTC, so that no zone has to be described; whole days as dates. What is cancelled stays in its feed
and says so, or calendars that have it would keep it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from flask import Response, make_response, request
from icalendar import Calendar, Event

from grants.messages.addresses import mail_domain

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"
METHOD: Final = "PUBLISH"
FILENAME: Final = "calendar.ics"
PRODUCT: Final = "-//Harbormaster//Grant cycles//EN"
AGAIN: Final = timedelta(hours=4)


@dataclass(frozen=True)
class Entry:
    """One thing in a calendar.

    key        names it for good within the site, such as `event:<public id>`: the same thing keeps its place
    title      what stands in the calendar
    starts     an aware instant, or a date for something that belongs to a whole day
    ends       the instant it ends; None for a moment, such as a deadline
    url        the page about it, absolute
    changed_at when what stands here was changed last
    changes    how often it was changed: calendars take the greater number
    tentative  whether somebody has still to say that it stands
    busy       whether it fills the time of whoever has it; a deadline does not
    """

    key: str
    title: str
    starts: datetime | date
    changed_at: datetime
    ends: datetime | None = None
    detail: str = ""
    place: str = ""
    url: str = ""
    changes: int = 0
    cancelled: bool = False
    tentative: bool = False
    busy: bool = False


def written(title: str, entries: Iterable[Entry]) -> bytes:
    """A calendar with these entries, in order of time; the same entries give the same bytes.

    title   of a calendar to follow; without one it is a file of entries that a calendar takes in, and is none itself
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", METHOD)
    if title:
        calendar.add("name", title)
        calendar.add("x-wr-calname", title)
        calendar.add("refresh-interval", AGAIN, {"value": "DURATION"})
    for entry in sorted(entries, key=_order):
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def attached(entries: Iterable[Entry]) -> str:
    """The same as a file that goes with a mail: what a calendar has already it finds again by its key."""
    return written("", entries).decode()


def sent(title: str, entries: Iterable[Entry], filename: str) -> Response:
    """A calendar as a response: a file that a browser keeps while it says the same."""
    response = make_response(written(title, entries))
    response.content_type = MEDIA_TYPE
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.add_etag()
    response.make_conditional(request)
    return response


def _order(entry: Entry) -> tuple[str, str]:
    starts = entry.starts
    return (starts.astimezone(UTC).isoformat() if isinstance(starts, datetime) else starts.isoformat()), entry.key


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", f"{entry.key.replace(':', '-')}@{mail_domain()}")
    event.add("dtstamp", _utc(entry.changed_at))
    event.add("last-modified", _utc(entry.changed_at))
    event.add("sequence", entry.changes)
    event.add("summary", entry.title)
    if isinstance(entry.starts, datetime):
        event.add("dtstart", _utc(entry.starts))
        if entry.ends is not None:  # a moment has no end: one that is not later than its start is not allowed
            event.add("dtend", _utc(entry.ends))
    else:
        event.add("dtstart", entry.starts)
        event.add("dtend", entry.starts + timedelta(days=1))
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED")
    for name, value in (("description", entry.detail), ("location", entry.place), ("url", entry.url)):
        if value:
            event.add(name, value)
    return event


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
