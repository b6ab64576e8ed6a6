"""The one way a stored record's state changes: permission, guard, state, audit, then the consequences in order."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import inspect

from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import Actor
from grants.kernel.workflow import Workflow
from grants.persistence import audit
from grants.persistence.base import Identified, Stateful, moving
from grants.persistence.session import db

Facts = TypeVar("Facts")


def move(
    actor: Actor,
    record: Stateful,
    name: str,
    workflow: Workflow[Facts],
    facts: Callable[[], Facts],
    effects: Mapping[str, Callable[[], object]] | None = None,
) -> None:
    """Make one move of a workflow, in the caller's unit of work.

    facts     asked once the row is locked, so that no guard decides on what another person has changed meanwhile
    effects   what each effect that the move table names does; one that is named and not given is a KeyError
    raises    Refused when the role does not allow it; Clash when the state or the guard does not
    """
    lock(record)
    step = workflow.find(name, record.state)
    if not actor.may(step.permission):
        raise Refused("Your role does not allow this. Ask an administrator if you think it should.")
    verdict = step.verdict(actor, facts())
    if verdict.reason is not None:
        raise Clash(verdict.reason)
    before = record.state
    token = moving.set(True)
    try:
        record.state = step.target
    finally:
        moving.reset(token)
    audit.record(
        actor,
        f"{workflow.name}.{name}",
        record,
        before={"state": before},
        after={"state": step.target},
        acting_as=actor.acting_as(step.permission),
        case_id=getattr(record, "case_id", None),
    )
    for effect in step.effects:
        (effects or {})[effect]()


def lock(record: Identified) -> None:
    """Take the row for this transaction: of two people who do the same at once, the second sees it done.

    Whatever was read before the lock is read again when it is next looked at, for it may be what the first has changed.
    """
    if inspect(record).persistent:
        session = db.session()
        session.flush()  # what was set and not written yet would be forgotten
        session.expire_all()
        # Of this table alone: PostgreSQL locks no outer side of the joins the record was loaded with.
        session.refresh(record, with_for_update={"of": type(record)})
