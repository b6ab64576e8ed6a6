"""Scores are added up as they come, and analysed in the background.

What was scored before is added up by the job that keeps up with the scores, within a minute of the new version.

Revision 0038, after 0037.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("scorecards", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("spread", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=False),
        sa.Column("ties", types.JsonValue, nullable=False),
        sa.Column("given", types.JsonValue, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_tally_application_id_application")
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_tally_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("application_id", name=op.f("uq_tally_application_id")),
    )
    op.create_index(op.f("ix_tally_stage_id"), "tally", ["stage_id"])
    op.create_table(
        "analysis",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.String(length=64), nullable=False),
        sa.Column("made_from", sa.String(length=80), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("agreement", types.JsonValue, nullable=False),
        sa.Column("severity", types.JsonValue, nullable=False),
        sa.Column("shrinkage", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("groups", types.JsonValue, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_analysis_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
        sa.UniqueConstraint("stage_id", "made_from", "hidden", name=op.f("uq_analysis_stage_id_made_from_hidden")),
    )
    op.create_table(
        "standing",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("adjusted", sa.Double(), nullable=False),
        sa.Column("rank_low", sa.Integer(), nullable=False),
        sa.Column("rank_high", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"], name=op.f("fk_standing_analysis_id_analysis")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_standing_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("analysis_id", "application_id", name=op.f("uq_standing_analysis_id_application_id")),
    )
    op.create_index(op.f("ix_standing_application_id"), "standing", ["application_id"])


def downgrade() -> None:
    op.drop_table("standing")
    op.drop_table("analysis")
    op.drop_table("tally")
