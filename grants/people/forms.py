"""Forms of accounts and organizations. The rules themselves are the services'; forms read what people type."""

from decimal import Decimal

from wtforms import DecimalField, EmailField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from grants.kernel.roles import OrganizationRole, Role
from grants.people.details import GRADES, KINDS, SECTORS, OrganizationDetails, plain_id
from grants.people.models import Organization, Person
from grants.people.passwords import SHORTEST, password_problem
from grants.web.forms import FilterForm, HouseForm, options

_ROLES = {role.value: role.label for role in Role.granted()}
_GRADES = {"": "–"} | {grade: grade for grade in GRADES}
PASSWORD_HINT = f"At least {SHORTEST} characters. Three or four words that belong to no sentence do well."


class SignInForm(HouseForm):
    """Who one is."""

    email = EmailField("Email address", [InputRequired("Write your email address.")])
    password = PasswordField("Password", [InputRequired("Write your password.")])


class ForgottenForm(HouseForm):
    """Whose password is forgotten."""

    email = EmailField("Email address", [InputRequired("Write your email address."), Length(max=254)])


class NewPasswordForm(HouseForm):
    """A new password, twice. `known` is what an attacker would try first."""

    new = PasswordField("New password", [InputRequired("Choose a password.")], description=PASSWORD_HINT)
    again = PasswordField("The same again", [InputRequired("Write the new password a second time.")])

    def problems_with(self, *known: str) -> bool:
        """Whether the new password will not do; says why beside the field."""
        new = self.new.data or ""
        if problem := password_problem(new, *known):
            self.new.errors = [problem]
        elif new != self.again.data:
            self.again.errors = ["The two are not the same."]
        return bool(self.errors)


class ChangePasswordForm(NewPasswordForm):
    """A new password, by someone who still knows the old one."""

    current = PasswordField("Present password", [InputRequired("Write your present password.")])


class OwnDetailsForm(HouseForm):
    """What a person says of themselves."""

    name = StringField("Name", [InputRequired("Write your name."), Length(max=120)])
    title = StringField("Title", [Length(max=120)], description="As it stands in letters, such as Principal.")


class PersonForm(HouseForm):
    """What an administrator says of a person."""

    name = StringField("Name", [InputRequired("Write the person’s name."), Length(max=120)])
    email = EmailField("Email address", [InputRequired("Write the email address."), Length(max=254)])
    title = StringField("Title", [Length(max=120)])


class RoleForm(HouseForm):
    """A role to give."""

    role = SelectField("Role", [InputRequired("Choose a role.")], choices=options(_ROLES))

    @classmethod
    def for_person(cls, person: Person) -> "RoleForm":
        """The form, empty, with the roles that this person can hold: see policy.may_work_here."""
        form = cls(formdata=None)
        if person.memberships or person.coaching:
            form.role.choices = options({key: word for key, word in _ROLES.items() if key not in Role.staff()})
        return form


class NewPersonForm(PersonForm):
    """A person to invite; further roles can be given on their page."""

    role = SelectField("Role", choices=options({"": "None yet"} | _ROLES), default="")


class PeopleFilterForm(FilterForm):
    """Filters of the list of people."""

    search = StringField("Name or address")
    role = SelectField(
        "Role",
        choices=options(
            {"": "Any"}
            | {r.value: r.label for r in Role if r is not Role.SYSTEM}
            | {"any": "Any foundation role", "none": "No role at all"}
        ),
    )
    state = SelectField(
        "State", choices=options({"": "Any", "invited": "Invited", "active": "Active", "closed": "Closed"})
    )


class OrganizationFilterForm(FilterForm):
    """Filters of the list of organizations."""

    search = StringField("Name, city or identifier")
    kind = SelectField("Kind", choices=options({"": "Any"} | KINDS))
    sector = SelectField("Run by", choices=options({"": "Any"} | SECTORS))


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
