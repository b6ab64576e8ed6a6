"""What officers fill in: a definition file, a new cycle, a stage's dates."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf.file import FileField
from wtforms import BooleanField, FormField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from grants.programs.dates import StageDates, closing
from grants.programs.schema import Definition
from grants.programs.yaml_reading import MOST_BYTES
from grants.web.forms import HouseForm, LocalDateField, LocalInstantField, in_zone


class DefinitionForm(HouseForm):
    """A definition, as a file or as text; a file wins over what stands in the text."""

    file = FileField("A definition file", description="YAML, such as the files of the library.")
    text = TextAreaField("Or the definition itself")

    def content(self) -> tuple[str | bytes, str]:
        """The definition and the name it goes by in messages."""
        if self.file.data:
            return self.file.data.read(MOST_BYTES + 1), self.file.data.filename or "definition.yaml"
        return self.text.data or "", "definition.yaml"

    def validate_text(self, field: TextAreaField) -> None:
        if not self.file.data and not (field.data or "").strip():
            raise ValidationError("Choose a file, or write the definition here.")


class CycleForm(HouseForm):
    """A new run of a program."""

    title = StringField("Title", [InputRequired("Write what people will call this cycle.")])
    key = StringField(
        "Short name",
        [InputRequired("Write a short name, such as oakland-2016.")],
        description="Small letters, digits and -, such as oakland-2016. It cannot be changed later.",
    )
    illustrative = BooleanField("This cycle is invented, for a demonstration or a rehearsal")


class StageDatesForm(HouseForm):
    """When one stage opens and closes."""

    opens_at = LocalInstantField("Opens", [InputRequired("Say when it opens.")])
    closes_at = LocalInstantField("Closes", [InputRequired("Say when it closes.")])
    grace_minutes = IntegerField(
        "Grace, in minutes",
        [NumberRange(0, 10_000, "Write a number of minutes, 0 or more.")],
        default=0,
        description="Published with the deadline. What arrives within it counts.",
    )
    reviews_due_on = LocalDateField("Reviews due", description="At five in the afternoon.")
    decision_on = LocalDateField("Decision")


def written_dates(form: Any, zone: ZoneInfo) -> StageDates:
    """What was written into a valid StageDatesForm, as the stage's dates."""
    due = form.reviews_due_on.data
    return StageDates(
        opens_at=form.opens_at.data,
        closes_at=form.closes_at.data,
        grace_minutes=form.grace_minutes.data,
        reviews_due_at=closing(due, zone) if due else None,
        decision_on=form.decision_on.data,
    )


def _known(dates: StageDates | None, zone: ZoneInfo) -> dict[str, Any]:
    if dates is None:
        return {}
    due = dates.reviews_due_at
    return {**vars(dates), "reviews_due_on": due.astimezone(zone).date() if due else None}


class _WithoutToken:
    csrf = False


def cycle_form(definition: Definition, suggested: Mapping[str, str], dates: Mapping[str, StageDates]) -> Any:
    """A CycleForm with the dates of every stage of a definition, filled with the usual ones."""
    # As a part of the whole form: that one brings the token against forged requests.
    fields = type("StageDates", (in_zone(StageDatesForm, definition.time_zone),), {"Meta": _WithoutToken})
    stages: dict[str, object] = {key: FormField(fields, stage.title) for key, stage in definition.stages.items()}
    known = {key: _known(dates.get(key), definition.zone) for key in definition.stages}
    return type("CycleForm", (CycleForm,), {f"stage_{key}": field for key, field in stages.items()})(
        data={**suggested, **{f"stage_{key}": values for key, values in known.items()}}
    )


def dates_form(zone: str, dates: StageDates) -> Any:
    """The form of one stage's dates, filled with those it has."""
    return in_zone(StageDatesForm, zone)(data=_known(dates, ZoneInfo(zone)))
