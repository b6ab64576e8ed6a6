"""School directories that were brought in: the file as it was, and each of its lines with what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.directory import Read, read_line
from grants.people.models import Organization, Person
from grants.persistence.base import Base, Identified

OUTCOMES: Final = ("add", "change", "alike", "wrong", "same")


class DirectoryImport(Identified, Base):
    """A directory that somebody uploaded.

    sha256, size   of the file
    titles         of its columns, in their order
    columns        field -> place of its column, from 0: see directory.FIELDS
    kind, sector   what an organization is, and how a school is run, where no column says it
    state          examining its lines, ready to be brought in, applying, or done
    round          how often it was examined or applied: part of the keys of its jobs
    adds_only      organizations that are here already are left as they are
    """

    __tablename__ = "directory_import"
    __table_args__ = (CheckConstraint("state IN ('examining', 'ready', 'applying', 'done')", name="state"),)

    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    titles: Mapped[list[Any]]
    columns: Mapped[dict[str, Any]]
    kind: Mapped[str] = mapped_column(String(16))
    sector: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    round: Mapped[int] = mapped_column(default=1)
    adds_only: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    applied_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    made_by: Mapped[Person] = relationship(foreign_keys=[made_by_id])
    applied_by: Mapped[Person | None] = relationship(foreign_keys=[applied_by_id])

    def read(self, cells: Sequence[str]) -> Read:
        """One of its lines as an organization's description."""
        return read_line(cells, self.columns, self.kind, self.sector)


class DirectoryLine(Identified, Base):
    """A line of a directory.

    number            in the file, from 1
    nces_id, cds_id   as they were understood, by which lines of one file are told apart
    outcome           one of OUTCOMES; None until it was examined
    changes           field -> [what is known, what the line says]
    faults            [[title of the column, cell, sentence]]
    organization      the one it is of; of a line that is alike, the one that it may be of
    why               of a line that is alike: what speaks for it
    done_at           when it was brought in
    """

    __tablename__ = "directory_line"
    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        CheckConstraint("outcome IN ('add', 'change', 'alike', 'wrong', 'same')", name="outcome"),
        Index("ix_directory_line_import_id_outcome_number", "import_id", "outcome", "number"),
        Index("ix_directory_line_import_id_nces_id", "import_id", "nces_id"),
        Index("ix_directory_line_import_id_cds_id", "import_id", "cds_id"),
    )

    import_id: Mapped[int] = mapped_column(ForeignKey("directory_import.id"))
    number: Mapped[int]
    cells: Mapped[list[Any]]
    name: Mapped[str] = mapped_column(default="")
    nces_id: Mapped[str | None] = mapped_column(String(40))
    cds_id: Mapped[str | None] = mapped_column(String(40))
    outcome: Mapped[str | None] = mapped_column(String(8))
    changes: Mapped[dict[str, Any] | None]
    faults: Mapped[list[Any] | None]
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    why: Mapped[str | None]
    done_at: Mapped[datetime | None]

    directory: Mapped[DirectoryImport] = relationship()
    organization: Mapped[Organization | None] = relationship()
