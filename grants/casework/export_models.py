"""Long lists as files: asked for, made in the background, kept for a day."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import StoredFile
from grants.people.models import Person
from grants.persistence.base import Base, Identified


class Export(Identified, Base):
    """One list as a file, for the person who asked for it and nobody else.

    kind          one of those registered with export_kinds.exportable
    form          "csv" or "xlsx"
    name          of the file, without its ending
    wanted        what the list is narrowed to, as its kind reads it
    said          the same in words: [[label, value]]
    key           SHA-256 of the person, kind, form and wanted: asking twice is asking once
    round         how often it was asked for: part of the key of its job
    total         rows of the file, 0 until it is whole
    roles         that the person held when it was begun
    hidden        ids of the cases that were hidden from the person all the while it was made
    storage_key   where the bytes of the present attempt lie, or are going to
    file          once it is whole
    expires_at    when it is removed
    """

    __tablename__ = "export"
    __table_args__ = (CheckConstraint("form IN ('csv', 'xlsx')", name="form"),)

    kind: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(4))
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    said: Mapped[list[Any]]
    key: Mapped[str] = mapped_column(String(64), unique=True)
    round: Mapped[int] = mapped_column(default=1)
    total: Mapped[int] = mapped_column(default=0)
    roles: Mapped[list[Any]] = mapped_column(default=list)
    hidden: Mapped[list[Any]] = mapped_column(default=list)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    storage_key: Mapped[str | None] = mapped_column(String(100))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    asked_by: Mapped[Person] = relationship()
    file: Mapped[StoredFile | None] = relationship()
