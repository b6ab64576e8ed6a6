"""Telling people what became of an application, and noting it on the case."""

from collections.abc import Iterable

from sqlalchemy import select

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.scope import visible_applications
from grants.casework import services as casework
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.messages import services as messages
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db


def note(actor: Actor, application: Application, sentence: str) -> None:
    """Add a sentence to the case's timeline that the school reads too."""
    reference = ["applications.application", application.public_id]
    casework.note_event(actor, application.case, "application", sentence, audience="applicant", reference=reference)


def writers(application: Application) -> list[Person]:
    """Those of the applicant who write: leads, editors and signatories."""
    return [
        place.person
        for place in queries.members(application.case.organization_id)
        if place.role in OrganizationRole.writers()
    ]


def officer_of(application: Application) -> list[Person]:
    """The case's officer, where there is one who may know of it: of a conflicted one it is kept."""
    officer = application.case.officer
    if officer is None:
        return []
    seen = select(Application.id).where(Application.id == application.id, visible_applications(actor_of(officer)))
    return [] if db.session.scalar(seen) is None else [officer]


def tell(
    template: str,
    key: str,
    application: Application,
    people: Iterable[Person],
    *,
    calendar: str | None = None,
    **facts: str,
) -> list[Person]:
    """Send each of these people one message about an application.

    key       names the cause; with the person's id it makes the message's own key
    calendar  a file for their own calendars that goes with it
    returns   those who were written to now; who was told of the same cause before is not told again
    """
    given = {**common_facts(application), **facts}
    return [
        person
        for person in people
        if messages.post(f"{key}:{person.public_id}", template, person, given, application.case, calendar=calendar)
    ]


def common_facts(application: Application) -> dict[str, str]:
    """What every message about an application may name."""
    return {
        "school": application.case.organization.name,
        "stage": application.stage.title,
        "cycle": application.stage.cycle.title,
        "path": f"/applications/{application.public_id}",
    }
