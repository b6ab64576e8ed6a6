"""What helps schools in a cycle: files and links that its staff keep, and what each was before it was replaced."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.casework.models import StoredFile
from grants.discovery.links import leads_to
from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import Cycle, CycleStage

AUDIENCES = ("everyone", "schools")


class Resource(Stateful, Base):
    """A file or a link for those who apply in a cycle.

    description   one sentence that says what it is good for
    stage         the stage it helps with; None for the cycle as a whole
    audience      everyone: whoever reads the cycle's public page; schools: members of organizations who signed in
    position      its place in the cycle's list, the smallest first
    """

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        Index("ix_resource_cycle_id_position", "cycle_id", "position"),
    )

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("cycle_stage.id"))
    title: Mapped[str]
    description: Mapped[str]
    topic: Mapped[str | None]
    audience: Mapped[str] = mapped_column(String(8))
    position: Mapped[int]
    illustrative: Mapped[bool] = mapped_column(default=False)

    cycle: Mapped[Cycle] = relationship()
    stage: Mapped[CycleStage | None] = relationship()
    versions: Mapped[list["ResourceVersion"]] = relationship(
        back_populates="resource", order_by="ResourceVersion.number"
    )

    @property
    def held(self) -> "ResourceVersion":
        """What is handed out now: the latest."""
        return self.versions[-1]


@append_only
class ResourceVersion(Identified, Base):
    """A file or a link as it was put there; what takes its place is the next number.

    file, link   one of the two
    """

    __tablename__ = "resource_version"
    __table_args__ = (
        UniqueConstraint("resource_id", "number"),
        CheckConstraint("(file_id IS NULL) <> (link IS NULL)", name="file_or_link"),
    )

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    number: Mapped[int]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    link: Mapped[str | None]
    put_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    put_at: Mapped[datetime]

    resource: Mapped[Resource] = relationship(back_populates="versions")
    file: Mapped[StoredFile | None] = relationship()
    put_by: Mapped[Person | None] = relationship()

    @property
    def site(self) -> str:
        """Where the link leads; empty for a file."""
        return leads_to(self.link) if self.link else ""
