"""Who came is written down at the door, or after."""

from collections.abc import Collection
from typing import Any

from grants.discovery import queries
from grants.discovery.models import Event, Registration
from grants.discovery.policy import door_is_open
from grants.discovery.services.certificates import take_back
from grants.discovery.services.noting import note, note_all
from grants.discovery.services.seats import registration_of, seat
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.people import services as people
from grants.people.models import Organization, Person
from grants.persistence import audit
from grants.persistence.moves import lock


def record_attendance(actor: Actor, event: Event, registrations: Collection[Registration], came: bool = True) -> int:
    """Write down who came, or that someone did not after all. Saying it twice changes nothing.

    returns  how many entries were changed
    raises   Refused; Clash before the day of the event
    """
    require_permission(actor, "event.manage")
    ids = [place.id for place in registrations]
    lock(event)
    if event.cancelled_at is not None or not door_is_open(event.starts_at, now()):
        raise Clash("Attendance is written down on the day of the event or after it.")
    changed = [place for place in queries.places(event, ids) if (place.attended_at is not None) != came]
    for place in changed:
        place.attended_at = now() if came else None
    if not came:
        take_back(actor, changed)
    names: dict[int, list[str]] = {}
    for place in sorted(changed, key=lambda one: (one.organization_id, one.person.name)):
        names.setdefault(place.organization_id, []).append(place.person.name)
    verb = "came to" if came else "did not come to"
    said = {of: f"{_listing(mine)} {verb} “{event.title}”." for of, mine in names.items()}
    for organization_id, case in note_all(actor, event, said).items():
        after: dict[str, Any] = {"came" if came else "did_not_come": names[organization_id]}
        audit.record(actor, "event.attendance", event, after=after, case_id=case.id)
    return len(changed)


def let_in(actor: Actor, event: Event, email: str, name: str = "", school: str = "") -> Registration:
    """Write down that someone came who had no place, or whose place nobody found; nobody is turned away for the limit.

    Of someone whom no school knows, its leads are asked whether they belong to it; until then they read nothing there.

    name, school   needed for someone who belongs to no school yet; the school's name as it stands in the directory
    raises         Refused; Invalid by field; Clash before the day of the event
    """
    require_permission(actor, "event.manage")
    person, organization = _arrival(actor, email, name, school)
    lock(event)
    place = registration_of(event, person)
    if place is None or place.cancelled_at is not None:
        place = seat(event, person, organization)
        note(actor, event, organization.id, f"{person.name} came to “{event.title}” without a place.")
    record_attendance(actor, event, [place])
    return place


def _arrival(actor: Actor, email: str, name: str, school: str) -> tuple[Person, Organization]:
    known = queries.memberships_of(email)
    if not school.strip() and known:
        return known[0].person, known[0].organization
    if not known and (missing := _missing(name, school)):
        raise Invalid("Nobody of a school has an account with this address. Write their name and school too.", missing)
    organization = queries.organization_named(school)
    for membership in known:
        if membership.organization_id == organization.id:
            return membership.person, organization
    return people.vouch_for(actor, name or (known[0].person.name if known else ""), email, organization), organization


def _missing(name: str, school: str) -> dict[str, str]:
    asked = {
        "name": (name, "Write their name: this address has no account yet."),
        "school": (school, "Write their school."),
    }
    return {field: sentence for field, (given, sentence) in asked.items() if not given.strip()}


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
