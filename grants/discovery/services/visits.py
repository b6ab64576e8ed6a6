"""What visitors note at a school."""

from sqlalchemy import select

from grants.discovery.models import Event, VisitNote
from grants.discovery.policy import note_closed_because
from grants.discovery.services.seats import registration_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, required
from grants.kernel.policy import Actor
from grants.people.queries import person_of
from grants.persistence.moves import lock
from grants.persistence.session import db


def write_visit_note(actor: Actor, event: Event, saw: str, could_try: str, shared: bool) -> VisitNote:
    """Keep what the actor saw at a school, or what they make of it now. A note of the foundation's people is shared.

    raises   Invalid beside `saw` when it is empty; Clash for someone who did not come, or before the visit
    """
    saw = required(saw, "saw", "Write what you saw.")
    by_staff = actor.may("event.manage")
    lock(event)
    place = registration_of(event, person_of(actor))
    came = place is not None and place.attended_at is not None and place.cancelled_at is None
    begun, cancelled = event.starts_at <= now(), event.cancelled_at is not None
    if reason := note_closed_because(event.kind, came, by_staff, begun, cancelled):
        raise Clash(reason)
    mine = VisitNote.event_id == event.id, VisitNote.author_id == actor.person_id
    note = db.session.scalar(select(VisitNote).where(*mine))
    if note is None:
        note = VisitNote(event_id=event.id, author_id=actor.person_id, written_at=now())
        db.session.add(note)
    else:
        note.changed_at = now()
    note.organization_id = place.organization_id if came and place else None
    note.saw, note.could_try, note.shared = saw, could_try.strip() or None, shared or note.organization_id is None
    db.session.flush()
    return note
