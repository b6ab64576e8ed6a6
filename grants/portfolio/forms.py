"""How lists of cases are narrowed, and what staff write on a case."""

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from grants.web.forms import FilterForm, HouseForm, LocalDateField, options


class CaseFilterForm(FilterForm):
    """The filters of the list of cases."""

    q = StringField("Name, NCES or CDS number")
    cycle = SelectField("Cycle", choices=[])
    stage = SelectField("Reached", choices=[])
    sector = SelectField("Run by", choices=options({"": "Any", "district": "District", "charter": "Charter"}))
    officer = SelectField("Officer", choices=[])


class OfficerForm(HouseForm):
    """Who looks after a case from now on."""

    officer = SelectField("Program officer", [InputRequired("Choose who looks after the case.")], choices=[])


class NoteForm(HouseForm):
    """A note that only staff read."""

    body = TextAreaField("Note", [InputRequired("Write the note."), Length(max=5000)])


class TaskForm(HouseForm):
    """Something the writer will do about a case."""

    title = StringField("What is to be done", [InputRequired("Say what is to be done."), Length(max=200)])
    due_on = LocalDateField("By when")
