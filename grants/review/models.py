"""Reviewers and what they say of themselves, panels, conflicts, assignments, scorecards."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, foreign, mapped_column, query_expression, relationship

from grants.applications.models import Submission
from grants.casework.models import Case
from grants.people.models import Organization, Person
from grants.persistence.base import Base, Identified, Stateful
from grants.programs.models import CycleStage
from grants.review.kinds import first_state


class ReviewerProfile(Base):
    """What a reviewer says of themself, one for each person and the same on every panel.

    expertise     words with commas, such as "high, charter"
    grade_bands   which grade spans they know: values of Organization.grade_band
    most          the most submissions they take on one panel; None when they name no number
    away_from, away_until   days between which they read nothing, both included; either may be open
    confirmed_at  when they last said themselves that it is right; an officer may write words before that
    """

    __tablename__ = "reviewer_profile"
    __table_args__ = (
        CheckConstraint("most BETWEEN 1 AND 1000", name="most"),
        CheckConstraint("away_from <= away_until", name="away"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    expertise: Mapped[str] = mapped_column(default="", server_default="")
    grade_bands: Mapped[list[Any]] = mapped_column(default=list)
    most: Mapped[int | None]
    away_from: Mapped[date | None]
    away_until: Mapped[date | None]
    saved_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Affiliation(Identified, Base):
    """An organization that a reviewer says they are tied to, and how.

    organization_id   the one of the directory that is meant; empty when it is not there, and `name` alone says which
    name              as they wrote it, or as the directory called it when they chose it
    ended_on          the last day of it, for what is over: of a year alone, its last day
    """

    __tablename__ = "affiliation"
    __table_args__ = (
        CheckConstraint(
            "relation IN ('works_there', 'former_employer', 'board_member', 'adviser', 'family', 'funder', 'other')",
            name="relation",
        ),
        Index(
            "uq_affiliation_organization",
            *("person_id", "organization_id", "relation"),
            unique=True,
            sqlite_where=text("organization_id IS NOT NULL"),
            postgresql_where=text("organization_id IS NOT NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    relation: Mapped[str] = mapped_column(String(20))
    ended_on: Mapped[date | None]
    stated_at: Mapped[datetime]
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    organization: Mapped[Organization | None] = relationship()


class PanelMember(Identified, Base):
    """A reviewer of one stage, from when they said yes. Nothing of any application shows before all steps are done.

    invited_at     when they were asked
    accepted_at    when they said yes; empty for who was put on a panel before anybody was asked
    load_cap       the most submissions they read on this panel, as agreed; None for what profile and program say
    terms_sha256   of the terms and confidentiality that they accepted last; each acceptance is kept (TermsAcceptance)
    profile_at     when they said for this panel that their profile is right
    declared_at    when they declared their conflicts
    nudged_at      when staff last reminded them of open scorecards
    left_at        when they left it, after their yes; what they submitted stays, and asked again they may come back
    calibrated_at  when they had scored every sample of the stage and looked at how theirs differs
    """

    __tablename__ = "panel_member"
    __table_args__ = (UniqueConstraint("stage_id", "person_id"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    invited_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    load_cap: Mapped[int | None]
    terms_sha256: Mapped[str | None] = mapped_column(String(64))
    profile_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]
    calibrated_at: Mapped[datetime | None]
    nudged_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    stage: Mapped[CycleStage] = relationship()
    person: Mapped[Person] = relationship()
    profile: Mapped[ReviewerProfile | None] = relationship(
        primaryjoin=lambda: foreign(PanelMember.person_id) == ReviewerProfile.person_id, viewonly=True
    )


def _begins(context: DefaultExecutionContext) -> str:
    return first_state(context.get_current_parameters()["source"])  # type: ignore[no-untyped-call]


class Conflict(Stateful, Base):
    """A person is kept away from a case, by a rule or by their own word. It stands at once, until an officer clears it.

    kind     a key of the program's kinds of conflict
    source   a key of kinds.SOURCES
    finding  what a rule found, or the relation that somebody states in their profile; None for what people said
    lifted_* when, by whom and why it was cleared
    place_id public id of the person's place on a panel, where a list of that panel reads it along
    """

    __tablename__ = "conflict"
    __table_args__ = (
        UniqueConstraint("case_id", "person_id", "source"),
        CheckConstraint(
            "source IN ('declared', 'staff', 'same_organization', 'same_network', 'same_email_domain',"
            " 'former_employer', 'stated_ties', 'coach')",
            name="source",
        ),
        CheckConstraint("state IN ('found', 'declared', 'confirmed', 'cleared')", name="state"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[str] = mapped_column(String(20))
    finding: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(60), default="other")
    state: Mapped[str] = mapped_column(String(24), index=True, default=_begins)
    reason: Mapped[str | None]
    since: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_reason: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lifted_reason: Mapped[str | None]
    place_id: Mapped[str | None] = query_expression()

    case: Mapped[Case] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lifted_by: Mapped[Person | None] = relationship(foreign_keys=[lifted_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])


class Assignment(Identified, Base):
    """One reviewer's task to score one submission. Revoked ones stay on record."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("submission_id", "reviewer_id"),
        Index("ix_assignment_pile", "reviewer_id", "stage_id"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()
    stage: Mapped[CycleStage] = relationship()
    reviewer: Mapped[Person] = relationship()
    scorecard: Mapped["Scorecard | None"] = relationship(back_populates="assignment")


class Scorecard(Stateful, Base):
    """A reviewer's marks on one submission.

    total     0 to 100, or nothing while every weighted mark is an abstention; kept with the submitted card
    version   grows with every save; a save names the one it was based on
    """

    __tablename__ = "scorecard"
    __table_args__ = (CheckConstraint("state IN ('draft', 'submitted')", name="state"),)

    # Without an index: nearly all are submitted, and the embedded database would go through all of those for a few.
    state: Mapped[str] = mapped_column(String(24))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    comment: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]

    assignment: Mapped[Assignment] = relationship(back_populates="scorecard")
    marks: Mapped[list["Mark"]] = relationship(back_populates="scorecard", order_by="Mark.id")


