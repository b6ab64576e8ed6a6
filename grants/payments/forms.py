"""Forms of payments and funds."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from grants.persistence.base import new_public_id
from grants.web.forms import FilterForm, HouseForm, LocalDateField, MoneyField, options
from grants.web.status import words_of

STATES = {
    "": "All",
    **words_of("installment", "due", "requested", "approved", "planned", "held", "paid", "returned", "cancelled"),
}
KINDS = {
    "": "All",
    "receipt": "Received",
    "commit": "Committed",
    "obligate": "Obligated",
    "pay": "Paid",
    "return": "Returned",
    "release": "Released",
}


class InstallmentFilterForm(FilterForm):
    """Filters of the list of payments; all that are set must hold."""

    q = StringField("Organization")
    cycle = SelectField("Cycle", validate_choice=False)
    state = SelectField("State", choices=options(STATES), validate_choice=False)


class LedgerFilterForm(FilterForm):
    """Filters of the ledger."""

    fund = SelectField("Fund", validate_choice=False)
    kind = SelectField("What", choices=options(KINDS), validate_choice=False)


class MoveForm(HouseForm):
    """A button, and nothing to fill in."""


class ReasonForm(HouseForm):
    """Why a payment is refused, put on hold, returned or cancelled."""

    reason = StringField("Why", [InputRequired("Say why, in a sentence."), Length(max=500)])


class PaidForm(HouseForm):
    """What the bank says about a payment."""

    bank_reference = StringField("The bank's reference", [InputRequired("Write the bank's reference."), Length(max=60)])
    paid_on = LocalDateField("Paid on", [InputRequired("Choose the day.")])


class OpenFundForm(HouseForm):
    """A fund that a program names, and the money it begins with."""

    fund = SelectField("Fund", [InputRequired("Choose a fund.")])
    amount = MoneyField("Money it holds", [InputRequired("Write the amount.")], least=1)


class ReceiveForm(HouseForm):
    """Money that came in; `operation` is the page's own, so that sending the form twice is receiving once."""

    fund = SelectField("Fund", [InputRequired("Choose a fund.")])
    amount = MoneyField("Amount received", [InputRequired("Write the amount.")], least=1)
    memo = StringField("From whom, with what reference", [InputRequired("Say where it came from."), Length(max=200)])
    operation = HiddenField(default=new_public_id, validators=[InputRequired(), Length(min=20, max=20)])
