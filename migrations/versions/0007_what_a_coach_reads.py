"""A coach reads the sections that a school names, of one draft; what coaches could read until now stays open to them.

Revision 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE_YOU_START = "before_you_start"
# Every draft that lay open to a coach at some time: begun before they were let go, and not handed in for good before
# they were let in.
READ = sa.text(
    """
    SELECT invitation.id, invitation.invited_by_id, invitation.since, invitation.ended_at, application.id,
           application.state, stage.key, version.definition,
           (SELECT max(submitted_at) FROM submission WHERE submission.application_id = application.id)
    FROM coach_invitation AS invitation
    JOIN "case" ON "case".organization_id = invitation.organization_id
    JOIN application ON application.case_id = "case".id
    JOIN cycle_stage AS stage ON stage.id = application.stage_id
    JOIN cycle ON cycle.id = "case".cycle_id
    JOIN program_version AS version ON version.id = cycle.program_version_id
    WHERE invitation.ended_at IS NULL OR application.started_at < invitation.ended_at
    ORDER BY invitation.id, application.id
    """
).columns(
    sa.column("invitation_id", sa.Integer), sa.column("by_id", sa.Integer), sa.column("since", UtcDateTime),
    sa.column("ended_at", UtcDateTime), sa.column("application_id", sa.Integer), sa.column("state", sa.String),
    sa.column("stage", sa.String), sa.column("definition", sa.JSON), sa.column("submitted_at", UtcDateTime),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("coach_invitation", sa.Column("partner", sa.Text(), nullable=False, server_default=""))
    table = op.create_table(
        "coached_section",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("named_at", UtcDateTime(), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_coached_section_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["coach_invitation.id"], name=op.f("fk_coached_section_invitation_id_coach_invitation")
        ),
        sa.ForeignKeyConstraint(["named_by_id"], ["person.id"], name=op.f("fk_coached_section_named_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coached_section")),
        sa.UniqueConstraint(
            "application_id",
            "invitation_id",
            "section",
            name=op.f("uq_coached_section_application_id_invitation_id_section"),
        ),
    )
    op.create_index(op.f("ix_coached_section_invitation_id"), "coached_section", ["invitation_id"])
    rows = [row for read in op.get_bind().execute(READ).all() for row in _sections(read)]
    if rows:
        op.bulk_insert(table, rows)


def _sections(read: sa.Row) -> list[dict[str, object]]:  # type: ignore[type-arg]
    """Every section of the form: named when the coach came, ended when they were let go, or with the submission."""
    if read.submitted_at is not None and read.submitted_at < read.since and read.state not in ("draft", "returned"):
        return []
    stage = read.definition["stages"][read.stage]
    keys = [
        *([BEFORE_YOU_START] if stage.get("eligibility") else []),
        *read.definition["forms"][stage["form"]]["sections"],
    ]
    is_open = read.state in ("draft", "returned") and read.submitted_at is None
    return [
        {
            "application_id": read.application_id,
            "invitation_id": read.invitation_id,
            "section": key,
            "named_at": read.since,
            "named_by_id": read.by_id,
            "ended_at": read.ended_at if is_open else read.ended_at or read.submitted_at or read.since,
        }
        for key in keys
    ]


def downgrade() -> None:
    op.drop_table("coached_section")
    op.drop_column("coach_invitation", "partner")
