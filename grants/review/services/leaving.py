"""A member leaves a panel after their yes: what they have not submitted is open again, what they have stays."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.officers import officers
from grants.casework.services import note_event
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing, required
from grants.kernel.policy import Actor, require_permission
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember
from grants.review.people_models import PanelInvitation
from grants.review.queries import is_submitted, member_for
from grants.review.states import INVITATION, InvitationFacts, InvitationState

MOST_SAID: Final = 500


def leave_panel(actor: Actor, stage: CycleStage, reason: str) -> int:
    """Leave a panel, saying why. Asked again, one may come back, and declares again.

    returns  how many assignments are open again
    raises   Missing when the actor is not on it; Invalid without a reason, or for one beyond MOST_SAID characters;
             Clash once the decisions are released
    """
    require_permission(actor, "review.score")
    member = member_for(actor, stage)
    if member is None:
        raise Missing("You are not on this panel.")
    said = " ".join(required(reason, "reason", "Say in a few words why; the program officer reads it.").split())
    if len(said) > MOST_SAID:
        raise Invalid("The reason is too long.", {"reason": f"Write at most {MOST_SAID} characters."})
    lock(member)  # whoever assigns takes it too: nothing is given to who is leaving
    if member.left_at is not None:
        raise Missing("You are not on this panel.")
    if stage.released_at is not None:
        raise Clash("The decisions of this stage are released: there is nothing left to leave.")
    member.left_at = now()
    after = {"person": actor.name, "stage": stage.title, "reason": said}
    audit.record(actor, "review.leave_panel", member, after=after)
    count = _give_back(actor, member)
    _tell(actor, member, said, _answer_no(actor, member, said))
    return count


def _give_back(actor: Actor, member: PanelMember) -> int:
    mine = db.session.scalars(
        select(Assignment)
        .where(
            Assignment.stage_id == member.stage_id,
            Assignment.reviewer_id == member.person_id,
            Assignment.revoked_at.is_(None),
        )
        .options(
            joinedload(Assignment.scorecard),
            joinedload(Assignment.submission)
            .joinedload(Submission.application)
            .joinedload(Application.case)
            .joinedload(Case.organization),
        )
        .order_by(Assignment.id)
    ).all()
    lock_all([one.scorecard for one in mine if one.scorecard is not None])  # one that is being submitted is waited for
    given_back = [one for one in mine if not is_submitted(one)]
    for one in given_back:
        one.revoked_at = now()
        case = one.submission.application.case
        audit.record(actor, "review.revoke", one, after={"because": "left the panel"}, case_id=case.id)
        note_event(actor, case, "review", f"{actor.name} left the panel and no longer reviews.")
    return len(given_back)


def _answer_no(actor: Actor, member: PanelMember, said: str) -> PanelInvitation | None:
    """The invitation they had said yes to is answered with no, so that they can be asked again."""
    asked = db.session.scalar(
        select(PanelInvitation).where(
            PanelInvitation.stage_id == member.stage_id,
            PanelInvitation.person_id == member.person_id,
            PanelInvitation.state == InvitationState.ACCEPTED,
        )
    )
    if asked is not None:

        def keep_reason() -> None:
            asked.reason, asked.ended_at = f"Left after a yes: {said}", now()

        move(actor, asked, "leave", INVITATION, InvitationFacts, {"keep_reason": keep_reason})
    return asked


def _tell(actor: Actor, member: PanelMember, said: str, asked: PanelInvitation | None) -> None:
    """Whoever asked them is told; where that is nobody who works here still, every program officer."""
    told = [asked.invited_by] if asked is not None and asked.invited_by.is_active else officers()
    stage = member.stage
    link = address_of("review.panel", stage_id=stage.public_id)
    facts = {"who": actor.name, "stage": stage.title, "cycle": stage.cycle.title, "reason": said, "link": link}
    for officer in told:
        key = f"review.left:{member.public_id}:{member.left_at:%Y%m%dT%H%M%S}:{officer.public_id}"
        post(key, "review.left", officer, facts)
