"""Assignments are worked out and applied in the background."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.background import job, periodic
from grants.background.runner import report_progress
from grants.people.queries import actor_of
from grants.persistence.moves import lock
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.aims import Aims
from grants.review.models import PanelMember
from grants.review.proposal_models import AssignmentProposal, ProposedAssignment
from grants.review.queries.scope import with_program
from grants.review.states import ProposalState


@job(services.WORK_OUT, "Work out who reviews what", long=True)
def work_out_assignment(proposal_id: str, round_: int) -> None:
    """Work out one round of a proposal; nothing when another round was asked for meanwhile."""
    proposal = _find(proposal_id)
    if (proposal.round, proposal.state) != (round_, ProposalState.WORKING):
        return
    actor, aims = actor_of(proposal.asked_by), Aims.read(proposal.aims)
    left_out = proposal.unwanted
    facts = queries.planning_facts(actor, proposal.stage)
    db.session.rollback()  # no transaction stays open while the solver works
    found = services.best_of(facts, aims, left_out)
    with unit_of_work():
        proposal = _find(proposal_id)
        lock(proposal)
        if (proposal.round, proposal.state) == (round_, ProposalState.WORKING):
            services.keep_proposal(actor_of(proposal.asked_by), proposal, found)


@job(services.APPLY, "Assign reviewers as proposed", long=True)
def apply_assignment(proposal_id: str, round_: int) -> None:
    """Apply one round of a proposal, some applications at a time; taken up where it was left."""
    proposal = _find(proposal_id)
    if (proposal.round, proposal.state) != (round_, ProposalState.APPLYING):
        return
    actor = actor_of(proposal.asked_by)
    tried = _progress(proposal)[0]
    if not tried and queries.planning_facts(actor, proposal.stage).digest != proposal.digest:
        with unit_of_work():
            services.overtake(actor, _find(proposal_id))
        return
    _note_ties(proposal)
    more = True
    while more:
        with unit_of_work():
            proposal = _find(proposal_id)
            more = services.apply_some(actor, proposal)
        report_progress(services.apply_key(proposal), *_progress(proposal))


@job(services.SUCCEED, "Work out who reads in the place of a reviewer with a conflict of interest", long=True)
def find_successor(stage_id: str, application_id: str) -> None:
    """Work out who fits best, as soon as a place falls empty; nothing when it is filled by then."""
    stage = select(CycleStage.id).where(CycleStage.public_id == stage_id)
    application = select(Application.id).where(Application.public_id == application_id)
    asked = (db.session.scalars(stage).one(), db.session.scalars(application).one())
    if asked in queries.emptied():
        services.keep_succession(*asked)


@periodic("review.keep_places", "* * * * *", "Keep up who fills empty places best", long=True)
def keep_places() -> None:
    """What a page calls out of date is worked out again within a minute."""
    services.keep_up_with_places()


def _note_ties(proposal: AssignmentProposal) -> None:
    """Note what a rule finds between the panel and its applicants: who is tied is assigned nothing."""
    people = db.session.scalars(select(PanelMember.person_id).where(PanelMember.stage_id == proposal.stage_id)).all()
    found = queries.unnoted_ties(proposal.stage, people)
    db.session.rollback()
    with unit_of_work():
        services.note_ties(found)


def _progress(proposal: AssignmentProposal) -> tuple[int, int]:
    """(assignments tried, all)."""
    tried = func.count(ProposedAssignment.outcome)
    mine = ProposedAssignment.proposal_id == proposal.id
    done, total = db.session.execute(select(tried, func.count()).where(mine)).one()
    return done, total


def _find(public_id: str) -> AssignmentProposal:
    return db.session.scalars(
        select(AssignmentProposal)
        .where(AssignmentProposal.public_id == public_id)
        .options(with_program(AssignmentProposal.stage), joinedload(AssignmentProposal.asked_by))
    ).one()
