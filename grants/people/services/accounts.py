"""Accounts: made, described, given a password, closed."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import SYSTEM, Actor, Role, require, require_permission
from grants.people import policy
from grants.people.models import Organization, Person, RoleGrant
from grants.people.passwords import hash_password, password_problem
from grants.people.queries import account_of_email, person_of, person_of_email
from grants.people.services.mail import send_invitation, send_password_link
from grants.people.services.roles import grant_role, other_administrators
from grants.persistence import audit
from grants.persistence.base import new_public_id
from grants.persistence.session import db

FORGOTTEN: Final = "people.forgotten"


def create_first_administrator(name: str, email: str, password: str) -> Person:
    """The account everything else starts from.

    raises   Clash when there is an administrator already; Invalid for a bad name, address or password
    """
    if problem := password_problem(password, name, email):
        raise Invalid(problem, {"password": problem})
    password_hash = hash_password(password)  # slow, and so before the first statement opens the transaction
    if db.session.scalar(select(RoleGrant.id).where(RoleGrant.role == Role.ADMINISTRATOR).limit(1)) is not None:
        raise Clash("There is an administrator already. They can invite others.")
    return add_person(SYSTEM, name, email, roles=[Role.ADMINISTRATOR], password_hash=password_hash)


def add_person(
    actor: Actor,
    name: str,
    email: str,
    *,
    roles: Iterable[Role] = (),
    title: str | None = None,
    password_hash: str | None = None,
    illustrative: bool = False,
) -> Person:
    """A new account. Without a password hash the person is sent a link to choose a password.

    raises   Refused; Invalid when the name is empty, the address is none or has an account
    """
    require_permission(actor, "account.manage")
    person = new_account(name, email, title=title, password_hash=password_hash, illustrative=illustrative)
    audit.record(actor, "account.add", person, after={"name": person.name, "email": person.email})
    for role in roles:
        grant_role(actor, person, role)
    if password_hash is None:
        send_invitation(actor, person, "you are invited to work there")
    return person


def new_account(
    name: str, email: str, *, title: str | None = None, password_hash: str | None = None, illustrative: bool = False
) -> Person:
    """The bare account; those who call it have asked whether it may be made, and record it.

    raises   Invalid
    """
    person = Person(
        **_described(name, email, title),
        password_hash=password_hash,
        session_stamp=new_public_id(),
        illustrative=illustrative,
        created_at=now(),
    )
    db.session.add(person)
    db.session.flush()
    return person


def change_details(actor: Actor, person: Person, name: str, email: str, title: str | None) -> None:
    """An administrator's change of a name, address or title. A new address ends the person's sessions.

    raises   Refused; Invalid
    """
    require_permission(actor, "account.manage")
    _describe(actor, person, name, email, title)


def describe_oneself(actor: Actor, person: Person, name: str, title: str | None) -> None:
    """A person's own change of their name and title; the address they sign in with stays.

    raises   Invalid
    """
    _describe(actor, person, name, person.email, title)


def look_at(actor: Actor, organization: Organization | None) -> None:
    """Keep which of their organizations a person's pages are about, until they choose anew; None for all of them.

    raises   Refused for one that is not theirs
    """
    if organization is not None and organization.id not in actor.ties:
        raise Refused("You can look at organizations of your own only.")
    person_of(actor).looks_at_id = organization.id if organization else None


def note_sign_in(actor: Actor, person: Person, better_hash: str | None = None) -> None:
    """A person signed in.

    better_hash   the hash to keep from now on, when theirs was of an earlier strength
    """
    person.last_sign_in_at = now()
    if better_hash is not None:
        person.password_hash = better_hash
    audit.record(actor, "account.sign_in", person)


def set_password(actor: Actor, person: Person, password_hash: str) -> None:
    """Keep a new password; every session and every link sent before ends.

    password_hash   from passwords.hash_password, made before the transaction
    """
    person.password_hash = password_hash
    person.session_stamp = new_public_id()
    audit.record(actor, "account.password", person)


def ask_for_password_link(email: str) -> None:
    """Someone says they forgot the password of this address; whether it has an account is looked up later, by a job.

    So the answer takes the same time for every address. Asked again within ten minutes, it is one mail.
    """
    email = email.strip().lower()
    slot = int(now().timestamp()) // 600
    cause = f"{sha256(email.encode()).hexdigest()[:32]}:{slot}"
    enqueue(db.session(), FORGOTTEN, key=f"{FORGOTTEN}:{cause}", email=email, cause=cause)


def send_link_to(email: str, cause: str) -> None:
    """Send the link that was asked for, when the address has an open account.

    cause   names the asking, so that it is sent once
    """
    person = account_of_email(email)
    if person is not None:
        send_password_link(person, cause)


def end_sessions(actor: Actor, person: Person) -> None:
    """Sign a person out everywhere."""
    person.session_stamp = new_public_id()
    audit.record(actor, "account.end_sessions", person)


def invite_again(actor: Actor, person: Person) -> None:
    """Send a new link to someone who never signed in; the earlier one ends.

    raises   Refused; Clash when the account is in use or closed
    """
    require_permission(actor, "account.manage")
    _must_be_new(person)
    person.session_stamp = new_public_id()
    audit.record(actor, "account.invite", person)
    send_invitation(actor, person, "you are invited to work there")


def note_link_shown(actor: Actor, person: Person) -> None:
    """An administrator looks at the link to someone's first password, to hand it over where no mail goes out.

    raises   Refused; Clash once the person has signed in: then the link would open their account to others
    """
    require_permission(actor, "account.manage")
    _must_be_new(person)
    audit.record(actor, "account.show_link", person)


def close_account(actor: Actor, person: Person) -> None:
    """Close an account: the person is signed out at once and cannot come back. Their work stays.

    raises   Refused; Clash for one's own account, the last administrator's, or one that is closed
    """
    require_permission(actor, "account.manage")
    if person.id == actor.person_id:
        raise Clash("You cannot close your own account. Another administrator can.")
    if not person.is_active:
        raise Clash("This account is closed already.")
    if Role.ADMINISTRATOR in {grant.role for grant in person.grants}:
        require(policy.may_lose_administrator(other_administrators(person)))
    person.is_active = False
    person.session_stamp = new_public_id()
    audit.record(actor, "account.close", person, before={"active": True}, after={"active": False})


def reopen_account(actor: Actor, person: Person) -> None:
    """Open a closed account again, with the roles it had.

    raises   Refused; Clash when it is open
    """
    require_permission(actor, "account.manage")
    if person.is_active:
        raise Clash("This account is open already.")
    person.is_active = True
    audit.record(actor, "account.reopen", person, before={"active": False}, after={"active": True})


def plain_address(email: str) -> str:
    """An email address as it is kept, in lower case.

    raises   Invalid
    """
    try:
        return validate_email(email, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError as error:
        wrong = f"“{email.strip()}” is not an email address." if email.strip() else "Write the email address."
        raise Invalid(wrong, {"email": wrong}) from error


def _must_be_new(person: Person) -> None:
    if person.account_state != "invited":
        state = "in use" if person.is_active else "closed"
        raise Clash(f"{person.name} needs no invitation: the account is {state}.")


def _describe(actor: Actor, person: Person, name: str, email: str, title: str | None) -> None:
    before = {"name": person.name, "email": person.email, "title": person.title}
    after = _described(name, email, title, person)
    if after == before:
        return
    for field, value in after.items():
        setattr(person, field, value)
    if after["email"] != before["email"]:
        person.session_stamp = new_public_id()
    changed = [field for field in after if after[field] != before[field]]
    audit.record(
        actor, "account.change", person, before={k: before[k] for k in changed}, after={k: after[k] for k in changed}
    )


def _described(name: str, email: str, title: str | None, person: Person | None = None) -> dict[str, str | None]:
    """The name, address and title as they are kept.

    raises   Invalid, with a sentence for each that does not hold
    """
    errors = {}
    name = " ".join(name.split())
    if not name:
        errors["name"] = "Write the person’s name."
    try:
        email = plain_address(email)
    except Invalid as wrong:
        errors |= wrong.errors
    else:
        taken = person_of_email(email)
        if taken is not None and taken is not person:
            errors["email"] = f"{email} is the address of {taken.name}, who has an account already."
    if errors:
        raise Invalid("The account is not complete.", errors)
    return {"name": name, "email": email, "title": (title or "").strip() or None}
