"""The minutes as a PDF: asked for, made in the background, kept for everybody who may read just that."""

from grants.background import enqueue
from grants.background.models import Job
from grants.casework.files import PutFile, register
from grants.documents.facts import Facts
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require_permission
from grants.meetings import queries
from grants.meetings.models import Meeting
from grants.meetings.motion_models import Minutes
from grants.persistence import audit
from grants.persistence.session import db

MAKE = "meetings.make_minutes"


def ask_for_minutes(actor: Actor, meeting: Meeting) -> Job | None:
    """Have the PDF made of the minutes as the actor may read them now; None when it is there.

    raises   Refused; Clash before the meeting is over
    """
    require_permission(actor, "meeting.read")
    if meeting.state != "closed":
        raise Clash("The minutes become a PDF once the meeting is over.")
    name = queries.minutes_name(queries.minutes_facts(actor, meeting))
    if queries.minutes_made(meeting, name) is not None:
        return None
    key = queries.minutes_key(meeting, name)
    return enqueue(db.session(), MAKE, key=key, meeting_id=meeting.public_id, person_id=actor.public_id)


def keep_minutes(actor: Actor, meeting: Meeting, facts: Facts, kept: PutFile) -> Minutes:
    """Tie the bytes to the facts they were made from; made twice, the first ones stay."""
    name = queries.minutes_name(facts)
    if (made := queries.minutes_made(meeting, name)) is not None:
        return made
    made = Minutes(meeting=meeting, facts_sha256=name, facts=facts, made_at=now(), file=register(kept))
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "minutes.make", meeting, after={"facts_sha256": name, "pdf_sha256": made.file.sha256})
    return made
