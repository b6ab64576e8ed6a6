"""What a reader of the outbox narrows it to."""

from wtforms import SelectField, StringField

from grants.web.forms import FilterForm, options
from grants.web.status import STATUS


class OutboxFilterForm(FilterForm):
    """Filters of the outbox; all that are filled must hold."""

    search = StringField("Person, address or subject")
    state = SelectField(
        "State", choices=options({"": "Any"} | {key: word for key, (word, _) in STATUS["message"].items()})
    )
