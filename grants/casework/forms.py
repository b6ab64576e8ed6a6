"""What a reader of the record narrows it to."""

from wtforms import StringField

from grants.web.forms import FilterForm, LocalDateField


class AuditFilterForm(FilterForm):
    """Filters of the record; all that are filled must hold."""

    action = StringField("Act")
    who = StringField("Who")
    since = LocalDateField("From")
    until = LocalDateField("To")
