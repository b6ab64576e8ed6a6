"""The one way a stored record's state changes: permission, guard, state, audit, then the consequences in order."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import inspect, select

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
    case_id: int | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Make one move of a workflow, in the caller's unit of work.

    facts     asked once the row is locked, so that no guard decides on what another person has changed meanwhile
    effects   what each effect that the move table names does; one that is named and not given is a KeyError
    case_id   the case that the act belongs to, where the record itself does not name it
    said      what goes on record with it, such as why, in the words of whoever makes the move
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
        after={"state": step.target, **(said or {})},
        acting_as=actor.acting_as(step.permission),
        case_id=case_id or getattr(record, "case_id", None),
    )
    for effect in step.effects:
        (effects or {})[effect]()


def lock(record: Identified) -> None:
    """Take the row for this transaction: of two people who do the same at once, the second sees it done.

    Whatever was read before the lock is read again when it is next looked at, for it may be what the first has changed.
    A row that this unit of work holds already is not taken again.
    """
    lock_all([record])


def lock_all(records: Sequence[Identified]) -> None:
    """Take many rows of one table in one statement, before something is done to each of them: see `lock`."""
    session = db.session()
    held: set[object] = session.info.setdefault("held", set())
    states = [state for one in records if (state := inspect(one)).persistent and state.key not in held]
    wanted = {state.key: state.identity[0] for state in states}
    if not wanted:
        return
    session.flush()  # what was set and not written yet would be forgotten
    session.expire_all()
    model = states[0].mapper
    (number,) = model.primary_key
    # Of this table alone: PostgreSQL locks no outer side of the joins the record is loaded with.
    rows = select(model).where(number.in_(wanted.values())).order_by(number)
    rows = rows.with_for_update(of=model.local_table, key_share=model.class_.named_while_taken)
    session.scalars(rows).unique().all()
    held.update(wanted)
