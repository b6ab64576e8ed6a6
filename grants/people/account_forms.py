"""Forms of accounts: signing in, what one says of oneself, and what administrators say of others."""

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from grants.kernel.roles import Role
from grants.people.models import Person
from grants.people.passwords import SHORTEST, password_problem
from grants.web.forms import FilterForm, HouseForm, options

_ROLES = {role.value: role.label for role in Role.granted()}
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
