"""Places on applications that a conflict of interest has emptied, for whoever fills them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, false, select, true
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember
from grants.review.queries.planning import PlanningFacts
from grants.review.queries.scope import REVIEWABLE, joined, sits
from grants.review.queries.whole import hidden_name
from grants.review.states import VacancyState
from grants.review.vacancy_models import Succession, Vacancy


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


def succession_on(actor: Actor, stage: CycleStage, facts: PlanningFacts, application_id: int) -> Succession | None:
    """Who fits best in an empty place, as it was kept: what rests on these very facts, whoever it was worked out for;
    or else the last for such a reader, which is out of date. None while nothing was worked out.

    facts   about the application, as the actor may know them
    """
    of_it = select(Succession).where(Succession.application_id == application_id)
    of_it = of_it.options(joinedload(Succession.reviewer))
    fresh = db.session.scalar(of_it.where(Succession.digest == facts.digest).order_by(Succession.id).limit(1))
    return fresh or db.session.scalar(of_it.where(Succession.hidden == hidden_name(actor, stage)))


class Proposed(NamedTuple):
    """The place on an application that is empty the longest, and who was worked out to fit best in it.

    best     as it was kept for such a reader; None while nothing was worked out
    member   the place of that reviewer on the panel, if there is one who fits and they sit on it still
    """

    vacancy: Vacancy
    best: Succession | None
    member: PanelMember | None


def proposed_on(actor: Actor, stage: CycleStage, application_ids: Collection[int]) -> Mapping[int, Proposed]:
    """Application id -> who is proposed, of those with an empty place, in a constant number of statements.

    Whether it rests on what is so still is not asked of many: whoever is assigned is worked out once more before.
    """
    open_ones = _seen(actor).where(Vacancy.state == VacancyState.OPEN, Application.id.in_(application_ids))
    vacancies = {
        one.assignment.submission.application_id: one for one in reversed(db.session.scalars(open_ones).unique().all())
    }
    if not vacancies:
        return {}
    kept = select(Succession).where(
        Succession.application_id.in_(vacancies), Succession.hidden == hidden_name(actor, stage)
    )
    best = {one.application_id: one for one in db.session.scalars(kept.options(joinedload(Succession.reviewer)))}
    who = [one.reviewer_id for one in best.values()]
    sitting = select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.person_id.in_(who), sits())
    members: dict[int | None, PanelMember] = {one.person_id: one for one in db.session.scalars(sitting)}
    found = [(number, vacancy, best.get(number)) for number, vacancy in vacancies.items()]
    return {
        number: Proposed(vacancy, one, members.get(one.reviewer_id) if one else None) for number, vacancy, one in found
    }


def emptied() -> Sequence[tuple[int, int]]:
    """(stage id, application id) of every application under review with a place that nobody has filled."""
    rows = db.session.execute(
        joined(select(Assignment.stage_id, Application.id).join(Vacancy, Vacancy.assignment_id == Assignment.id))
        .join(Assignment.stage)
        .where(
            Vacancy.state == VacancyState.OPEN,
            Application.state.in_(REVIEWABLE),
            CycleStage.released_at.is_(None),
        )
        .distinct()
        .order_by(Assignment.stage_id, Application.id)
    )
    return [(stage, application) for stage, application in rows]


def _seen(actor: Actor) -> Select[Vacancy]:
    return (
        joined(select(Vacancy).join(Vacancy.assignment))
        .join(Assignment.stage)
        .where(
            true() if actor.may("panel.read") else false(),
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
