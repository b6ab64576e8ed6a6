"""What applications contribute to a person's calendar: the deadlines of those their organizations write."""

from grants.applications.models import Application
from grants.applications.queries.drafts import named
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.messages.addresses import address_of
from grants.messages.calendars import Entry
from grants.persistence.changes import Changes, changes_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.filters import instant

# Whatever becomes of an application, its deadline stays where it was: nothing here tells an outcome.
_CHANGES = ["application.extend", "application.return"]


def dates(actor: Actor) -> list[Entry]:
    """The deadline of each application of the actor's organizations, with the time that staff gave it, in three
    statements.
    """
    found = db.session.scalars(
        named().where(Case.organization_id.in_(actor.organization_ids)).order_by(CycleStage.closes_at, Application.id)
    ).all()
    own = changes_of("application", [one.public_id for one in found], _CHANGES)
    moved = changes_of("cycle_stage", [one.stage.public_id for one in found], ["cycle.move_dates"])
    return [_entry(one, own.get(one.public_id), moved.get(one.stage.public_id)) for one in found]


def _entry(one: Application, own: Changes | None, moved: Changes | None) -> Entry:
    stage, school = one.stage, one.case.organization.name
    at = max(stage.closes_at, one.extended_to) if one.extended_to else stage.closes_at
    if one.state == State.RETURNED and one.returned_until is not None:
        at = one.returned_until
    known = [change for change in (own, moved) if change is not None]
    return Entry(
        f"application:{one.public_id}",
        f"Deadline: {stage.title} of {school}",
        at,
        max((change.last_at for change in known), default=stage.cycle.opened_at),
        detail=f"Closes {instant(at, stage.cycle.time_zone)}.",
        url=address_of("applications.application", application_id=one.public_id),
        changes=sum(change.times for change in known),
    )
