"""Messages that staff write to many applicants, and each of those they go to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.applications.models import Application
from grants.people.models import Person
from grants.persistence.base import Base, Identified


class Mailing(Identified, Base):
    """What staff write to many applicants at once: their own words, or the reminder that a draft is not submitted.

    key    what its page was given when it was opened, so that a second press is the same mailing
    body   with {placeholders}; a reminder's text is the library's own
    """

    __tablename__ = "mailing"
    __table_args__ = (CheckConstraint("kind IN ('message', 'reminder')", name="kind"),)

    key: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str]
    body: Mapped[str]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    made_by: Mapped[Person] = relationship()


class MailingRecipient(Identified, Base):
    """One applicant of a mailing.

    done_at   when it was dealt with; `told` people were written to then, or `left_out` says why nobody was
    """

    __tablename__ = "mailing_recipient"
    __table_args__ = (UniqueConstraint("mailing_id", "application_id"),)

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    done_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[str | None]

    mailing: Mapped[Mailing] = relationship()
    application: Mapped[Application] = relationship()
