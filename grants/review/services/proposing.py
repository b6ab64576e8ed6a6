"""The best assignment there is: asked for, worked out in the background, corrected by leaving pairs out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select

from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Person
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.aims import Aims
from grants.review.assignment import AssignmentPlan, PanelMember, Paper, Wishes
from grants.review.assignment import assign as best_assignment
from grants.review.proposal_models import AssignmentProposal, ProposedAssignment
from grants.review.queries import Pair, PlanningFacts, Reviewed, Reviewer, review_rules
from grants.review.states import PROPOSAL, ProposalState

WORK_OUT: Final = "review.work_out_assignment"


@dataclass(frozen=True)
class Addition:
    """One assignment that a proposal would add, with its reasons in words."""

    reviewer: Reviewer
    paper: Reviewed
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """An assignment that was worked out from facts; what is assigned already stays."""

    facts: PlanningFacts
    plan: AssignmentPlan
    additions: tuple[Addition, ...]


def best_of(facts: PlanningFacts, aims: Aims, left_out: Collection[Pair] = ()) -> Proposal:
    """The best assignment of the panel's declared members to what still lacks reviewers, from facts read already.

    left_out   pairs that are not wanted
    At 5,000 applications and 60 reviewers it takes some seconds.
    """
    people, papers = facts.person_ids, facts.application_ids
    unwanted = frozenset((who, what) for who, what in left_out if who in people and what in papers) - facts.fixed
    panel = [_on_panel(facts, one) for one in facts.reviewers]
    wanted = [Paper(_key(one.application_id), one.title, facts.needs, one.grade_band) for one in facts.papers]
    expertise = {
        (_key(one.person_id), _key(paper.application_id)): aims.fit(shared)
        for one in facts.reviewers
        for paper in facts.papers
        if (shared := len(one.knows & paper.traits))
    }
    wishes = Wishes(
        conflicts=frozenset(map(_pair, facts.barred | unwanted)),
        left_out=frozenset(map(_pair, unwanted - facts.barred)),
        fixed=frozenset(map(_pair, facts.fixed)),
        expertise=expertise,
        previous=frozenset(map(_pair, facts.previous - facts.barred)),
        worth=aims.worth,
    )
    plan = best_assignment(panel, wanted, wishes)
    return Proposal(facts, plan, tuple(_additions(facts, plan)))


def usual_aims(stage: CycleStage) -> Aims:
    """What an assignment looks for when nobody says: readers of the earlier stage, where the program keeps them."""
    return Aims(earlier="keep" if review_rules(stage).keep_reviewers_from else "any")


def ask_for_assignment(
    actor: Actor, stage: CycleStage, aims: Aims, left_out: Collection[Pair] = (), note: str | None = None
) -> AssignmentProposal:
    """Have an assignment worked out in the background; it takes the place of the actor's last one for the stage.

    raises   Refused; Clash while that one is being applied
    """
    require_permission(actor, "review.organize")
    lock(db.session.get_one(Person, actor.person_id))  # of two clicks the second finds what the first has asked for
    mine = (AssignmentProposal.stage_id == stage.id, AssignmentProposal.asked_by_id == actor.person_id)
    proposal = db.session.scalar(select(AssignmentProposal).where(*mine))
    if proposal is None:
        proposal = AssignmentProposal(state=ProposalState.WORKING, stage_id=stage.id, asked_by_id=actor.person_id)
        proposal.round = 0
        db.session.add(proposal)
    else:
        lock(proposal)
        if proposal.state == ProposalState.APPLYING:
            raise Clash("This proposal is being applied. Wait until it is, then ask for another.")
        if proposal.state != ProposalState.WORKING:
            move(actor, proposal, "again", PROPOSAL, lambda: None)
    begin_round(proposal, aims, left_out, note)
    return proposal


def begin_round(
    proposal: AssignmentProposal, aims: Aims, left_out: Collection[Pair] = (), note: str | None = None
) -> None:
    """Have a proposal, whose row is taken, worked out anew."""
    proposal.round, proposal.asked_at, proposal.note = proposal.round + 1, now(), note
    proposal.aims, proposal.left_out = aims.as_kept(), [list(pair) for pair in sorted(left_out)]
    proposal.digest = proposal.made_at = proposal.applied_at = None
    proposal.shortages, proposal.undeclared, proposal.away = [], [], []
    db.session.flush()
    db.session.execute(delete(ProposedAssignment).where(ProposedAssignment.proposal_id == proposal.id))
    key = work_key(proposal)
    enqueue(db.session(), WORK_OUT, key=key, proposal_id=proposal.public_id, round_=proposal.round)


def work_key(proposal: AssignmentProposal) -> str:
    """Names the work of one round."""
    return f"{WORK_OUT}:{proposal.public_id}:{proposal.round}"


def leave_out(actor: Actor, proposal: AssignmentProposal, pair: Pair) -> None:
    """Take one pair out of a proposal, and have the best of the rest worked out.

    pair     (person id, application id)
    raises   Refused; Missing when the proposal has no such pair; Clash when it is not to be looked at any more
    """
    require_permission(actor, "review.organize")
    person_id, application_id = pair
    one = (ProposedAssignment.reviewer_id == person_id, ProposedAssignment.application_id == application_id)
    if not db.session.scalar(select(ProposedAssignment.id).where(ProposedAssignment.proposal_id == proposal.id, *one)):
        raise Missing("The proposal has no such assignment any more.")
    move(actor, proposal, "again", PROPOSAL, lambda: None)
    begin_round(proposal, Aims.read(proposal.aims), {*proposal.unwanted, pair})


def keep_proposal(actor: Actor, proposal: AssignmentProposal, found: Proposal) -> None:
    """Keep what was worked out, to be looked at. The row is taken, and its round is the one that was asked for."""
    proposal.digest, proposal.made_at = found.facts.digest, now()
    proposal.undeclared = list(found.facts.undeclared)
    proposal.away = [one.name for one in found.facts.reviewers if one.is_away]
    proposal.shortages = [[int(one.submission), one.sentence] for one in found.plan.shortages]
    rows = [
        {
            "proposal_id": proposal.id,
            "application_id": one.paper.application_id,
            "submission_id": one.paper.submission_id,
            "reviewer_id": one.reviewer.person_id,
            "reasons": list(one.reasons),
        }
        for one in found.additions
    ]
    if rows:
        db.session.execute(insert(ProposedAssignment), rows)
    move(actor, proposal, "ready", PROPOSAL, lambda: None)


def _on_panel(facts: PlanningFacts, one: Reviewer) -> PanelMember:
    if one.is_away:
        return PanelMember(_key(one.person_id), f"{one.name}, away", 0)
    least = min(facts.least, one.load or facts.least)
    return PanelMember(_key(one.person_id), one.name, one.load, least, one.elsewhere)


def _additions(facts: PlanningFacts, plan: AssignmentPlan) -> Iterator[Addition]:
    reviewers = {_key(one.person_id): one for one in facts.reviewers}
    papers = {_key(one.application_id): one for one in facts.papers}
    fixed = frozenset(map(_pair, facts.fixed))
    for who, what in plan.pairs:
        if (who, what) not in fixed:
            yield Addition(reviewers[who], papers[what], facts.reasons(reviewers[who], papers[what]))


def _key(number: int) -> str:
    """Ids as text that sorts like the numbers."""
    return f"{number:012d}"


def _pair(pair: Pair) -> tuple[str, str]:
    return _key(pair[0]), _key(pair[1])
