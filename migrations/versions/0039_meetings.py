"""Meetings of a panel: their agendas, who is in the room, and what scorecards said before they were revised there.

Revision 0039, after 0038.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("ballot", sa.String(length=8), nullable=False),
        sa.Column("majority", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.Column("invited_at", types.UtcDateTime(), nullable=True),
        sa.Column("started_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ballot IN ('open', 'secret')", name=op.f("ck_meeting_ballot")),
        sa.CheckConstraint("majority IN ('simple', 'two_thirds')", name=op.f("ck_meeting_majority")),
        sa.CheckConstraint(
            "state IN ('planned', 'running', 'paused', 'closed', 'cancelled')", name=op.f("ck_meeting_state")
        ),
        sa.CheckConstraint("quorum > 0", name=op.f("ck_meeting_quorum")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_meeting_chair_id_person")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_meeting_made_by_id_person")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_meeting_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_public_id")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_stage_id"), ["stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_state"), ["state"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=True),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_version", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'open', 'done', 'deferred')", name=op.f("ck_agenda_item_state")),
        sa.CheckConstraint("(application_id IS NULL) <> (title IS NULL)", name=op.f("ck_agenda_item_what")),
        sa.CheckConstraint("minutes > 0 AND extended >= 0", name=op.f("ck_agenda_item_minutes")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_agenda_item_application_id_application")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id_meeting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "application_id", name=op.f("uq_agenda_item_meeting_id_application_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_item_public_id")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_agenda_item_open",
            ["meeting_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "meeting_attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Boolean(), nullable=False),
        sa.Column("invited_at", types.UtcDateTime(), nullable=True),
        sa.Column("first_joined_at", types.UtcDateTime(), nullable=True),
        sa.Column("joined_at", types.UtcDateTime(), nullable=True),
        sa.Column("left_at", types.UtcDateTime(), nullable=True),
        sa.Column("away_from", types.UtcDateTime(), nullable=True),
        sa.Column("away_until", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("(away_from IS NULL) = (away_until IS NULL)", name=op.f("ck_meeting_attendance_away")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_attendance_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_attendance_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_attendance")),
        sa.UniqueConstraint("meeting_id", "person_id", name=op.f("uq_meeting_attendance_meeting_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_meeting_attendance_public_id")),
    )
    with op.batch_alter_table("meeting_attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_attendance_person_id"), ["person_id"], unique=False)

    op.create_table(
        "scorecard_revision",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", types.JsonValue, nullable=False),
        sa.Column("after", types.JsonValue, nullable=False),
        sa.Column("total_before", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("total_after", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("discussed_in", sa.String(length=20), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scorecard_revision_by_id_person")),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecard.id"], name=op.f("fk_scorecard_revision_scorecard_id_scorecard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_revision")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scorecard_revision_public_id")),
    )
    with op.batch_alter_table("scorecard_revision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scorecard_revision_discussed_in"), ["discussed_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_scorecard_revision_scorecard_id"), ["scorecard_id"], unique=False)
    for statement in append_only_statements("scorecard_revision", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("scorecard_revision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scorecard_revision_scorecard_id"))
        batch_op.drop_index(batch_op.f("ix_scorecard_revision_discussed_in"))

    op.drop_table("scorecard_revision")

    with op.batch_alter_table("meeting_attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_attendance_person_id"))

    op.drop_table("meeting_attendance")
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_agenda_item_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_agenda_item_state"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_meeting_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_application_id"))

    op.drop_table("agenda_item")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_state"))
        batch_op.drop_index(batch_op.f("ix_meeting_stage_id"))

    op.drop_table("meeting")
