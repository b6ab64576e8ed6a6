"""Documents: frozen facts, the PDF made from them, its hash, and the code that confirms it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import Case, StoredFile
from grants.persistence.base import Base, Stateful


class Document(Stateful, Base):
    """One version of one document about one subject.

    kind          letter, agreement, receipt, certificate, voucher
    subject_id    public id of what it is about (a decision's application, an award, a submission, a place)
    facts         all that the template needs, frozen; `facts_sha256` covers their canonical JSON
    state         frozen -> rendered -> released; only a released one is an applicant's to read, or anyone's to verify
    compares      it weighs its case against others of the cycle, such as a place on a waitlist: the foundation's own
                  read it only without a conflict in that cycle
    code          what the public page confirms, printed on the document
    """

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "version"),
        CheckConstraint("state IN ('frozen', 'rendered', 'released', 'void')", name="state"),
    )

    kind: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[str] = mapped_column(String(20), index=True)
    version: Mapped[int]
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    title: Mapped[str]
    template: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]]
    facts_sha256: Mapped[str] = mapped_column(String(64))
    compares: Mapped[bool] = mapped_column(default=False, server_default=false())
    code: Mapped[str] = mapped_column(String(20), unique=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    frozen_at: Mapped[datetime]
    rendered_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]

    case: Mapped[Case] = relationship()
    file: Mapped[StoredFile | None] = relationship()

    @property
    def file_name(self) -> str:
        """The name under which it is saved, in words: “Planning grant award letter, ASCEND.pdf”."""
        organization = self.case.organization.name
        title = self.title if organization in self.title else f"{self.title}, {organization}"
        return f"{title.replace('/', '-')}.pdf"
