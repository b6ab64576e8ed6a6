"""Eligibility answers that staff let pass, reminders, and what is written to many applicants at once.

Revision 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence.append_only import append_only_statements
from grants.persistence.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("reminded_at", UtcDateTime(), nullable=True))
    op.create_table(
        "eligibility_override",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_eligibility_override_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["person.id"], name=op.f("fk_eligibility_override_given_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_override")),
        sa.UniqueConstraint("application_id", "field", name=op.f("uq_eligibility_override_application_id_field")),
    )
    for statement in append_only_statements("eligibility_override", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "mailing",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'reminder')", name=op.f("ck_mailing_kind")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_mailing_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("key", name=op.f("uq_mailing_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mailing_public_id")),
    )
    op.create_table(
        "mailing_recipient",
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_mailing_recipient_application_id_application")
        ),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_recipient_mailing_id_mailing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_recipient")),
        sa.UniqueConstraint(
            "mailing_id", "application_id", name=op.f("uq_mailing_recipient_mailing_id_application_id")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_mailing_recipient_public_id")),
    )
    op.create_index(op.f("ix_mailing_recipient_application_id"), "mailing_recipient", ["application_id"])


def downgrade() -> None:
    op.drop_table("mailing_recipient")
    op.drop_table("mailing")
    op.drop_table("eligibility_override")
    op.drop_column("application", "reminded_at")
