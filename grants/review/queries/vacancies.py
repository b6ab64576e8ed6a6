"""Places on applications that a conflict of interest has emptied, for whoever fills them."""

from collections.abc import Sequence

from sqlalchemy import Select, false, select, true
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.queries.scope import REVIEWABLE, joined
from grants.review.states import VacancyState
from grants.review.vacancy_models import Vacancy


def open_vacancies(actor: Actor) -> Sequence[Vacancy]:
    """Those that nobody has filled, on applications under review, the longest open first; one statement."""
    return db.session.scalars(_seen(actor).where(Vacancy.state == VacancyState.OPEN)).unique().all()


def vacancies_on(actor: Actor, application: Application) -> Sequence[Vacancy]:
    """Those of one application that are open, and those that were left as they are."""
    still = Vacancy.state.in_((VacancyState.OPEN, VacancyState.LEFT))
    return db.session.scalars(_seen(actor).where(Application.id == application.id, still)).unique().all()


def vacancy_on(actor: Actor, application: Application, public_id: str) -> Vacancy:
    """One of an application's, whatever became of it.

    raises   Missing
    """
    found = db.session.scalar(_seen(actor).where(Application.id == application.id, Vacancy.public_id == public_id))
    if found is None:
        raise Missing("There is no such place to fill.")
    return found


def _seen(actor: Actor) -> Select[Vacancy]:
    return (
        joined(select(Vacancy).join(Vacancy.assignment))
        .join(Assignment.stage)
        .where(
            true() if actor.may("review.organize") else false(),
            Application.state.in_(REVIEWABLE),
            CycleStage.released_at.is_(None),
            not_conflicted(actor, Application.case_id),
        )
        .options(
            contains_eager(Vacancy.assignment).options(
                contains_eager(Assignment.stage).joinedload(CycleStage.cycle),
                joinedload(Assignment.reviewer),
                joinedload(Assignment.submission)
                .joinedload(Submission.application)
                .joinedload(Application.case)
                .joinedload(Case.organization),
            ),
            joinedload(Vacancy.settled_by),
        )
        .order_by(Vacancy.since, Vacancy.id)
    )
