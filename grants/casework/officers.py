"""Who looks after cases."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from grants.casework.models import Case
from grants.casework.visibility import sees_as_staff, visible_cases
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, Role
from grants.people.accounts import holding
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db

MOST = 100


def officers() -> Sequence[Person]:
    """The program officers, by name; at most MOST."""
    return db.session.scalars(
        select(Person).where(holding(Role.PROGRAM_OFFICER)).order_by(Person.name, Person.id).limit(MOST)
    ).all()


def officer_for(public_id: str) -> Person:
    """One program officer.

    raises   Missing
    """
    wanted = select(Person).where(Person.public_id == public_id, holding(Role.PROGRAM_OFFICER))
    if (officer := db.session.scalar(wanted)) is None:
        raise Missing("This person is no program officer, or no longer.")
    return officer


def without_officer() -> ColumnElement[bool]:
    """Holds for cases that nobody looks after: nobody took them, or whoever did is no program officer any more."""
    theirs = select(Person.id).where(holding(Role.PROGRAM_OFFICER))
    return or_(Case.officer_id.is_(None), Case.officer_id.not_in(theirs))


def waiting_for_an_officer(actor: Actor) -> int:
    """How many cases that the actor may know of nobody looks after."""
    counted = select(func.count()).select_from(Case).where(visible_cases(actor), without_officer())
    return db.session.scalar(counted) or 0


def may_know_of(officer: Person, case: Case) -> bool:
    """Whether no conflict of interest hides a case from an officer."""
    found = select(Case.id).where(Case.id == case.id, sees_as_staff(actor_of(officer), Case.id))
    return db.session.scalar(found) is not None
