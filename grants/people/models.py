"""People, organizations, and the ties between them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from grants.kernel.roles import Role
from grants.people.likeness import name_key
from grants.persistence.base import Base, Identified


class Person(Identified, Base):
    """A person with an account. Without a password they can sign in only by a link sent to them.

    email          kept in lower case; the name they sign in with
    session_stamp  part of every session's token: changing it ends all of the person's sessions
    illustrative   invented for a demonstration, and marked so wherever it shows
    looks_at_id    the organization that their pages are about, of several; it counts only while they are with it
    """

    __tablename__ = "person"
    # Every act names who did it: two who ask each other at once would wait in a circle.
    named_while_taken = True

    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    title: Mapped[str | None]
    password_hash: Mapped[str | None]
    session_stamp: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(default=True)
    illustrative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_sign_in_at: Mapped[datetime | None]
    looks_at_id: Mapped[int | None]

    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="person", foreign_keys="RoleGrant.person_id")
    memberships: Mapped[list["OrganizationMembership"]] = relationship(
        back_populates="person", order_by="OrganizationMembership.id"
    )
    coaching: Mapped[list["CoachInvitation"]] = relationship(
        primaryjoin="and_(Person.id == CoachInvitation.person_id, CoachInvitation.ended_at.is_(None), "
        "CoachInvitation.accepted_at.is_not(None))",
        viewonly=True,
    )

    @property
    def role_labels(self) -> list[str]:
        """The foundation roles held, in words."""
        return sorted(Role(grant.role).label for grant in self.grants)

    @property
    def account_state(self) -> str:
        """invited, active or closed; accounts.py says the same in SQL."""
        if not self.is_active:
            return "closed"
        return "invited" if self.last_sign_in_at is None else "active"


class RoleGrant(Base):
    """A foundation role that a person holds."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=[person_id])


class Organization(Identified, Base):
    """A school, district, charter network, nonprofit, partner, or a consortium of organizations.

    nces_id, cds_id    text, each unique where given: a 12-digit NCES school id, a 14-digit California CDS code
    sector             how it is run: district or charter; empty where that does not apply
    grade_from, grade_to   PK, K or 1 to 12 as text
    enrollment         pupils
    low_income_share   fraction of pupils from low-income families, 0 to 1
    name_key           the name as likeness.py compares it
    unchecked_since    when it registered itself, until somebody of the foundation has looked at it
    merged_into_id     the one that it turned out to be: the row stays, so that its links lead there, and shows nowhere
    """

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('school', 'district', 'charter_network', 'nonprofit', 'partner', 'consortium')", name="kind"
        ),
        CheckConstraint("sector IS NULL OR sector IN ('district', 'charter')", name="sector"),
        CheckConstraint("low_income_share BETWEEN 0 AND 1", name="low_income_share"),
        CheckConstraint("enrollment >= 0", name="enrollment"),
    )

    name: Mapped[str] = mapped_column(index=True)
    name_key: Mapped[str] = mapped_column(index=True, server_default="")
    kind: Mapped[str] = mapped_column(String(16))
    sector: Mapped[str | None] = mapped_column(String(8), index=True)
    nces_id: Mapped[str | None] = mapped_column(String(12), unique=True)
    cds_id: Mapped[str | None] = mapped_column(String(14), unique=True)
    grade_from: Mapped[str | None] = mapped_column(String(2))
    grade_to: Mapped[str | None] = mapped_column(String(2))
    enrollment: Mapped[int | None]
    low_income_share: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    street: Mapped[str | None]
    city: Mapped[str | None]
    region: Mapped[str | None] = mapped_column(String(40))
    postal_code: Mapped[str | None] = mapped_column(String(12))
    email_domain: Mapped[str | None] = mapped_column(String(253))
    illustrative: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    unchecked_since: Mapped[datetime | None] = mapped_column(index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    merged_at: Mapped[datetime | None]
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    merged_into: Mapped["Organization | None"] = relationship(remote_side="Organization.id")
    merged_by: Mapped[Person | None] = relationship()
    memberships: Mapped[list["OrganizationMembership"]] = relationship(
        back_populates="organization",
        foreign_keys="OrganizationMembership.organization_id",
        order_by="OrganizationMembership.id",
    )

    @validates("name")
    def _keep_its_key(self, _attribute: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @property
    def grades(self) -> str:
        """The grade span as people write it, such as K-8; empty when it is not known."""
        if self.grade_from is None or self.grade_to is None:
            return ""
        return self.grade_from if self.grade_from == self.grade_to else f"{self.grade_from}-{self.grade_to}"

    @property
    def grade_band(self) -> str:
        """See `grade_band_of`."""
        return grade_band_of(self.grade_from, self.grade_to)


def grade_band_of(grade_from: str | None, grade_to: str | None) -> str:
    """elementary, middle, high or span, by the grades taught; empty when they are not known."""
    if grade_to is None or grade_from is None:
        return ""
    low, high = (0 if grade in {"PK", "K"} else int(grade) for grade in (grade_from, grade_to))
    if high <= 6:
        return "elementary"
    if low >= 9:
        return "high"
    return "middle" if low >= 5 and high <= 8 else "span"


class OrganizationMembership(Base):
    """A person's role in an organization.

    through_id   in a consortium, the member organization that brings them; empty for whoever belongs to it directly
    """

    __tablename__ = "organization_membership"
    __table_args__ = (
        UniqueConstraint("organization_id", "person_id"),
        CheckConstraint("role IN ('lead', 'editor', 'viewer', 'signatory')", name="role"),
    )

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime]
    through_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)

    organization: Mapped[Organization] = relationship(back_populates="memberships", foreign_keys=[organization_id])
    person: Mapped[Person] = relationship(back_populates="memberships")
    through: Mapped[Organization | None] = relationship(foreign_keys=[through_id])


