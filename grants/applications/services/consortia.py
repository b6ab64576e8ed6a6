"""What holds the members of a consortium: what it has submitted with them; and how far its drafts are without them."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications import entry, queries
from grants.applications.models import Application
from grants.applications.queries.drafts import whole
from grants.applications.services.drafts import count_ready
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.people import consortia
from grants.people.models import Organization
from grants.persistence.moves import lock_all
from grants.persistence.session import db


def bound_by_submission(consortium: Organization) -> str | None:
    """Why a member cannot leave by itself: an application was submitted with it that is not decided. None if there is
    no such application."""
    waiting = db.session.scalars(
        select(Application)
        .join(Application.case)
        .where(
            Case.organization_id == consortium.id,
            Application.state.in_((State.SUBMITTED, State.RETURNED)),
        )
        .options(joinedload(Application.stage))
        .order_by(Application.id)
    )
    held = next((one for one in waiting if not entry.is_decided(one)), None)
    return f"{consortium.name} has submitted {held.stage.title}, with you as a member." if held else None


def count_members(_actor: Actor, consortium: Organization, _what: str) -> None:
    """Who joins or leaves brings the consortium's drafts nearer to their submission, or takes them further from it."""
    written = db.session.scalars(
        select(Application)
        .join(Application.case)
        .where(Case.organization_id == consortium.id, Application.state.in_((State.DRAFT, State.RETURNED)))
        .options(*whole())
        .order_by(Application.id)
    )
    drafts = written.all()
    lock_all(drafts)  # who saves an answer meanwhile counts after this, or is counted here
    for application in drafts:
        count_ready(application, queries.form_of(application))


consortia.bonds.append(bound_by_submission)
consortia.changes.append(count_members)
