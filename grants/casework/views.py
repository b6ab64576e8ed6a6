"""The record of who did what, and the proof that nobody changed it."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from grants.casework.audit_trail import AuditFilters, audit_records, cases_of, in_words
from grants.casework.export_views import ask_for
from grants.casework.exports import RECORD, as_json
from grants.casework.forms import AuditFilterForm
from grants.casework.queries import conflicted_cycles
from grants.casework.todos import VERIFIED
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence import audit as audit_trail
from grants.persistence.audit import Verification, verify
from grants.persistence.session import db, unit_of_work
from grants.web.access import current_actor, requires
from grants.web.navigation import register_nav
from grants.web.tables import page_asked

bp = Blueprint("casework", __name__)
for _role in (Role.AUDITOR, Role.DIRECTOR):
    register_nav(_role, "Record", "casework.audit", 80)


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


@bp.post("/record/file")
@requires("audit.read")
def ask_for_record() -> ResponseReturnValue:
    """Have the record as it is narrowed made into a file."""
    form = _form()
    return ask_for(RECORD, "record", as_json(_filters(form)), form.said())


def _page(verification: Verification | None) -> str:
    actor, form = current_actor(), _form()
    page = audit_records(actor, _filters(form), page_asked())
    return render_template(
        "casework/audit.html",
        page=page,
        cases=cases_of(actor, page.items),
        in_words=in_words,
        # A gap in the numbers would show an act on a case that the reader has a conflict with.
        numbered=not conflicted_cycles(actor),
        form=form,
        verification=verification,
    )


def _form() -> AuditFilterForm:
    form = AuditFilterForm()
    form.validate()
    return form


def _filters(form: AuditFilterForm) -> AuditFilters:
    return AuditFilters(form.action.data or "", form.who.data or "", form.since.data, form.until.data)
