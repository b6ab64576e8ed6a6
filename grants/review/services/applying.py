"""A proposed assignment is applied some applications at a time, each time as the world is then."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.background import enqueue
from grants.casework.models import Case
from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require_permission
from grants.messages.services import post
from grants.people.models import Person
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.review.aims import Aims
from grants.review.proposal_models import AssignmentProposal, ProposedAssignment
from grants.review.queries import possible_now
from grants.review.services.assigning import assigned_facts, give, hold_panel
from grants.review.services.proposing import begin_round
from grants.review.states import PROPOSAL, ProposalState

APPLY: Final = "review.apply_assignment"
AT_ONCE: Final = 40
"""Applications in one transaction."""

OVERTAKEN: Final = (
    "The panel, its conflicts or its applications changed before this was applied, so it was worked out anew. "
    "Look at the new proposal."
)


def apply_proposal(actor: Actor, proposal: AssignmentProposal, round_: int) -> None:
    """Have a proposal applied, as it was looked at.

    round_   of the proposal that was looked at
    raises   Refused; Clash when another was worked out meanwhile, or it is applied already
    """
    require_permission(actor, "review.organize")
    lock(proposal)
    if proposal.round != round_:
        raise Clash("Another proposal was worked out meanwhile. Look at it before it is applied.")
    move(actor, proposal, "apply", PROPOSAL, lambda: None)
    enqueue(db.session(), APPLY, key=apply_key(proposal), proposal_id=proposal.public_id, round_=proposal.round)


def apply_key(proposal: AssignmentProposal) -> str:
    """Names the work of applying one round."""
    return f"{APPLY}:{proposal.public_id}:{proposal.round}"


def overtake(actor: Actor, proposal: AssignmentProposal) -> None:
    """The world has left the proposal behind before anything of it was applied: it is worked out anew."""
    move(actor, proposal, "overtaken", PROPOSAL, lambda: None)
    begin_round(proposal, Aims.read(proposal.aims), proposal.unwanted, OVERTAKEN)


def apply_some(actor: Actor, proposal: AssignmentProposal) -> bool:
    """Make the assignments of the next applications; what has become impossible meanwhile is left out, and marked.

    returns  whether any is left
    """
    lock(proposal)
    if proposal.state != ProposalState.APPLYING:
        return False
    hold_panel(proposal.stage)
    rows = _next(proposal)
    possible = possible_now(actor, proposal, [one.id for one in rows])
    names: dict[int, list[str]] = {}
    for one in rows:
        one.outcome = "assigned" if one.id in possible else "left_out"
        if one.outcome == "assigned":
            give(actor, proposal.stage, one.reviewer_id, one.submission_id, one.application_id)
            names.setdefault(one.application_id, []).append(one.reviewer.name)
    for one in {row.application_id: row for row in rows if row.application_id in names}.values():
        given = ", ".join(sorted(names[one.application_id]))
        note_event(actor, one.application.case, "review", f"Assigned to {given}.")
    db.session.flush()
    if not _next(proposal):
        _finish(actor, proposal)
        return False
    return True


def _next(proposal: AssignmentProposal) -> Collection[ProposedAssignment]:
    """The rows of the next applications, in their order."""
    waiting = (ProposedAssignment.proposal_id == proposal.id, ProposedAssignment.outcome.is_(None))
    number = ProposedAssignment.application_id
    some = select(number).where(*waiting).distinct().order_by(number).limit(AT_ONCE).subquery()
    return db.session.scalars(
        select(ProposedAssignment)
        .where(*waiting, number.in_(select(some.c.application_id)))
        .options(
            joinedload(ProposedAssignment.reviewer),
            joinedload(ProposedAssignment.application).joinedload(Application.case).joinedload(Case.organization),
        )
        .order_by(number, ProposedAssignment.id)
    ).all()


def _finish(actor: Actor, proposal: AssignmentProposal) -> None:
    """Tell each reviewer once, of what they may know of."""
    stage = proposal.stage
    made = (ProposedAssignment.proposal_id == proposal.id, ProposedAssignment.outcome == "assigned")
    given = (
        select(ProposedAssignment.reviewer_id.label("id"), func.count().label("count"))
        .where(*made)
        .group_by(ProposedAssignment.reviewer_id)
        .subquery()
    )
    people = select(Person, given.c.count).join(given, given.c.id == Person.id).order_by(Person.id)
    for person, count in db.session.execute(people):
        key = f"review-assigned:{proposal.public_id}:{proposal.round}:{person.public_id}"
        post(key, "review.assigned", person, assigned_facts(stage, count), cycle_id=stage.cycle_id)
    proposal.applied_at = now()
    move(actor, proposal, "finish", PROPOSAL, lambda: None)
