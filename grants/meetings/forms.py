"""What people fill in around a meeting."""

from typing import Any, Final

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from grants.meetings.ballots import MAJORITIES, Ballot
from grants.meetings.models import Meeting
from grants.meetings.queries import Agenda, lengths_seen
from grants.web.forms import HouseForm, LocalDateField, LocalInstantField, in_zone, options

BALLOTS: Final = {Ballot.OPEN: "Open: the minutes say who voted what", Ballot.SECRET: "Secret: nobody can know"}
WHICH: Final = {
    "all": "Every application under review",
    "doubtful": "Those in doubt: it is not clear on which side of the last award they stand",
    "none": "None yet: I put them on the agenda by hand",
}
_LENGTH: Final = "minutes_"
_MINUTES = "Write a number of minutes from 1 to 480."


class MeetingForm(HouseForm):
    """When and where a meeting is, who leads it, and how it votes."""

    title = StringField("Name", [InputRequired("Give the meeting a name."), Length(max=80)])
    starts_at = LocalInstantField("Begins", [InputRequired("Say when it begins.")])
    place = StringField("Place", [Length(max=200)])
    link = StringField("Link to join from afar", [Length(max=500)], description="Such as https://meet.example/room.")
    chair = SelectField("Chair", [InputRequired("Choose who leads it.")], validate_choice=False)
    quorum = IntegerField(
        "Quorum",
        [InputRequired("Write a number."), NumberRange(1, 99, "Write a number from 1 to 99.")],
        description="Members of the panel who have to be in the room when votes are counted. "
        "Who is out for a conflict of interest does not count.",
    )
    ballot = RadioField(
        "Votes are, unless said otherwise", [InputRequired()], choices=options({str(k): v for k, v in BALLOTS.items()})
    )
    majority = RadioField(
        "A motion is carried by",
        [InputRequired()],
        choices=options({str(key): words.capitalize() for key, words in MAJORITIES.items()}),
    )


class NewMeetingForm(MeetingForm):
    """The same, and what its agenda begins with."""

    which = RadioField("Applications", [InputRequired()], choices=options(WHICH))
    minutes = IntegerField("Minutes for each", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])
    break_after = IntegerField(
        "A break after so many applications",
        [InputRequired("Write 0 for no break."), NumberRange(0, 99, "Write a number from 0 to 99.")],
        description="0 for no break.",
    )
    break_minutes = IntegerField("Minutes of a break", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])


def meeting_form(kind: type[MeetingForm], zone: str, chairs: dict[str, str], **given: Any) -> MeetingForm:
    """A form in the cycle's time zone, with the people who may chair.

    chairs   public id -> name
    """
    form = in_zone(kind, zone)(**given)
    form.chair.choices = options({"": "Choose", **chairs})
    return form


def values_of(meeting: Meeting) -> dict[str, Any]:
    """What stands in the form of a meeting that is there."""
    return {
        "title": meeting.title,
        "starts_at": meeting.starts_at,
        "place": meeting.place,
        "link": meeting.link,
        "chair": meeting.chair.public_id,
        "quorum": meeting.quorum,
        "ballot": meeting.ballot,
        "majority": meeting.majority,
    }


class AddForm(HouseForm):
    """One more application on the agenda."""

    application = StringField("Application", [InputRequired("Press Add beside the application that you mean.")])
    # A break is put on the same page, with minutes of its own.
    minutes = IntegerField(
        "Minutes", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)], id="application-minutes"
    )


class BreakForm(HouseForm):
    """A break, or something else that concerns no application."""

    title = StringField("Break, or other business", [InputRequired("Say what it is."), Length(max=80)])
    minutes = IntegerField("Minutes", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)])


class LengthsForm(HouseForm):
    """How long the lines of an agenda are, each in a field of its own; `seen` names what stood on the page."""

    seen = HiddenField()

    @property
    def minutes(self) -> dict[str, int]:
        """Public id of a line -> its minutes."""
        return {name.removeprefix(_LENGTH): one.data for name, one in self._fields.items() if name.startswith(_LENGTH)}


def lengths_form(agenda: Agenda, **given: Any) -> LengthsForm:
    """A form with a field for each line of an agenda that was not up yet."""
    fields = {
        f"{_LENGTH}{line.item.public_id}": IntegerField(
            f"Minutes of {line.title}", [InputRequired(_MINUTES), NumberRange(1, 480, _MINUTES)], default=line.minutes
        )
        for line in agenda.lines
        if line.item is not None and line.item.opened_at is None
    }
    return type("LengthsForm", (LengthsForm,), fields)(seen=lengths_seen(agenda.items), **given)  # type: ignore[no-any-return]


class OrderForm(HouseForm):
    """The order that was looked at, by its digest."""

    digest = HiddenField(validators=[InputRequired()])


class AbsenceForm(HouseForm):
    """When somebody cannot be there."""

    since = LocalInstantField("From")
    until = LocalInstantField("Until")


class NotesForm(HouseForm):
    """What the minutes say of what is up.

    version   of the notes it was drawn from
    """

    version = HiddenField(default="0")
    notes = TextAreaField("Notes for the minutes", [Length(max=20_000)])

    @property
    def based_on(self) -> int:
        """The version the save rests on; one that is no number rests on none."""
        version = self.version.data or ""
        return int(version) if version.isdecimal() and len(version) < 10 else -1


class MotionForm(HouseForm):
    """What is moved, and how it is voted on."""

    text = StringField(
        "Motion", [InputRequired("Say what you move."), Length(max=500)], description="Such as: recommend an award."
    )
    ballot = SelectField("Vote", [InputRequired()], choices=options({"open": "Open", "secret": "Secret"}))
    majority = SelectField(
        "Carried by",
        [InputRequired()],
        choices=options({str(key): words.capitalize() for key, words in MAJORITIES.items()}),
    )


class ActionForm(HouseForm):
    """What somebody will do."""

    what = StringField("To be done", [InputRequired("Say what is to be done."), Length(max=500)])
    owner = SelectField("By whom", [InputRequired("Choose who does it.")], validate_choice=False)
    due_on = LocalDateField("By when")
