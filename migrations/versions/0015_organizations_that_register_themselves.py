"""Names as they are compared, organizations nobody has looked at yet, and requests that wait for an address.

Revision 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

from grants.people.likeness import name_key
from grants.persistence import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organization", sa.Column("name_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("organization", sa.Column("unchecked_since", types.UtcDateTime(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, name FROM organization")).all():
        connection.execute(
            sa.text("UPDATE organization SET name_key = :key WHERE id = :id"), {"key": name_key(row.name), "id": row.id}
        )
    op.create_index("ix_organization_name_key", "organization", ["name_key"])
    op.create_index("ix_organization_unchecked_since", "organization", ["unchecked_since"])
    op.create_table(
        "organization_request",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("asked_at", types.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "details IS NOT NULL OR organization_id IS NOT NULL", name=op.f("ck_organization_request_what")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_organization_request_answered_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_organization_request_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organization_request_public_id")),
    )
    for column in ("asked_at", "organization_id"):
        op.create_index(f"ix_organization_request_{column}", "organization_request", [column])


def downgrade() -> None:
    op.drop_table("organization_request")
    op.drop_index("ix_organization_unchecked_since", "organization")
    op.drop_index("ix_organization_name_key", "organization")
    op.drop_column("organization", "unchecked_since")
    op.drop_column("organization", "name_key")
