"""What the public page asks: a code, or a PDF to compare."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField
from wtforms.validators import InputRequired

from grants.documents.codes import plain_code
from grants.web.forms import HouseForm


class CodeForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A code as it is printed; it only asks, so it carries no token."""

    class Meta:
        csrf = False

    code = StringField(
        "Code",
        description="As it stands at the end of the document, such as K7M3-X9Q2-4TZA-HW8P.",
        validators=[InputRequired("Type the code.")],
        filters=[lambda typed: plain_code(typed or "")],
    )


class CompareForm(HouseForm):
    """A file somebody was given."""

    file = FileField("Your file", validators=[InputRequired("Choose the PDF you were given.")])
