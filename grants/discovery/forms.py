"""What is sent about events."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from grants.discovery.wording import KINDS
from grants.programs.schema.entry import AskedAfterwards
from grants.web.forms import FilterForm, HouseForm, LocalInstantField, options


class EventFilterForm(FilterForm):
    """What the list of events is narrowed to."""

    when = SelectField("When", choices=options({"upcoming": "To come", "past": "Held", "all": "All"}))
    kind = SelectField("Kind", choices=options({"": "All kinds"} | KINDS), validate_choice=False)
    topic = SelectField("Topic", validate_choice=False)
    search = StringField("Search")


class ParticipationFilterForm(FilterForm):
    """What the list of schools is narrowed to."""

    cycle = SelectField("Cycle", validate_choice=False)
    standing = SelectField(
        "Participation",
        choices=options(
            {
                "": "All schools",
                "met": "Rule is met",
                "begun": "Came, and not enough yet",
                "came": "Came to anything",
                "unreached": "Nobody came",
            }
        ),
    )
    sector = SelectField("Sector", choices=options({"": "All", "district": "District-run", "charter": "Charter"}))
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
    host = StringField("Held by")
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


FROM_1_TO_5 = options({"1": "1 Not at all", "2": "2", "3": "3 Somewhat", "4": "4", "5": "5 Very"})


class FeedbackForm(HouseForm):
    """What someone who came says of an event; in the words that its program has for events of its kind."""

    useful = RadioField("Useful", [InputRequired("Choose 1 to 5.")], choices=FROM_1_TO_5)
    will_use = RadioField(
        "Will use",
        [InputRequired("Choose 1 to 5.")],
        choices=FROM_1_TO_5,
    )
    best = TextAreaField("Best", [Length(max=4000)])
    better = TextAreaField("Better", [Length(max=4000)])


def feedback_form(asked: AskedAfterwards, given: object = None) -> FeedbackForm:
    """The form with a program's questions as its labels."""
    form = FeedbackForm(obj=given)
    for name in AskedAfterwards.model_fields:
        form[name].label.text = getattr(asked, name)
    return form


class VisitNoteForm(HouseForm):
    """What a visitor noted at a school."""

    saw = TextAreaField("What I saw", [DataRequired("Write what you saw."), Length(max=10_000)])
    could_try = TextAreaField("What we could try", [Length(max=10_000)])
    shared = BooleanField("Share with the foundation")
