"""Files of long lists: made, and removed after a day."""

from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any, Final

from sqlalchemy import select

from grants.background import job, periodic
from grants.background.runner import report_progress
from grants.casework import exporting, files
from grants.casework.export_models import Export
from grants.kernel.clock import now
from grants.persistence.session import db, unit_of_work
from grants.web.exports import FORMS, write_table

REPORTED_EVERY: Final = 1.0
"""Seconds between two reports of how far a file is."""


@job(exporting.MAKE, "Make a file of a long list", long=True)
def make_export(export_id: str, round_: int) -> None:
    """Make a file whole, or not at all: an attempt that is killed leaves nothing that anybody gets."""
    with unit_of_work():
        attempt = exporting.begin(export_id, round_)
    if attempt is None:
        return
    if attempt.before is not None:
        files.remove(attempt.before)
    with TemporaryFile() as file:
        rows = _write(file, attempt)
        kept = files.put(file, f"{attempt.name}.{attempt.form}", FORMS[attempt.form], attempt.key)
    with unit_of_work():
        finished = exporting.finish(attempt, kept, rows)
    if not finished:
        files.remove(kept.storage_key)


@periodic("casework.remove_exports", "11 * * * *", "Remove files of long lists that were kept for a day", long=True)
def remove_exports() -> None:
    """Remove what has expired: the bytes first, so that a row is left to say where they lie if this is killed.

    What lies under the key of an export that has expired is never handed out again: asked for anew it has another.
    """
    expired = select(Export.public_id, Export.storage_key).where(Export.expires_at <= now())
    for export_id, key in db.session.execute(expired.order_by(Export.id)).all():
        if key is not None:
            files.remove(key)
        with unit_of_work():
            exporting.forget(export_id, key)


def _write(file: IO[bytes], attempt: exporting.Attempt) -> int:
    """Write the list as the person who asked for it may see it now.

    returns  how many rows it has
    """
    table = attempt.table()
    reported = float("-inf")

    def rows() -> Iterator[Sequence[Any]]:
        nonlocal reported
        for start in range(0, len(table.ids), table.at_once):
            if monotonic() - reported >= REPORTED_EVERY:
                report_progress(attempt.job, start, len(table.ids))
                reported = monotonic()
            attempt.hidden.intersection_update(exporting.hidden_from(attempt.actor))
            yield from table.rows(table.ids[start : start + table.at_once])

    return write_table(file, attempt.form, table.columns, rows(), attempt.of)
