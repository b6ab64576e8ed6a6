"""Organizations as people name them when they type: by name, and by name and city where several are called the same."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, or_, select

from grants.kernel.errors import Invalid
from grants.people.models import Organization
from grants.persistence.session import db

OFFERED: Final = 50
_IN_USE: Final = Organization.merged_into_id.is_(None)
_NEAR: Final = 4
_WITH_CITY: Final = Organization.name + ", " + Organization.city


def organization_named(name: str, field: str = "school", what: str = "school") -> Organization:
    """The organization of the directory with this name, capitals aside; of several, the one in the city written behind
    it: "Lincoln Elementary, Oakland". For services: not scoped to an actor.

    field    of the form, beside which it is said what is wrong
    what     the sentence calls it
    raises   Invalid, with names that come near, when there is none or several
    """
    wanted = " ".join(name.split())
    near = db.session.scalars(
        select(Organization)
        .where(or_(*(one.icontains(wanted, autoescape=True) for one in (Organization.name, _WITH_CITY))), _IN_USE)
        .order_by(func.length(Organization.name), Organization.name, Organization.id)
        .limit(_NEAR)
    ).all()
    exact = [one for one in near if wanted.lower() in {one.name.lower(), _with_city(one).lower()}]
    if len(exact) == 1:
        return exact[0]
    sentence = _what_is_wrong(wanted, exact, near, what)
    raise Invalid(sentence, {field: sentence})


def _what_is_wrong(wanted: str, exact: Sequence[Organization], near: Sequence[Organization], what: str) -> str:
    cities = sorted({_with_city(one) for one in exact if one.city})
    if len(cities) > 1:
        which = "Write which, such as" if len(near) == _NEAR else "Write which:"
        return f"Several {what}s are called {wanted}. {which} {' or '.join(cities)}."
    if exact:
        return f"Several {what}s are called {wanted}. Let an administrator tell them apart in the directory."
    if near:
        return f"No {what} is called “{wanted}”. Do you mean {' or '.join(one.name for one in near)}?"
    return f"No {what} is called “{wanted}”. Add it to the directory of organizations first."


def as_typed(organization: Organization) -> str:
    """How an organization is written so that it is understood."""
    same = select(func.count()).where(func.lower(Organization.name) == organization.name.lower(), _IN_USE)
    return organization.name if db.session.scalar(same) == 1 else _with_city(organization)


def offered(typed: str = "") -> list[str]:
    """Organizations to choose from while typing, each with its city, since others may have its name: partners first,
    then by name."""
    found = db.session.scalars(
        select(Organization)
        .where(Organization.name.icontains(typed.strip(), autoescape=True), _IN_USE)
        .order_by(Organization.kind != "partner", Organization.name, Organization.id)
        .limit(OFFERED)
    ).all()
    return [_with_city(one) for one in found]


def _with_city(organization: Organization) -> str:
    return f"{organization.name}, {organization.city}" if organization.city else organization.name


def school_names() -> Sequence[str]:
    """Names of schools, in order, to choose from while typing; no more than a phone loads at a door."""
    schools = select(Organization.name).where(Organization.kind == "school", Organization.merged_into_id.is_(None))
    return db.session.scalars(schools.order_by(Organization.name, Organization.id).limit(400)).all()
