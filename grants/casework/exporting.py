"""Long lists as files: asked for in a request, made in the background, kept for a day for the person who asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.background import enqueue
from grants.background.models import Job
from grants.casework import files
from grants.casework.export_kinds import Table, kind_called
from grants.casework.export_models import Export
from grants.casework.models import Case, StoredFile
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

MAKE: Final = "casework.make_export"
KEPT_FOR: Final = timedelta(days=1)
FRESH_FOR: Final = timedelta(minutes=10)
"""Whoever asks for the same list again within it is led to the file that is there."""
Said = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Shown:
    """An export as its asker may see it now.

    state       making, ready, failed, or closed: the actor may see less than when it was made
    sees_less   the same, and also while it is made: then its rows are not to be counted
    """

    export: Export
    job: Job
    state: str
    sees_less: bool


@dataclass(frozen=True)
class Attempt:
    """One attempt to make an export, from its beginning to its end.

    of       what the file is a file of
    actor    as whom: one and the same all the while, so that its roles are those that were noted
    hidden   ids of the cases that were hidden from the actor whenever it was asked: those that are surely not in it
    key      under which the bytes are put
    before   under which those of an earlier attempt or round lie, if there was one
    """

    export_id: str
    round: int
    job: str
    name: str
    form: str
    of: str
    actor: Actor
    hidden: set[int]
    key: str
    before: str | None
    table: Callable[[], Table]


def ask(
    actor: Actor, kind: str, form: str, name: str, wanted: Mapping[str, Any], said: Said, *, anew: bool = False
) -> Export:
    """Have a list made into a file. One that is being made already, or was made a moment ago, is not begun again.

    form     "csv" or "xlsx"
    wanted   plain JSON: what the list is narrowed to
    said     the same in words
    anew     also when it was made a moment ago
    raises   Refused
    """
    require_permission(actor, kind_called(kind).permission)
    lock(db.session.get_one(Person, actor.person_id))  # of two clicks the second finds what the first has asked for
    key = sha256_of({"person": actor.public_id, "kind": kind, "form": form, "wanted": dict(wanted)})
    found = db.session.scalar(select(Export).where(Export.key == key))
    if found is None:
        found = Export(kind=kind, form=form, key=key, wanted=dict(wanted), asked_by_id=actor.person_id)
        found.round = 0
    elif _answers(actor, found, anew):
        return found
    found.name, found.said, found.total = name, [list(pair) for pair in said], 0
    found.round, found.asked_at, found.expires_at = found.round + 1, now(), now() + KEPT_FOR
    _forget_file(found)
    db.session.add(found)
    db.session.flush()
    enqueue(db.session(), MAKE, key=job_key(found), export_id=found.public_id, round_=found.round)
    audit.record(actor, "export.ask", found, after={"list": name, "form": form}, acting_as=_acting_as(actor, kind))
    return found


def job_key(export: Export) -> str:
    """Names the work of one round."""
    return f"{MAKE}:{export.public_id}:{export.round}"


def exports(actor: Actor, page: int = 1) -> Page[Shown]:
    """The actor's own files, the latest first."""
    mine = (
        select(Export)
        .where(Export.asked_by_id == actor.person_id, Export.expires_at > now())
        .order_by(Export.asked_at.desc(), Export.id.desc())
        .options(joinedload(Export.file))
    )
    found = paginate(mine, page)
    keys = [job_key(one) for one in found.items]
    jobs = {one.key: one for one in db.session.scalars(select(Job).where(Job.key.in_(keys)))}
    hidden = hidden_from(actor)
    shown = [_shown(actor, one, jobs[job_key(one)], hidden) for one in found.items]
    return Page(shown, found.number, found.size, found.total)


def export_for(actor: Actor, public_id: str) -> Shown:
    """One of the actor's own files.

    raises   Missing, also once it has expired
    """
    mine = (Export.public_id == public_id, Export.asked_by_id == actor.person_id, Export.expires_at > now())
    found = db.session.scalar(select(Export).where(*mine).options(joinedload(Export.file)))
    if found is None:
        raise Missing("There is no such file, or it is gone: files of lists are kept for a day. Ask for it again.")
    return _shown(actor, found, _job_of(found), hidden_from(actor))


def file_for(actor: Actor, public_id: str) -> StoredFile:
    """A file that is ready, to be handed over.

    raises   Missing; Clash while it is not made, or when the actor may see less than it holds
    """
    found = export_for(actor, public_id)
    if found.export.file is None:
        raise Clash("This file is not made yet. Its page says how far it is.")
    if found.sees_less:
        raise Clash("What you may see has changed since this file was made. Have it made anew.")
    return found.export.file


