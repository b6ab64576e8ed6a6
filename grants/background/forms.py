"""What a reader of the jobs narrows them to."""

from wtforms import SelectField

from grants.web.forms import FilterForm, options
from grants.web.status import STATUS


class JobFilterForm(FilterForm):
    """Filters of the list; both that are set must hold."""

    state = SelectField(
        "State",
        choices=options({"": "Any"} | {key: word for key, (word, _) in STATUS["job"].items()}),
        validate_choice=False,
    )
    work = SelectField("Work", validate_choice=False)
