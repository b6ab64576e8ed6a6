"""The queue of what is to be screened: one after the other, in the order in which they came."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.applications.scope import by_stage, visible_applications, was_submitted
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

_WAITING = and_(Application.state == State.SUBMITTED, Application.screened_at.is_(None))


def waiting_by_stage(actor: Actor) -> Sequence[tuple[CycleStage, int]]:
    """The stages in which applications wait to be screened, with how many."""
    return by_stage(actor, _WAITING)


def next_to_screen(actor: Actor, stage: str = "", after: str = "", at: str = "") -> Application | None:
    """The application that was submitted first of those that wait to be screened; None when none is left.

    stage   public id of the stage, or all of them
    after   public id of one that is left for later: the next one after it, or the first again
    at      public id of the one to look at, if it still waits
    """
    if at and (found := _first(_queue(actor, stage).where(Application.public_id == at))):
        return found
    if after and (found := _first(_queue(actor, stage).where(_last() > _place_of(after)))):
        return found
    return _first(_queue(actor, stage))


def before_in_queue(actor: Actor, found: Application, stage: str = "") -> Application | None:
    """The one that waits before an application in the queue; None for the first."""
    earlier = _queue(actor, stage).where(_last() < _place_of(found.public_id))
    return _first(earlier.order_by(None).order_by(_last().desc(), Application.id.desc()))


def _first(queue: Select[Application]) -> Application | None:
    return db.session.scalars(queue.limit(1)).first()


def _last() -> ColumnElement[int]:
    return select(func.max(Submission.id)).where(Submission.application_id == Application.id).scalar_subquery()


def _place_of(public_id: str) -> ColumnElement[int]:
    last = select(func.max(Submission.id)).join(Submission.application)
    return last.where(Application.public_id == public_id).scalar_subquery()


def _queue(actor: Actor, stage: str) -> Select[Application]:
    waiting = (
        select(Application)
        .join(Application.case)
        .join(Case.organization)
        .join(Application.stage)
        .join(CycleStage.cycle)
        .options(
            contains_eager(Application.case).options(contains_eager(Case.organization), joinedload(Case.officer)),
            contains_eager(Application.stage).contains_eager(CycleStage.cycle).joinedload(Cycle.program_version),
        )
        .where(visible_applications(actor), was_submitted(), _WAITING)
        .order_by(_last(), Application.id)
    )
    return waiting.where(CycleStage.public_id == stage) if stage else waiting
