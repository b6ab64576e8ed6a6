"""Who reads what: proposed to the optimum, looked at, applied; or given and taken by hand."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.policy import Actor, require_permission
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.assignment import AssignmentPlan, PanelMember, Paper, Wishes
from grants.review.assignment import assign as best_assignment
from grants.review.models import Assignment
from grants.review.models import PanelMember as Member
from grants.review.queries import PlanningFacts, Reviewed, Reviewer, is_submitted, planning_facts
from grants.review.services.conflicts import find_rule_conflicts
from grants.review.services.veiling import ask_to_veil

KNOWS_THE_FIELD = 5
"""Points for each word of a reviewer's expertise that fits the applicant; `assignment.Worth` says what others weigh."""


@dataclass(frozen=True)
class Addition:
    """One assignment that a proposal would add, with its reasons in words."""

    reviewer: Reviewer
    paper: Reviewed
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """An assignment to look at before it is applied; what is assigned already stays."""

    facts: PlanningFacts
    plan: AssignmentPlan
    additions: tuple[Addition, ...]

    @property
    def digest(self) -> str:
        """Names the facts it rests on: the same digest is the same proposal."""
        return self.facts.digest

    def by_application(self) -> list[tuple[Reviewed, list[Addition]]]:
        """What is added to each application, reviewers by name."""
        found: dict[int, tuple[Reviewed, list[Addition]]] = {}
        for one in sorted(self.additions, key=lambda one: one.reviewer.name):
            found.setdefault(one.paper.application_id, (one.paper, []))[1].append(one)
        return [found[number] for number in sorted(found)]

    def loads(self) -> list[tuple[Reviewer, int, int]]:
        """(reviewer, reviews now, reviews with the proposal), by name."""
        before = {one.person_id: 0 for one in self.facts.reviewers}
        for person_id, _ in self.facts.fixed:
            before[person_id] += 1
        return [
            (one, before[one.person_id], self.plan.loads[_key(one.person_id)])
            for one in sorted(self.facts.reviewers, key=lambda one: one.name)
        ]


def propose_assignment(actor: Actor, stage: CycleStage) -> Proposal:
    """The best assignment of the panel's declared members to what still lacks reviewers. Writes nothing.

    raises   Refused
    """
    require_permission(actor, "review.organize")
    facts = planning_facts(actor, stage)
    plan = best_assignment(
        [PanelMember(_key(one.person_id), one.name, facts.load, facts.least) for one in facts.reviewers],
        [Paper(_key(one.application_id), one.title, facts.needs) for one in facts.papers],
        Wishes(
            conflicts=frozenset(map(_pair, facts.barred)),
            fixed=frozenset(map(_pair, facts.fixed)),
            expertise=_expertise(facts),
            previous=frozenset(map(_pair, facts.previous - facts.barred)),
        ),
    )
    return Proposal(facts, plan, _additions(facts, plan))


def apply_assignment(actor: Actor, stage: CycleStage, plan: Proposal) -> list[Assignment]:
    """Make a proposal's assignments, and tell each reviewer once.

    raises   Refused; Clash when anything it rests on has changed since: a conflict, a submission, another assignment
    """
    require_permission(actor, "review.organize")
    _hold_panel(stage)
    if planning_facts(actor, stage).digest != plan.digest:
        raise Clash("The panel, its conflicts or its applications have changed. Look at the new proposal.")
    find_rule_conflicts(actor, stage, [one.person_id for one in plan.facts.reviewers])
    made = [
        _give(actor, stage, one.reviewer.person_id, one.paper.submission_id, one.paper.application_id)
        for one in plan.additions
    ]
    _note_cases(actor, plan)
    _tell(stage, plan)
    return made


def assign(actor: Actor, stage: CycleStage, person: Person, application: Application) -> Assignment:
    """Give one application to one member of the panel, by hand; the load limit is the organizer's to pass.

    raises   Refused; Missing for an application that is not under review; Invalid when the person is not on the panel,
             has not declared, or has a conflict; Clash when it is theirs already
    """
    require_permission(actor, "review.organize")
    _hold_panel(stage)
    facts = planning_facts(actor, stage)
    paper = next((one for one in facts.papers if one.application_id == application.id), None)
    if paper is None:
        raise Missing("There is no such application under review.")
    pair = (person.id, application.id)
    if person.id not in {one.person_id for one in facts.reviewers}:
        raise Invalid(f"{person.name} is not on this panel, or has not declared conflicts of interest yet.")
    if pair in facts.barred:
        raise Invalid(f"{person.name} cannot review {paper.title}: a conflict stands, or was not asked about yet.")
    if pair in facts.fixed:
        raise Clash(f"{person.name} reviews {paper.title} already.")
    made = _give(actor, stage, person.id, paper.submission_id, application.id)
    note_event(actor, application.case, "review", f"{person.name} was asked to review.")
    post(f"review-assigned:{made.public_id}:{made.assigned_at.isoformat()}", "review.assigned", person, _said(stage, 1))
    return made


