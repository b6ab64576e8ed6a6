"""Whoever is asked to join a panel says yes, and is on it, or no."""

from typing import Final

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, Role
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.people.models import Person, RoleGrant
from grants.people.queries import actor_of
from grants.people.services.accounts import new_account, note_sign_in
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.people_models import PanelInvitation
from grants.review.queries.invitations import account_of, facts_of, is_member, stamp_of
from grants.review.services.conflicts import find_rule_conflicts
from grants.review.services.profiles import add_expertise
from grants.review.states import INVITATION

MOST_REASON: Final = 500


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
    move(_invitee(invitation, person), invitation, "accept", INVITATION, lambda: facts_of(invitation), effects)
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
    move(invitee, invitation, "decline", INVITATION, lambda: facts_of(invitation), effects)


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
    if is_member(asked.stage, person):
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
    find_rule_conflicts(asked.stage, [person.id])
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
