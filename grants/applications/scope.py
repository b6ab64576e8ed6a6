"""Which applications an actor may know of, as one exact SQL predicate."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from grants.applications.models import Application, Submission
from grants.applications.states import State
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor, Role

OPEN_TO_COACHES = (State.DRAFT, State.RETURNED)


def visible_applications(actor: Actor) -> ColumnElement[bool]:
    """Holds for the applications the actor may know of.

    Staff: all but those of cases they are conflicted with. Partner funders: of these, the ones that were submitted.
    Applicants: their own organizations'. Coaches: the drafts of those they coach, until these are submitted. A
    reviewer's follow from assignments, which review adds.
    """
    if Role.SYSTEM in actor.roles:
        return true()
    ways: list[ColumnElement[bool]] = []
    if actor.may("case.list"):
        ways.append(not_conflicted(actor, Application.case_id))
    elif actor.may("application.list"):
        ways.append(and_(was_submitted(), not_conflicted(actor, Application.case_id)))
    if actor.organization_ids:
        ways.append(_of(actor.organization_ids))
    if actor.coaching:
        ways.append(and_(_of(actor.coaching), Application.state.in_(OPEN_TO_COACHES)))
    return or_(false(), *ways)


def was_submitted() -> ColumnElement[bool]:
    """Holds for applications that were submitted at least once."""
    every = aliased(Submission)
    return exists().where(every.application_id == Application.id)


def _of(organization_ids: frozenset[int]) -> ColumnElement[bool]:
    return Application.case_id.in_(select(Case.id).where(Case.organization_id.in_(organization_ids)))
