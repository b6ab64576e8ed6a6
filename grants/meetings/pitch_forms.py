"""What people fill in around a pitch: officers who plan it, and applicants who answer."""

from datetime import datetime
from typing import Final

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from grants.meetings.forms import AddForm, MeetingForm
from grants.web.forms import CheckboxGroupField, HouseForm, LocalInstantField, NeededAtTimes

TAKEN, MOST_MB = ("pdf", "pptx", "odp"), 15
"""Kinds of files that slides come as, and how large one may be."""
_MINUTES: Final = "Write a number of minutes from 1 to 480."
_WHY_MORE: Final = "Only where more pitch than the program’s shortlist has places for. It stays on record."


class NewPitchForm(MeetingForm):
    """When and where a pitch is, who pitches, and for how long."""

    who = CheckboxGroupField("Who pitches", [InputRequired("Choose at least one application.")], validate_choice=False)
    reason = StringField("Why more than the shortlist", [NeededAtTimes(), Length(max=500)], description=_WHY_MORE)
    minutes = IntegerField("Minutes for each", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])
    break_after = IntegerField(
        "A break after so many",
        [InputRequired("Write 0 for no break."), NumberRange(0, 99, "Write a number from 0 to 99.")],
        description="0 for no break.",
    )
    break_minutes = IntegerField("Minutes of a break", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])


class PitchAddForm(AddForm):
    """One more application on the agenda of a pitch."""

    reason = StringField("Why more than the shortlist", [NeededAtTimes(), Length(max=500)], description=_WHY_MORE)


class SeenForm(HouseForm):
    """The base of what rests on a slot's time: `seen` is the one that stood on the page."""

    seen = HiddenField()

    @property
    def time_seen(self) -> datetime | None:
        """That time; None where nothing that could be one was sent."""
        try:
            return datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class PlaceForm(SeenForm):
    """Where a slot is moved to."""

    place = SelectField("To", [InputRequired("Choose a time.")], validate_choice=False)
    word = TextAreaField("A word to the applicant", [Length(max=2000)])
    other = TextAreaField("A word to the one it changes places with", [Length(max=2000)])


class FreeTimeForm(SeenForm):
    """The time that a slot is given, where nothing else is up."""

    at = LocalInstantField("When", [InputRequired("Say when.")])
    length = IntegerField("Minutes", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])
    beyond = BooleanField("It may be on another day, or before the pitch begins")
    note = TextAreaField("A word to the applicant", [Length(max=2000)])


class StaysForm(HouseForm):
    """Why a slot keeps its time."""

    said = TextAreaField(
        "Why it stays", [InputRequired("Say why the time stays: the applicant reads it."), Length(max=2000)]
    )


class OffForm(HouseForm):
    """Why a slot is called off: asked for where the applicant knows of it, and otherwise not shown."""

    why = TextAreaField("Why", [NeededAtTimes(), Length(max=2000)])


class MoreTimeForm(HouseForm):
    """Until when one applicant's slides are taken, and why."""

    until = LocalInstantField("Until", [InputRequired("Say until when.")])
    reason = StringField(
        "Why", [InputRequired("Say why: the applicant reads it, and it stays on record."), Length(max=500)]
    )


class PresentersForm(SeenForm):
    """Who presents."""

    presenters = TextAreaField("Who presents", [Length(max=1000)], description="One name a line. The panel sees them.")


class AskForm(SeenForm):
    """Another time is needed."""

    wish = TextAreaField(
        "What keeps you from coming then?", [InputRequired("Say what keeps you from coming then."), Length(max=2000)]
    )
    unfit = TextAreaField(
        "Which times do not fit, and which would?",
        [InputRequired("Say which times do not fit, and which would."), Length(max=2000)],
    )


class DeclineForm(HouseForm):
    """The applicant does not pitch."""

    reason = TextAreaField(
        "Why do you not pitch?", [InputRequired("Say in a few words why you do not pitch."), Length(max=2000)]
    )


class SlidesForm(HouseForm):
    """One version of the slides."""

    slides = FileField("Your slides", [InputRequired("Choose a file.")])
