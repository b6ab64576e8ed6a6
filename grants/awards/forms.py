"""Forms of awards."""

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grants.web.forms import FilterForm, HouseForm, LocalDateField, options
from grants.web.status import status_of, words_of

STATES = {
    "": "All",
    **words_of("award", "offered", "accepted"),
    "to_countersign": status_of("agreement", "signed").word,
    **words_of("award", "active", "declined"),
}


class AwardFilterForm(FilterForm):
    """Filters of the list; all that are set must hold."""

    q = StringField("Organization")
    cycle = SelectField("Cycle", validate_choice=False)
    state = SelectField("State", choices=options(STATES), validate_choice=False)


class AcceptForm(HouseForm):
    """Nothing to fill in: the page says what is accepted."""


class DeclineForm(HouseForm):
    """Why an award is declined."""

    reason = TextAreaField(
        "Why do you decline it?",
        [InputRequired("Say why, in a sentence: it helps us with the next round."), Length(max=2000)],
    )


class ExtendForm(HouseForm):
    """More time to answer."""

    answer_by = LocalDateField("New last day to answer", [InputRequired("Choose a day.")])
    reason = StringField("Why", [InputRequired("Say why the school gets more time."), Length(max=500)])


class SignForm(HouseForm):
    """A signature by typed name and consent."""

    typed_name = StringField("Your full name", [InputRequired("Type your name."), Length(max=200)])
    consent = BooleanField("I have read the agreement, and sign it for the school with my typed name.")


class CountersignForm(HouseForm):
    """The foundation's signature."""

    typed_name = StringField("Your full name", [InputRequired("Type your name."), Length(max=200)])
