"""Who came is written down at the door, or after."""

from collections.abc import Collection
from typing import Any

from grants.discovery.models import Event, Registration
from grants.discovery.policy import door_is_open
from grants.discovery.services.noting import note
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require_permission
from grants.persistence import audit


def record_attendance(actor: Actor, event: Event, registrations: Collection[Registration], came: bool = True) -> int:
    """Write down who came, or that someone did not after all. Saying it twice changes nothing.

    returns  how many entries were changed
    raises   Refused; Clash before the day of the event
    """
    require_permission(actor, "event.manage")
    if event.cancelled_at is not None or not door_is_open(event.starts_at, now()):
        raise Clash("Attendance is written down on the day of the event or after it.")
    changed = [
        place
        for place in registrations
        if place.event_id == event.id and place.cancelled_at is None and (place.attended_at is not None) != came
    ]
    for place in changed:
        place.attended_at = now() if came else None
    names = sorted(place.person.name for place in changed)
    if changed:
        after: dict[str, Any] = {"came" if came else "did_not_come": names}
        audit.record(actor, "event.attendance", event, after=after)
    for organization_id in {place.organization_id for place in changed}:
        mine = sorted(place.person.name for place in changed if place.organization_id == organization_id)
        verb = "came to" if came else "did not come to"
        note(actor, event, organization_id, f"{_listing(mine)} {verb} “{event.title}”.")
    return len(changed)


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
