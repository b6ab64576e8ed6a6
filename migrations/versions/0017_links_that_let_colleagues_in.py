"""Links by which an organization lets colleagues in, and who came by them.

Revision 0017, after 0016.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "membership_link",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("runs_out_at", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("role IN ('editor', 'viewer')", name=op.f("ck_membership_link_role")),
        sa.CheckConstraint("used >= 0 AND (most IS NULL OR used <= most)", name=op.f("ck_membership_link_used")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_membership_link_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_membership_link_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_link")),
        sa.UniqueConstraint("public_id", name=op.f("uq_membership_link_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_membership_link_token_hash")),
    )
    op.create_index("ix_membership_link_organization_id", "membership_link", ["organization_id"])
    op.create_table(
        "membership_link_use",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["membership_link.id"], name=op.f("fk_membership_link_use_link_id_membership_link")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_link_use_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_link_use")),
        sa.UniqueConstraint("link_id", "person_id", name=op.f("uq_membership_link_use_link_id_person_id")),
    )
    link = sa.ForeignKey("membership_link.id", name=op.f("fk_organization_request_link_id_membership_link"))
    op.add_column(
        "organization_request", sa.Column("link_id", sa.Integer(), link, nullable=True), inline_references=True
    )


def downgrade() -> None:
    op.drop_column("organization_request", "link_id")
    op.drop_table("membership_link_use")
    op.drop_table("membership_link")
