"""Letters to all who come to an event are made in the background, some at a time.

Revision 0029, after 0028.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_letters",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.String(length=20), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("stopped", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'certificate')", name=op.f("ck_event_letters_kind")),
        sa.CheckConstraint("audience IN ('places', 'waiting', 'came')", name=op.f("ck_event_letters_audience")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_letters_event_id_event")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_event_letters_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_letters")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_letters_public_id")),
    )
    op.create_index(op.f("ix_event_letters_event_id"), "event_letters", ["event_id"])
    under_way = sa.text("finished_at IS NULL")
    op.create_index(
        "uq_event_letters_under_way",
        "event_letters",
        ["event_id", "kind", "audience", "words", "made_by_id"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )


def downgrade() -> None:
    op.drop_table("event_letters")
