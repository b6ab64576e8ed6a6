"""The record of who did what, and the proof that nobody changed it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grants.casework.audit_trail import AuditFilters, audit_records
from grants.casework.forms import AuditFilterForm
from grants.casework.queries import conflicted_cycles
from grants.casework.todos import VERIFIED
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence import audit as audit_trail
from grants.persistence.audit import AuditRecord, Verification, verify
from grants.persistence.paging import Page
from grants.persistence.session import db, unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.navigation import register_nav
from grants.web.tables import page_asked

bp = Blueprint("casework", __name__)
for _role in (Role.AUDITOR, Role.DIRECTOR):
    register_nav(_role, "Record", "casework.audit", 80)

EXPORTED_ROWS = 50_000


@bp.get("/record")
@requires("audit.read")
def audit() -> ResponseReturnValue:
    """Who did what, the latest first."""
    return _page(None)


@bp.post("/record")
@requires("audit.read")
def verify_record() -> ResponseReturnValue:
    """Read the whole record, say whether it holds, and note that it was looked at."""
    found, actor = verify(db.session()), current_actor()
    with unit_of_work() as session:
        person = session.get_one(Person, actor.person_id)
        audit_trail.record(actor, VERIFIED, person, after={"records": found.records, "faults": len(found.faults)})
    return _page(found)


@bp.get("/record.<form>")
@requires("audit.read")
def download(form: str) -> ResponseReturnValue:
    """The record as it is narrowed, as a table."""
    records, numbered = _records(1, EXPORTED_ROWS).items, not conflicted_cycles(current_actor())
    columns = ("Number", "When (UTC)", "Who", "Acting as", "Act", "On", "Id", "Before", "After", "SHA-256")
    rows = (
        (
            one.number if numbered else None,
            one.at,
            one.actor_name,
            one.acting_as,
            one.action,
            one.subject_type,
            one.subject_id,
            str(one.before or ""),
            str(one.after or ""),
            one.sha256,
        )
        for one in records
    )
    return export(form, "record", columns, rows)


def _page(verification: Verification | None) -> str:
    return render_template(
        "casework/audit.html",
        page=_records(page_asked()),
        # A gap in the numbers would show an act on a case that the reader has a conflict with.
        numbered=not conflicted_cycles(current_actor()),
        form=AuditFilterForm(),
        verification=verification,
    )


def _records(number: int, size: int = 30) -> Page[AuditRecord]:
    form = AuditFilterForm()
    form.validate()
    filters = AuditFilters(form.action.data or "", form.who.data or "", form.since.data, form.until.data)
    return audit_records(current_actor(), filters, number, size)
