"""Who reads an application best in the place of a reviewer who turned out to be tied to it.

It is worked out when somebody looks, from what they may see: for one application that takes no longer than the page,
it is never out of date, and the loads of a case that is kept from an officer do not show in what is proposed to them.
"""

from dataclasses import dataclass, replace

from grants.applications.models import Application
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Person
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.queries import Reviewer, planning_facts
from grants.review.services.assigning import assign, hold_panel
from grants.review.services.proposing import best_of, usual_aims
from grants.review.states import VacancyState
from grants.review.vacancy_models import Vacancy


@dataclass(frozen=True)
class Successor:
    """What is proposed.

    reviewer   who fits best; None when nobody can read it
    why        in words
    limit      why nobody can, or fewer than the program asks for could; empty otherwise
    has, needs reviewers now, and as the program asks
    silent     names of members who take no part, since they have not declared
    """

    reviewer: Reviewer | None
    why: tuple[str, ...]
    limit: str
    has: int
    needs: int
    silent: tuple[str, ...] = ()


def best_successor(actor: Actor, stage: CycleStage, application_id: int) -> Successor:
    """Who would read an application best beside those who do, as far as the actor may know.

    raises   Missing when it is not under review
    """
    facts = planning_facts(actor, stage, application_id)
    if not facts.papers:
        raise Missing("There is no such application under review.")
    has = len(facts.fixed)
    # One more, whatever is lacking beside: of several who are added nobody could tell who comes first.
    found = best_of(replace(facts, needs=has + 1, least=0), usual_aims(stage))
    if not found.additions:
        limit = " ".join(one.sentence for one in found.plan.shortages)
        return Successor(None, (), limit, has, facts.needs, facts.undeclared)
    best = found.additions[0]
    return Successor(best.reviewer, best.reasons, "", has, facts.needs, facts.undeclared)


def appoint(actor: Actor, stage: CycleStage, vacancy: Vacancy, application: Application, person: Person) -> Assignment:
    """Assign who was proposed for a vacancy, if they still fit best.

    raises   Refused; Clash when it was settled meanwhile, or somebody else fits best by now; as `assign`
    """
    require_permission(actor, "review.organize")
    hold_panel(stage)
    lock(vacancy)
    if vacancy.state != VacancyState.OPEN:
        by = f" by {vacancy.settled_by.name}" if vacancy.settled_by else ""
        raise Clash(f"This was settled{by} meanwhile. Nothing was changed.")
    best = best_successor(actor, stage, application.id).reviewer
    if best is None or best.person_id != person.id:
        now_best = f"{best.name} fits best now" if best else "nobody fits now"
        raise Clash(f"Things have changed since {person.name} was proposed: {now_best}. Nothing was assigned.")
    return assign(actor, stage, db.session.get_one(Person, best.person_id), application)
