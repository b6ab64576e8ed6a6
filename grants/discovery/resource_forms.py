"""What is sent about the resources of a cycle."""

from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from grants.discovery.links import LONGEST
from grants.discovery.services.resources import LONGEST_SENTENCE, LONGEST_TITLE
from grants.web.examining import KINDS
from grants.web.forms import HouseForm, options

TAKEN, MOST_MB = tuple(KINDS), 20

AUDIENCE = {"everyone": "Everyone who reads the public page", "schools": "Schools, once they have signed in"}


class PlanForm(HouseForm):
    """What is said of a resource, and who may have it."""

    title = StringField("Title", [DataRequired("Give it a title."), Length(max=LONGEST_TITLE)])
    description = TextAreaField(
        "What it is good for",
        [DataRequired("Say what it is good for."), Length(max=LONGEST_SENTENCE)],
    )
    stage = SelectField("For which stage", validate_choice=False)
    topic = StringField("Topic", [Length(max=80)])
    audience = SelectField("Who may have it", [InputRequired("Choose who may have it.")], choices=options(AUDIENCE))


class HeldForm(HouseForm):
    """A file or a link."""

    file = FileField("A file")
    link = StringField("Or a link", [Length(max=LONGEST)])


class NewResourceForm(HeldForm, PlanForm):
    """Both, for a resource that is added."""
