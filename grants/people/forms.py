"""Forms of organizations and of the ways into them: they read what people type, and the rules are the services'."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from flask_wtf.file import FileField, FileRequired
from wtforms import DecimalField, EmailField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from grants.kernel.roles import OrganizationRole
from grants.people.details import GRADES, KINDS, SECTORS, OrganizationDetails, plain_id
from grants.people.models import Organization
from grants.people.policy import LINKED_ROLES
from grants.people.requests import Alike
from grants.web.forms import FilterForm, HouseForm, options

NEW_ONE: Final = "new"
_LINKED = {one.value: one.label for one in LINKED_ROLES}
_LASTS = {"1": "One day", "7": "A week", "30": "A month", "90": "Three months"}
_GRADES = {"": "–"} | {grade: grade for grade in GRADES}


class OrganizationFilterForm(FilterForm):
    """Filters of the list of organizations."""

    search = StringField("Name, city or identifier")
    kind = SelectField("Kind", choices=options({"": "Any"} | KINDS))
    sector = SelectField("Run by", choices=options({"": "Any"} | SECTORS))
    state = SelectField("State", choices=options({"": "Any", "new": "New, not yet checked"}))


class OrganizationForm(HouseForm):
    """An organization, as someone describes it."""

    name = StringField("Name", [InputRequired("Write the organization’s name."), Length(max=200)])
    kind = SelectField(
        "Kind", [InputRequired("Choose what kind of organization it is.")], choices=options({"": "Choose one"} | KINDS)
    )
    sector = SelectField("Run by", choices=options({"": "Does not apply"} | SECTORS))
    nces_id = StringField("NCES id", description="12 digits for a school, 7 for a district.", filters=[plain_id])
    cds_id = StringField("CDS code", description="14 digits, California only.", filters=[plain_id])
    grade_from = SelectField("Lowest grade", choices=options(_GRADES))
    grade_to = SelectField("Highest grade", choices=options(_GRADES))
    enrollment = IntegerField("Students", [Optional()], description="Enrolled this year.")
    low_income = DecimalField("From low-income families", [Optional()], description="Percent of students.", places=None)
    street = StringField("Street", [Length(max=200)])
    city = StringField("City", [Length(max=100)])
    region = StringField("State", [Length(max=40)])
    postal_code = StringField("ZIP code", [Length(max=12)])
    email_domain = StringField(
        "Email domain",
        description="What stands after the @ in its addresses. Reviewers who write from there are kept from its case.",
        filters=[lambda typed: (typed or "").strip().lower().removeprefix("@")],
    )

    @classmethod
    def of(cls, organization: Organization | None) -> "OrganizationForm":
        """The form, filled with what is known."""
        form = cls(obj=organization)
        if organization is not None and organization.low_income_share is not None and not form.is_submitted():
            form.low_income.data = (organization.low_income_share * 100).normalize()
        return form

    def details(self) -> OrganizationDetails:
        """What was typed, for the services; an unknown choice is their refusal."""
        share: Decimal | None = self.low_income.data
        return OrganizationDetails(
            name=self.name.data or "",
            kind=self.kind.data,
            sector=self.sector.data,
            nces_id=self.nces_id.data,
            cds_id=self.cds_id.data,
            grade_from=self.grade_from.data,
            grade_to=self.grade_to.data,
            enrollment=self.enrollment.data,
            low_income_share=None if share is None else share / 100,
            street=self.street.data,
            city=self.city.data,
            region=self.region.data,
            postal_code=self.postal_code.data,
            email_domain=self.email_domain.data,
        )


class MemberRoleForm(HouseForm):
    """A member's role."""

    role = SelectField(
        "Role",
        [InputRequired("Choose a role.")],
        choices=options({role.value: role.label for role in OrganizationRole}),
        default=OrganizationRole.EDITOR.value,
    )


class MemberForm(MemberRoleForm):
    """A colleague to let in."""

    name = StringField("Name", [InputRequired("Write your colleague’s name."), Length(max=120)])
    email = EmailField("Email address", [InputRequired("Write their email address."), Length(max=254)])


