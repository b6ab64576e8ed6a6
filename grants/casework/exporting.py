"""Long lists as files: asked for in a request, made in the background, kept for a day for the person who asked.

A kind of list is registered by name, as a job is:

    @exportable("casework.record", "audit.read", "act", "acts")
    def record(actor, wanted): return Table(columns, ids, rows)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.background import enqueue
from grants.background.models import Job
from grants.casework import files
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
Said = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A list as its file holds it.

    ids    of its rows, in their order, as the actor may see them now
    rows   the cells of some of these rows, in the order of the ids; what the actor may see no more is left out
    """

    columns: Sequence[str]
    ids: Sequence[int]
    rows: Callable[[Sequence[int]], Iterable[Sequence[Any]]]


Maker = Callable[[Actor, Mapping[str, Any]], Table]


@dataclass(frozen=True)
class Kind:
    """A kind of list: who may have it, what its rows are called (one, many), and how it is read."""

    permission: str
    one: str
    many: str
    table: Maker


_kinds: dict[str, Kind] = {}


def exportable(name: str, permission: str, one: str, many: str) -> Callable[[Maker], Maker]:
    """Register how a kind of list is read."""

    def register(table: Maker) -> Maker:
        if name in _kinds:
            raise RuntimeError(f"Two kinds of list called {name!r}.")
        _kinds[name] = Kind(permission, one, many, table)
        return table

    return register


def kind_of(export: Export) -> Kind:
    """What is known of an export's kind."""
    return _kinds[export.kind]


def ask(actor: Actor, kind: str, form: str, name: str, wanted: Mapping[str, Any], said: Said, total: int) -> Export:
    """Have a list made into a file. One that is being made already is not begun again; one that was made is made anew.

    form     "csv" or "xlsx"
    wanted   plain JSON: what the list is narrowed to
    said     the same in words
    total    rows it has now
    raises   Refused
    """
    require_permission(actor, _kinds[kind].permission)
    lock(db.session.get_one(Person, actor.person_id))  # of two clicks the second finds what the first has asked for
    key = sha256_of({"person": actor.public_id, "kind": kind, "form": form, "wanted": dict(wanted)})
    found = db.session.scalar(select(Export).where(Export.key == key))
    if found is None:
        found = Export(kind=kind, form=form, key=key, wanted=dict(wanted), asked_by_id=actor.person_id)
        found.round = 0
    elif found.made_at is None and _job_of(found).state in {"queued", "running"}:
        return found
    found.name, found.said, found.total = name, [list(pair) for pair in said], total
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


def exports(actor: Actor, page: int = 1) -> Page[tuple[Export, Job]]:
    """The actor's own files and the work on each, the latest first."""
    mine = (
        select(Export)
        .where(Export.asked_by_id == actor.person_id, Export.expires_at > now())
        .order_by(Export.asked_at.desc(), Export.id.desc())
        .options(joinedload(Export.file))
    )
    found = paginate(mine, page)
    keys = [job_key(one) for one in found.items]
    jobs = {one.key: one for one in db.session.scalars(select(Job).where(Job.key.in_(keys)))}
    return Page([(one, jobs[job_key(one)]) for one in found.items], found.number, found.size, found.total)


def export_for(actor: Actor, public_id: str) -> tuple[Export, Job]:
    """One of the actor's own files, and the work on it.

    raises   Missing, also once it has expired
    """
    mine = (Export.public_id == public_id, Export.asked_by_id == actor.person_id, Export.expires_at > now())
    found = db.session.scalar(select(Export).where(*mine).options(joinedload(Export.file)))
    if found is None:
        raise Missing("There is no such file, or it is gone: files of lists are kept for a day. Ask for it again.")
    return found, _job_of(found)


def state_of(export: Export, job: Job) -> str:
    """making, ready or failed."""
    return "ready" if export.file_id else "failed" if job.state == "failed" else "making"


def sees_less(actor: Actor, export: Export) -> bool:
    """Whether the actor may see less than when the file was made: a role has gone, or a case is hidden since."""
    held = actor.may(kind_of(export).permission) and set(export.roles) <= actor.roles
    return not held or not _hidden_from(actor) <= set(export.hidden)


def file_for(actor: Actor, public_id: str) -> StoredFile:
    """A file that is ready, to be handed over.

    raises   Missing; Clash while it is not made, or when the actor may see less than it holds
    """
    found, _job = export_for(actor, public_id)
    if found.file is None:
        raise Clash("This file is not made yet. Its page says how far it is.")
    if sees_less(actor, found):
        raise Clash("What you may see has changed since this file was made. Have it made anew.")
    return found.file


def begin(export_id: str, round_: int) -> Export | None:
    """Begin an attempt: as whom and what it is made, and under which new key.

    returns  None when it is made, asked for anew, expired, or not the person's to have any more
    """
    found = _at(export_id, round_)
    if found is None:
        return None
    actor = actor_of(found.asked_by)
    if not found.asked_by.is_active or not actor.may(kind_of(found).permission):
        db.session.delete(found)
        return None
    found.roles, found.hidden = sorted(actor.roles), sorted(_hidden_from(actor))
    found.storage_key = files.new_key()
    return found


def finish(export_id: str, round_: int, kept: files.PutFile, rows: int) -> bool:
    """Keep what an attempt has made.

    rows     how many the file has

    returns  False when another attempt took over meanwhile, and these bytes are nobody's
    """
    found = _at(export_id, round_)
    if found is None or found.storage_key != kept.storage_key:
        return False
    found.file = files.register(kept, by=found.asked_by)
    found.total, found.made_at, found.expires_at = rows, now(), now() + KEPT_FOR
    return True


def is_wanted(export_id: str, round_: int) -> bool:
    """Whether an export is still to be made in this round."""
    wanted = (Export.public_id == export_id, Export.round == round_, Export.file_id.is_(None))
    return db.session.scalar(select(Export.id).where(*wanted)) is not None


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


def _at(export_id: str, round_: int) -> Export | None:
    """The export as it is now, locked, if it is still to be made in this round."""
    found = db.session.scalar(select(Export).where(Export.public_id == export_id))
    if found is None:
        return None
    lock(found)
    return found if found.round == round_ and found.file_id is None else None


def _forget_file(export: Export) -> None:
    """Whoever asks for it anew has no more use for the file that was; its bytes go with the next attempt."""
    if export.file is not None:
        stored, export.file, export.made_at = export.file, None, None
        db.session.flush()
        db.session.delete(stored)


def _job_of(export: Export) -> Job:
    return db.session.scalars(select(Job).where(Job.key == job_key(export))).one()


def _hidden_from(actor: Actor) -> set[int]:
    return set(db.session.scalars(select(Case.id).where(~not_conflicted(actor, Case.id))))


def _acting_as(actor: Actor, kind: str) -> str | None:
    return actor.acting_as(_kinds[kind].permission)
