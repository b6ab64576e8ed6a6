"""Who was kept from either of two organizations is kept from the one that they are.

The conflicts of a case that becomes part of another stay on it, since its part of the record does, and stand on the
other as well. Once everything has moved, the stages' rules are asked again: a panel may have ties to the one that went.
"""

from sqlalchemy import select

from grants.applications.models import Application
from grants.casework.merging import CASES
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.people.merging import ORGANIZATIONS, Foresight, Mover, count_of, repoint
from grants.people.models import Organization
from grants.people.services.moving import tied_to_both
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Affiliation, Conflict, PanelMember
from grants.review.services import find_rule_conflicts, let_stand, reckon, revoke


def _foresee(_actor: Actor, _gone: object, _stays: object) -> Foresight:
    return Foresight()


def _copy_conflicts(actor: Actor, gone: Case, stays: Case) -> None:
    standing = select(Conflict).where(Conflict.case_id == gone.id, Conflict.lifted_at.is_(None)).order_by(Conflict.id)
    for conflict in db.session.scalars(standing).all():
        let_stand(actor, stays.id, conflict.person_id, conflict.source, conflict.reason, conflict.kind)


def _foresee_ties(_actor: Actor, gone: Organization, _stays: Organization) -> Foresight:
    count = count_of(Affiliation.organization_id, gone.id)
    return Foresight({("reviewer’s tie", "reviewers’ ties"): count})


def _move_ties(_actor: Actor, gone: Organization, stays: Organization) -> None:
    """What reviewers said of the one that goes they said of the one that stays; said of both, it is said once, and
    lasts as long as the longer."""
    for tie, other in tied_to_both(Affiliation, gone, stays):  # type: ignore[type-var]  # as good a tie
        if tie.relation == other.relation:
            ends = (tie.ended_on, other.ended_on)
            other.ended_on = None if None in ends else max(filter(None, ends))
            db.session.delete(tie)
    db.session.flush()
    repoint(Affiliation.organization_id, gone.id, stays.id)


def _move_nothing(_actor: Actor, _gone: Organization, _stays: Organization) -> None: ...


def _keep_all_away(actor: Actor, _gone: Organization, stays: Organization) -> None:
    standing = (
        select(Conflict).join(Conflict.case).where(Case.organization_id == stays.id, Conflict.lifted_at.is_(None))
    )
    for conflict in db.session.scalars(standing.order_by(Conflict.id)).all():
        revoke(actor, conflict)  # what they were assigned of the other one
    stages = db.session.scalars(
        select(CycleStage)
        .where(
            CycleStage.id.in_(
                select(Application.stage_id).join(Application.case).where(Case.organization_id == stays.id)
            )
        )
        .order_by(CycleStage.id)
    )
    cases = db.session.scalars(select(Case.id).where(Case.organization_id == stays.id)).all()
    for stage in stages.all():
        panel = select(PanelMember.person_id).where(PanelMember.stage_id == stage.id).order_by(PanelMember.id)
        find_rule_conflicts(stage, db.session.scalars(panel).all(), cases)
    # Applications went from case to case past the session, and other conflicts may stand there.
    applications = select(Application.id).join(Application.case).where(Case.organization_id == stays.id)
    reckon(db.session.scalars(applications).all())


CASES.register(Mover((Conflict.case_id,), _foresee, _copy_conflicts))
ORGANIZATIONS.register(Mover((Affiliation.organization_id,), _foresee_ties, _move_ties))
ORGANIZATIONS.register(Mover((), _foresee, _move_nothing, after=_keep_all_away))
