"""Who is asked to join a stage's panel, and what is agreed with its members."""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages.services import Visitor, post
from grants.people.models import Person
from grants.people.queries import person_of, person_of_email
from grants.people.services.accounts import plain_address
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.people_models import PanelInvitation
from grants.review.queries.invitations import (
    account_of,
    facts_of,
    has_run_out,
    holds_until,
    is_member,
    stamp_of,
    work_asked,
)
from grants.review.queries.piles import is_past
from grants.review.services.profiles import MOST_EVER
from grants.review.states import INVITATION, InvitationState

AGAIN_AFTER: Final = timedelta(minutes=10)


def invite_reviewer(
    actor: Actor, stage: CycleStage, person: Person, expertise: str | None = None, load_cap: int | None = None
) -> PanelInvitation:
    """Ask somebody with an account to join the panel; they are on it once they say yes.

    expertise   words by commas, such as "high, charter": put to their profile when they say yes
    load_cap    about how many submissions they are asked to read, 1 to 1000
    raises      Refused; Invalid for a stage without review or a closed account; Clash when they are on it, or asked
    """
    return _ask(actor, stage, person.email, person.name, person, expertise, load_cap)


def invite_by_address(
    actor: Actor,
    stage: CycleStage,
    email: str,
    name: str = "",
    expertise: str | None = None,
    load_cap: int | None = None,
) -> PanelInvitation:
    """The same for whoever has this address; without an account their yes makes one.

    name     needed for an address that nobody here has
    raises   as `invite_reviewer`; Invalid when the name or address does not hold
    """
    require_permission(actor, "review.organize")
    address = plain_address(email)
    return _ask(actor, stage, address, name, person_of_email(address), expertise, load_cap)


def invite_again(actor: Actor, invitation: PanelInvitation) -> None:
    """Send an invitation once more: the link before ends. Within ten minutes, twice is once.

    raises   Refused; Clash when it was accepted, or the stage is decided
    """
    require_permission(actor, "review.organize")
    lock(invitation)
    if invitation.state == InvitationState.INVITED and now() < invitation.since + AGAIN_AFTER:
        return
    _once_more(actor, invitation)


def withdraw_invitation(actor: Actor, invitation: PanelInvitation) -> None:
    """Ask somebody no longer; their link ends, and they are not told.

    raises   Refused; Clash when they have answered
    """

    def keep_time() -> None:
        invitation.ended_at = now()

    move(actor, invitation, "withdraw", INVITATION, lambda: facts_of(invitation), {"keep_time": keep_time})


def _ask(
    actor: Actor,
    stage: CycleStage,
    email: str,
    name: str,
    person: Person | None,
    expertise: str | None,
    load_cap: int | None,
) -> PanelInvitation:
    require_permission(actor, "review.organize")
    _check_ask(stage, name, person, load_cap)
    lock(stage)  # of two officers who ask the same person at once, the second sees them asked
    if person is not None and is_member(stage, person):
        raise Clash(f"{person.name} is on this panel already.")
    called = person.name if person else " ".join(name.split())
    asked = _asked_before(stage, email, person)
    if asked is None:
        asked = PanelInvitation(stage=stage, state=InvitationState.INVITED, since=now(), invited_by=person_of(actor))
        db.session.add(asked)
        _describe(asked, email, called, person, expertise, load_cap)
        audit.record(actor, "review.invite", asked, after={"person": called, "address": email, "stage": stage.title})
        _send(asked)
        return asked
    if asked.state == InvitationState.INVITED and not has_run_out(asked):
        raise Clash(f"{called} is asked already, and has not answered. The invitation can be sent again below.")
    _describe(asked, email, called, person, expertise, load_cap)
    _once_more(actor, asked)
    return asked


def _check_ask(stage: CycleStage, name: str, person: Person | None, load_cap: int | None) -> None:
    if stage.kind != "application":
        raise Invalid("Only a stage with applications has a panel.")
    _check_load(load_cap)
    if person is not None and not person.is_active:
        raise Invalid(f"{person.name}’s account is closed.", {"email": f"{person.name}’s account is closed."})
    if person is None and not name.strip():
        raise Invalid("A name is needed.", {"name": "Write the person’s name."})


def _check_load(load_cap: int | None) -> None:
    if load_cap is not None and not 1 <= load_cap <= MOST_EVER:
        wrong = f"Write a number from 1 to {MOST_EVER:,}, or leave it empty."
        raise Invalid(wrong, {"load_cap": wrong})


def _describe(
    asked: PanelInvitation, email: str, name: str, person: Person | None, expertise: str | None, load_cap: int | None
) -> None:
    asked.email, asked.name, asked.person = email, name, person
    asked.expertise, asked.load_cap = (expertise or "").strip(), load_cap
    db.session.flush()


def _asked_before(stage: CycleStage, email: str, person: Person | None) -> PanelInvitation | None:
    same = PanelInvitation.email == email
    if person is not None:
        same = or_(same, PanelInvitation.person_id == person.id)
    return db.session.scalar(
        select(PanelInvitation)
        .where(PanelInvitation.stage_id == stage.id, same)
        .order_by(PanelInvitation.id.desc())
        .limit(1)
    )


def _once_more(actor: Actor, asked: PanelInvitation) -> None:
    def send_link() -> None:
        asked.since, asked.ended_at, asked.reason, asked.invited_by = now(), None, None, person_of(actor)
        db.session.flush()
        _send(asked)

    if asked.state != InvitationState.INVITED:
        move(actor, asked, "ask_again", INVITATION, lambda: facts_of(asked), {"send_link": send_link})
        return
    audit.record(actor, "review.invite", asked, after={"person": asked.name, "address": asked.email, "again": True})
    send_link()


def _send(asked: PanelInvitation) -> None:
    count, due = work_asked(asked)
    zone, cycle = asked.stage.cycle.time_zone, asked.stage.cycle
    work = f"about {count} applications" if count else "some of the applications"
    until = f"{'; scorecards were due' if is_past(due) else ' by'} {in_words(due, zone)}" if due else ""
    facts = {
        "stage": asked.stage.title,
        "cycle": cycle.title,
        "invited_by": asked.invited_by.name,
        "funder": definition_of(cycle).funder,
        "work": f"to read and score {work}{until}",
        "until": in_words(holds_until(asked.stage, asked.since), zone),
    }
    to = account_of(asked) or Visitor(asked.name, asked.email)
    post(f"review.asked:{stamp_of(asked)}:{asked.public_id}", "review.asked", to, facts)
