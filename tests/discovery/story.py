"""The place where stories of discovery are set: a cycle, an officer, schools and their people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from grants.discovery import services
from grants.discovery.models import Event, Registration
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole, Role
from grants.people.models import Organization, Person
from grants.persistence.session import unit_of_work
from grants.programs.models import Cycle
from tests.factories import discovery as make
from tests.factories.applications import cycle as small_cycle
from tests.factories.people import join, organization, person

MARCH = datetime(2015, 3, 2, 17, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Browser = Callable[[Person], FlaskClient]


class Place:
    """A cycle, an officer, and a school with two educators."""

    def __init__(self) -> None:
        with clock_at(MARCH), unit_of_work():
            self.cycle: Cycle = small_cycle()
            self.officer: Person = person("Maya Rivera", Role.PROGRAM_OFFICER)
            self.school: Organization = organization("Urban Promise Academy")
            self.dana: Person = person("Dana Ruiz")
            self.luis: Person = person("Luis Ortega")
            join(self.dana, self.school)
            join(self.luis, self.school, OrganizationRole.VIEWER)

    def event(self, **more: Any) -> Event:
        with clock_at(MARCH), unit_of_work():
            return make.event(self.cycle, MARCH + 7 * DAY, **more)

    def other_school(self) -> tuple[Person, Organization]:
        with clock_at(MARCH), unit_of_work():
            place, someone = organization("Lodestar", sector="charter"), person("Ada Bright")
            join(someone, place)
        return someone, place


def register(who: Actor, event: Event, someone: Person, of: Organization, at: datetime = MARCH) -> Registration:
    with clock_at(at), unit_of_work():
        return services.register(who, event, someone, of)
