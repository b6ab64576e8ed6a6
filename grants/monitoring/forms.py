"""Forms of monitoring."""

from wtforms import DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grants.monitoring.services.requirements import RATINGS
from grants.web.forms import FilterForm, HouseForm, LocalDateField, options

STATES = {
    "": "All",
    "late": "Late",
    "soon": "Due soon",
    "to_answer": "Handed in, to be read",
    "scheduled": "Scheduled",
    "returned": "Returned for changes",
    "accepted": "Accepted",
    "waived": "Waived",
}
KINDS = {
    "": "All",
    "report": "Reports",
    "check_in": "Check-ins",
    "financial_review": "Financial reviews",
    "visit": "Visits",
    "workshop": "Workshops",
    "reading": "Readings",
}


class RequirementFilterForm(FilterForm):
    """Filters of the list; all that are set must hold."""

    q = StringField("Organization")
    cycle = SelectField("Cycle", validate_choice=False)
    kind = SelectField("Kind", choices=options(KINDS), validate_choice=False)
    state = SelectField("State", choices=options(STATES), validate_choice=False)


class AccountForm(HouseForm):
    """What the school writes."""

    account = TextAreaField(
        "What you want to tell us", [InputRequired("Write what there is to tell."), Length(max=20_000)]
    )


class AnswerForm(HouseForm):
    """A note with an acceptance, which may stay empty."""

    note = TextAreaField("Note to the school", [Length(max=2000)])


class ReasonForm(HouseForm):
    """Why something is returned or waived."""

    reason = TextAreaField("Why", [InputRequired("Say why, in a sentence."), Length(max=2000)])


class CheckInForm(HouseForm):
    """What a check-in came to."""

    held_on = LocalDateField("Held on", [InputRequired("Choose the day.")])
    attended = StringField("Who was there", [InputRequired("Say who was there."), Length(max=500)])
    notes = TextAreaField("What was said", [InputRequired("Write down what was said."), Length(max=20_000)])
    rating = RadioField("How the grant stands", [InputRequired("Choose one of the three.")], choices=options(RATINGS))


class ReadingForm(HouseForm):
    """One indicator's value."""

    value = DecimalField("Value", [InputRequired("Write the value.")])
    note = StringField("Note", [Length(max=500)])