class ConsortiumMember(Identified, Base):
    """An organization's time in a consortium: asked, then in it, then out of it. Each time has a row of its own.

    role       lead or member; whoever takes the lead gets a new row, and so does whoever gives it
    writes     whether its people write with the consortium, as far as they write for their own organization
    since      when a lead of it said yes; empty while it is asked, and for one that never was in it
    until      when it ended, by what `ended` says
    """

    __tablename__ = "consortium_member"
    __table_args__ = (
        CheckConstraint("role IN ('lead', 'member')", name="role"),
        CheckConstraint(
            "ended IS NULL OR ended IN ('declined', 'taken_back', 'left', 'removed', 'new_role')", name="ended"
        ),
        CheckConstraint("(until IS NULL) = (ended IS NULL)", name="until"),
        CheckConstraint("role = 'member' OR since IS NOT NULL", name="lead"),
        CheckConstraint("consortium_id <> organization_id", name="itself"),
        Index(
            "uq_consortium_member_present",
            *("consortium_id", "organization_id"),
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
        Index(
            "uq_consortium_member_lead",
            "consortium_id",
            unique=True,
            sqlite_where=text("until IS NULL AND role = 'lead'"),
            postgresql_where=text("until IS NULL AND role = 'lead'"),
        ),
    )

    consortium_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    role: Mapped[str] = mapped_column(String(8), default="member")
    writes: Mapped[bool] = mapped_column(default=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    ended: Mapped[str | None] = mapped_column(String(12))

    consortium: Mapped[Organization] = relationship(foreign_keys=[consortium_id])
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    asked_by: Mapped[Person | None] = relationship()


class CoachInvitation(Base):
    """A school asks a mentor from a partner organization to read drafts and comment on them; ended, it stays on record.

    What of which draft they read, applications say (CoachedSection).
    partner       the organization they come from, as the school names it; empty where nobody asked
    accepted_at   when they said yes, to the asking that began at `since`; until then it opens nothing to them, and
                  hides nothing from them
    """

    __tablename__ = "coach_invitation"
    __table_args__ = (UniqueConstraint("organization_id", "person_id"),)

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    partner: Mapped[str] = mapped_column(default="", server_default="")
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    invited_by: Mapped[Person] = relationship(foreign_keys=[invited_by_id])
