"""Forms of the house: fields that read what people write into what we store, and what the field macros ask of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import Field, FieldList, FormField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published types
from wtforms.fields.core import UnboundField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, DateInput, DateTimeLocalInput, ListWidget

from grants.kernel.canonical import sha256_of
from grants.kernel.dates import zone_word
from grants.kernel.errors import Invalid, Problem
from grants.kernel.money import dollars, parse_dollars
from grants.web.filters import DEFAULT_ZONE

Form = TypeVar("Form", bound="HouseForm")


class Words:
    """What the library's own checks say, in the words of the house."""

    SAID: Final = {
        "Not a valid decimal value.": "Write a number, such as 61.5.",
        "Not a valid integer value.": "Write a whole number, such as 120.",
        "Not a valid choice.": "Choose one of those offered.",
        "This field is required.": "This cannot be left empty.",
        "Field cannot be longer than %(max)d characters.": "Write at most %(max)d characters.",
    }

    def gettext(self, text: str) -> str:
        return self.SAID.get(text, text)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.SAID.get(many, one if count == 1 else many)


class HouseForm(FlaskForm):  # type: ignore[misc]
    """The base of every form that writes."""

    class Meta:
        def get_translations(self, form: Any) -> Words:
            return Words()

    form_errors: list[str]

    def show(self, problem: Problem) -> None:
        """Put a refusal beside the fields it names, the rest above the form. What was typed stays."""
        unplaced = [] if isinstance(problem, Invalid) and problem.errors else [problem.sentence]
        for name, sentence in (problem.errors if isinstance(problem, Invalid) else {}).items():
            field = self._fields.get(name)
            if field is None:
                unplaced.append(sentence)
            else:
                field.errors = [*field.errors, sentence]
        self.form_errors = [*self.form_errors, *unplaced]


class NeededAtTimes:
    """Of a field that is needed in cases which the service knows, and refuses: no page calls it optional."""

    field_flags: Final[Mapping[str, bool]] = {"conditional": True}

    def __call__(self, form: Any, field: Field) -> None:
        """Anything passes here, nothing too."""


class PreviewedForm(HouseForm):
    """The base of forms whose words go out only as they were looked at.

    previewed   the fingerprint of what was looked at last
    """

    previewed = HiddenField()

    def keep_preview(self, *facts: object) -> None:
        """Note what the page shows as it will read."""
        self.previewed.data = sha256_of(facts)

    def was_previewed(self, *facts: object) -> bool:
        """Whether it is what was looked at."""
        return bool(self.previewed.data == sha256_of(facts))


class FilterForm(FlaskForm):  # type: ignore[misc]
    """The base of every form that only asks: read from the query, so that a view of a list is its URL."""

    class Meta:
        csrf = False

    def __init__(self, **given: Any) -> None:
        super().__init__(request.args, **given)

    @property
    def is_set(self) -> bool:
        """Whether any filter is in force."""
        return any(request.args.get(field.name) for field in self)

    def said(self, hidden: Mapping[str, Mapping[str, str]] | None = None) -> list[tuple[str, str]]:
        """What is asked, in words: the label and the value of each filter in force.

        hidden   name of a hidden field -> the words of its values
        """
        words = {name: dict(values) for name, values in (hidden or {}).items()}
        for one in self:
            if isinstance(one, SelectField):
                words[one.name] = {str(value): str(label) for value, label, *_ in one.iter_choices()}
        asked = [(one, str(one.data)) for one in self if one.data]
        return [(one.label.text, words.get(one.name, {}).get(value, value)) for one, value in asked]


def options(words: Mapping[str, str]) -> list[SelectChoice]:
    """Choices of a select, of radio buttons or of boxes: value to what people read, in order."""
    return [SelectChoice(value, label) for value, label in words.items()]


