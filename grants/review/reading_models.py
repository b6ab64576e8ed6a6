"""What a reviewer reads and notes beside a scorecard: files without their makers, and notes that nobody else reads."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import StoredFile
from grants.persistence.base import Base
from grants.review.models import Assignment


class VeiledFile(Base):
    """An applicant's file as a blind panel gets it.

    copy      the same without what it says of who made it; nothing when that cannot be taken out
    refused   why not, as the end of a sentence
    """

    __tablename__ = "veiled_file"
    __table_args__ = (CheckConstraint("(copy_id IS NULL) <> (refused IS NULL)", name="refused"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    refused: Mapped[str | None]
    made_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(foreign_keys=[file_id])
    copy: Mapped[StoredFile | None] = relationship(foreign_keys=[copy_id])


class PrivateNotes(Base):
    """What a reviewer notes for themselves while they read. Nobody else reads it, and no record tells of it.

    texts     place -> note: a section's key, or "whole" for the whole application
    version   grows with every save; a save names the one it was based on
    """

    __tablename__ = "private_notes"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    texts: Mapped[dict[str, Any]]
    version: Mapped[int]
    saved_at: Mapped[datetime]

    assignment: Mapped[Assignment] = relationship()
