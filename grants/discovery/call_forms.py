"""What is sent about public pages, questions and answers."""

from wtforms import BooleanField, EmailField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from grants.discovery.services.asking import LONGEST
from grants.web.forms import FilterForm, HouseForm, LocalInstantField, PreviewedForm, options
from grants.web.status import words_of

LISTED = {
    "listed": "Everyone: it is on the public list",
    "unlisted": "Whoever has its address",
    "hidden": "Nobody but the foundation’s staff",
}


class CallForm(HouseForm):
    """What a cycle's public page shows, and whom to ask."""

    listing = SelectField("Who may read it", [InputRequired("Choose who may read the page.")], choices=options(LISTED))
    introduction = TextAreaField("Introduction", [Length(max=4000)])
    contact_name = StringField("Whom to ask", [Length(max=120)])
    contact_email = EmailField("Their email address", [Length(max=254)])
    contact_phone = StringField("Their telephone", [Length(max=40)])
    questions_until = LocalInstantField("Questions are taken until")
    answer_days = IntegerField(
        "Days within which you answer",
        [InputRequired("Write a number from 1 to 60."), NumberRange(1, 60, "Write a number from 1 to 60.")],
    )
    shows_criteria = BooleanField("The criteria, with their weights and levels")
    shows_form = BooleanField("The questions of the application")
    shows_events = BooleanField("Events to come")


class AskForm(HouseForm):
    """A question about a cycle. `website` is no field for people: whoever fills it in is a program."""

    text = TextAreaField(
        "Your question",
        [DataRequired("Write your question."), Length(max=LONGEST, message=f"Write at most {LONGEST:,} signs.")],
    )
    stage = SelectField("What it is about", validate_choice=False)
    organization = SelectField("For which organization", validate_choice=False)
    website = StringField("Leave this empty")


class VisitorAskForm(AskForm):
    """The same, of somebody without an account."""

    name = StringField("Your name", [DataRequired("Write your name."), Length(max=120)])
    email = EmailField(
        "Your address",
        [
            DataRequired("Write the address at which you want the answer."),
            Length(max=254),
        ],
    )


class SearchForm(FilterForm):
    """A search among what a cycle’s public page shows."""

    search = StringField("Search")


class QuestionFilterForm(FilterForm):
    """What the staff's list of questions is narrowed to."""

    state = SelectField(
        "State", choices=options({"": "All", "overdue": "Overdue"} | words_of("question")), validate_choice=False
    )
    cycle = SelectField("Cycle", validate_choice=False)
    search = StringField("Search")


class ReplyForm(PreviewedForm):
    """An answer, and the words in which everybody reads the question."""

    said = TextAreaField("Your answer", [DataRequired("Write the answer."), Length(max=8000)])
    asked = TextAreaField("The question, as everybody reads it", [Length(max=LONGEST)])
    topic = StringField("Under which heading", [Length(max=80)])
    because = StringField("Why it is corrected", [Length(max=400)])
