"""What cannot be read is kept as it was typed; an indicator is read once a period, with every group's value

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNIQUE = "uq_indicator_reading_award_id_indicator_year"
# Until now a reading of a whole subgroup was a row of its own, and nobody knows of which of its groups it speaks: it
# becomes a remark on the reading of all students.
FOLD = """
UPDATE indicator_reading SET note = trim(coalesce(note, '') || ' ' || (
    SELECT part.subgroup || ': ' || part.value || coalesce(' (' || part.note || ')', '') FROM indicator_reading AS part
    WHERE part.award_id = indicator_reading.award_id AND part.indicator = indicator_reading.indicator
      AND part.year = indicator_reading.year AND part.subgroup = :subgroup
))
WHERE subgroup = '' AND EXISTS (
    SELECT 1 FROM indicator_reading AS part
    WHERE part.award_id = indicator_reading.award_id AND part.indicator = indicator_reading.indicator
      AND part.year = indicator_reading.year AND part.subgroup = :subgroup AND part.value IS NOT NULL
)
"""


def upgrade() -> None:
    # Added without a batch: a table that is rebuilt loses its append-only triggers.
    for table in ("answer", "answer_version"):
        op.add_column(table, sa.Column("typed", types.JsonValue, nullable=True))

    rows = op.get_bind()
    for subgroup in rows.scalars(sa.text("SELECT DISTINCT subgroup FROM indicator_reading WHERE subgroup <> ''")).all():
        rows.execute(sa.text(FOLD), {"subgroup": subgroup})
    rows.execute(sa.text("DELETE FROM indicator_reading WHERE subgroup <> ''"))
    op.add_column("indicator_reading", sa.Column("groups", types.JsonValue, nullable=True))
    rows.execute(sa.text("UPDATE indicator_reading SET groups = '{}'"))
    with op.batch_alter_table("indicator_reading", schema=None) as batch_op:
        batch_op.alter_column("groups", existing_type=types.JsonValue, nullable=False)
        batch_op.drop_constraint(f"{UNIQUE}_subgroup", type_="unique")
        batch_op.drop_column("subgroup")
        batch_op.create_unique_constraint(UNIQUE, ["award_id", "indicator", "year"])


def downgrade() -> None:
    with op.batch_alter_table("indicator_reading", schema=None) as batch_op:
        batch_op.drop_constraint(UNIQUE, type_="unique")
        batch_op.add_column(sa.Column("subgroup", sa.String(length=60), nullable=False, server_default=""))
        batch_op.create_unique_constraint(f"{UNIQUE}_subgroup", ["award_id", "indicator", "year", "subgroup"])
        batch_op.drop_column("groups")
    for table in ("answer_version", "answer"):
        op.drop_column(table, "typed")
