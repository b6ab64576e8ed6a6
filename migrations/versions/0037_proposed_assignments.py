"""Assignments of reviewers are worked out in the background, looked at, and then applied.

Revision 0037, after 0033.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0037"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment_proposal",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("aims", types.JsonValue, nullable=False),
        sa.Column("left_out", types.JsonValue, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=True),
        sa.Column("applied_at", types.UtcDateTime(), nullable=True),
        sa.Column("shortages", types.JsonValue, nullable=False),
        sa.Column("undeclared", types.JsonValue, nullable=False),
        sa.Column("away", types.JsonValue, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "state IN ('working', 'ready', 'applying', 'applied')", name=op.f("ck_assignment_proposal_state")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_assignment_proposal_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["cycle_stage.id"], name=op.f("fk_assignment_proposal_stage_id_cycle_stage")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_proposal")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_proposal_public_id")),
        sa.UniqueConstraint("stage_id", "asked_by_id", name=op.f("uq_assignment_proposal_stage_id_asked_by_id")),
    )
    op.create_index(op.f("ix_assignment_proposal_asked_by_id"), "assignment_proposal", ["asked_by_id"])
    op.create_index(op.f("ix_assignment_proposal_state"), "assignment_proposal", ["state"])
    op.create_table(
        "proposed_assignment",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("reasons", types.JsonValue, nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('assigned', 'left_out')", name=op.f("ck_proposed_assignment_outcome")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_proposed_assignment_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["assignment_proposal.id"],
            name=op.f("fk_proposed_assignment_proposal_id_assignment_proposal"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_proposed_assignment_reviewer_id_person")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_proposed_assignment_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_assignment")),
        sa.UniqueConstraint(
            "proposal_id",
            "application_id",
            "reviewer_id",
            name=op.f("uq_proposed_assignment_proposal_id_application_id_reviewer_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("proposed_assignment")
    op.drop_table("assignment_proposal")
