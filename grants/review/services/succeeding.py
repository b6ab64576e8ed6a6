"""Who reads an application best in the place of a reviewer who turned out to be tied to it.

It is worked out in the background when a place falls empty, and again when what it rests on has changed; a page shows
what is kept. For each set of cases that is kept from somebody there is one of its own: loads of what is kept from an
officer do not show in what is proposed to them.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from grants.applications.models import Application
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Person
from grants.persistence.moves import lock
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review.models import Assignment
from grants.review.queries import PlanningFacts, Reviewer, emptied, hidden_name, planning_facts
from grants.review.queries.scope import with_program
from grants.review.services.assigning import assign, hold_panel
from grants.review.services.proposing import best_of, usual_aims
from grants.review.services.viewpoints import viewpoints
from grants.review.states import VacancyState
from grants.review.vacancy_models import Succession, Vacancy


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
    return _best(stage, facts)


def _best(stage: CycleStage, facts: PlanningFacts) -> Successor:
    has = len(facts.fixed)
    # One more, whatever is lacking beside: of several who are added nobody could tell who comes first.
    found = best_of(replace(facts, needs=has + 1, least=0), usual_aims(stage))
    if not found.additions:
        limit = " ".join(one.sentence for one in found.plan.shortages)
        return Successor(None, (), limit, has, facts.needs, facts.undeclared)
    best = found.additions[0]
    return Successor(best.reviewer, best.reasons, "", has, facts.needs, facts.undeclared)


def keep_up_with_places() -> None:
    """Work out who fits best wherever a place is empty and what is kept rests on something else by now; forget what is
    kept where none is empty any more.
    """
    waiting = emptied()
    for stage_id, application_id in waiting:
        keep_succession(stage_id, application_id)
    settled = select(Succession.id).where(Succession.application_id.not_in([one for _, one in waiting]))
    if gone := db.session.scalars(settled.order_by(Succession.id)).all():
        with unit_of_work():
            db.session.execute(delete(Succession).where(Succession.id.in_(gone)))
    db.session.rollback()  # nothing is left open behind it


def keep_succession(stage_id: int, application_id: int) -> None:
    """Work it out for one application, once for each set of cases that is kept from those who organize or audit, and
    nothing twice. Called outside a unit of work: no transaction stays open while it is worked out.
    """
    stage = db.session.scalars(select(CycleStage).where(CycleStage.id == stage_id).options(with_program())).one()
    for actor in viewpoints(stage, "panel.read"):
        facts, hidden = planning_facts(actor, stage, application_id), hidden_name(actor, stage)
        same = (Succession.application_id == application_id, Succession.digest == facts.digest)
        if not facts.papers or db.session.scalar(select(Succession.id).where(*same).limit(1)) is not None:
            continue
        found = _best(stage, facts)
        db.session.rollback()
        with unit_of_work():
            _keep(application_id, hidden, facts.digest, found)


def _keep(application_id: int, hidden: str, digest: str, found: Successor) -> None:
    """In the place of what was kept for such readers before; of two who work it out at once, the later one stays."""
    which = {"application_id": application_id, "hidden": hidden}
    who = found.reviewer
    said: dict[str, Any] = {
        "digest": digest,
        "made_at": now(),
        "reviewer_id": who.person_id if who else None,
        "reasons": list(found.why),
        "elsewhere": who.elsewhere if who else 0,
        "most": who.load if who else None,
        "bound": found.limit,
        "has": found.has,
        "needs": found.needs,
        "silent": list(found.silent),
    }
    made = postgresql.insert(Succession) if db.engine.dialect.name == "postgresql" else sqlite.insert(Succession)
    row = made.values(**which, **said)
    db.session.execute(row.on_conflict_do_update(index_elements=list(which), set_=said))


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
