"""What is sent about events."""

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from grants.discovery.models import EVENT_KINDS
from grants.web.forms import FilterForm, HouseForm, LocalInstantField, options

KINDS = {kind: kind.replace("_", " ").capitalize() for kind in EVENT_KINDS}


class EventFilterForm(FilterForm):
    """What the list of events is narrowed to."""

    when = SelectField("When", choices=options({"upcoming": "To come", "past": "Held", "all": "All"}))
    kind = SelectField("Kind", choices=options({"": "All kinds"} | KINDS), validate_choice=False)
    topic = SelectField("Topic", validate_choice=False)
    search = StringField("Search")


class EventForm(HouseForm):
    """An event as it is planned."""

    cycle = SelectField("Cycle", [InputRequired("Choose a cycle.")])
    kind = SelectField("Kind", [InputRequired("Choose a kind of event.")], choices=options(KINDS))
    title = StringField("Title", [DataRequired("Give the event a title.")])
    topic = StringField("Topic")
    starts_at = LocalInstantField("Starts", [DataRequired("Choose when it starts.")])
    ends_at = LocalInstantField("Ends", [DataRequired("Choose when it ends.")])
    place = StringField("Place")
    host = SelectField("Held by")
    capacity = IntegerField("Places", [Optional(), NumberRange(1, 10_000, "Write a number from 1 to 10,000.")])
    description = TextAreaField("What it is about")


class CancelEventForm(HouseForm):
    """Calling an event off."""

    reason = TextAreaField("Why it is cancelled", [DataRequired("Say why, for those who planned to come.")])


class WalkInForm(HouseForm):
    """Someone at the door who had no place."""

    email = StringField("Email address", [DataRequired("Type their email address.")])
    name = StringField("Name")
    school = StringField("School")


class WordForm(HouseForm):
    """A message to those who come."""

    audience = SelectField(
        "To",
        choices=options({"places": "Who has a place", "waiting": "Who is on the waitlist", "came": "Who came"}),
    )
    subject = StringField("Subject", [DataRequired("Write a subject."), Length(max=120)])
    text = TextAreaField("Message", [DataRequired("Write the message.")])
