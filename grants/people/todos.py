"""What waits for an administrator: people who were invited and never came, accounts without a role."""

from flask import url_for
from sqlalchemy import func, select

from grants.kernel.policy import Actor
from grants.people import accounts
from grants.people.models import Person
from grants.persistence.session import db
from grants.web.filters import plural
from grants.web.todo import Todo


def todos(actor: Actor) -> list[Todo]:
    """What to look after among the accounts, in one statement."""
    if not actor.may("account.manage"):
        return []
    never_came, unused = (
        func.count().filter(accounts.invited(), accounts.with_role()),
        func.count().filter(accounts.without_role()),
    )
    invited, idle = db.session.execute(select(never_came, unused).select_from(Person)).one()
    found = []
    if invited:
        found.append(
            Todo(
                "plan",
                f"{plural(invited, 'person', 'people')} with a role, who never signed in",
                url_for("people.people", state="invited", role="any"),
                "Send the invitation again, or close the account.",
                count=invited,
            )
        )
    if idle:
        found.append(
            Todo(
                "ask",
                f"{plural(idle, 'account')} without a role",
                url_for("people.people", role="none"),
                "They can sign in and see nothing: grant a role, add them to an organization, or close the account.",
                count=idle,
            )
        )
    return found
