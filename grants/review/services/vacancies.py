"""Places that a conflict of interest has emptied: opened with it, filled by whoever is assigned next, or left."""

from typing import Final

from sqlalchemy import select

from grants.applications.models import Submission
from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.errors import required
from grants.kernel.policy import Actor, require_permission
from grants.persistence.moves import move
from grants.persistence.session import db
from grants.review.models import Assignment
from grants.review.states import VACANCY, VacancyState
from grants.review.vacancy_models import Vacancy

SUCCEED: Final = "review.find_successor"


def open_vacancy(actor: Actor, assignment: Assignment) -> None:
    """Note that somebody else is needed for what an assignment was for; not once the decisions are released."""
    if assignment.stage.released_at is not None:
        return
    vacancy = db.session.scalar(select(Vacancy).where(Vacancy.assignment_id == assignment.id))
    if vacancy is None:
        db.session.add(Vacancy(state=VacancyState.OPEN, assignment_id=assignment.id, since=now()))
        db.session.flush()
    elif vacancy.state != VacancyState.OPEN:
        _move(actor, vacancy, "open again")
        vacancy.since = now()
        vacancy.reviewer_id = vacancy.settled_at = vacancy.settled_by_id = vacancy.reason = None
    else:
        return
    _have_worked_out(assignment)


def _have_worked_out(assignment: Assignment) -> None:
    enqueue(
        db.session(),
        SUCCEED,
        stage_id=assignment.stage.public_id,
        application_id=assignment.submission.application.public_id,
    )


def fill_vacancy(actor: Actor, application_id: int, person_id: int) -> None:
    """Whoever is assigned to an application takes the place that fell vacant on it first, if there is one."""
    found = db.session.scalar(
        select(Vacancy)
        .join(Vacancy.assignment)
        .join(Submission, Submission.id == Assignment.submission_id)
        .where(Submission.application_id == application_id, Vacancy.state == VacancyState.OPEN)
        .order_by(Vacancy.since, Vacancy.id)
        .limit(1)
    )
    if found is not None:
        _move(actor, found, "fill")
        found.reviewer_id = person_id
        _settle(actor, found)


def leave_vacancy(actor: Actor, vacancy: Vacancy, reason: str) -> None:
    """Nobody else is asked, for a reason that goes on record.

    raises   Refused; Invalid without a reason; Clash when it was settled meanwhile
    """
    require_permission(actor, "review.organize")
    reason = required(reason, "reason", "Say why nobody else is asked.")
    _move(actor, vacancy, "leave", reason)
    vacancy.reason = reason
    _settle(actor, vacancy)


def take_up_vacancy(actor: Actor, vacancy: Vacancy) -> None:
    """Somebody else is looked for after all.

    raises   Refused; Clash when it is not left as it is
    """
    _move(actor, vacancy, "take up again")
    vacancy.settled_at = vacancy.settled_by_id = vacancy.reason = None
    _have_worked_out(vacancy.assignment)


def _settle(actor: Actor, vacancy: Vacancy) -> None:
    vacancy.settled_at, vacancy.settled_by_id = now(), actor.person_id
    db.session.flush()


def _move(actor: Actor, vacancy: Vacancy, name: str, reason: str = "") -> None:
    case_id = vacancy.assignment.submission.application.case_id
    move(actor, vacancy, name, VACANCY, lambda: reason, case_id=case_id)
