"""A consortium's members change while its applications are read: conflicts of interest follow at once."""

from sqlalchemy import exists, select

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.policy import SYSTEM, Actor
from grants.people import consortia
from grants.people.models import Organization
from grants.persistence.moves import lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.services.conflicts import find_rule_conflicts


def conflicts_follow(_actor: Actor, consortium: Organization, _what: str) -> None:
    """Note what the rules now find between the panels that read the consortium and its members, and revoke.

    It is the system that finds them: whoever changed the members learns nothing of who reviews.
    """
    stages = db.session.scalars(
        select(CycleStage)
        .join(Application, Application.stage_id == CycleStage.id)
        .join(Case, Case.id == Application.case_id)
        .where(Case.organization_id == consortium.id, exists().where(Submission.application_id == Application.id))
        .order_by(CycleStage.id)
    ).all()
    for stage in stages:
        panel = db.session.scalars(
            select(PanelMember).where(PanelMember.stage_id == stage.id).order_by(PanelMember.id)
        ).all()
        # Whoever assigns takes the same rows: a conflict and an assignment that cross are put in order.
        lock_all(panel)
        find_rule_conflicts(SYSTEM, stage, [one.person_id for one in panel])


consortia.changes.append(conflicts_follow)
