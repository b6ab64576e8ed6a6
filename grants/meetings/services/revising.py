"""Revising one's scorecard while the application is up at a meeting."""

from collections.abc import Mapping

from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require
from grants.meetings import queries
from grants.meetings.models import AgendaItem
from grants.meetings.states import ItemState
from grants.persistence.moves import lock
from grants.review.marking import MarkValue
from grants.review.models import Assignment
from grants.review.revision_models import ScorecardRevision
from grants.review.services import revise_scorecard


def revise(
    actor: Actor,
    item: AgendaItem,
    assignment: Assignment,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str],
    comment: str | None,
    reason: str,
    based_on_version: int,
) -> ScorecardRevision:
    """Change one's own submitted scorecard on what is up; the scores before and after are kept.

    raises   Refused when the actor is not in the room, or out of it; Missing for another application's scorecard;
             Clash once it is not up any more; and as `revise_scorecard`
    """
    lock(item)
    require(queries.takes_part(actor, item))
    if assignment.submission.application_id != item.application_id:
        raise Missing("This scorecard is about another application.")
    if item.state != ItemState.OPEN:
        raise Clash("This application is not up any more, so its scores stand.")
    revision = revise_scorecard(
        actor,
        assignment,
        marks,
        comments,
        comment,
        reason,
        discussed_in=item.public_id,
        based_on_version=based_on_version,
    )
    item.touch()
    return revision