class CheckboxGroupField(SelectMultipleField):
    """Several of a few choices, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MoneyField(StringField):
    """A dollar amount as people write it; its data is whole cents, or None when left empty."""

    data: int | None  # type: ignore[assignment]

    def __init__(self, *args: Any, least: int = 0, most: int | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.least, self.most = least, most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else dollars(self.data).replace("$", "")

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = parse_dollars(text) if text else None

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and self.data < self.least:
            raise StopValidation(f"Write an amount of at least {dollars(self.least)}.")
        if self.data is not None and self.most is not None and self.data > self.most:
            raise StopValidation(f"Write an amount of at most {dollars(self.most)}.")


class LocalDateField(StringField):
    """A calendar date; its data is a date, or None when left empty."""

    widget = DateInput()
    data: date | None  # type: ignore[assignment]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = _date(text) if text else None


class LocalInstantField(StringField):
    """A date and time of day in `zone`; its data is an aware instant in UTC, or None when left empty.

    A time that the clocks skip is refused; of one they show twice, the first is meant.
    """

    widget = DateTimeLocalInput()
    data: datetime | None  # type: ignore[assignment]

    def __init__(self, *args: Any, zone: str = DEFAULT_ZONE, **given: Any) -> None:
        super().__init__(*args, **given)
        self.zone = ZoneInfo(zone)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        self.data = _instant(text, self.zone) if text else None


def in_zone(form: type[Form], zone: str) -> type[Form]:
    """The same form with its instants read and written in a cycle's time zone, which they name."""
    named = {"description": f"{zone_word(zone)} time."}
    instants = {
        name: LocalInstantField(*field.args, **{**named, **field.kwargs, "zone": zone})
        for part in reversed(form.__mro__)
        for name, field in vars(part).items()
        if isinstance(field, UnboundField) and field.field_class is LocalInstantField
    }
    return type(form.__name__, (form,), instants)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"“{text}” is not a date. Write year, month and day, such as 2016-03-20.") from None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or len(text) <= 10:
        raise ValueError(f"“{text}” is not a date and time. Write it such as 2016-03-20 17:00.")
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValueError(f"On {local:%Y-%m-%d} the clocks skip {local:%H:%M}. Choose a time before or after it.")
    return moment


# ── what the macros ask ──────────────────────────────────────────────────────────────────────────────────────────────


def sentences(field: Field) -> str:
    """A field's errors as running text."""
    return " ".join(str(error) for error in field.errors)


def is_group(field: Field) -> bool:
    """Whether a field is a group of boxes or buttons, which needs a fieldset instead of a label."""
    return field.type in {"RadioField", "CheckboxGroupField"}


def errors_of(form: Any) -> list[tuple[str, str]]:
    """Every error of a form as (id of the control to go to, sentence), in the order of the page. What is wrong with
    the answer to a question is said with the question, since several may be wrong in the same words."""
    whole_form = [("", str(error)) for error in form.form_errors]
    return whole_form + [wrong for field in form for wrong in _errors_in(field)]


def _errors_in(field: Field) -> Iterator[tuple[str, str]]:
    if isinstance(field, FormField):
        yield from errors_of(field.form)
    elif isinstance(field, FieldList):
        for entry in field:
            yield from _errors_in(entry)
        yield from ((field.id, error) for error in field.errors if isinstance(error, str))
    elif field.errors:
        # A hidden field, the CSRF token among them, has nothing to go to.
        shown = getattr(field.widget, "input_type", "") != "hidden"
        asked = f"{field.label.text} " if field.label.text.endswith("?") else ""
        yield (f"{field.id}-0" if is_group(field) else field.id) if shown else "", f"{asked}{sentences(field)}"


def control(field: Field, hint: str | None = None, limit: int | None = None) -> dict[str, object]:
    """The attributes that tie a control to its hint, its error and its word count."""
    parts = {"hint": hint or field.description, "error": field.errors, "words": limit}
    described_by = " ".join(f"{field.id}-{part}" for part, present in parts.items() if present)
    attributes: Mapping[str, object] = {
        "aria-describedby": described_by or None,
        "aria-invalid": "true" if field.errors else None,
        "data-words": limit,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def described(field: Field, hint: str | None = None) -> Markup:
    """The same for a fieldset, as text; radio buttons become one radiogroup, which may be required and wrong."""
    attributes = control(field, hint)
    attributes.pop("aria-invalid", None)
    if field.type == "RadioField":
        attributes |= {"role": "radiogroup"}
        attributes |= {"aria-required": "true"} if field.flags.required else {}
        attributes |= {"aria-invalid": "true"} if field.errors else {}
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())


def init_forms(app: Flask) -> None:
    """Let the field macros ask."""
    app.jinja_env.globals.update(
        errors_of=errors_of, sentences=sentences, is_group=is_group, control=control, described=described
    )
