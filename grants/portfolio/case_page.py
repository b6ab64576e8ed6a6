"""One case on one page: where it stands, and everything that hangs on it, as far as the reader may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.applications import queries as drafts
from grants.applications.models import Application, ReadinessCheck, Submission
from grants.applications.scope import visible_applications
from grants.awards.models import Award
from grants.awards.queries import visible_awards
from grants.casework import queries as casework
from grants.casework.models import Case, Note, Task, TimelineEvent
from grants.decisions import queries as decisions
from grants.decisions.models import Decision
from grants.discovery import queries as discovery
from grants.discovery.models import Event, Registration, VisitNote
from grants.documents.models import Document
from grants.documents.queries import documents_of, readable_among
from grants.kernel.clock import now, today
from grants.kernel.policy import Actor
from grants.meetings.queries import own_slots
from grants.monitoring.models import Requirement
from grants.payments.models import Installment
from grants.people import consortia
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership
from grants.persistence.paging import Page
from grants.persistence.session import db
from grants.portfolio import queries
from grants.portfolio.ahead import Ahead, ahead, at_events, at_pitches, in_order, under_awards
from grants.portfolio.home import in_words
from grants.portfolio.own import PAGE as OWN_PAGE
from grants.portfolio.own import Told, does_what, told
from grants.portfolio.pipeline import journey
from grants.programs.models import Cycle
from grants.programs.path import PathStep

OPEN = ("scheduled", "submitted", "returned")


@dataclass(frozen=True)
class Own:
    """For the school's own people: what comes next, who does what, their documents, and what they were told."""

    ahead: Sequence[Ahead]
    people: Sequence[tuple[str, str]]
    documents: Page[Document]
    told: Page[Told]


@dataclass(frozen=True)
class CasePage:
    """What the page shows; money in cents.

    readable   ids of the decisions' letters that the reader may open
    ties       the member organizations of a consortium; of any other organization the consortia that it is in
    """

    case: Case
    cycle: Cycle
    steps: Sequence[PathStep]
    applications: Sequence[Application]
    latest: dict[int, Submission]
    decisions: Sequence[Decision]
    readable: frozenset[int]
    awards: Sequence[Award]
    installments: dict[int, list[Installment]]
    requirements: Sequence[Requirement]
    attended: Sequence[tuple[Event, int]]
    progress: Sequence[discovery.Progress]
    assessments: Sequence[ReadinessCheck]
    visit_notes: Sequence[VisitNote]
    people: Sequence[OrganizationMembership]
    ties: Sequence[ConsortiumMember]
    timeline: Page[TimelineEvent]
    notes: Sequence[Note]
    tasks: Sequence[Task]
    own: Own | None

    @property
    def owed(self) -> list[Requirement]:
        """What is still to be done, by due date."""
        return [one for one in self.requirements if one.state in OPEN]

    @property
    def settled(self) -> list[Requirement]:
        """What was accepted or waived, the latest first."""
        return [one for one in reversed(self.requirements) if one.state not in OPEN]

    def milestones(self, award: Award) -> list[tuple[date, int, str]]:
        """An award's dated installments as the time line takes them: due date, cents, state."""
        day = today(self.cycle.time_zone)
        return [(one.due_on, one.amount, one.standing(day)) for one in self.installments[award.id] if one.due_on]


def case_page(actor: Actor, public_id: str, page: int = 1, mail: int = 1, document: int = 1) -> CasePage:
    """Gather one case, in a constant number of statements.

    page, mail, document   numbers of the timeline's page, and of those of the school's mail and documents
    raises   Missing when there is none, or the actor may not know of it
    """
    case = casework.case_for(actor, public_id)
    cycle = db.session.get_one(Cycle, case.cycle_id)
    applications = _applications(actor, case)
    awards = _awards(actor, case)
    stages = queries.stages_of({case.cycle_id})[case.cycle_id]
    released = decisions.decisions_of(actor, case)
    installments, requirements = _installments(awards), _requirements(awards)
    coming = [
        *ahead(cycle.stages, applications, {one.application_id for one in released}, now()),
        *at_pitches([one for one in own_slots(actor) if one.application.case_id == case.id]),
        *under_awards(awards, installments, requirements, today(cycle.time_zone)),
    ]
    return CasePage(
        case=case,
        cycle=cycle,
        steps=journey(stages, in_words(queries.standings([case])[case.id]), now()),
        applications=applications,
        latest=_latest(applications),
        decisions=released,
        readable=readable_among(actor, [one.letter_id for one in released if one.letter_id]),
        awards=awards,
        installments=installments,
        requirements=requirements,
        attended=_attended(case),
        progress=discovery.progress_of(case),
        assessments=drafts.assessments_of(actor, case),
        visit_notes=discovery.notes_of_school(actor, case),
        people=_people(case),
        ties=_ties(case.organization),
        timeline=casework.timeline(actor, case, page),
        notes=casework.notes(actor, case),
        tasks=casework.tasks(actor, case),
        own=_own(actor, case, cycle.time_zone, coming, mail, document),
    )


