"""An applicant's people, or a consortium's members, change while it is read: conflicts of interest follow at once."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select, true

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.people import consortia, invitations
from grants.people.models import ConsortiumMember, Organization, OrganizationMembership, Person
from grants.persistence.moves import lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.queries.ties import SPEAKING
from grants.review.services.conflicts import find_rule_conflicts


def conflicts_follow(_actor: Actor, consortium: Organization, _what: str) -> None:
    """Note what the rules now find between the panels that read the consortium or a member of it, and revoke.

    It is the system that finds them: whoever changed the members learns nothing of who reviews.
    """
    _note_ties(_beside([consortium.id]), true())


def conflicts_come_along(organization: Organization, person: Person) -> None:
    """Who comes to belong to an organization, or to coach it, and is on a panel that reads it, or one that is in a
    network with it, loses their applications at once; and so does whoever writes from where its new lead or signatory
    does."""
    of_it = select(ConsortiumMember.consortium_id).where(ConsortiumMember.organization_id == organization.id)
    speaks_for_it = exists().where(
        OrganizationMembership.organization_id == organization.id,
        OrganizationMembership.person_id == person.id,
        OrganizationMembership.role.in_(SPEAKING),
    )
    whose = or_(PanelMember.person_id == person.id, speaks_for_it)
    _note_ties({organization.id, *_beside(db.session.scalars(of_it).all())}, whose)


def _beside(consortium_ids: Collection[int]) -> set[int]:
    """Ids of these consortia, and of the organizations that are in them or were."""
    members = select(ConsortiumMember.organization_id).where(
        ConsortiumMember.consortium_id.in_(consortium_ids), ConsortiumMember.since.is_not(None)
    )
    return {*consortium_ids, *db.session.scalars(members)}


def _note_ties(applicants: Collection[int], whose: ColumnElement[bool]) -> None:
    """Ask the rules of these organizations' cases, in each stage in which they have submitted."""
    read: dict[int, list[int]] = {}
    for stage_id, case_id in db.session.execute(
        select(Application.stage_id, Application.case_id)
        .join(Case, Case.id == Application.case_id)
        .where(Case.organization_id.in_(applicants), exists().where(Submission.application_id == Application.id))
        .order_by(Application.stage_id, Application.case_id)
    ):
        read.setdefault(stage_id, []).append(case_id)
    for stage_id, cases in read.items():
        panel = db.session.scalars(
            select(PanelMember).where(PanelMember.stage_id == stage_id, whose).order_by(PanelMember.id)
        ).all()
        # Whoever assigns takes the same rows: a conflict and an assignment that cross are put in order.
        lock_all(panel)
        if panel:
            stage = db.session.get_one(CycleStage, stage_id)
            find_rule_conflicts(stage, [one.person_id for one in panel], cases)


consortia.changes.append(conflicts_follow)
invitations.arrivals.append(conflicts_come_along)
