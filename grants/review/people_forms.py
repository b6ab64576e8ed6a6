"""What is filled in on the way onto a panel: asking, answering, the profile, ties to organizations."""

from collections.abc import Sequence
from datetime import date

from wtforms import EmailField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from grants.kernel.errors import Problem
from grants.people.account_forms import NewPasswordForm
from grants.review.models import PanelMember, ReviewerProfile
from grants.review.queries import profile_facts, profile_print
from grants.review.reviewers import GRADE_BANDS, RELATIONS
from grants.web.filters import day
from grants.web.forms import CheckboxGroupField, HouseForm, LocalDateField, PreviewedForm, options

_COUNT = NumberRange(1, 1000, "Write a number from 1 to 1,000, or leave it empty.")


class InviteForm(HouseForm):
    """Somebody who is asked to join the panel."""

    email = EmailField(
        "Email address",
        [InputRequired("Write the address."), Email("This is not an email address.")],
        description="The invitation goes there.",
    )
    name = StringField("Name", [Length(max=120)], description="For someone who has no account here yet.")
    expertise = StringField("Expertise", [Length(max=200)], description="Words with commas, such as high, charter.")
    load_cap = IntegerField("About how many to read", [Optional(), _COUNT])


class InviteSeveralForm(PreviewedForm):
    """Several at once, looked at before anybody is asked."""

    people = TextAreaField(
        "One person on a line",
        [InputRequired("Write at least one line."), Length(max=40_000)],
        description="Name and address, then words of expertise if you like: "
        "Erin Expert <erin@university.example>, high, charter",
    )
    load_cap = IntegerField("About how many each reads", [Optional(), _COUNT])


class JoinForm(NewPasswordForm):
    """The yes of somebody who has no account: it makes one."""

    name = StringField("Your name", [InputRequired("Write your name."), Length(max=120)])


class DeclineForm(HouseForm):
    """The no of somebody who is asked."""

    reason = TextAreaField("Why, in a few words", [Length(max=500)], description="It helps to find somebody else.")


class ProfileForm(HouseForm):
    """What a reviewer says of themself.

    seen     the fingerprint of what stood when the form was drawn
    stands   label and words of what stands by now, where it was changed meanwhile; sent again, the form replaces it
    """

    seen = HiddenField()
    stands: Sequence[tuple[str, str]] = ()

    expertise = StringField(
        "What do you know well?",
        [Length(max=400)],
        description="Words with commas, such as assessment, charter, special education.",
    )
    grade_bands = CheckboxGroupField("Which grades do you know?", choices=options(dict(GRADE_BANDS)))
    most = IntegerField("The most applications you take on one panel", [Optional(), _COUNT])
    away_from = LocalDateField("Away from this day")
    away_until = LocalDateField("Back after this day")

    def fill(self, profile: ReviewerProfile | None) -> "ProfileForm":
        """The same form with what is known, unless it was sent."""
        if not self.is_submitted():
            self.seen.data = profile_print(profile)
        if profile is not None and not self.is_submitted():
            self.expertise.data, self.grade_bands.data = profile.expertise, list(profile.grade_bands)
            self.most.data = profile.most
            self.away_from.data, self.away_until.data = profile.away_from, profile.away_until
        return self

    def of_another(self) -> "ProfileForm":
        """The same form for who corrects what somebody else says."""
        self.expertise.label.text, self.grade_bands.label.text = "What they know well", "Grades they know"
        self.most.label.text = "The most applications they take on one panel"
        return self

    def show_beside(self, profile: ReviewerProfile | None) -> None:
        """Keep what was typed, and show what stands by now beside it."""
        self.seen.data, self.stands = profile_print(profile), self.said_of(profile)

    def said_of(self, profile: ReviewerProfile | None) -> Sequence[tuple[str, str]]:
        """Label and words of what is kept, for who reads it."""
        said = profile_facts(profile)
        return [
            (self.expertise.label.text, said["expertise"] or "–"),
            (self.grade_bands.label.text, ", ".join(GRADE_BANDS[one] for one in said["grades"]) or "–"),
            (self.most.label.text, str(said["most"] or "–")),
            (self.away_from.label.text, day(said["away from"]) or "–"),
            (self.away_until.label.text, day(said["away until"]) or "–"),
        ]


class AffiliationForm(HouseForm):
    """One organization that a reviewer is tied to."""

    name = StringField(
        "Organization",
        [InputRequired("Write the name of the organization."), Length(max=200)],
        description="Begin to type; those that are known here are suggested. Others you write as they are called.",
    )
    relation = SelectField(
        "How are you tied to it?",
        [InputRequired("Choose how you are tied to it.")],
        choices=options({"": "Choose", **RELATIONS}),
    )
    ended = IntegerField(
        "Until which year?",
        [Optional(), NumberRange(1900, 2200, "Write a year, such as 2014.")],
        description="For what is over.",
    )

    @property
    def is_written(self) -> bool:
        """Whether anything is filled in."""
        return any((one.raw_data or [""])[0].strip() for one in (self.name, self.relation, self.ended))

    @property
    def ended_on(self) -> date | None:
        """The last day of the year that was written."""
        return date(self.ended.data, 12, 31) if self.ended.data else None


class LoadForm(HouseForm):
    """How many submissions a member reads on this panel."""

    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])
    load_cap = IntegerField("The most they read on this panel", [Optional(), _COUNT])

    def fill(self, member: PanelMember) -> "LoadForm":
        """The same form with what is agreed, unless it was sent."""
        if not self.is_submitted():
            self.load_cap.data = self.seen.data = member.load_cap
        return self

    def show_beside(self, problem: Problem, member: PanelMember) -> None:
        """Keep what was typed; the refusal says what is agreed by now, and sent again, the form replaces it."""
        self.show(problem)
        self.seen.raw_data, self.seen.data = None, member.load_cap
