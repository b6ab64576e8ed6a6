"""Who is asked to join a stage's panel, and who has joined it."""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select

from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, Role, require_permission
from grants.messages.addresses import address_of
from grants.messages.services import Visitor, post
from grants.people.models import Person, RoleGrant
from grants.people.queries import actor_of, person_of, person_of_email
from grants.people.services.accounts import new_account, note_sign_in, plain_address
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.people_models import PanelInvitation
from grants.review.queries.invitations import HOLDS_FOR, account_of, has_run_out, stamp_of, work_asked
from grants.review.queries.scope import sits
from grants.review.services.conflicts import find_rule_conflicts
from grants.review.services.profiles import MOST_EVER, add_expertise
from grants.review.states import INVITATION, InvitationFacts, InvitationState

AGAIN_AFTER: Final = timedelta(minutes=10)
MOST_REASON: Final = 500


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

    move(actor, invitation, "withdraw", INVITATION, lambda: _facts(invitation), {"keep_time": keep_time})


def accept_invitation(invitation: PanelInvitation, person: Person) -> PanelMember:
    """Whoever is asked says yes, and is on the panel. Those who call it know that it is they: by account or by link.

    Conflicts that the stage's rules find are noted at once.
    raises   Clash when it was answered, withdrawn or ran out meanwhile, or the account is closed
    """
    if not person.is_active:
        raise Clash("This account is closed. Ask the foundation.")
    members: list[PanelMember] = []
    effects = {
        "make_member": lambda: members.append(_join(invitation, person)),
        "tell_officer": lambda: _tell_officer(invitation, "yes", f"{invitation.name} has joined the panel."),
    }
    move(_invitee(invitation, person), invitation, "accept", INVITATION, lambda: _facts(invitation), effects)
    return members[0]


def accept_with_account(invitation: PanelInvitation, name: str, password_hash: str) -> Person:
    """The same for somebody without an account: their yes makes it, with the password they chose.

    password_hash   from passwords.hash_password, made before the transaction
    raises          as `accept_invitation`; Invalid for an empty name
    """
    lock(invitation)  # of two who press at once, the second finds it answered
    if account_of(invitation) is not None:
        raise Clash("There is an account with this address. Sign in, or answer without a password.")
    INVITATION.find("accept", invitation.state)
    person = new_account(name, invitation.email, password_hash=password_hash)
    audit.record(
        _invitee(invitation, person), "account.add", person, after={"name": person.name, "email": person.email}
    )
    accept_invitation(invitation, person)
    note_sign_in(actor_of(person), person)
    return person


def decline_invitation(invitation: PanelInvitation, reason: str = "") -> None:
    """Whoever is asked says no, and perhaps why; those who call it know that it is they.

    raises   Clash when it was answered or withdrawn meanwhile; Invalid for a reason that is too long
    """
    said = " ".join(reason.split())
    if len(said) > MOST_REASON:
        raise Invalid("The reason is too long.", {"reason": f"Write at most {MOST_REASON} characters."})

    def keep_reason() -> None:
        invitation.reason, invitation.ended_at = said or None, now()

    told = f"{invitation.name} does not join the panel.{f' “{said}”' if said else ''}"
    effects = {"keep_reason": keep_reason, "tell_officer": lambda: _tell_officer(invitation, "no", told)}
    invitee = _invitee(invitation, account_of(invitation))
    move(invitee, invitation, "decline", INVITATION, lambda: _facts(invitation), effects)


def agree_load(actor: Actor, member: PanelMember, load_cap: int | None) -> None:
    """How many submissions a member reads on this panel at most; None for what profile and program say.

    raises   Refused; Invalid for a number that is none
    """
    require_permission(actor, "review.organize")
    _check_load(load_cap)
    if member.load_cap != load_cap:
        audit.record(
            actor,
            "review.agree_load",
            member,
            before={"most": member.load_cap},
            after={"person": member.person.name, "most": load_cap},
        )
        member.load_cap = load_cap


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
    if person is not None and _is_member(stage, person):
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
        move(actor, asked, "ask_again", INVITATION, lambda: _facts(asked), {"send_link": send_link})
        return
    audit.record(actor, "review.invite", asked, after={"person": asked.name, "address": asked.email, "again": True})
    send_link()


def _send(asked: PanelInvitation) -> None:
    count, due = work_asked(asked)
    zone, cycle = asked.stage.cycle.time_zone, asked.stage.cycle
    work = f"about {count} submissions" if count else "some submissions"
    facts = {
        "stage": asked.stage.title,
        "cycle": cycle.title,
        "invited_by": asked.invited_by.name,
        "work": f"to read and score {work}{f' by {in_words(due, zone)}' if due else ''}",
        "until": in_words(asked.since + HOLDS_FOR, zone),
    }
    to = account_of(asked) or Visitor(asked.name, asked.email)
    post(f"review.asked:{stamp_of(asked)}:{asked.public_id}", "review.asked", to, facts)


def _tell_officer(asked: PanelInvitation, answer: str, sentence: str) -> None:
    if not asked.invited_by.is_active:
        return
    link = address_of("review.panel", stage_id=asked.stage.public_id)
    facts = {"who": asked.name, "answer": answer, "stage": asked.stage.title, "sentence": sentence, "link": link}
    post(f"review.answered:{stamp_of(asked)}:{asked.public_id}", "review.answered", asked.invited_by, facts)


def _invitee(asked: PanelInvitation, person: Person | None) -> Actor:
    """Whoever is asked, as they answer: with the reviewer's role that the invitation offers, and no other."""
    number, name = (person.id, person.name) if person else (None, asked.name)
    return Actor(person_id=number, name=name, email=asked.email, roles=frozenset({Role.REVIEWER}))


def _join(asked: PanelInvitation, person: Person) -> PanelMember:
    asked.person, asked.ended_at = person, now()
    if _is_member(asked.stage, person):
        raise Clash(f"{person.name} is on this panel already.")
    lock(person)
    member = _place_before(asked.stage, person)
    if member is None:
        member = PanelMember(stage=asked.stage, person=person)
        db.session.add(member)
    # Whoever comes back is asked about every applicant again: much may have happened.
    member.invited_at, member.accepted_at, member.load_cap = asked.since, now(), asked.load_cap
    member.left_at = member.declared_at = None
    add_expertise(person, asked.expertise)
    invitee = _invitee(asked, person)
    _make_reviewer(invitee, asked, person)
    db.session.flush()
    audit.record(invitee, "review.join", member, after={"person": person.name, "stage": asked.stage.title})
    find_rule_conflicts(invitee, asked.stage, [person.id])
    return member


def _place_before(stage: CycleStage, person: Person) -> PanelMember | None:
    """The place of somebody who was on the panel and left it."""
    found = select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.person_id == person.id)
    return db.session.scalar(found)


def _make_reviewer(actor: Actor, asked: PanelInvitation, person: Person) -> None:
    if Role.REVIEWER in {Role(grant.role) for grant in person.grants}:
        return
    person.grants.append(RoleGrant(role=Role.REVIEWER, granted_at=now(), granted_by_id=asked.invited_by_id))
    after = {"role": Role.REVIEWER.label, "offered by": asked.invited_by.name}
    audit.record(actor, "account.grant", person, after=after)


def _is_member(stage: CycleStage, person: Person) -> bool:
    found = select(PanelMember.id).where(PanelMember.stage_id == stage.id, PanelMember.person_id == person.id, sits())
    return db.session.scalar(found) is not None


def _facts(asked: PanelInvitation) -> InvitationFacts:
    return InvitationFacts(has_run_out(asked), is_closed=asked.stage.released_at is not None)
