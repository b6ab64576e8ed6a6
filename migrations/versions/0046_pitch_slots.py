"""A pitch has a slot for each applicant, and their slides.

Revision 0046, after 0045.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pitch_slot",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("invited_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("presenters", types.JsonValue, nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("unfit", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("slides_until", types.UtcDateTime(), nullable=True),
        sa.Column("slides_reason", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state = 'cancelled' OR item_id IS NOT NULL", name=op.f("ck_pitch_slot_item")),
        sa.CheckConstraint(
            "state IN ('planned', 'cancelled') OR starts_at IS NOT NULL", name=op.f("ck_pitch_slot_invited")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'invited', 'confirmed', 'asked', 'declined', 'cancelled')",
            name=op.f("ck_pitch_slot_state"),
        ),
        sa.CheckConstraint("(slides_until IS NULL) = (slides_reason IS NULL)", name=op.f("ck_pitch_slot_slides")),
        sa.CheckConstraint("(starts_at IS NULL) = (minutes IS NULL)", name=op.f("ck_pitch_slot_told")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_pitch_slot_answered_by_id_person")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_pitch_slot_application_id_application")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_pitch_slot_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_pitch_slot_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_slot")),
        sa.UniqueConstraint("item_id", name=op.f("uq_pitch_slot_item_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pitch_slot_public_id")),
    )
    with op.batch_alter_table("pitch_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pitch_slot_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pitch_slot_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pitch_slot_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_pitch_slot_stands",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )

    op.create_table(
        "pitch_slides",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", types.UtcDateTime(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_pitch_slides_file_id_stored_file")),
        sa.ForeignKeyConstraint(["slot_id"], ["pitch_slot.id"], name=op.f("fk_pitch_slides_slot_id_pitch_slot")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_pitch_slides_uploaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pitch_slides")),
        sa.UniqueConstraint("file_id", name=op.f("uq_pitch_slides_file_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pitch_slides_public_id")),
        sa.UniqueConstraint("slot_id", "number", name=op.f("uq_pitch_slides_slot_id_number")),
    )
    for statement in append_only_statements("pitch_slides", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("pitch_slides")
    with op.batch_alter_table("pitch_slot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pitch_slot_stands",
            sqlite_where=sa.text("state <> 'cancelled'"),
            postgresql_where=sa.text("state <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_pitch_slot_state"))
        batch_op.drop_index(batch_op.f("ix_pitch_slot_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_pitch_slot_application_id"))

    op.drop_table("pitch_slot")
