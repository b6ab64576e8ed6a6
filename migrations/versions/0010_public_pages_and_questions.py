"""Public pages of cycles, questions with their replies, and mail to people without an account.

Revision 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("listing", sa.String(length=8), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("contact_phone", sa.String(length=40), nullable=True),
        sa.Column("questions_until", types.UtcDateTime(), nullable=True),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("shows_criteria", sa.Boolean(), nullable=False),
        sa.Column("shows_form", sa.Boolean(), nullable=False),
        sa.Column("shows_events", sa.Boolean(), nullable=False),
        sa.Column("changed_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("listing IN ('hidden', 'unlisted', 'listed')", name=op.f("ck_call_listing")),
        sa.CheckConstraint("answer_days BETWEEN 1 AND 60", name=op.f("ck_call_answer_days")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_call_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_call_cycle_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_call_public_id")),
    )
    op.create_table(
        "question",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("asker_name", sa.Text(), nullable=False),
        sa.Column("asker_email", sa.String(length=254), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.CheckConstraint("state IN ('open', 'answered', 'published', 'set_aside')", name=op.f("ck_question_state")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_question_asked_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_question_cycle_id_cycle")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_question_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_question_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_question_public_id")),
    )
    for columns in (
        ["asked_by_id"],
        ["asker_email"],
        ["cycle_id", "state", "asked_at"],
        ["organization_id"],
        ["state"],
    ):
        op.create_index(f"ix_question_{'_'.join(columns)}", "question", columns)
    op.create_table(
        "question_reply",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_question_reply_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_question_reply_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_reply")),
        sa.UniqueConstraint("question_id", "number", name=op.f("uq_question_reply_question_id_number")),
        info={"append_only": True},
    )
    for statement in append_only_statements("question_reply", op.get_context().dialect.name):
        op.execute(statement)
    _name_those_mail_went_to()


def _name_those_mail_went_to() -> None:
    with op.batch_alter_table("message", schema=None) as table:
        table.add_column(sa.Column("to_name", sa.Text(), nullable=False, server_default=""))
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
    op.execute("UPDATE message SET to_name = (SELECT name FROM person WHERE person.id = message.person_id)")
    with op.batch_alter_table("message", schema=None) as table:
        table.alter_column("to_name", existing_type=sa.Text(), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE person_id IS NULL")
    with op.batch_alter_table("message", schema=None) as table:
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
        table.drop_column("to_name")
    op.drop_table("question_reply")
    op.drop_table("question")
    op.drop_table("call")
