"""Files of long lists: made, and removed after a day."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, Any, Final

from sqlalchemy import select

from grants.background import job, periodic
from grants.background.runner import report_progress
from grants.casework import exporting, files
from grants.casework.export_models import Export
from grants.kernel.clock import now
from grants.people.queries import actor_of
from grants.persistence.session import db, unit_of_work
from grants.web.exports import FORMS, write_table

ROWS_AT_ONCE: Final = 100


@job(exporting.MAKE, "Make a file of a long list")
def make_export(export_id: str, round_: int) -> None:
    """Make a file whole, or not at all: an attempt that is killed leaves nothing that anybody gets."""
    if exporting.is_wanted(export_id, round_):
        _remove_bytes_of(export_id)
    with unit_of_work():
        export = exporting.begin(export_id, round_)
    if export is None:
        return
    name, form, key = f"{export.name}.{export.form}", export.form, export.storage_key
    with TemporaryFile() as file:
        rows = _write(file, export)
        kept = files.put(file, name, FORMS[form], key)
    with unit_of_work():
        finished = exporting.finish(export_id, round_, kept, rows)
    if not finished:
        files.remove(kept.storage_key)


@periodic("casework.remove_exports", "11 * * * *", "Remove files of long lists that were kept for a day")
def remove_exports() -> None:
    """Remove what has expired: the bytes first, so that a row is left to say where they lie if this is killed."""
    expired = select(Export.public_id).where(Export.expires_at <= now())
    for export_id in db.session.scalars(expired.order_by(Export.id)).all():
        removed = _remove_bytes_of(export_id)
        with unit_of_work():
            exporting.forget(export_id, removed)


def _write(file: IO[bytes], export: Export) -> int:
    """Write the list as the person who asked for it may see it now.

    returns  how many rows it has
    """
    key, form, actor = exporting.job_key(export), export.form, actor_of(export.asked_by)
    table = exporting.kind_of(export).table(actor, dict(export.wanted))
    written = 0

    def rows() -> Iterator[Sequence[Any]]:
        nonlocal written
        for start in range(0, len(table.ids), ROWS_AT_ONCE):
            report_progress(key, start, len(table.ids))
            for row in table.rows(table.ids[start : start + ROWS_AT_ONCE]):
                written += 1
                yield row

    write_table(file, form, table.columns, rows())
    return written


def _remove_bytes_of(export_id: str) -> str | None:
    """Remove what an earlier attempt or round has left, and say under which key it lay."""
    key = db.session.scalar(select(Export.storage_key).where(Export.public_id == export_id))
    if key is not None:
        files.remove(key)
    return key