class Mark(Base):
    """One criterion's mark: a value, or passed yes/no for an essential one, or an abstention (both empty)."""

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "criterion"),
        CheckConstraint("NOT (abstained AND (value IS NOT NULL OR passed IS NOT NULL))", name="abstained"),
    )

    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecard.id"))
    criterion: Mapped[str] = mapped_column(String(80))
    value: Mapped[int | None]
    passed: Mapped[bool | None]
    abstained: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str | None]

    scorecard: Mapped[Scorecard] = relationship(back_populates="marks")


class Tally(Base):
    """What the scorecards of one application add up to, kept in the transaction that changes one of them.

    It rests on scorecards, assignments and conflicts of interest alone: which applications are under review, and which
    a reader may know of, is asked when tallies are read.

    assigned      assignments in force; `scorecards` of them are submitted, and `n` of those have a total
    mean, spread  of the totals, 0 to 100, as `scoring.summarize` gives them; None without one
    fingerprint   of everything in `given`, below 2**48, and 0 without a scorecard; sums of it name a set of scores
    lot           draws the order of what is equal otherwise; see `ordering.lot_of`
    ties          by place among the program's rules for ties, what an answer or a criterion says, as a number or None
    given         one [reviewer's id, total as text or None, {criterion: mark, True, False or None}] a scorecard
    pitch_given, pitch_mean, pitch_spread   the same of the cards that were submitted on its pitch
    together      `combining.together` of the two means; None where the stage has no pitch, and while one is missing
    """

    __tablename__ = "tally"
    # Whoever stands first is found without looking at the rest, as `queries.ranking` does; and a stage is added up, as
    # `queries.whole` does, without reading what its tallies hold besides.
    __table_args__ = (
        Index(
            "ix_tally_of_stage",
            *("stage_id", "application_id", "assigned", "scorecards", "mean", "pitch_mean", "together", "fingerprint"),
        ),
        Index("ix_tally_by_mean", "stage_id", "mean"),
        Index("ix_tally_by_both", "stage_id", "together"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    assigned: Mapped[int]
    scorecards: Mapped[int]
    n: Mapped[int]
    mean: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    spread: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    fingerprint: Mapped[int] = mapped_column(BigInteger)
    lot: Mapped[str] = mapped_column(String(64))
    ties: Mapped[list[Any]]
    given: Mapped[list[Any]]
    pitch_given: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    pitch_mean: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    pitch_spread: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    together: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))


class Analysis(Base):
    """How far the scores of a stage can be trusted, worked out from the tallies that some readers see; never changed.

    hidden     names the cases kept from these readers: empty for none, else a SHA-256
    made_from  names the scores it rests on; whoever sees the same scores reads it as it is
    scored     applications with a total
    agreement  criterion -> {alpha, n, reason}; the totals' own under "total", the pitch's under "at the pitch"
    severity   reviewer's id as text -> points by which they mark lower than others
    shrinkage, reason, groups   as in `agreement.SeverityModel`; groups are lists of ids
    """

    __tablename__ = "analysis"
    __table_args__ = (UniqueConstraint("stage_id", "made_from", "hidden"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("cycle_stage.id"))
    hidden: Mapped[str] = mapped_column(String(64))
    made_from: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    scored: Mapped[int]
    agreement: Mapped[dict[str, Any]]
    severity: Mapped[dict[str, Any]]
    shrinkage: Mapped[float]
    reason: Mapped[str | None]
    groups: Mapped[list[Any]]


class Standing(Base):
    """Where one application stands in an analysis: its adjusted mean, and the 90% interval of its rank."""

    __tablename__ = "standing"
    __table_args__ = (UniqueConstraint("analysis_id", "application_id"),)

    analysis_id: Mapped[int] = mapped_column(ForeignKey("analysis.id"))
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    adjusted: Mapped[float]
    rank_low: Mapped[int]
    rank_high: Mapped[int]
