"""The first schema

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op

from grants.persistence import types
from grants.persistence.append_only import append_only_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "ledger_transaction",
    "program_version",
    "audit_record",
    "timeline_event",
    "answer_version",
    "slate_approval",
    "submission",
    "decision",
    "ledger_entry",
)


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("args", types.JsonValue, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("run_at", types.UtcDateTime(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("leased_until", types.UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("finished_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at"], unique=False)

    op.create_table(
        "organization",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sector", sa.String(length=8), nullable=True),
        sa.Column("nces_id", sa.String(length=12), nullable=True),
        sa.Column("cds_id", sa.String(length=14), nullable=True),
        sa.Column("grade_from", sa.String(length=2), nullable=True),
        sa.Column("grade_to", sa.String(length=2), nullable=True),
        sa.Column("enrollment", sa.Integer(), nullable=True),
        sa.Column("low_income_share", sa.Numeric(precision=5, scale=4), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.String(length=40), nullable=True),
        sa.Column("postal_code", sa.String(length=12), nullable=True),
        sa.Column("email_domain", sa.String(length=253), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('school', 'district', 'charter_network', 'nonprofit', 'partner', 'consortium')",
            name=op.f("ck_organization_kind"),
        ),
        sa.CheckConstraint("sector IS NULL OR sector IN ('district', 'charter')", name=op.f("ck_organization_sector")),
        sa.CheckConstraint("enrollment >= 0", name=op.f("ck_organization_enrollment")),
        sa.CheckConstraint("low_income_share BETWEEN 0 AND 1", name=op.f("ck_organization_low_income_share")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("cds_id", name=op.f("uq_organization_cds_id")),
        sa.UniqueConstraint("nces_id", name=op.f("uq_organization_nces_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organization_public_id")),
    )
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_sector"), ["sector"], unique=False)

    op.create_table(
        "person",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("session_stamp", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_sign_in_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_person_public_id")),
    )
    op.create_table(
        "coach_invitation",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("ended_at", types.UtcDateTime(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["person.id"], name=op.f("fk_coach_invitation_invited_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_coach_invitation_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coach_invitation_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coach_invitation")),
        sa.UniqueConstraint("organization_id", "person_id", name=op.f("uq_coach_invitation_organization_id_person_id")),
    )
    with op.batch_alter_table("coach_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coach_invitation_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ledger_transaction",
        sa.Column("operation", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_ledger_transaction_actor_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint("operation", name=op.f("uq_ledger_transaction_operation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ledger_transaction_public_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("ledger_transaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_transaction_at"), ["at"], unique=False)

    op.create_table(
        "organization_membership",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role IN ('lead', 'editor', 'viewer', 'signatory')", name=op.f("ck_organization_membership_role")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_membership_organization_id_organization"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_organization_membership_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization_membership")),
        sa.UniqueConstraint(
            "organization_id", "person_id", name=op.f("uq_organization_membership_organization_id_person_id")
        ),
    )
    with op.batch_alter_table("organization_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "program_version",
        sa.Column("program_key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", types.UtcDateTime(), nullable=False),
        sa.Column("loaded_by_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["loaded_by_id"], ["person.id"], name=op.f("fk_program_version_loaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program_version")),
        sa.UniqueConstraint("program_key", "number", name=op.f("uq_program_version_program_key_number")),
        sa.UniqueConstraint("program_key", "sha256", name=op.f("uq_program_version_program_key_sha256")),
        sa.UniqueConstraint("public_id", name=op.f("uq_program_version_public_id")),
        info={"append_only": True},
    )
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("granted_at", types.UtcDateTime(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["granted_by_id"], ["person.id"], name=op.f("fk_role_grant_granted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
        sa.UniqueConstraint("person_id", "role", name=op.f("uq_role_grant_person_id_role")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cycle",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("program_version_id", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("closed_at", types.UtcDateTime(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_version_id"], ["program_version.id"], name=op.f("fk_cycle_program_version_id_program_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("key", name=op.f("uq_cycle_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cycle_public_id")),
    )
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cycle_program_version_id"), ["program_version_id"], unique=False)

    op.create_table(
        "case",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", types.UtcDateTime(), nullable=False),
        sa.Column("invited_to", types.JsonValue, nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_case_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["officer_id"], ["person.id"], name=op.f("fk_case_officer_id_person")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_case_organization_id_organization")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("cycle_id", "organization_id", name=op.f("uq_case_cycle_id_organization_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_case_public_id")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_officer_id"), ["officer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_organization_id"), ["organization_id"], unique=False)

    op.create_table(
        "cycle_stage",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opens_at", types.UtcDateTime(), nullable=False),
        sa.Column("closes_at", types.UtcDateTime(), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("reviews_due_at", types.UtcDateTime(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('discovery', 'application')", name=op.f("ck_cycle_stage_kind")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_cycle_stage_dates")),
        sa.CheckConstraint("grace_minutes >= 0", name=op.f("ck_cycle_stage_grace_minutes")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_stage_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle_stage")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_cycle_stage_cycle_id_key")),
        sa.UniqueConstraint("cycle_id", "position", name=op.f("uq_cycle_stage_cycle_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_cycle_stage_public_id")),
    )
    op.create_table(
        "event",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("host_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("starts_at", types.UtcDateTime(), nullable=False),
        sa.Column("ends_at", types.UtcDateTime(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", types.UtcDateTime(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('workshop', 'webinar', 'school_visit', 'office_hours', 'info_session', 'consultation', 'conference', 'summer_institute', 'apprenticeship')",
            name=op.f("ck_event_kind"),
        ),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_event_capacity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_event_times")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_event_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["host_id"], ["organization.id"], name=op.f("fk_event_host_id_organization")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_public_id")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "fund",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_fund_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("cycle_id", "key", name=op.f("uq_fund_cycle_id_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fund_public_id")),
    )
    op.create_table(
        "application",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("started_at", types.UtcDateTime(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=False),
        sa.Column("extended_to", types.UtcDateTime(), nullable=True),
        sa.Column("returned_sections", types.JsonValue, nullable=True),
        sa.Column("returned_until", types.UtcDateTime(), nullable=True),
        sa.Column("screened_at", types.UtcDateTime(), nullable=True),
        sa.Column("screening_note", sa.Text(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'withdrawn', 'ineligible')", name=op.f("ck_application_state")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_application_case_id_case")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_application_stage_id_cycle_stage")),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], name=op.f("fk_application_started_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("case_id", "stage_id", name=op.f("uq_application_case_id_stage_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_public_id")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_stage_id"), ["stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_state"), ["state"], unique=False)

    op.create_table(
        "audit_record",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("acting_as", sa.String(length=24), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("before", types.JsonValue, nullable=True),
        sa.Column("after", types.JsonValue, nullable=True),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_record_actor_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_audit_record_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_record")),
        sa.UniqueConstraint("number", name=op.f("uq_audit_record_number")),
        info={"append_only": True},
    )
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_record_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_record_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", types.UtcDateTime(), nullable=False),
        sa.Column("lifted_at", types.UtcDateTime(), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "source IN ('declared', 'same_organization', 'same_email_domain', 'coach', 'staff')",
            name=op.f("ck_conflict_source"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_conflict_case_id_case")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["person.id"], name=op.f("fk_conflict_lifted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("case_id", "person_id", "source", name=op.f("uq_conflict_case_id_person_id_source")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conflict_public_id")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ledger_account",
        sa.Column("fund_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=12), nullable=False),
        sa.Column("balance", types.Cents(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("balance >= 0 OR name = 'source'", name=op.f("ck_ledger_account_not_overdrawn")),
        sa.CheckConstraint(
            "name IN ('source', 'free', 'committed', 'obligated', 'paid')", name=op.f("ck_ledger_account_name")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_ledger_account_fund_id_fund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("fund_id", "name", name=op.f("uq_ledger_account_fund_id_name")),
    )
    op.create_table(
        "message",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("to_email", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("queued_at", types.UtcDateTime(), nullable=False),
        sa.Column("sent_at", types.UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed', 'suppressed')", name=op.f("ck_message_state")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_message_case_id_case")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_message_public_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_queued_at"), ["queued_at"], unique=False)

    op.create_table(
        "note",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_note_author_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_note_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_note_public_id")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_case_id"), ["case_id"], unique=False)

    op.create_table(
        "panel_member",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", types.UtcDateTime(), nullable=False),
        sa.Column("declared_at", types.UtcDateTime(), nullable=True),
        sa.Column("expertise", sa.Text(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_panel_member_person_id_person")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_panel_member_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_member")),
        sa.UniqueConstraint("public_id", name=op.f("uq_panel_member_public_id")),
        sa.UniqueConstraint("stage_id", "person_id", name=op.f("uq_panel_member_stage_id_person_id")),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_panel_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "registration",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("registered_at", types.UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", types.UtcDateTime(), nullable=True),
        sa.Column("attended_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_registration_event_id_event")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_registration_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_registration_event_id_person_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_registration_public_id")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_person_id"), ["person_id"], unique=False)

    op.create_table(
        "slate",
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", types.UtcDateTime(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("letters_checked_at", types.UtcDateTime(), nullable=True),
        sa.Column("letters_checked_by_id", sa.Integer(), nullable=True),
        sa.Column("findings", types.JsonValue, nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'released', 'void')", name=op.f("ck_slate_state")
        ),
        sa.ForeignKeyConstraint(
            ["letters_checked_by_id"], ["person.id"], name=op.f("fk_slate_letters_checked_by_id_person")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_slate_made_by_id_person")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_slate_proposed_by_id_person")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_slate_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slate")),
        sa.UniqueConstraint("public_id", name=op.f("uq_slate_public_id")),
    )
    with op.batch_alter_table("slate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slate_stage_id"), ["stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_slate_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_slate_under_way",
            ["stage_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'approved')"),
            postgresql_where=sa.text("state IN ('proposed', 'approved')"),
        )

    op.create_table(
        "stored_file",
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=100), nullable=False),
        sa.Column("stored_at", types.UtcDateTime(), nullable=False),
        sa.Column("stored_by_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_stored_file_case_id_case")),
        sa.ForeignKeyConstraint(["stored_by_id"], ["person.id"], name=op.f("fk_stored_file_stored_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stored_file_public_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_stored_file_storage_key")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stored_file_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stored_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "task",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.Column("done_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_task_case_id_case")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_task_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("public_id", name=op.f("uq_task_public_id")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "timeline_event",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("reference", types.JsonValue, nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("audience IN ('staff', 'applicant')", name=op.f("ck_timeline_event_audience")),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_timeline_event_actor_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_timeline_event_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_timeline_event_public_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("timeline_event", schema=None) as batch_op:
        batch_op.create_index("ix_timeline_event_case_at", ["case_id", "at"], unique=False)

    op.create_table(
        "answer",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", types.JsonValue, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_application_id_application")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_answer_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("application_id", "field", name=op.f("uq_answer_application_id_field")),
    )
    op.create_table(
        "answer_version",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", types.JsonValue, nullable=True),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_answer_version_application_id_application")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_answer_version_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_version")),
        info={"append_only": True},
    )
    with op.batch_alter_table("answer_version", schema=None) as batch_op:
        batch_op.create_index("ix_answer_version_field", ["application_id", "field", "version"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("attached_at", types.UtcDateTime(), nullable=False),
        sa.Column("attached_by_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_attachment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["attached_by_id"], ["person.id"], name=op.f("fk_attachment_attached_by_id_person")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_attachment_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_attachment_public_id")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_application_id"), ["application_id"], unique=False)

    op.create_table(
        "document",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("facts", types.JsonValue, nullable=False),
        sa.Column("facts_sha256", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("frozen_at", types.UtcDateTime(), nullable=False),
        sa.Column("rendered_at", types.UtcDateTime(), nullable=True),
        sa.Column("released_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('frozen', 'rendered', 'released', 'void')", name=op.f("ck_document_state")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_document_case_id_case")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("code", name=op.f("uq_document_code")),
        sa.UniqueConstraint("kind", "subject_id", "version", name=op.f("uq_document_kind_subject_id_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_document_public_id")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "draft_comment",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", types.UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("resolved_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_draft_comment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_draft_comment_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_comment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_draft_comment_public_id")),
    )
    with op.batch_alter_table("draft_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draft_comment_application_id"), ["application_id"], unique=False)

    op.create_table(
        "section_status",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("set_at", types.UtcDateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_section_status_application_id_application")
        ),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_section_status_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_status")),
        sa.UniqueConstraint("application_id", "section", name=op.f("uq_section_status_application_id_section")),
    )
    op.create_table(
        "slate_approval",
        sa.Column("slate_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("approved_at", types.UtcDateTime(), nullable=False),
        sa.Column("abstained_lines", types.JsonValue, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_slate_approval_person_id_person")),
        sa.ForeignKeyConstraint(["slate_id"], ["slate.id"], name=op.f("fk_slate_approval_slate_id_slate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slate_approval")),
        sa.UniqueConstraint(
            "slate_id", "person_id", "content_sha256", name=op.f("uq_slate_approval_slate_id_person_id_content_sha256")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "submission",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", types.JsonValue, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("certified_by_id", sa.Integer(), nullable=False),
        sa.Column("certified_name", sa.Text(), nullable=False),
        sa.Column("submitted_at", types.UtcDateTime(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_submission_application_id_application")
        ),
        sa.ForeignKeyConstraint(["certified_by_id"], ["person.id"], name=op.f("fk_submission_certified_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("application_id", "number", name=op.f("uq_submission_application_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_submission_public_id")),
        info={"append_only": True},
    )
    op.create_table(
        "assignment",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", types.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", types.UtcDateTime(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_assignment_reviewer_id_person")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_assignment_stage_id_cycle_stage")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_assignment_submission_id_submission")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assignment_public_id")),
        sa.UniqueConstraint("submission_id", "reviewer_id", name=op.f("uq_assignment_submission_id_reviewer_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_reviewer_id"), ["reviewer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_stage_id"), ["stage_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("slate_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("waitlist_place", sa.Integer(), nullable=True),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("released_at", types.UtcDateTime(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('award', 'waitlist', 'decline')", name=op.f("ck_decision_outcome")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_application_id_application")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_case_id_case")),
        sa.ForeignKeyConstraint(["letter_id"], ["document.id"], name=op.f("fk_decision_letter_id_document")),
        sa.ForeignKeyConstraint(["slate_id"], ["slate.id"], name=op.f("fk_decision_slate_id_slate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("application_id", "version", name=op.f("uq_decision_application_id_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_decision_public_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_slate_id"), ["slate_id"], unique=False)

    op.create_table(
        "slate_line",
        sa.Column("slate_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("totals", types.JsonValue, nullable=False),
        sa.Column("rank_low", sa.Integer(), nullable=True),
        sa.Column("rank_high", sa.Integer(), nullable=True),
        sa.Column("stands_in", sa.Numeric(precision=5, scale=4), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("solved", sa.String(length=8), nullable=False),
        sa.Column("waitlist_place", sa.Integer(), nullable=True),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.Column("essential_failed", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0 AND (outcome <> 'award' OR amount > 0)", name=op.f("ck_slate_line_amount")),
        sa.CheckConstraint("outcome IN ('award', 'waitlist', 'decline')", name=op.f("ck_slate_line_outcome")),
        sa.CheckConstraint("outcome = solved OR override_reason IS NOT NULL", name=op.f("ck_slate_line_override")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_slate_line_application_id_application")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["document.id"], name=op.f("fk_slate_line_letter_id_document")),
        sa.ForeignKeyConstraint(["slate_id"], ["slate.id"], name=op.f("fk_slate_line_slate_id_slate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slate_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_slate_line_public_id")),
        sa.UniqueConstraint("slate_id", "application_id", name=op.f("uq_slate_line_slate_id_application_id")),
    )
    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slate_line_application_id"), ["application_id"], unique=False)

    op.create_table(
        "award",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("stage_id", sa.Integer(), nullable=False),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("offered_at", types.UtcDateTime(), nullable=False),
        sa.Column("answer_by_on", sa.Date(), nullable=False),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'active', 'closed')", name=op.f("ck_award_state")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_award_amount")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_award_answered_by_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_award_case_id_case")),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_award_decision_id_decision")),
        sa.ForeignKeyConstraint(["stage_id"], ["cycle_stage.id"], name=op.f("fk_award_stage_id_cycle_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_award_decision_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_award_public_id")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_stage_id"), ["stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_state"), ["state"], unique=False)

    op.create_table(
        "scorecard",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", types.UtcDateTime(), nullable=False),
        sa.Column("submitted_at", types.UtcDateTime(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name=op.f("ck_scorecard_state")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_scorecard_assignment_id_assignment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_scorecard_assignment_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scorecard_public_id")),
    )
    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scorecard_state"), ["state"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("executed_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", types.UtcDateTime(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_name", sa.Text(), nullable=True),
        sa.Column("document_sha256", sa.String(length=64), nullable=True),
        sa.Column("countersigned_at", types.UtcDateTime(), nullable=True),
        sa.Column("countersigned_by_id", sa.Integer(), nullable=True),
        sa.Column("countersigned_name", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('made', 'signed', 'countersigned')", name=op.f("ck_agreement_state")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_agreement_award_id_award")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_agreement_case_id_case")),
        sa.ForeignKeyConstraint(
            ["countersigned_by_id"], ["person.id"], name=op.f("fk_agreement_countersigned_by_id_person")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_agreement_document_id_document")),
        sa.ForeignKeyConstraint(["executed_id"], ["document.id"], name=op.f("fk_agreement_executed_id_document")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["person.id"], name=op.f("fk_agreement_signed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("award_id", name=op.f("uq_agreement_award_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreement_public_id")),
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_state"), ["state"], unique=False)

    op.create_table(
        "award_funding",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("fund_key", sa.String(length=60), nullable=False),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_award_funding_amount")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_funding_award_id_award")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_funding")),
        sa.UniqueConstraint("award_id", "fund_key", name=op.f("uq_award_funding_award_id_fund_key")),
    )
    op.create_table(
        "condition_met",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("met_at", types.UtcDateTime(), nullable=False),
        sa.Column("met_by_id", sa.Integer(), nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('accepted', 'reached', 'matched')", name=op.f("ck_condition_met_kind")),
        sa.CheckConstraint("NOT waived OR note IS NOT NULL", name=op.f("ck_condition_met_waived_with_reason")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_condition_met_award_id_award")),
        sa.ForeignKeyConstraint(["met_by_id"], ["person.id"], name=op.f("fk_condition_met_met_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_met")),
        sa.UniqueConstraint("award_id", "kind", "reference", name=op.f("uq_condition_met_award_id_kind_reference")),
    )
    op.create_table(
        "indicator_reading",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("subgroup", sa.String(length=60), nullable=False),
        sa.Column("definition", types.JsonValue, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("target", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("value", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("read_at", types.UtcDateTime(), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_indicator_reading_award_id_award")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_indicator_reading_case_id_case")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_indicator_reading_read_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_reading")),
        sa.UniqueConstraint(
            "award_id",
            "indicator",
            "year",
            "subgroup",
            name=op.f("uq_indicator_reading_award_id_indicator_year_subgroup"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_indicator_reading_public_id")),
    )
    with op.batch_alter_table("indicator_reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_reading_case_id"), ["case_id"], unique=False)

    op.create_table(
        "installment",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("conditions", types.JsonValue, nullable=False),
        sa.Column("stopped_because", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'requested', 'approved', 'paid', 'held', 'cancelled', 'returned')",
            name=op.f("ck_installment_state"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_installment_amount")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_installment_award_id_award")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_installment_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installment")),
        sa.UniqueConstraint("award_id", "number", name=op.f("uq_installment_award_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_installment_public_id")),
    )
    with op.batch_alter_table("installment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_installment_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_installment_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_installment_state"), ["state"], unique=False)

    op.create_table(
        "mark",
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("abstained", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (abstained AND (value IS NOT NULL OR passed IS NOT NULL))", name=op.f("ck_mark_abstained")
        ),
        sa.ForeignKeyConstraint(["scorecard_id"], ["scorecard.id"], name=op.f("fk_mark_scorecard_id_scorecard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint("scorecard_id", "criterion", name=op.f("uq_mark_scorecard_id_criterion")),
    )
    op.create_table(
        "requirement",
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("late_after_on", sa.Date(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("agenda", types.JsonValue, nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("submitted_at", types.UtcDateTime(), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", types.UtcDateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('check_in', 'report', 'visit', 'financial_review', 'workshop', 'reading')",
            name=op.f("ck_requirement_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('scheduled', 'submitted', 'returned', 'accepted', 'waived')", name=op.f("ck_requirement_state")
        ),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_requirement_answered_by_id_person")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_requirement_award_id_award")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_requirement_case_id_case")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["person.id"], name=op.f("fk_requirement_submitted_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement")),
        sa.UniqueConstraint("award_id", "key", "number", name=op.f("uq_requirement_award_id_key_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_requirement_public_id")),
    )
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_late_after_on"), ["late_after_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_requirement_state"), ["state"], unique=False)

    op.create_table(
        "check_in",
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("attended", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("rating", sa.String(length=10), nullable=False),
        sa.Column("recorded_at", types.UtcDateTime(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating IN ('on_track', 'watch', 'at_risk')", name=op.f("ck_check_in_rating")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_check_in_recorded_by_id_person")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_check_in_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("public_id", name=op.f("uq_check_in_public_id")),
        sa.UniqueConstraint("requirement_id", name=op.f("uq_check_in_requirement_id")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("from_account_id", sa.Integer(), nullable=False),
        sa.Column("to_account_id", sa.Integer(), nullable=False),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("installment_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_ledger_entry_amount")),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_ledger_entry_two_accounts")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_ledger_entry_award_id_award")),
        sa.ForeignKeyConstraint(
            ["from_account_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_from_account_id_ledger_account")
        ),
        sa.ForeignKeyConstraint(
            ["installment_id"], ["installment.id"], name=op.f("fk_ledger_entry_installment_id_installment")
        ),
        sa.ForeignKeyConstraint(
            ["to_account_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_to_account_id_ledger_account")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transaction.id"],
            name=op.f("fk_ledger_entry_transaction_id_ledger_transaction"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        info={"append_only": True},
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_award_id"), ["award_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_from_account_id"), ["from_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_installment_id"), ["installment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_to_account_id"), ["to_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_transaction_id"), ["transaction_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("installment_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("amount", types.Cents(), nullable=False),
        sa.Column("requested_at", types.UtcDateTime(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", types.UtcDateTime(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("refused_at", types.UtcDateTime(), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.Column("paid_at", types.UtcDateTime(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("paid_by_id", sa.Integer(), nullable=True),
        sa.Column("bank_reference", sa.String(length=60), nullable=True),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id <> requested_by_id", name=op.f("ck_payment_two_people")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_payment_approved_by_id_person")),
        sa.ForeignKeyConstraint(
            ["installment_id"], ["installment.id"], name=op.f("fk_payment_installment_id_installment")
        ),
        sa.ForeignKeyConstraint(["paid_by_id"], ["person.id"], name=op.f("fk_payment_paid_by_id_person")),
        sa.ForeignKeyConstraint(["requested_by_id"], ["person.id"], name=op.f("fk_payment_requested_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("installment_id", "attempt", name=op.f("uq_payment_installment_id_attempt")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )
    for table in APPEND_ONLY:
        for statement in append_only_statements(table, op.get_context().dialect.name):
            op.execute(statement)
    # The chain's end has to be there before two first writers look for it at once.
    op.execute(f"INSERT INTO audit_head (id, number, sha256) VALUES (1, 0, '{'0' * 64}')")  # noqa: S608 - no input


def downgrade() -> None:
    op.drop_table("payment")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_transaction_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_to_account_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_installment_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_from_account_id"))
        batch_op.drop_index(batch_op.f("ix_ledger_entry_award_id"))

    op.drop_table("ledger_entry")
    op.drop_table("check_in")
    with op.batch_alter_table("requirement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_state"))
        batch_op.drop_index(batch_op.f("ix_requirement_late_after_on"))
        batch_op.drop_index(batch_op.f("ix_requirement_due_on"))
        batch_op.drop_index(batch_op.f("ix_requirement_case_id"))

    op.drop_table("requirement")
    op.drop_table("mark")
    with op.batch_alter_table("installment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_installment_state"))
        batch_op.drop_index(batch_op.f("ix_installment_due_on"))
        batch_op.drop_index(batch_op.f("ix_installment_case_id"))

    op.drop_table("installment")
    with op.batch_alter_table("indicator_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_reading_case_id"))

    op.drop_table("indicator_reading")
    op.drop_table("condition_met")
    op.drop_table("award_funding")
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreement_state"))
        batch_op.drop_index(batch_op.f("ix_agreement_case_id"))

    op.drop_table("agreement")
    with op.batch_alter_table("scorecard", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scorecard_state"))

    op.drop_table("scorecard")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_state"))
        batch_op.drop_index(batch_op.f("ix_award_stage_id"))
        batch_op.drop_index(batch_op.f("ix_award_case_id"))

    op.drop_table("award")
    with op.batch_alter_table("slate_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slate_line_application_id"))

    op.drop_table("slate_line")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_slate_id"))
        batch_op.drop_index(batch_op.f("ix_decision_case_id"))

    op.drop_table("decision")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_stage_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_reviewer_id"))

    op.drop_table("assignment")
    op.drop_table("submission")
    op.drop_table("slate_approval")
    op.drop_table("section_status")
    with op.batch_alter_table("draft_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draft_comment_application_id"))

    op.drop_table("draft_comment")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_subject_id"))
        batch_op.drop_index(batch_op.f("ix_document_state"))
        batch_op.drop_index(batch_op.f("ix_document_case_id"))

    op.drop_table("document")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_application_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("answer_version", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_version_field")

    op.drop_table("answer_version")
    op.drop_table("answer")
    with op.batch_alter_table("timeline_event", schema=None) as batch_op:
        batch_op.drop_index("ix_timeline_event_case_at")

    op.drop_table("timeline_event")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_owner_id"))
        batch_op.drop_index(batch_op.f("ix_task_case_id"))

    op.drop_table("task")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stored_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_stored_file_case_id"))

    op.drop_table("stored_file")
    with op.batch_alter_table("slate", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_slate_under_way",
            sqlite_where=sa.text("state IN ('proposed', 'approved')"),
            postgresql_where=sa.text("state IN ('proposed', 'approved')"),
        )
        batch_op.drop_index(batch_op.f("ix_slate_state"))
        batch_op.drop_index(batch_op.f("ix_slate_stage_id"))

    op.drop_table("slate")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_person_id"))
        batch_op.drop_index(batch_op.f("ix_registration_organization_id"))

    op.drop_table("registration")
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_panel_member_person_id"))

    op.drop_table("panel_member")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_case_id"))

    op.drop_table("note")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_queued_at"))
        batch_op.drop_index(batch_op.f("ix_message_person_id"))
        batch_op.drop_index(batch_op.f("ix_message_case_id"))

    op.drop_table("message")
    op.drop_table("ledger_account")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_person_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("audit_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_record_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_case_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_actor_id"))
        batch_op.drop_index(batch_op.f("ix_audit_record_action"))

    op.drop_table("audit_record")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_state"))
        batch_op.drop_index(batch_op.f("ix_application_stage_id"))

    op.drop_table("application")
    op.drop_table("fund")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_starts_at"))
        batch_op.drop_index(batch_op.f("ix_event_cycle_id"))

    op.drop_table("event")
    op.drop_table("cycle_stage")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_organization_id"))
        batch_op.drop_index(batch_op.f("ix_case_officer_id"))

    op.drop_table("case")
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycle_program_version_id"))

    op.drop_table("cycle")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_person_id"))

    op.drop_table("role_grant")
    op.drop_table("program_version")
    with op.batch_alter_table("organization_membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_membership_person_id"))

    op.drop_table("organization_membership")
    with op.batch_alter_table("ledger_transaction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_transaction_at"))

    op.drop_table("ledger_transaction")
    with op.batch_alter_table("coach_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coach_invitation_person_id"))

    op.drop_table("coach_invitation")
    op.drop_table("person")
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_sector"))
        batch_op.drop_index(batch_op.f("ix_organization_name"))

    op.drop_table("organization")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("audit_head")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS refuse_change()")
