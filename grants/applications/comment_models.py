"""Comments on drafts: to whom they are addressed, and who has read how far."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.base import Base, Identified


class DraftComment(Identified, Base):
    """A colleague's or a coach's comment on one section of a draft, or an answer to one.

    field         the question it is about; of the whole section where there is none
    answers_id    the comment it answers, which answers none itself
    resolved_at   when it was dealt with; of an answer it says nothing
    """

    __tablename__ = "draft_comment"

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    section: Mapped[str] = mapped_column(String(80))
    field: Mapped[str | None] = mapped_column(String(80))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("draft_comment.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    body: Mapped[str]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])


class CommentAddressee(Base):
    """Whom a comment is for: they are told by mail once, and it waits for them until they answer or it is dealt with.

    told_at   when the mail was written, or found needless
    """

    __tablename__ = "comment_addressee"
    __table_args__ = (UniqueConstraint("comment_id", "person_id"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("draft_comment.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    told_at: Mapped[datetime | None]

    comment: Mapped[DraftComment] = relationship()
    person: Mapped[Person] = relationship()


class CommentReading(Base):
    """How far somebody has read the comments on a section: `read_to` is the id of the last."""

    __tablename__ = "comment_reading"
    __table_args__ = (UniqueConstraint("application_id", "person_id", "section"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    section: Mapped[str] = mapped_column(String(80))
    read_to: Mapped[int]
