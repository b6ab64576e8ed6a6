"""What people write about a slate."""

from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from grants.web.forms import FilterForm, HouseForm, LocalDateField, MoneyField, options

OUTCOMES = {"award": "Award", "waitlist": "Waitlist", "decline": "Not awarded"}


LINES = {
    "": "All lines",
    **OUTCOMES,
    "changed": "Changed by hand",
    "failed": "Essential criterion failed",
}


class LineFilterForm(FilterForm):
    """What a slate's lines are narrowed to."""

    q = StringField("School")
    only = SelectField("Show", choices=options(LINES), validate_choice=False)


class NewSlateForm(HouseForm):
    """A new scenario of one stage."""

    title = StringField("Name of this scenario", [Length(max=80)])


class LineForm(HouseForm):
    """One line changed by hand."""

    outcome = RadioField("Outcome", [InputRequired("Choose an outcome.")], choices=options(OUTCOMES))
    amount = MoneyField("Amount")
    waitlist_place = IntegerField(
        "Place on the waitlist", [Optional(), NumberRange(1, 99, "Write a place from 1 to 99.")]
    )
    reason = TextAreaField("Why", [InputRequired("Say why: the reason stays with the slate."), Length(max=1000)])


class FeedbackForm(HouseForm):
    """What the applicant reads in the letter."""

    reasons = TextAreaField("What the letter tells the applicant", [Length(max=3000)])


class ApprovalForm(HouseForm):
    """The content that was on the page when it was approved."""

    content_sha256 = HiddenField(validators=[InputRequired()])


class LettersDateForm(HouseForm):
    """Another day for the letters."""

    on = LocalDateField("Day of release", [InputRequired("Choose a day.")])
