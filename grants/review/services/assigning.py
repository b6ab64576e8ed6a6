"""Who reads what, given and taken by hand."""

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
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.models import PanelMember as Member
from grants.review.queries import is_submitted, planning_facts
from grants.review.services.vacancies import fill_vacancy
from grants.review.services.veiling import ask_to_veil


def assign(actor: Actor, stage: CycleStage, person: Person, application: Application) -> Assignment:
    """Give one application to one member of the panel, by hand; the load limit is the organizer's to pass.

    raises   Refused; Missing for an application that is not under review; Invalid when the person is not on the panel,
             has not declared, or has a conflict; Clash when it is theirs already
    """
    require_permission(actor, "review.organize")
    hold_panel(stage)
    facts = planning_facts(actor, stage, application.id)
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
    made = give(actor, stage, person.id, paper.submission_id, application.id)
    note_event(actor, application.case, "review", f"Assigned to {person.name}.")
    key = f"review-assigned:{made.public_id}:{made.assigned_at.isoformat()}"
    post(key, "review.assigned", person, assigned_facts(stage, 1), application.case)
    return made


def unassign(actor: Actor, assignment: Assignment) -> None:
    """Take an application back from a reviewer; a draft of their scorecard is kept and shows nowhere.

    raises   Refused; Clash when the scorecard is submitted, or the assignment is revoked already
    """
    require_permission(actor, "review.organize")
    lock(assignment)  # of two who take it back at once, the second finds it taken
    if assignment.scorecard is not None:
        lock(assignment.scorecard)  # and whoever submits it at this moment was first, or is refused
    if is_submitted(assignment):
        raise Clash(f"{assignment.reviewer.name} has submitted this scorecard. Reopen it first if it must not count.")
    if assignment.revoked_at is not None:
        raise Clash("This assignment is revoked already.")
    assignment.revoked_at = now()
    case = assignment.submission.application.case
    audit.record(actor, "review.revoke", assignment, after={"because": "by hand"}, case_id=case.id)
    note_event(actor, case, "review", f"{assignment.reviewer.name} no longer reviews.")


def hold_panel(stage: CycleStage) -> None:
    """Take the members' rows, as a declaration does, so that a conflict and an assignment never cross."""
    db.session.execute(select(Member.id).where(Member.stage_id == stage.id).order_by(Member.id).with_for_update())


def give(actor: Actor, stage: CycleStage, person_id: int, submission_id: int, application_id: int) -> Assignment:
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
    fill_vacancy(actor, application_id, person_id)
    ask_to_veil(made)
    return made


def assigned_facts(stage: CycleStage, count: int) -> dict[str, object]:
    """What the message says that tells a reviewer of new work."""
    applications = "1 application" if count == 1 else f"{count} applications"
    link = address_of("review.assignments")
    return {"stage": stage.title, "cycle": stage.cycle.title, "applications": applications, "link": link}
