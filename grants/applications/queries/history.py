"""Every text an answer ever had, and every file."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.applications.models import AnswerVersion, Application, Attachment
from grants.kernel.errors import Missing
from grants.people.models import Person
from grants.persistence.paging import Page, paginate, paginate_rows
from grants.persistence.session import db

MOST_TEXTS = 1_000_000  # of one answer; no place beyond it is looked for


@dataclass(frozen=True)
class Written:
    """One text of an answer.

    place    1 for the first that was ever written to the question; by it the text is named
    by       who wrote it
    before   the text it took the place of, or was meant to; none for the first
    """

    version: AnswerVersion
    place: int
    by: str
    before: AnswerVersion | None


def history_of(application: Application, field: str, page: int = 1) -> Page[Written]:
    """Every text an answer ever had, the latest first; three statements whatever their number."""
    place = func.row_number().over(order_by=AnswerVersion.id)
    found = paginate_rows(
        select(AnswerVersion, place, Person.name)
        .join(Person, Person.id == AnswerVersion.written_by_id)
        .where(AnswerVersion.application_id == application.id, AnswerVersion.field == field)
        .order_by(AnswerVersion.id.desc()),
        page,
    )
    before = _versions(application, field, {_based_on(version) for version, *_ in found.items})
    written = [Written(version, number, by, before.get(_based_on(version))) for version, number, by in found.items]
    return Page(written, found.number, found.size, found.total)


def _based_on(version: AnswerVersion) -> int:
    """The number of the version a text was written over; one that came too late bears that number itself."""
    return version.version if version.stale else version.version - 1


def _versions(application: Application, field: str, numbers: set[int]) -> dict[int, AnswerVersion]:
    found = db.session.scalars(
        select(AnswerVersion).where(
            AnswerVersion.application_id == application.id,
            AnswerVersion.field == field,
            AnswerVersion.stale.is_(False),
            AnswerVersion.version.in_(numbers),
        )
    )
    return {one.version: one for one in found}


def written_at_place(application: Application, field: str, place: int) -> AnswerVersion:
    """One text of an answer by its place in the history.

    raises   Missing
    """
    known = select(AnswerVersion).where(AnswerVersion.application_id == application.id, AnswerVersion.field == field)
    found = (
        db.session.scalar(known.order_by(AnswerVersion.id).offset(place - 1).limit(1))
        if 0 < place < MOST_TEXTS
        else None
    )
    if found is None:
        raise Missing("There is no such text in the history of this answer.")
    return found


def fields_with_earlier_files(application: Application) -> set[str]:
    """Keys of the fields that once held a file which was replaced or removed."""
    found = select(Attachment.field).where(
        Attachment.application_id == application.id, Attachment.removed_at.is_not(None)
    )
    return set(db.session.scalars(found.distinct()))


def files_of(application: Application, field: str, page: int = 1) -> Page[Attachment]:
    """Every file that was ever attached to a question, the latest first, with who attached and who removed it."""
    return paginate(
        select(Attachment)
        .where(Attachment.application_id == application.id, Attachment.field == field)
        .options(joinedload(Attachment.file), joinedload(Attachment.attached_by), joinedload(Attachment.removed_by))
        .order_by(Attachment.id.desc()),
        page,
    )
