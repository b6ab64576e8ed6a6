"""The way onto a panel: who was asked, what each has accepted, and the samples each has scored."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from grants.people.models import Person
from grants.persistence.append_only import append_only
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import CycleStage
from grants.review.models import PanelMember


class PanelInvitation(Stateful, Base):
    """Somebody is asked to join a stage's panel; saying yes makes them a member of it (PanelMember).

    email      where the link goes, in lower case
    person     who has that address, from the moment they have an account
    load_cap   about how many submissions they are asked to read; None for what the program says
    since      when they were asked; asked once more, it begins anew, and the link sent before ends
    ended_at   when they answered, or were asked no longer
    reason     why they said no
    """

    __tablename__ = "panel_invitation"
    __table_args__ = (
        UniqueConstraint("stage_id", "email"),
        CheckConstraint("state IN ('invited', 'accepted', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("load_cap BETWEEN 1 AND 1000", name="load_cap"),
    )

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expertise: Mapped[str] = mapped_column(default="", server_default="")
    load_cap: Mapped[int | None]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    stage: Mapped[CycleStage] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    invited_by: Mapped[Person] = relationship(foreign_keys=[invited_by_id])


@append_only
class ReviewTerms(Base):
    """Terms and confidentiality as reviewers accepted them, each text once."""

    __tablename__ = "review_terms"

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str]
    first_at: Mapped[datetime]


@append_only
class TermsAcceptance(Base):
    """A member of a panel accepted a text; one that is changed is accepted anew."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (UniqueConstraint("member_id", "terms_id"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id"))
    terms_id: Mapped[int] = mapped_column(ForeignKey("review_terms.id"))
    accepted_at: Mapped[datetime]

    member: Mapped[PanelMember] = relationship()
    terms: Mapped[ReviewTerms] = relationship()


class SampleCard(Identified, Base):
    """A member's scorecard on a sample of the stage's calibration; it counts nowhere.

    sample     the sample's key in the program's definition
    marks      criterion key -> a mark, true or false for an essential one, or "abstain"
    comments   criterion key -> why
    version    grows with every save; a save names the one it was based on
    seen_at    when they had looked at how theirs differs
    """

    __tablename__ = "sample_card"
    __table_args__ = (
        UniqueConstraint("member_id", "sample"),
        CheckConstraint("seen_at IS NULL OR submitted_at IS NOT NULL", name="seen_at"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id"))
    sample: Mapped[str] = mapped_column(String(80))
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    comment: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    member: Mapped[PanelMember] = relationship()
