"""Which slates and stages there are, for whom."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted, sees_as_staff
from grants.decisions.models import Decision, Slate
from grants.decisions.states import SlateState
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage

PROPOSED_OR_LATER = (SlateState.PROPOSED, SlateState.APPROVED, SlateState.RELEASED)


def visible_slates(actor: Actor) -> ColumnElement[bool]:
    """Which slates an actor may read: their makers and auditors see drafts, other readers only what was proposed."""
    if not actor.may("slate.read"):
        return ~true()
    return true() if actor.may("slate_draft.read") else Slate.state.in_(PROPOSED_OR_LATER)


def slates(actor: Actor, page: int = 1) -> Page[Slate]:
    """Slates the actor may read, the newest first."""
    return paginate(
        select(Slate)
        .where(visible_slates(actor))
        .options(joinedload(Slate.stage).joinedload(CycleStage.cycle), joinedload(Slate.made_by))
        .order_by(Slate.made_at.desc(), Slate.id.desc()),
        page,
    )


def slate_for(actor: Actor, public_id: str) -> Slate:
    """One slate.

    raises   Missing when there is none, or the actor may not read it
    """
    slate = db.session.scalar(
        select(Slate)
        .where(Slate.public_id == public_id, visible_slates(actor))
        .options(
            joinedload(Slate.stage).joinedload(CycleStage.cycle),
            joinedload(Slate.proposed_by),
            joinedload(Slate.letters_checked_by),
            selectinload(Slate.approvals),
        )
    )
    if slate is None:
        raise Missing("There is no such slate, or it is not yours to read.")
    return slate


def stage_rules(slate: Slate) -> ApplicationStage:
    """The program's rules for the slate's stage, in the version its cycle keeps."""
    return definition_of(slate.stage.cycle).application_stage(slate.stage.key)


def stages_to_decide(actor: Actor) -> Sequence[CycleStage]:
    """Application stages that have submissions and no release yet: a slate can be made for them."""
    if not actor.may("slate.propose"):
        return []
    submitted = exists().where(
        Application.stage_id == CycleStage.id,
        Application.state == "submitted",
        not_conflicted(actor, Application.case_id),
    )
    return db.session.scalars(
        select(CycleStage)
        .where(and_(CycleStage.kind == "application", CycleStage.released_at.is_(None)), submitted)
        .options(joinedload(CycleStage.cycle))
        .order_by(CycleStage.closes_at.desc(), CycleStage.id)
    ).all()


def scenarios(actor: Actor, slate: Slate) -> Sequence[Slate]:
    """Other slates of the same stage that the actor may read."""
    return db.session.scalars(
        select(Slate)
        .where(Slate.stage_id == slate.stage_id, Slate.id != slate.id, visible_slates(actor))
        .order_by(Slate.made_at.desc(), Slate.id.desc())
        .limit(20)
    ).all()


def decisions_of(actor: Actor, of: Case) -> Sequence[Decision]:
    """Released decisions of one case, the newest first; nothing exists before release, for anyone."""
    return db.session.scalars(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(
            Decision.case_id == of.id,
            or_(sees_as_staff(actor, Decision.case_id), Case.organization_id.in_(actor.organization_ids)),
        )
        .options(
            joinedload(Decision.letter),
            joinedload(Decision.application).joinedload(Application.stage),
        )
        .order_by(Decision.released_at.desc(), Decision.id.desc())
    ).all()
