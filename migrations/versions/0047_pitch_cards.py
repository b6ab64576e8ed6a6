"""Pitches are scored, and count beside the written scorecards.

Revision 0047, after 0046.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pitch_card",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("pitched_in", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", types.UtcDateTime(), nullable=True),
        sa.Column("reopened_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name=op.f("ck_pitch_card_state")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_pitch_card_application_id_application")
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_pitch_card_reviewer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_card")),
        sa.UniqueConstraint("application_id", "reviewer_id", name=op.f("uq_pitch_card_application_id_reviewer_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pitch_card_public_id")),
    )
    with op.batch_alter_table("pitch_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pitch_card_pitched_in"), ["pitched_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_pitch_card_reviewer_id"), ["reviewer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pitch_card_state"), ["state"], unique=False)

    op.create_table(
        "pitch_mark",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (abstained AND (value IS NOT NULL OR passed IS NOT NULL))", name=op.f("ck_pitch_mark_abstained")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["pitch_card.id"], name=op.f("fk_pitch_mark_card_id_pitch_card")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_mark")),
        sa.UniqueConstraint("card_id", "criterion", name=op.f("uq_pitch_mark_card_id_criterion")),
    )
    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("written", sa.Numeric(precision=7, scale=4), nullable=True))
        batch_op.add_column(sa.Column("pitch", sa.Numeric(precision=7, scale=4), nullable=True))

    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pitch_given", types.JsonValue, server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("pitch_mean", sa.Numeric(precision=7, scale=4), nullable=True))
        batch_op.add_column(sa.Column("pitch_spread", sa.Numeric(precision=7, scale=4), nullable=True))
        batch_op.add_column(sa.Column("together", sa.Numeric(precision=7, scale=4), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_column("together")
        batch_op.drop_column("pitch_spread")
        batch_op.drop_column("pitch_mean")
        batch_op.drop_column("pitch_given")

    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.drop_column("pitch")
        batch_op.drop_column("written")

    op.drop_table("pitch_mark")
    with op.batch_alter_table("pitch_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pitch_card_state"))
        batch_op.drop_index(batch_op.f("ix_pitch_card_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_pitch_card_pitched_in"))

    op.drop_table("pitch_card")
