"""A meeting is a panel's or a pitch.

Revision 0045, after 0044.
"""

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In one statement on both engines: a table that others point to is not made anew.
    op.execute(
        "ALTER TABLE meeting ADD COLUMN kind VARCHAR(8) DEFAULT 'panel' NOT NULL"
        " CONSTRAINT ck_meeting_kind CHECK (kind IN ('panel', 'pitch'))"
    )


def downgrade() -> None:
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_meeting_kind"), type_="check")
        batch_op.drop_column("kind")
