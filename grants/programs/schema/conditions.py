"""Conditions as small structured forms, never code: all, any, not, and one comparison on one answer."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from grants.kernel.money import parse_dollars
from grants.programs.schema.base import Key, OneOrMore, Part
from grants.programs.schema.values import Flag

Plain = str | int | bool


def _plain(value: Any) -> Plain:
    """A value to compare with, kept as it was written; fractions and dates as text, so that they read back the same."""
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal | date):
        return str(value)
    raise ValueError("a condition compares with a text, a number, a date, yes or no")


def quantity(value: object) -> Decimal | date | None:
    """What can be ordered: a number, an amount (as cents) or a date; None for anything else.

    >>> quantity("$5"), quantity("12.5"), quantity("blue")
    (Decimal('500'), Decimal('12.5'), None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, date | Decimal):
        return value
    text = str(value).strip()
    try:
        if text.startswith("$"):
            return Decimal(parse_dollars(text))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(text) if re.fullmatch(r"[-+]?\d{1,20}(\.\d{1,10})?", text) else None


def _bound(value: Any) -> Plain:
    plain = _plain(value)
    if quantity(plain) is None:
        raise ValueError(f"“{plain}” is not a number, an amount or a date")
    return plain


_ANY_PLAIN = {"type": ["string", "number", "boolean"]}
Comparable = Annotated[Plain, BeforeValidator(_plain), WithJsonSchema(_ANY_PLAIN)]
Bound = Annotated[Plain, BeforeValidator(_bound), WithJsonSchema({"type": ["string", "number"]})]


class Condition(Part):
    """One of `all`, `any`, `not`, or a `field` with what its answer must be."""

    all: tuple["Condition", ...] | None = Field(None, min_length=1, description="Every one of these holds.")
    any: tuple["Condition", ...] | None = Field(None, min_length=1, description="At least one of these holds.")
    not_: "Condition | None" = Field(None, alias="not", description="This does not hold.")
    field: Key | None = Field(None, description="The key of the question whose answer is looked at.")
    equals: Comparable | None = Field(None, description="The answer is this; for several choices, is among them.")
    one_of: OneOrMore[Comparable] = Field((), description="The answer is one of these.")
    at_least: Bound | None = Field(None, description="The answer is this or more.")
    at_most: Bound | None = Field(None, description="The answer is this or less.")
    answered: Flag | None = Field(None, description="Whether there is an answer at all.")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        forms = [self.all, self.any, self.not_, self.field]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("a condition is exactly one of all, any, not, or a field with what its answer must be")
        if (self.field is not None) != self._compares():
            raise ValueError("a condition names a field together with equals, one_of, at_least, at_most or answered")
        return self

    def _compares(self) -> bool:
        given = (self.equals, self.at_least, self.at_most, self.answered)
        return bool(self.one_of) or any_given(given)

    def fields(self) -> frozenset[str]:
        """Keys of all questions it looks at."""
        inner = [*(self.all or ()), *(self.any or ()), *([self.not_] if self.not_ else [])]
        return frozenset({self.field} if self.field else ()).union(*(part.fields() for part in inner))


def any_given(values: tuple[object, ...]) -> bool:
    """Whether any of the values is not None."""
    return any(value is not None for value in values)


def evaluate(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """Whether a condition holds for the answers of one form.

    answers  field key -> answer; a money answer is whole cents, a choice of several a list of option keys.
             A missing answer, None, "" and [] all mean "not answered", of which only `answered: no` and `not` hold.
    """
    if condition.all is not None:
        return all(evaluate(part, answers) for part in condition.all)
    if condition.any is not None:
        return any(evaluate(part, answers) for part in condition.any)
    if condition.not_ is not None:
        return not evaluate(condition.not_, answers)
    return _compare(condition, answers.get(condition.field or ""))


def _compare(condition: Condition, answer: Any) -> bool:
    answered = answer not in (None, "", [], (), {})
    if condition.answered is not None and answered != condition.answered:
        return False
    if not answered:
        return condition.answered is False
    if condition.equals is not None and not _is(answer, condition.equals):
        return False
    if condition.one_of and not any(_is(answer, value) for value in condition.one_of):
        return False
    return _within(answer, condition.at_least, condition.at_most)


def _is(answer: Any, value: Plain) -> bool:
    if isinstance(answer, list | tuple):
        return any(_is(item, value) for item in answer)
    if isinstance(answer, bool) or isinstance(value, bool):
        return _yes_or_no(answer) is _yes_or_no(value)
    if str(answer) == str(value):
        return True
    measured = quantity(answer)
    return measured is not None and measured == quantity(value)


def _yes_or_no(value: Any) -> bool | None:
    return {"yes": True, "true": True, "no": False, "false": False}.get(str(value).lower())


def _within(answer: Any, at_least: Plain | None, at_most: Plain | None) -> bool:
    measured = quantity(answer)
    for bound, sign in ((at_least, 1), (at_most, -1)):
        if bound is None:
            continue
        limit = quantity(bound)
        if isinstance(measured, Decimal) and isinstance(limit, Decimal):
            if (measured - limit) * sign < 0:
                return False
        elif isinstance(measured, date) and isinstance(limit, date):
            if (measured - limit).days * sign < 0:
                return False
        else:
            return False
    return True