def hidden_from(actor: Actor) -> set[int]:
    """Ids of the cases that the actor may not know of now."""
    return set(db.session.scalars(select(Case.id).where(~not_conflicted(actor, Case.id))))


def begin(export_id: str, round_: int) -> Attempt | None:
    """Begin an attempt, which has a day to end in.

    returns  None when it is made, asked for anew, expired, or not the person's to have any more
    """
    found = _at(export_id, round_)
    if found is None:
        return None
    actor, kind, before = actor_of(found.asked_by), kind_called(found.kind), found.storage_key
    if not found.asked_by.is_active or not actor.may(kind.permission):
        found.expires_at = now()  # and is removed like others that have expired, with what an earlier attempt left
        return None
    job = _job_of(found)
    job.done = job.total = 0  # an earlier attempt may have counted what is hidden by now
    hidden, wanted = hidden_from(actor), dict(found.wanted)
    found.roles, found.hidden, found.storage_key = sorted(actor.roles), sorted(hidden), files.new_key()
    found.expires_at = now() + KEPT_FOR
    return Attempt(
        *(export_id, round_, job_key(found), found.name, found.form, kind.of, actor),
        hidden=hidden,
        key=found.storage_key,
        before=before,
        table=lambda: kind.table(actor, wanted),
    )


def finish(attempt: Attempt, kept: files.PutFile, rows: int) -> bool:
    """Keep what an attempt has made.

    A case that was hidden for a part of the time only may be in the file. It is not among those noted as hidden, so the
    file closes when the case is hidden again.
    rows     how many the file has
    returns  False when another attempt took over meanwhile, and these bytes are nobody's
    """
    found = _at(attempt.export_id, attempt.round)
    if found is None or found.storage_key != kept.storage_key:
        return False
    found.hidden = sorted(attempt.hidden & hidden_from(attempt.actor))
    found.file = files.register(kept, by=found.asked_by)
    found.total, found.made_at, found.expires_at = rows, now(), now() + KEPT_FOR
    return True


def forget(export_id: str, removed: str | None) -> None:
    """Remove an export that has expired.

    removed   the key whose bytes are removed; one that has another by now is left for the next time
    """
    found = db.session.scalar(select(Export).where(Export.public_id == export_id))
    if found is not None:
        lock(found)
        if found.expires_at <= now() and found.storage_key == removed:
            _forget_file(found)
            db.session.delete(found)


def _answers(actor: Actor, export: Export, anew: bool) -> bool:
    """Whether what was asked for before is all that is asked for now."""
    if export.expires_at <= now():
        return False
    if export.made_at is None:
        return _job_of(export).state in {"queued", "running"}
    return not anew and export.made_at > now() - FRESH_FOR and not _sees_less(actor, export, hidden_from(actor))


def _shown(actor: Actor, export: Export, job: Job, hidden: set[int]) -> Shown:
    less = _sees_less(actor, export, hidden)
    if export.file_id:
        return Shown(export, job, "closed" if less else "ready", less)
    return Shown(export, job, "failed" if job.state == "failed" else "making", less)


def _sees_less(actor: Actor, export: Export, hidden: set[int]) -> bool:
    """Whether the actor may see less than when the file was made: a role has gone, or a case is hidden since.

    hidden   as `hidden_from` says of the actor
    """
    held = actor.may(kind_called(export.kind).permission) and set(export.roles) <= actor.roles
    return not held or not hidden <= set(export.hidden)


def _at(export_id: str, round_: int) -> Export | None:
    """The export as it is now, locked, if it is still to be made in this round."""
    found = db.session.scalar(select(Export).where(Export.public_id == export_id))
    if found is None:
        return None
    lock(found)
    wanted = found.round == round_ and found.file_id is None and found.expires_at > now()
    return found if wanted else None


def _forget_file(export: Export) -> None:
    """Whoever asks for it anew has no more use for the file that was; its bytes go with the next attempt."""
    if export.file is not None:
        stored, export.file, export.made_at = export.file, None, None
        db.session.flush()
        db.session.delete(stored)


def _job_of(export: Export) -> Job:
    return db.session.scalars(select(Job).where(Job.key == job_key(export))).one()


def _acting_as(actor: Actor, kind: str) -> str | None:
    return actor.acting_as(kind_called(kind).permission)