class LinkForm(HouseForm):
    """A link by which colleagues come in."""

    role = SelectField("Role", [InputRequired("Choose a role.")], choices=options(_LINKED))
    days = SelectField(
        "It holds for", [InputRequired("Choose how long.")], choices=options(_LASTS), default="7", coerce=int
    )
    most = IntegerField("People at most", [Optional()], default=1)
    note = StringField("Whom it is meant for", [Length(max=120)])


class DirectoryForm(HouseForm):
    """A school directory to bring in."""

    file = FileField("CSV or Excel file", [FileRequired("Choose a file.")], description="Up to 20 MB and 50,000 lines.")


class NewcomerForm(HouseForm):
    """Somebody without an account, who comes by a link."""

    name = StringField("Your name", [InputRequired("Write your name."), Length(max=120)])
    email = EmailField("Your email address", [InputRequired("Write your email address."), Length(max=254)])


class ConsortiumForm(HouseForm):
    """A consortium to form."""

    name = StringField(
        "Name",
        [InputRequired("Write the consortium’s name."), Length(max=200)],
        description="As it should stand on applications and letters, such as East Oakland Learning Consortium.",
    )


class ConfirmForm(HouseForm):
    """One button."""


class RegistrationForm(HouseForm):
    """A person and their organization; what more is known of it, its people or the foundation add later."""

    person = StringField("Your name", [InputRequired("Write your name."), Length(max=120)])
    email = EmailField(
        "Your email address",
        [InputRequired("Write your email address."), Length(max=254)],
        description="A link is sent there first; you sign in with it later.",
    )
    name = StringField("Name", [InputRequired("Write the organization’s name."), Length(max=200)])
    kind = SelectField(
        "Kind",
        [InputRequired("Choose what kind of organization it is.")],
        choices=options({"": "Choose one"} | {key: word for key, word in KINDS.items() if key != "consortium"}),
        description="A consortium is formed by one of its organizations, once that is registered.",
    )
    sector = SelectField("A school is run by", choices=options({"": "Choose, for a school"} | SECTORS))
    nces_id = StringField("NCES id", description="12 digits for a school, 7 for a district.", filters=[plain_id])
    cds_id = StringField("CDS code", description="14 digits, California only.", filters=[plain_id])
    street = StringField("Street", [Length(max=200)])
    city = StringField("City", [InputRequired("Write the city."), Length(max=100)])
    region = StringField("State", [Length(max=40)])
    postal_code = StringField("ZIP code", [Length(max=12)])
    existing = RadioField("Is it one of these?", choices=[], validate_choice=False)

    offered: Sequence[Alike] = ()

    def offer(self, found: Sequence[Alike]) -> None:
        """Offer the organizations that are here already; where an identifier says that it is one, there is no other."""
        self.offered = found
        words = {one.organization.public_id: f"Ask to join {one.organization.name}" for one in found}
        if not any(one.is_certain for one in found):
            words[NEW_ONE] = "None of these: register mine"
        self.existing.choices = options(words)
        self.existing.flags.required = True

    def validate_sector(self, field: SelectField) -> None:
        """A school says who runs it: what it may apply for can hang on that."""
        if self.kind.data == "school" and not field.data:
            raise ValidationError("Choose who runs the school.")

    def validate_existing(self, field: RadioField) -> None:
        """One of those offered has to be chosen, when there are any."""
        known = {one.organization.public_id for one in self.offered}
        if not any(one.is_certain for one in self.offered):
            known.add(NEW_ONE)
        if self.offered and field.data not in known:
            raise ValidationError(
                "This may be here already. Choose yours to ask to join it, or say that it is another."
            )

    def chosen(self) -> Organization | None:
        """The organization to join, or None for a new one."""
        return next(
            (one.organization for one in self.offered if one.organization.public_id == self.existing.data), None
        )

    def details(self) -> OrganizationDetails:
        """What was typed of the organization, for the services."""
        return OrganizationDetails(
            name=self.name.data or "",
            kind=self.kind.data or "",
            sector=self.sector.data,
            nces_id=self.nces_id.data,
            cds_id=self.cds_id.data,
            street=self.street.data,
            city=self.city.data,
            region=self.region.data,
            postal_code=self.postal_code.data,
        )
