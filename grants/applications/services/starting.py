"""Starting an application."""

from sqlalchemy import select

from grants.applications import entry, queries
from grants.applications.models import Application
from grants.applications.policy import may_start
from grants.applications.services.drafts import note_progress, person
from grants.casework import services as casework
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Organization
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.models import CycleStage


def start(actor: Actor, stage: CycleStage, organization: Organization) -> Application:
    """Begin an organization's application in a stage, or give the one that its people have begun already.

    raises   Refused for anyone but a writer of the organization;
             Clash when the stage is not open, or the program's entry rule does not admit the organization
    """
    require_permission(actor, "application.write")
    require(may_start(actor, organization.id))
    case = casework.open_case(actor, stage.cycle_id, organization.id)
    found = db.session.scalar(
        select(Application).where(Application.case_id == case.id, Application.stage_id == stage.id)
    )
    if found is not None:
        return found
    verdict = entry.may_enter(stage, organization)
    if verdict.reason is not None:
        raise Clash(verdict.reason)
    application = Application(case=case, stage=stage, state="draft", started_at=now(), started_by_id=person(actor).id)
    db.session.add(application)
    db.session.flush()
    note_progress(application, queries.form_of(application))
    application.written_at = None
    audit.record(actor, "application.start", application, after={"stage": stage.key}, case_id=case.id)
    casework.note_event(
        actor,
        case,
        "application",
        f"{actor.name} started the application: {stage.title}.",
        audience="applicant",
        reference=["applications.application", application.public_id],
    )
    return application
