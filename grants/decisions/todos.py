"""What waits for someone around slates."""

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from grants.casework.queries import conflicted_cycles
from grants.decisions import queries
from grants.decisions.models import Slate
from grants.decisions.states import SlateState
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.todo import Todo, Urgency


def todos(actor: Actor) -> list[Todo]:
    """What waits for the actor on slates: approvals for directors and partners, letters and release for officers.

    Whoever has a conflict in a cycle still approves its slates, and is asked to do nothing else with them.
    """
    waiting = Slate.state.in_((SlateState.DRAFT, SlateState.PROPOSED, SlateState.APPROVED))
    if not (actor.may("slate.approve") or actor.may("slate.propose")):
        return []
    found = db.session.scalars(
        select(Slate)
        .where(queries.visible_slates(actor), waiting)
        .options(joinedload(Slate.stage).joinedload(CycleStage.cycle), selectinload(Slate.approvals))
        .order_by(Slate.made_at, Slate.id)
        .limit(20)
    )
    conflicted = conflicted_cycles(actor)
    return [
        todo for slate in found if (todo := _todo(actor, slate, slate.stage.cycle_id not in conflicted)) is not None
    ]


def _todo(actor: Actor, slate: Slate, handles: bool) -> Todo | None:
    url = url_for("decisions.slate", slate_id=slate.public_id)
    name = f"{slate.stage.cycle.title}: {slate.stage.title} slate"
    has_approved = any(
        one.person_id == actor.person_id and one.content_sha256 == slate.content_sha256 for one in slate.approvals
    )
    by_others = slate.proposed_by_id != actor.person_id
    if slate.state == SlateState.PROPOSED and actor.may("slate.approve") and by_others and not has_approved:
        what: tuple[Urgency, str, str] = ("due", f"Approve the {name}", "It waits for your approval.")
    elif not (handles and actor.may("slate.propose")):
        return None
    elif slate.state == SlateState.DRAFT:
        what = ("plan", f"Propose the {name}", "A draft that nobody has been asked to approve.")
    elif slate.state == SlateState.APPROVED:
        what = ("due", f"Check the letters and release the {name}", "All approvals are there.")
    else:
        return None
    urgency, title, detail = what
    return Todo(urgency, title, url, detail, slate.stage.decision_on, cycle_id=slate.stage.cycle_id)
