"""Reading school directories that are brought in, as those who keep the organizations."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.directory_models import DirectoryImport, DirectoryLine
from grants.persistence.paging import PAGE_SIZE, Page, paginate
from grants.persistence.session import db

FIRST_LINES = 3


@dataclass(frozen=True)
class Counts:
    """How many lines of a directory there are of each outcome, and how many of them are brought in.

    waiting   by outcome, those that are not
    done      by outcome, those that are
    """

    waiting: Mapping[str | None, int]
    done: Mapping[str | None, int]

    @property
    def total(self) -> int:
        return sum(self.waiting.values()) + sum(self.done.values())

    @property
    def examined(self) -> int:
        return self.total - self.waiting.get(None, 0)

    def of(self, outcome: str) -> int:
        """Lines of an outcome, brought in or not."""
        return self.waiting.get(outcome, 0) + self.done.get(outcome, 0)

    def progress(self, kept: DirectoryImport) -> tuple[int, int]:
        """How far the work is: lines that are done, and all that are to be."""
        if kept.state == "examining":
            return self.examined, self.total
        done = sum(self.done.values())
        wanted = ("add",) if kept.adds_only else ("add", "change")
        return done, done + sum(self.waiting.get(one, 0) for one in wanted)


def directories(actor: Actor, page: int = 1) -> Page[DirectoryImport]:
    """Directories that were uploaded, the latest first.

    raises   Refused
    """
    require_permission(actor, "organization.manage")
    found = select(DirectoryImport).order_by(DirectoryImport.made_at.desc(), DirectoryImport.id.desc())
    return paginate(found.options(joinedload(DirectoryImport.made_by)), page)


def directory_for(actor: Actor, public_id: str) -> DirectoryImport:
    """One directory.

    raises   Refused; Missing
    """
    require_permission(actor, "organization.manage")
    found = db.session.scalar(
        select(DirectoryImport)
        .where(DirectoryImport.public_id == public_id)
        .options(joinedload(DirectoryImport.made_by), joinedload(DirectoryImport.applied_by))
    )
    if found is None:
        raise Missing("There is no such directory.")
    return found


def counts_of(ids: Sequence[int]) -> Mapping[int, Counts]:
    """Counts by the id of the directory, in one statement."""
    waiting: dict[int, Counter[str | None]] = {one: Counter() for one in ids}
    done: dict[int, Counter[str | None]] = {one: Counter() for one in ids}
    is_done = DirectoryLine.done_at.is_not(None)
    rows = select(DirectoryLine.import_id, DirectoryLine.outcome, is_done, func.count())
    grouped = rows.where(DirectoryLine.import_id.in_(ids)).group_by(
        DirectoryLine.import_id, DirectoryLine.outcome, is_done
    )
    for number, outcome, brought_in, count in db.session.execute(grouped):
        (done if brought_in else waiting)[number][outcome] += count
    return {one: Counts(waiting[one], done[one]) for one in ids}


def lines_of(kept: DirectoryImport, outcome: str, page: int = 1, size: int = PAGE_SIZE) -> Page[DirectoryLine]:
    """Lines of a directory that was found before, of one outcome, in the order of the file."""
    return paginate(
        select(DirectoryLine)
        .where(DirectoryLine.import_id == kept.id, DirectoryLine.outcome == outcome)
        .order_by(DirectoryLine.number, DirectoryLine.id)
        .options(joinedload(DirectoryLine.organization)),
        page,
        size,
    )


def first_lines(kept: DirectoryImport) -> list[list[str]]:
    """The cells of the first FIRST_LINES lines, to see by them what a column holds."""
    found = select(DirectoryLine.cells).where(DirectoryLine.import_id == kept.id)
    return list(db.session.scalars(found.order_by(DirectoryLine.number, DirectoryLine.id).limit(FIRST_LINES)))


def line_for(actor: Actor, kept: DirectoryImport, public_id: str) -> DirectoryLine:
    """One line of a directory that was found before.

    raises   Refused; Missing
    """
    require_permission(actor, "organization.manage")
    wanted = (DirectoryLine.public_id == public_id, DirectoryLine.import_id == kept.id)
    found = db.session.scalar(select(DirectoryLine).where(*wanted))
    if found is None:
        raise Missing("There is no such line.")
    return found
