"""What is filled in on the way onto a panel: asking, answering, the profile, ties to organizations."""

from datetime import date

from wtforms import EmailField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from grants.people.account_forms import NewPasswordForm
from grants.review.models import PanelMember, ReviewerProfile
from grants.review.reviewers import GRADE_BANDS, RELATIONS
from grants.web.forms import CheckboxGroupField, HouseForm, LocalDateField, PreviewedForm, options

_COUNT = NumberRange(1, 1000, "Write a number from 1 to 1,000, or leave it empty.")


class InviteForm(HouseForm):
    """Somebody who is asked to join the panel."""

    email = EmailField("Email address", [InputRequired("Write the address."), Email("This is not an email address.")])
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
    """What a reviewer says of themself."""

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
        if profile is not None and not self.is_submitted():
            self.expertise.data, self.grade_bands.data = profile.expertise, list(profile.grade_bands)
            self.most.data = profile.most
            self.away_from.data, self.away_until.data = profile.away_from, profile.away_until
        return self


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

    load_cap = IntegerField("The most they read on this panel", [Optional(), _COUNT])

    def fill(self, member: PanelMember) -> "LoadForm":
        """The same form with what is agreed, unless it was sent."""
        if not self.is_submitted():
            self.load_cap.data = member.load_cap
        return self
