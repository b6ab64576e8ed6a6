"""Who else has a draft open, and where."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Presence
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.persistence.session import db

# Three words from a page that were not heard, and whoever sits before it has gone.
GONE = timedelta(seconds=45)


def others_in(actor: Actor, application: Application) -> Sequence[Presence]:
    """Those besides the actor who have the draft open now, in the order of their coming."""
    return db.session.scalars(
        select(Presence)
        .where(
            Presence.application_id == application.id,
            Presence.person_id != actor.person_id,
            Presence.seen_at > now() - GONE,
        )
        .options(joinedload(Presence.person))
        .order_by(Presence.id)
    ).all()