def _own(actor: Actor, case: Case, zone: str, coming: Sequence[Ahead], mail: int, document: int) -> Own | None:
    """What the school's own people see beside the story."""
    if case.organization_id not in actor.organization_ids:
        return None
    return Own(
        ahead=in_order([*coming, *at_events(_coming(case))], zone),
        people=does_what(case),
        documents=documents_of(actor, case, document, OWN_PAGE),
        told=told(actor, case, mail),
    )


def _applications(actor: Actor, case: Case) -> Sequence[Application]:
    return db.session.scalars(
        select(Application)
        .where(Application.case_id == case.id, visible_applications(actor))
        .options(joinedload(Application.stage))
        .order_by(Application.started_at, Application.id)
    ).all()


def _latest(applications: Sequence[Application]) -> dict[int, Submission]:
    found = db.session.scalars(
        select(Submission)
        .where(Submission.application_id.in_([one.id for one in applications]))
        .order_by(Submission.number)
    )
    return {one.application_id: one for one in found}


def _awards(actor: Actor, case: Case) -> Sequence[Award]:
    return db.session.scalars(
        select(Award)
        .join(Award.case)
        .where(Award.case_id == case.id, visible_awards(actor))
        .options(joinedload(Award.stage), joinedload(Award.agreement))
        .order_by(Award.offered_at, Award.id)
    ).all()


def _installments(awards: Sequence[Award]) -> dict[int, list[Installment]]:
    found: dict[int, list[Installment]] = {one.id: [] for one in awards}
    for part in db.session.scalars(
        select(Installment).where(Installment.award_id.in_(found)).order_by(Installment.award_id, Installment.number)
    ):
        found[part.award_id].append(part)
    return found


def _requirements(awards: Sequence[Award]) -> Sequence[Requirement]:
    return db.session.scalars(
        select(Requirement)
        .where(Requirement.award_id.in_([one.id for one in awards]))
        .order_by(Requirement.due_on, Requirement.id)
        .limit(100)
    ).all()


def _attended(case: Case) -> Sequence[tuple[Event, int]]:
    """Events of the cycle that people of the organization came to, and how many came."""
    came = func.count(Registration.id)
    rows = db.session.execute(
        select(Event, came)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Event.cycle_id == case.cycle_id,
            Registration.organization_id == case.organization_id,
            Registration.attended_at.is_not(None),
        )
        .group_by(Event.id)
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(50)
    )
    return [(event, count) for event, count in rows]


def _coming(case: Case) -> Sequence[tuple[Event, int]]:
    """Events to come at which people of the organization have places, and how many of them."""
    places = func.count(Registration.id)
    rows = db.session.execute(
        select(Event, places)
        .join(Registration, Registration.event_id == Event.id)
        .where(
            Event.cycle_id == case.cycle_id,
            Event.starts_at > now(),
            Event.cancelled_at.is_(None),
            Registration.cancelled_at.is_(None),
            Registration.organization_id == case.organization_id,
        )
        .group_by(Event.id)
        .order_by(Event.starts_at, Event.id)
        .limit(10)
    )
    return [(event, count) for event, count in rows]


def _ties(organization: Organization) -> Sequence[ConsortiumMember]:
    if organization.kind == "consortium":
        return consortia.members_in(organization.id)
    return [one for one in consortia.consortia_of(organization) if one.since is not None]


def _people(case: Case) -> Sequence[OrganizationMembership]:
    return db.session.scalars(
        select(OrganizationMembership)
        .where(
            OrganizationMembership.organization_id == case.organization_id,
            OrganizationMembership.role.in_(("lead", "signatory", "editor")),
        )
        .options(joinedload(OrganizationMembership.person))
        .order_by(OrganizationMembership.role.desc(), OrganizationMembership.id)
        .limit(30)
    ).all()
