"""Forms of monitoring."""

from decimal import Decimal

from wtforms import DecimalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from grants.monitoring.models import IndicatorReading
from grants.monitoring.services.indicators import shown
from grants.web.forms import FilterForm, HouseForm, LocalDateField, options
from grants.web.status import words_of

STATES = {
    "": "All",
    "soon": "Due soon",
    **words_of("requirement", "late", "submitted", "scheduled", "returned", "accepted", "waived"),
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
    rating = RadioField(
        "How the grant stands", [InputRequired("Choose one of the three.")], choices=options(words_of("grant_health"))
    )


class ReadingForm(HouseForm):
    """One indicator's values in one year: of all students, and of each group that is known."""

    value = DecimalField("All students", [InputRequired("Write the value of all students.")], places=None)
    note = StringField("Note", [Length(max=500)])

    def groups(self, reading: IndicatorReading) -> dict[str, dict[str, Decimal]]:
        """Subgroup -> group -> value, of those that were entered."""
        given: dict[str, dict[str, Decimal]] = {}
        for one in reading.by_group:
            if (value := self[one.place].data) is not None:
                given.setdefault(one.key, {})[one.group] = value
        return given


def reading_form(reading: IndicatorReading) -> ReadingForm:
    """The form of a reading, with a control for each group that the program names."""
    controls = {
        one.place: DecimalField(one.group, [Optional()], default=one.value, places=None) for one in reading.by_group
    }
    form: type[ReadingForm] = type("GroupsForm", (ReadingForm,), controls)
    value = None if reading.value is None else Decimal(shown(reading.value))
    return form(value=value, note=reading.note)
