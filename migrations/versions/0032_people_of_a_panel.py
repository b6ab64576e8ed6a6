"""Reviewers are asked and say yes, keep a profile, accept terms and try samples before their pile opens.

The words of a reviewer's expertise stand in their profile, no longer with each panel.

Revision 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_MEMBER = (
    ("accepted_at", types.UtcDateTime()),
    ("load_cap", sa.Integer()),
    ("terms_sha256", sa.String(length=64)),
    ("profile_at", types.UtcDateTime()),
    ("calibrated_at", types.UtcDateTime()),
)
_KEPT = ("review_terms", "terms_acceptance")


def upgrade() -> None:
    for name, kind in _MEMBER:
        op.add_column("panel_member", sa.Column(name, kind, nullable=True))
    _profiles()
    _affiliations()
    _invitations()
    _terms()
    _samples()
    # Whoever has declared had no profile to look through; who reads what stays as it is.
    op.execute("UPDATE panel_member SET profile_at = declared_at, accepted_at = invited_at")
    op.execute(
        "INSERT INTO reviewer_profile (person_id, expertise, grade_bands, saved_at) "
        "SELECT person_id, expertise, '[]', invited_at FROM panel_member WHERE id IN "
        "(SELECT max(id) FROM panel_member WHERE expertise IS NOT NULL GROUP BY person_id)"
    )
    op.drop_column("panel_member", "expertise")


def downgrade() -> None:
    op.add_column("panel_member", sa.Column("expertise", sa.Text(), nullable=True))
    op.execute(
        "UPDATE panel_member SET expertise = (SELECT nullif(expertise, '') FROM reviewer_profile "
        "WHERE reviewer_profile.person_id = panel_member.person_id)"
    )
    for table in ("sample_card", *reversed(_KEPT), "panel_invitation", "affiliation", "reviewer_profile"):
        op.drop_table(table)
    for name, _ in _MEMBER:
        op.drop_column("panel_member", name)


def _profiles() -> None:
    table = "reviewer_profile"
    op.create_table(
        table,
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expertise", sa.Text(), server_default="", nullable=False),
        sa.Column("grade_bands", types.JsonValue, nullable=False),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("most BETWEEN 1 AND 1000", name=op.f(f"ck_{table}_most")),
        sa.CheckConstraint("away_from <= away_until", name=op.f(f"ck_{table}_away")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("person_id", name=op.f(f"uq_{table}_person_id")),
    )


def _affiliations() -> None:
    table = "affiliation"
    op.create_table(
        table,
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("stated_at", types.UtcDateTime(), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        *_identified(table),
        sa.CheckConstraint(
            "relation IN ('works_there', 'former_employer', 'board_member', 'adviser', 'family', 'funder', 'other')",
            name=op.f(f"ck_{table}_relation"),
        ),
        *_references(table, person_id="person", organization_id="organization", stated_by_id="person"),
    )
    for column in ("person_id", "organization_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    known = sa.text("organization_id IS NOT NULL")
    op.create_index(
        f"uq_{table}_organization",
        table,
        ["person_id", "organization_id", "relation"],
        unique=True,
        sqlite_where=known,
        postgresql_where=known,
    )


def _invitations() -> None:
    table = "panel_invitation"
    op.create_table(
        table,
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("expertise", sa.Text(), server_default="", nullable=False),
        sa.Column("load_cap", sa.Integer(), nullable=True),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        *_identified(table),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.CheckConstraint("state IN ('invited', 'accepted', 'declined', 'withdrawn')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("load_cap BETWEEN 1 AND 1000", name=op.f(f"ck_{table}_load_cap")),
        *_references(table, stage_id="cycle_stage", person_id="person", invited_by_id="person"),
        sa.UniqueConstraint("stage_id", "email", name=op.f(f"uq_{table}_stage_id_email")),
    )
    for column in ("person_id", "state"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _terms() -> None:
    op.create_table(
        "review_terms",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_terms")),
        sa.UniqueConstraint("sha256", name=op.f("uq_review_terms_sha256")),
        info={"append_only": True},
    )
    table = "terms_acceptance"
    op.create_table(
        table,
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("terms_id", sa.Integer(), nullable=False),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *_references(table, member_id="panel_member", terms_id="review_terms"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("member_id", "terms_id", name=op.f(f"uq_{table}_member_id_terms_id")),
        info={"append_only": True},
    )
    for one in _KEPT:
        for statement in append_only_statements(one, op.get_context().dialect.name):
            op.execute(statement)


def _samples() -> None:
    table = "sample_card"
    op.create_table(
        table,
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sample", sa.String(length=80), nullable=False),
        sa.Column("marks", types.JsonValue, nullable=False),
        sa.Column("comments", types.JsonValue, nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", types.UtcDateTime(), nullable=True),
        sa.Column("seen_at", types.UtcDateTime(), nullable=True),
        *_identified(table),
        sa.CheckConstraint("seen_at IS NULL OR submitted_at IS NOT NULL", name=op.f(f"ck_{table}_seen_at")),
        *_references(table, member_id="panel_member"),
        sa.UniqueConstraint("member_id", "sample", name=op.f(f"uq_{table}_member_id_sample")),
    )


def _identified(table: str) -> tuple[sa.Column | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )


def _references(table: str, **columns: str) -> tuple[sa.Constraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    )
