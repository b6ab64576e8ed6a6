"""An applicant's people, or a consortium's members, change while it is read: conflicts of interest follow at once."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select, true

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.policy import SYSTEM, Actor
from grants.people import consortia, invitations
from grants.people.models import Organization, Person
from grants.persistence.moves import lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.services.conflicts import find_rule_conflicts


def conflicts_follow(_actor: Actor, consortium: Organization, _what: str) -> None:
    """Note what the rules now find between the panels that read the consortium and its members, and revoke.

    It is the system that finds them: whoever changed the members learns nothing of who reviews.
    """
    for stage in _read_stages(consortium):
        _note_ties(stage, true())


def conflicts_come_along(organization: Organization, person: Person) -> None:
    """Who comes to belong to an organization and is on a panel that reads it loses its applications at once."""
    for stage in _read_stages(organization):
        _note_ties(stage, PanelMember.person_id == person.id)


def _read_stages(applicant: Organization) -> Sequence[CycleStage]:
    """The stages in which an organization has submitted."""
    return db.session.scalars(
        select(CycleStage)
        .join(Application, Application.stage_id == CycleStage.id)
        .join(Case, Case.id == Application.case_id)
        .where(Case.organization_id == applicant.id, exists().where(Submission.application_id == Application.id))
        .order_by(CycleStage.id)
    ).all()


def _note_ties(stage: CycleStage, whose: ColumnElement[bool]) -> None:
    panel = db.session.scalars(
        select(PanelMember).where(PanelMember.stage_id == stage.id, whose).order_by(PanelMember.id)
    ).all()
    # Whoever assigns takes the same rows: a conflict and an assignment that cross are put in order.
    lock_all(panel)
    if panel:
        find_rule_conflicts(SYSTEM, stage, [one.person_id for one in panel])


consortia.changes.append(conflicts_follow)
invitations.arrivals.append(conflicts_come_along)
