"""Forms of organizations that may be here twice."""

from typing import Final

from wtforms import RadioField, SelectField, StringField

from grants.people.services import DESCRIBED
from grants.web.forms import FilterForm, HouseForm, options

EITHER: Final = {"stays": "The one that stays", "gone": "The one that goes"}


class PairFilterForm(FilterForm):
    """Filters of the list of pairs that may be the same."""

    search = StringField("Name or city of either")
    state = SelectField("Decision", choices=options({"": "Not decided yet", "apart": "Not the same"}))


class MergeForm(HouseForm):
    """Of which of two organizations each part of the description is kept: `gone` or `stays`."""

    name = RadioField("Name", choices=options(EITHER))
    kind = RadioField("Kind", choices=options(EITHER))
    nces_id = RadioField("NCES id", choices=options(EITHER))
    cds_id = RadioField("CDS code", choices=options(EITHER))
    grades = RadioField("Grades", choices=options(EITHER))
    enrollment = RadioField("Students", choices=options(EITHER))
    low_income_share = RadioField("Low-income", choices=options(EITHER))
    address = RadioField("Address", choices=options(EITHER))
    email_domain = RadioField("Email domain", choices=options(EITHER))

    def taken(self) -> list[str]:
        """Keys of DESCRIBED in which the one that goes is kept."""
        return [key for key in DESCRIBED if self[key].data == "gone"]


class SearchForm(FilterForm):
    """A search in a list."""

    search = StringField("Name, city or identifier")
