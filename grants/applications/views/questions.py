"""A section's questions as its page draws them, and what a page sends back about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from grants.applications import forms, queries
from grants.applications.budgets import Totals, notices, totals
from grants.applications.completeness import faults_of, shown_fields
from grants.applications.content import Content
from grants.applications.models import Answer, Attachment
from grants.applications.overview import Draft, Overview
from grants.applications.queries import Carried
from grants.applications.reading import Item, read_one
from grants.applications.room import room_words
from grants.applications.services import Outcome, StaleAnswer
from grants.applications.uploads import accepted
from grants.kernel.clock import today
from grants.programs.schema import AnyField, DateField, FileField, FiveYearBudget, Section
from grants.web.filters import clock_time, day, plural


@dataclass(frozen=True)
class Clash:
    """Two texts for one answer, to choose from."""

    sentence: str
    by: str
    version: int
    mine: Item
    theirs: Item


@dataclass(frozen=True)
class Question:
    """One question as its page draws it.

    typed     what stands in its controls, as text in the field's shape
    rows      how many rows its controls offer, where it has rows
    faults    place -> sentence on what cannot be read
    remarks   what is kept and will not do for submitting, or what the program's checks find
    by        who wrote what stands, and when, in words; `by_id` is their public id
    room      how much of the application's room for files is used
    day       of a date, the day that was read in it, in words
    behind    the name of whoever changed it since it was shown
    """

    asked: AnyField
    typed: Any
    version: int
    shown: bool = True
    rows: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    clash: Clash | None = None
    by: str = ""
    by_id: str = ""
    is_answered: bool = False
    behind: str | None = None
    carried: tuple[Carried, Item] | None = None
    files: tuple[Attachment, ...] = ()
    has_earlier_files: bool = False
    room: str = ""
    totals: Totals | None = None
    day: str = ""

    @property
    def wrong_controls(self) -> str:
        """The names of the controls in which something cannot be read, with spaces between."""
        return " ".join("-".join([self.key, *place.split(".")]) if place else self.key for place in self.faults)

    @property
    def key(self) -> str:
        return self.asked.key

    @property
    def accepted(self) -> str:
        """The endings of files it takes."""
        return accepted(self.asked) if isinstance(self.asked, FileField) else ""


@dataclass(frozen=True)
class Sent:
    """What a page sent and could not simply be saved: shown again as it was typed."""

    typed: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)
    versions: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


def questions(view: Overview, section: Section, sent: Sent | None = None, more: str = "") -> list[Question]:
    """The questions of a section.

    sent   what was sent and not saved
    more   the key of the field for which more rows were asked
    """
    answers = view.answers
    shown = shown_fields(view.form, answers)
    carried = queries.carried_forward(view.application, view.form)
    earlier = queries.fields_with_earlier_files(view.application)
    drawn = [
        question(view, one, sent or Sent(), answers, one.key in shown, carried.get(one.key), more == one.key)
        for one in section.fields.values()
    ]
    return [replace(one, has_earlier_files=one.key in earlier) for one in drawn]


def question(
    view: Draft,
    asked: AnyField,
    sent: Sent,
    answers: Mapping[str, Any],
    shown: bool = True,
    carried: Carried | None = None,
    more: bool = False,
) -> Question:
    """One question; of a text that was not saved, the controls hold what was typed."""
    key, answer = asked.key, answers.get(asked.key)
    kept, stale, refused = view.drafted.get(key), sent.outcome.stale.get(key), sent.files.get(key)
    if stale:
        typed = sent.typed[key]
    else:
        typed = kept.typed if kept and kept.typed is not None else forms.as_typed(asked, answer)
    return Question(
        asked=asked,
        typed=typed,
        version=sent.versions.get(key, 0) if stale else kept.version if kept else 0,
        shown=shown,
        rows=forms.rows_to_show(asked, len(typed), more) if isinstance(asked, forms.WithRows) else 0,
        faults={"": refused} if refused else {} if stale else view.unreadable.get(key, {}),
        remarks=_remarks(asked, answer) + ((view.barred[key],) if key in view.barred else ()),
        clash=_clash(asked, stale) if stale else None,
        behind=sent.outcome.behind[key].written_by.name if key in sent.outcome.behind else None,
        by=_by(view, kept) if kept else "",
        by_id=kept.written_by.public_id if kept else "",
        is_answered=kept is not None and not kept.is_empty,
        carried=(carried, read_one(asked, carried.value)) if carried else None,
        files=tuple(view.files.get(key, ())),
        room=room_of(view) if isinstance(asked, FileField) else "",
        totals=totals(asked, answer) if isinstance(asked, FiveYearBudget) and key not in view.unreadable else None,
        day=_day_read(asked, answer) if key not in view.unreadable else "",
    )


def room_of(view: Draft) -> str:
    """How much of the room for files a draft has used."""
    return room_words(view.form.files_at_most_mb, (one.file.size for files in view.files.values() for one in files))


def previewed(asked: AnyField, typed: Any, content: Content | None, shown: bool, more: bool) -> Question:
    """One question of no application: what stands in it was typed a moment ago, and is kept nowhere."""
    answer = content.value if content else None
    readable = content is None or content.why is None
    controls = forms.as_typed(asked, answer) if readable else typed
    return Question(
        asked=asked,
        typed=controls,
        version=0,
        shown=shown,
        rows=forms.rows_to_show(asked, len(controls), more) if isinstance(asked, forms.WithRows) else 0,
        faults=content.why.faults if content and content.why else {},
        remarks=_remarks(asked, answer),
        totals=totals(asked, answer) if isinstance(asked, FiveYearBudget) and readable else None,
        day=_day_read(asked, answer) if readable else "",
    )


def _day_read(asked: AnyField, answer: Any) -> str:
    return day(date.fromisoformat(answer), weekday=True) if isinstance(asked, DateField) and answer else ""


def _by(view: Draft, kept: Answer) -> str:
    """Who wrote what stands, and when: "Dana Ruiz, 8 March"."""
    on = kept.written_at.astimezone(ZoneInfo(view.application.stage.cycle.time_zone)).date()
    return f"{kept.written_by.name}, {day(on, year=False)}"


def _remarks(asked: AnyField, answer: Any) -> tuple[str, ...]:
    found = tuple(faults_of(asked, answer)) if answer not in (None, []) else ()
    return found + tuple(notices(asked, answer) if isinstance(asked, FiveYearBudget) else ())


def _clash(asked: AnyField, stale: StaleAnswer) -> Clash:
    present = stale.present
    return Clash(
        stale.sentence,
        present.written_by.name,
        present.version,
        read_one(asked, stale.mine.value, stale.mine.typed),
        read_one(asked, present.value, present.typed),
    )


def place_of(view: Overview, place: str) -> str:
    """The address of a section's page, or of a field's place in it."""
    key, _, anchor = place.partition("#")
    address = url_for("applications.section", application_id=view.application.public_id, section_key=key)
    return f"{address}#{anchor}" if anchor else address


def saved_words(view: Draft, sent: Sent | None = None) -> str:
    """How saving stands: "Saved 9:14 pm", or the day when it was not today, and what of it cannot be read yet."""
    if sent and sent.outcome.stale:
        return "Not saved: choose between two texts"
    at, zone = view.application.written_at, view.application.stage.cycle.time_zone
    if at is None:
        return ""
    on = at.astimezone(ZoneInfo(zone)).date()
    saved = f"Saved {clock_time(at, zone) if on == today(zone) else day(on)}"
    return f"{saved}, {plural(len(view.unreadable), 'answer')} cannot be read yet" if view.unreadable else saved
