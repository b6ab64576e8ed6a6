"""What waits among people: accounts nobody uses, organizations that are new or here twice, people who ask to join."""

from flask import url_for
from sqlalchemy import func, select

from grants.kernel.policy import Actor, OrganizationRole
from grants.kernel.roles import Role
from grants.people import accounts
from grants.people.consortia import unanswered
from grants.people.invitations import asked_to_join
from grants.people.models import Organization, Person
from grants.people.pairs import undecided
from grants.people.requests import asked_of, short_of_people
from grants.persistence.session import db
from grants.web.filters import plural
from grants.web.todo import Todo


def todos(actor: Actor) -> list[Todo]:
    """What to look after among accounts and organizations, in a statement each."""
    found = [*_accounts(actor), *_new_organizations(actor), *_pairs(actor)]
    return [*found, *_asked_to_join(actor), *_asked(actor), *_asked_into(actor), *_first_steps(actor)]


def _asked_to_join(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "ask",
            f"{one.invited_by.name} asks you to join {one.organization.name}",
            url_for("people.invitation", invitation_id=one.public_id),
            f"As {one.role}. Say yes or no: nothing changes for you until you say yes.",
        )
        for one in asked_to_join(actor.person_id)
    ]


def _first_steps(actor: Actor) -> list[Todo]:
    """What the lead of an organization does first: bring in those who write with them, and one who certifies."""
    found = []
    for organization, people, signatories in short_of_people(actor):
        page = url_for("people.organization", organization_id=organization.public_id)
        if people == 1:
            detail = f"{organization.name}: several people write an application at once, each with their own account."
            found.append(Todo("plan", "Invite your colleagues", f"{page}#invite", detail))
        if not signatories:
            detail = f"{organization.name}: only a signatory certifies and submits an application."
            found.append(Todo("plan", "Name a signatory", f"{page}#{'invite' if people == 1 else 'people'}", detail))
    return found


def _asked_into(actor: Actor) -> list[Todo]:
    if not (actor.may("organization.manage") or actor.organizations_as(OrganizationRole.LEAD)):
        return []
    return [
        Todo(
            "ask",
            f"Answer whether {one.organization.name} joins {one.consortium.name}",
            url_for("people.organization", organization_id=one.organization.public_id, _anchor="consortia"),
            "It does not count as a member until somebody says yes.",
        )
        for one in unanswered(actor)
    ]


def _asked(actor: Actor) -> list[Todo]:
    if not (actor.may("organization.manage") or actor.organizations_as(OrganizationRole.LEAD)):
        return []
    return [
        Todo(
            "ask",
            f"{plural(count, 'person asks', 'people ask')} to join {organization.name}",
            url_for("people.organization", organization_id=organization.public_id),
            "They see nothing of it until you let them in.",
            count=count,
        )
        for organization, count in asked_of(actor)
    ]


def _new_organizations(actor: Actor) -> list[Todo]:
    if not actor.may("organization.manage"):
        return []
    formed = Organization.kind == "consortium"
    new = select(func.count().filter(~formed), func.count().filter(formed)).where(
        Organization.unchecked_since.is_not(None)
    )
    registered, consortia = db.session.execute(new).one()
    what = [
        f"{plural(registered, 'organization')} registered" if registered else "",
        f"{plural(consortia, 'consortium', 'consortia')} formed" if consortia else "",
    ]
    count = registered + consortia
    return [
        Todo(
            "ask",
            f"{' and '.join(filter(None, what))}, not yet checked",
            url_for("people.organizations", state="new"),
            "They can write already. See that each is what it says, and is not here twice.",
            count=count,
        )
    ][: bool(count)]


def _pairs(actor: Actor) -> list[Todo]:
    if not actor.may("organization.manage"):
        return []
    count = undecided(actor)
    return [
        Todo(
            "ask",
            f"{plural(count, 'pair')} of organizations that may be the same",
            url_for("people.pairs"),
            "Look at the two side by side: make them one, or say that they are not the same.",
            count=count,
        )
    ][: bool(count)]


def _accounts(actor: Actor) -> list[Todo]:
    if not actor.may("account.manage"):
        return []
    officers, invited, idle = _counted()
    no_officer = Todo(
        "plan",
        "Invite a program officer",
        url_for("people.new_person"),
        "Nobody can load a program or open a cycle yet. An officer has an account of their own.",
    )
    never_came = Todo(
        "plan",
        f"{plural(invited, 'person', 'people')} with a role, who never signed in",
        url_for("people.people", state="invited", role="any"),
        "Send the invitation again, or close the account.",
        count=invited,
    )
    unused = Todo(
        "ask",
        f"{plural(idle, 'account')} without a role",
        url_for("people.people", role="none"),
        "They can sign in and see nothing: grant a role, add them to an organization, or close the account.",
        count=idle,
    )
    waiting = ((not officers, no_officer), (invited, never_came), (idle, unused))
    return [todo for waits, todo in waiting if waits]


def _counted() -> tuple[int, int, int]:
    """How many program officers there are, people with a role who never came, and people who are nothing here."""
    counted = (
        func.count().filter(accounts.holding(Role.PROGRAM_OFFICER)),
        func.count().filter(accounts.invited(), accounts.with_role()),
        func.count().filter(accounts.without_role()),
    )
    officers, invited, idle = db.session.execute(select(*counted).select_from(Person)).one()
    return officers, invited, idle
