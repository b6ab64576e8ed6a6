"""What people write becomes what we store; what cannot be read is said in words and kept."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import InputRequired

from grants.kernel.errors import Clash, Invalid
from grants.web.forms import HouseForm, LocalDateField, LocalInstantField, MoneyField, control, errors_of


class Grant(HouseForm):
    """Fields of every kind that is ours."""

    class Meta:
        csrf = False

    name = StringField("Name", [InputRequired("Write a name.")])
    asked = MoneyField("Asked", least=1_000_00, most=100_000_00)
    starts_on = LocalDateField("Starts")
    closes_at = LocalInstantField("Closes")


def filled(gallery: Flask, **fields: str) -> Grant:
    with gallery.test_request_context(method="POST"):
        form = Grant(MultiDict({"name": "Lodestar", **fields}))
        form.validate()
        return form


@pytest.mark.parametrize(("text", "cents"), [("60000", 6_000_000), (" $60,000.50 ", 6_000_050), ("", None)])
def test_money_is_read_into_cents(gallery: Flask, text: str, cents: int | None) -> None:
    form = filled(gallery, asked=text)
    assert (form.asked.data, form.errors) == (cents, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("sixty", "“sixty” is not an amount. Write dollars, such as 60,000 or 60,000.50."),
        ("-5", "“-5” is not an amount. Write dollars, such as 60,000 or 60,000.50."),
        ("60.000,50", "“60.000,50” is not an amount. Write dollars, such as 60,000 or 60,000.50."),
        ("999", "Write an amount of at least $1,000."),
        ("100000.01", "Write an amount of at most $100,000."),
    ],
)
def test_an_amount_that_cannot_be_is_refused_and_kept(gallery: Flask, text: str, sentence: str) -> None:
    form = filled(gallery, asked=text)
    assert form.errors == {"asked": [sentence]}
    assert f'value="{text}"' in form.asked()


def test_an_amount_is_shown_as_people_write_it(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert 'value="60,000"' in Grant(asked=6_000_000).asked()


def test_a_date_is_read(gallery: Flask) -> None:
    assert filled(gallery, starts_on="2016-03-20").starts_on.data == date(2016, 3, 20)
    assert filled(gallery, starts_on="").starts_on.data is None


@pytest.mark.parametrize("text", ["20/03/2016", "2016-02-30", "soon"])
def test_what_is_no_date_is_refused_and_kept(gallery: Flask, text: str) -> None:
    form = filled(gallery, starts_on=text)
    assert form.errors == {"starts_on": [f"“{text}” is not a date. Write year, month and day, such as 2016-03-20."]}
    assert f'value="{text}"' in form.starts_on()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2016-03-20T17:00", datetime(2016, 3, 21, 0, 0, tzinfo=UTC)),
        ("2016-01-31T17:00", datetime(2016, 2, 1, 1, 0, tzinfo=UTC)),
        ("2016-11-06T01:30", datetime(2016, 11, 6, 8, 30, tzinfo=UTC)),  # shown twice that night: the first
        ("", None),
    ],
)
def test_a_local_time_is_read_into_utc(gallery: Flask, text: str, instant: datetime | None) -> None:
    form = filled(gallery, closes_at=text)
    assert (form.closes_at.data, form.errors) == (instant, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2016-03-13T02:30", "On 2016-03-13 the clocks skip 02:30. Choose a time before or after it."),
        ("2016-03-13", "“2016-03-13” is not a date and time. Write it such as 2016-03-20 17:00."),
        ("2016-03-13T05:00Z", "“2016-03-13T05:00Z” is not a date and time. Write it such as 2016-03-20 17:00."),
        ("noon", "“noon” is not a date and time. Write it such as 2016-03-20 17:00."),
    ],
)
def test_a_time_that_is_not_is_refused_and_kept(gallery: Flask, text: str, sentence: str) -> None:
    form = filled(gallery, closes_at=text)
    assert form.errors == {"closes_at": [sentence]}
    assert f'value="{text}"' in form.closes_at()


def test_an_instant_is_shown_in_its_zone(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert 'value="2016-03-20T17:00"' in Grant(closes_at=datetime(2016, 3, 21, 0, 0, tzinfo=UTC)).closes_at()


def test_a_refusal_stands_beside_the_field_it_names(gallery: Flask) -> None:
    form = filled(gallery)
    form.show(Invalid("Two things.", {"asked": "The pool is empty.", "elsewhere": "Nobody may sign."}))
    assert errors_of(form) == [("", "Nobody may sign."), ("asked", "The pool is empty.")]


def test_a_refusal_without_a_field_stands_above_the_form(gallery: Flask) -> None:
    form = filled(gallery)
    form.show(Clash("Dana was first."))
    assert errors_of(form) == [("", "Dana was first.")]


def test_a_control_names_its_hint_its_error_and_its_count(gallery: Flask) -> None:
    wrong = filled(gallery, asked="much")
    assert control(wrong.asked, "Up to $100,000.", 300) == {
        "aria-describedby": "asked-hint asked-error asked-words",
        "aria-invalid": "true",
        "data-words": 300,
    }
    assert control(wrong.name) == {}
