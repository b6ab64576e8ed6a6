"""The ways into an organization: being asked, asking, and coming by a link."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.kernel.clock import now
from grants.people.models import Organization, Person
from grants.persistence.base import Base, Identified

ANSWERED_WITHIN: Final = timedelta(days=30)
"""How long an invitation holds from when somebody was asked, or asked once more."""


class MembershipInvitation(Identified, Base):
    """An organization asks somebody to belong to it: nothing counts until they say yes, which makes a membership.

    What was asked is never changed, so that nobody says yes to another role than the one they read.
    role     what they would be
    since    when they were asked; asked once more, it begins anew
    ended    how it ended, at `ended_at`: with a yes, or because they came in by another way meanwhile; with a no; taken
             back by who asked; without an answer; or with one of two organizations that were made one
    """

    __tablename__ = "membership_invitation"
    __table_args__ = (
        CheckConstraint("role IN ('lead', 'editor', 'viewer', 'signatory')", name="role"),
        CheckConstraint(
            "ended IS NULL OR ended IN ('accepted', 'declined', 'taken_back', 'run_out', 'merged')", name="ended"
        ),
        CheckConstraint("(ended_at IS NULL) = (ended IS NULL)", name="ended_at"),
        Index(
            "uq_membership_invitation_open",
            *("organization_id", "person_id"),
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended: Mapped[str | None] = mapped_column(String(12))

    organization: Mapped[Organization] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    invited_by: Mapped[Person] = relationship(foreign_keys=[invited_by_id])

    @property
    def has_run_out(self) -> bool:
        """Whether the time to say yes is over."""
        return self.since <= now() - ANSWERED_WITHIN


class OrganizationRequest(Identified, Base):
    """Somebody asks to join an organization, or to register a new one; it counts once their address is confirmed.

    organization_id   the one they ask to join; with a new one, what was made of `details`
    details           a new one as they describe it: fields of OrganizationDetails; empty when they ask to join
    confirmed_at      when the link that was sent to `email` was used
    answered_at       when a lead or the foundation let them in or did not; nobody answers who registers a new one
    vouched_by_id     who of the foundation met them and asked for them; they are asked themselves, then, before they
                      are let in
    link_id           the link by which they come in without an account, and nobody decides any more
    """

    __tablename__ = "organization_request"
    __table_args__ = (CheckConstraint("details IS NOT NULL OR organization_id IS NOT NULL", name="what"),)

    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(254))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    vouched_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("membership_link.id"))

    organization: Mapped[Organization | None] = relationship()
    link: Mapped["MembershipLink | None"] = relationship()


class MembershipLink(Identified, Base):
    """A link by which whoever has it may join an organization, until it is used up, runs out or is ended.

    token_hash   the SHA-256 of the link's secret, which is kept nowhere
    note         for whom it is meant, as its maker remembers it
    most, used   how many may come by it, empty for any number, and how many did
    """

    __tablename__ = "membership_link"
    __table_args__ = (
        CheckConstraint("role IN ('editor', 'viewer')", name="role"),
        CheckConstraint("used >= 0 AND (most IS NULL OR used <= most)", name="used"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str]
    most: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    runs_out_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    made_by: Mapped[Person] = relationship()

    @property
    def state(self) -> str:
        """open, ended, used_up or run_out."""
        if self.ended_at is not None:
            return "ended"
        if self.most is not None and self.used >= self.most:
            return "used_up"
        return "open" if now() < self.runs_out_at else "run_out"


class MembershipLinkUse(Base):
    """Somebody came in by a link; they do so once, so that whoever was taken out does not come back by it."""

    __tablename__ = "membership_link_use"
    __table_args__ = (UniqueConstraint("link_id", "person_id"),)

    link_id: Mapped[int] = mapped_column(ForeignKey("membership_link.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