def unassign(actor: Actor, assignment: Assignment) -> None:
    """Take an application back from a reviewer; a draft of their scorecard is kept and shows nowhere.

    raises   Refused; Clash when the scorecard is submitted, or the assignment is revoked already
    """
    require_permission(actor, "review.organize")
    if is_submitted(assignment):
        raise Clash(f"{assignment.reviewer.name} has submitted this scorecard. Reopen it first if it must not count.")
    if assignment.revoked_at is not None:
        raise Clash("This assignment is revoked already.")
    assignment.revoked_at = now()
    case = assignment.submission.application.case
    audit.record(actor, "review.revoke", assignment, after={"because": "by hand"}, case_id=case.id)
    note_event(actor, case, "review", f"{assignment.reviewer.name} no longer reviews.")


def _hold_panel(stage: CycleStage) -> None:
    """Take the members' rows, as a declaration does, so that a conflict and an assignment never cross."""
    db.session.execute(select(Member.id).where(Member.stage_id == stage.id).order_by(Member.id).with_for_update())


def _give(actor: Actor, stage: CycleStage, person_id: int, submission_id: int, application_id: int) -> Assignment:
    """A new assignment, or the revoked one of this application again, with what stood on its scorecard."""
    made = db.session.scalar(
        select(Assignment)
        .join(Assignment.submission)
        .where(Assignment.reviewer_id == person_id, Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
        .options(joinedload(Assignment.submission))
    )
    if made is None or made.submission_id != submission_id:
        made = Assignment(submission_id=submission_id, stage_id=stage.id, reviewer_id=person_id)
        db.session.add(made)
    made.assigned_at, made.revoked_at = now(), None
    db.session.flush()
    application = made.submission.application
    after = {"reviewer": made.reviewer.name, "submission": made.submission.public_id}
    audit.record(actor, "review.assign", made, after=after, case_id=application.case_id)
    ask_to_veil(made)
    return made


def _note_cases(actor: Actor, plan: Proposal) -> None:
    names: dict[int, list[str]] = {}
    for one in plan.additions:
        names.setdefault(one.paper.application_id, []).append(one.reviewer.name)
    applications = db.session.scalars(
        select(Application).where(Application.id.in_(names)).options(joinedload(Application.case))
    )
    for application in applications:
        asked = ", ".join(sorted(names[application.id]))
        note_event(actor, application.case, "review", f"Asked to review: {asked}.")


def _tell(stage: CycleStage, plan: Proposal) -> None:
    new: dict[int, int] = {}
    for one in plan.additions:
        new[one.reviewer.person_id] = new.get(one.reviewer.person_id, 0) + 1
    for person in db.session.scalars(select(Person).where(Person.id.in_(new)).order_by(Person.id)):
        key = f"review-assigned:{stage.public_id}:{person.public_id}:{plan.digest[:16]}"
        post(key, "review.assigned", person, _said(stage, new[person.id]))


def _said(stage: CycleStage, count: int) -> dict[str, object]:
    applications = "1 application" if count == 1 else f"{count} applications"
    link = address_of("review.assignments")
    return {"stage": stage.title, "cycle": stage.cycle.title, "applications": applications, "link": link}


def _additions(facts: PlanningFacts, plan: AssignmentPlan) -> tuple[Addition, ...]:
    reviewers = {_key(one.person_id): one for one in facts.reviewers}
    papers = {_key(one.application_id): one for one in facts.papers}
    fixed = frozenset(map(_pair, facts.fixed))
    return tuple(
        Addition(reviewers[who], papers[what], _reasons(facts, reviewers[who], papers[what]))
        for who, what in plan.pairs
        if (who, what) not in fixed
    )


def _reasons(facts: PlanningFacts, reviewer: Reviewer, paper: Reviewed) -> tuple[str, ...]:
    kept = ("read this applicant before",) if (reviewer.person_id, paper.application_id) in facts.previous else ()
    return (*kept, *sorted(f"knows {word}" for word in reviewer.expertise & paper.traits))


def _expertise(facts: PlanningFacts) -> dict[tuple[str, str], int]:
    return {
        (_key(one.person_id), _key(paper.application_id)): KNOWS_THE_FIELD * shared
        for one in facts.reviewers
        for paper in facts.papers
        if (shared := len(one.expertise & paper.traits))
    }


def _key(number: int) -> str:
    """Ids as text that sorts like the numbers."""
    return f"{number:012d}"


def _pair(pair: tuple[int, int]) -> tuple[str, str]:
    return _key(pair[0]), _key(pair[1])
