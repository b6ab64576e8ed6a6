"""What an award owes, found by name, and people kept away from a case."""

from sqlalchemy import select

from grants.awards.models import Award
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.monitoring.models import IndicatorReading, Requirement
from grants.people.models import Person
from grants.persistence.session import db
from grants.review.models import Conflict


def requirement(award: Award, key: str, number: int = 1) -> Requirement:
    """One scheduled requirement of an award."""
    wanted = (Requirement.award_id == award.id, Requirement.key == key, Requirement.number == number)
    return db.session.scalars(select(Requirement).where(*wanted)).one()


def reading(award: Award, indicator: str, year: int) -> IndicatorReading:
    """One scheduled reading of an award."""
    return db.session.scalars(
        select(IndicatorReading).where(
            IndicatorReading.award_id == award.id,
            IndicatorReading.indicator == indicator,
            IndicatorReading.year == year,
        )
    ).one()


def conflict(case: Case, someone: Person) -> None:
    """Someone declares a conflict of interest with a case."""
    db.session.add(Conflict(case_id=case.id, person_id=someone.id, source="declared", since=now()))
    db.session.flush()
