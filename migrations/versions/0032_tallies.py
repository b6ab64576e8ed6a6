"""Scores are added up as they come, and analysed in the background.

What was scored before is added up by a job, once the new version runs.

Revision 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op

from grants.kernel.clock import now
from grants.persistence import types
from grants.persistence.base import new_public_id

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stage_analysis",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("hidden_key", sa.String(length=64), nullable=False),
        sa.Column("made_from", sa.String(length=64), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("agreement", types.JsonValue, nullable=False),
        sa.Column("severity", types.JsonValue, nullable=False),
        sa.Column("shrinkage", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("groups", types.JsonValue, nullable=False),
        sa.Column("reckoned_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_stage_analysis_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_analysis")),
        sa.UniqueConstraint("stage_id", "hidden_key", name=op.f("uq_stage_analysis_stage_id_hidden_key")),
    )
    op.create_table(
        "standing",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("adjusted", sa.Double(), nullable=False),
        sa.Column("rank_low", sa.Integer(), nullable=False),
        sa.Column("rank_high", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["stage_analysis.id"], name=op.f("fk_standing_analysis_id_stage_analysis")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_standing_application_id_application")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
        sa.UniqueConstraint("analysis_id", "application_id", name=op.f("uq_standing_analysis_id_application_id")),
    )
    op.create_table(
        "tally",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("assigned", sa.Integer(), nullable=False),
        sa.Column("scorecards", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("spread", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("totals", types.JsonValue, nullable=False),
        sa.Column("criteria", types.JsonValue, nullable=False),
        sa.Column("essentials", types.JsonValue, nullable=False),
        sa.Column("tie_order", sa.Text(), nullable=False),
        sa.Column("reckoned_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_tally_application_id_application")
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_tally_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("application_id", name=op.f("uq_tally_application_id")),
    )
    op.create_index("ix_tally_stage_id_mean", "tally", ["stage_id", "mean"])
    _add_up_what_is_there()


def _add_up_what_is_there() -> None:
    if not op.get_bind().scalar(sa.text("SELECT count(*) FROM assignment")):
        return
    job = sa.table(
        "job",
        *(sa.column(name) for name in ("public_id", "name", "state", "attempts", "done", "total", "is_long")),
        sa.column("args", types.JsonValue),
        *(sa.column(name, types.UtcDateTime()) for name in ("run_at", "created_at")),
    )
    at = now()
    common = {
        "state": "queued",
        "attempts": 0,
        "done": 0,
        "total": 0,
        "is_long": True,
        "args": {},
        "run_at": at,
        "created_at": at,
    }
    op.execute(job.insert().values(name="review.reckon", public_id=new_public_id(), **common))


def downgrade() -> None:
    op.drop_table("tally")
    op.drop_table("standing")
    op.drop_table("stage_analysis")
