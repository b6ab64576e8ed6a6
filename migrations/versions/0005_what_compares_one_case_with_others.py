"""A document says whether it weighs its case against others, such as a letter that names a place on a waitlist.

Revision 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence.append_only import append_only_statements

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("compares", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Void letters of lines that were changed since may name a place too.
    op.execute(
        sa.text(
            "UPDATE document SET compares = :yes WHERE kind = 'letter' AND (state = 'void' OR subject_id IN "
            "(SELECT application.public_id FROM slate_line JOIN application ON application.id = "
            "slate_line.application_id WHERE slate_line.outcome = 'waitlist'))"
        ).bindparams(yes=True)
    )
    _leave_places_to_the_letters()


def _leave_places_to_the_letters() -> None:
    """The timeline is never changed but here: what it must not say is taken out, and the guard put back."""
    connection, sqlite = op.get_bind(), op.get_context().dialect.name == "sqlite"
    said = "SELECT id, sentence FROM timeline_event WHERE kind = 'decision' AND sentence LIKE '%: on the waitlist, place %'"
    found = connection.execute(sa.text(said)).all()
    op.execute("DROP TRIGGER timeline_event_no_update" if sqlite else "ALTER TABLE timeline_event DISABLE TRIGGER USER")
    for number, sentence in found:
        change = sa.text("UPDATE timeline_event SET sentence = :to, reference = NULL WHERE id = :id")
        connection.execute(change, {"to": f"{sentence.rpartition(', place ')[0]}.", "id": number})
    guard = append_only_statements("timeline_event", "sqlite")[0]
    op.execute(guard if sqlite else "ALTER TABLE timeline_event ENABLE TRIGGER USER")


def downgrade() -> None:
    op.drop_column("document", "compares")
