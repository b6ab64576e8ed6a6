"""A comment says which question it is about, what it answers, whom it is for, and how far each has read.

Revision 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("draft_comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("field", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("answers_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("resolved_by_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_draft_comment_answers_id"), ["answers_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_draft_comment_answers_id_draft_comment"), "draft_comment", ["answers_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_draft_comment_resolved_by_id_person"), "person", ["resolved_by_id"], ["id"]
        )
    op.create_table(
        "comment_addressee",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["draft_comment.id"], name=op.f("fk_comment_addressee_comment_id_draft_comment")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_addressee_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_addressee")),
        sa.UniqueConstraint("comment_id", "person_id", name=op.f("uq_comment_addressee_comment_id_person_id")),
    )
    op.create_index(op.f("ix_comment_addressee_person_id"), "comment_addressee", ["person_id"])
    op.create_table(
        "comment_reading",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_comment_reading_application_id_application")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_comment_reading_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_reading")),
        sa.UniqueConstraint(
            "application_id",
            "person_id",
            "section",
            name=op.f("uq_comment_reading_application_id_person_id_section"),
        ),
    )


def downgrade() -> None:
    op.drop_table("comment_reading")
    op.drop_table("comment_addressee")
    # Answers were comments of their own before.
    with op.batch_alter_table("draft_comment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_draft_comment_resolved_by_id_person"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_draft_comment_answers_id_draft_comment"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_draft_comment_answers_id"))
        batch_op.drop_column("resolved_by_id")
        batch_op.drop_column("answers_id")
        batch_op.drop_column("field")
