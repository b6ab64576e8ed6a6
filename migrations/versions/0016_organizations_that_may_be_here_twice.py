"""What organizations are compared by, and the pairs that may be the same. The nightly job fills both.

Revision 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_key",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_match_key_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_key")),
        sa.UniqueConstraint("organization_id", "key", name=op.f("uq_match_key_organization_id_key")),
    )
    op.create_index("ix_match_key_key", "match_key", ["key"])
    op.create_table(
        "suspected_pair",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("found_at", types.UtcDateTime(), nullable=False),
        sa.Column("apart_at", types.UtcDateTime(), nullable=True),
        sa.Column("apart_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_suspected_pair_order")),
        sa.ForeignKeyConstraint(["apart_by_id"], ["person.id"], name=op.f("fk_suspected_pair_apart_by_id_person")),
        sa.ForeignKeyConstraint(
            ["first_id"], ["organization.id"], name=op.f("fk_suspected_pair_first_id_organization")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["organization.id"], name=op.f("fk_suspected_pair_second_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspected_pair")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_suspected_pair_first_id_second_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_suspected_pair_public_id")),
    )
    op.create_index("ix_suspected_pair_second_id", "suspected_pair", ["second_id"])
    op.create_index("ix_suspected_pair_apart_at_weight", "suspected_pair", ["apart_at", "weight"])


def downgrade() -> None:
    op.drop_table("suspected_pair")
    op.drop_table("match_key")
