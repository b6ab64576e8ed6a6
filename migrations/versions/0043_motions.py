"""Motions and their votes, what was agreed to be done, and minutes.

Revision 0043, after 0042.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column("facts", types.JsonValue, nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_minutes_file_id_stored_file")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", "facts_sha256", name=op.f("uq_minutes_meeting_id_facts_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_minutes_public_id")),
    )
    op.create_table(
        "action_item",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_action_item_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_action_item_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_action_item_public_id")),
    )
    with op.batch_alter_table("action_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_action_item_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_action_item_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "motion",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=False),
        sa.Column("moved_at", types.UtcDateTime(), nullable=False),
        sa.Column("seconded_by_id", sa.Integer(), nullable=True),
        sa.Column("ballot", sa.String(length=8), nullable=False),
        sa.Column("majority", sa.String(length=12), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ballot IN ('open', 'secret')", name=op.f("ck_motion_ballot")),
        sa.CheckConstraint("majority IN ('simple', 'two_thirds')", name=op.f("ck_motion_majority")),
        sa.CheckConstraint("state IN ('open', 'carried', 'lost', 'withdrawn')", name=op.f("ck_motion_state")),
        sa.CheckConstraint("yes >= 0 AND no >= 0 AND abstain >= 0", name=op.f("ck_motion_counts")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_motion_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["moved_by_id"], ["person.id"], name=op.f("fk_motion_moved_by_id_person")),
        sa.ForeignKeyConstraint(["seconded_by_id"], ["person.id"], name=op.f("fk_motion_seconded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion")),
        sa.UniqueConstraint("public_id", name=op.f("uq_motion_public_id")),
    )
    with op.batch_alter_table("motion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_motion_item_id"), ["item_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_motion_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_motion_open",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "motion_vote",
        sa.Column("motion_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("choice IN ('yes', 'no', 'abstain')", name=op.f("ck_motion_vote_choice")),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_vote_motion_id_motion")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_motion_vote_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_vote")),
        sa.UniqueConstraint("motion_id", "person_id", name=op.f("uq_motion_vote_motion_id_person_id")),
    )
    with op.batch_alter_table("motion_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_motion_vote_person_id"), ["person_id"], unique=False)

    for statement in append_only_statements("minutes", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("motion_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_motion_vote_person_id"))

    op.drop_table("motion_vote")
    with op.batch_alter_table("motion", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_motion_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_motion_state"))
        batch_op.drop_index(batch_op.f("ix_motion_item_id"))

    op.drop_table("motion")
    with op.batch_alter_table("action_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_action_item_owner_id"))
        batch_op.drop_index(batch_op.f("ix_action_item_item_id"))

    op.drop_table("action_item")
    op.drop_table("minutes")
