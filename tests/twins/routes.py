"""Every route, and how its address is filled for whoever goes through a world; or why it is left out.

An argument whose name is in IDS is filled with the public ids of its tables' rows, those that exist in one world only
included. What fills the others is said at the route.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from grants.applications.queries import SORTS as APPLICATION_SORTS
from grants.awards.views import SORTS as AWARD_SORTS
from grants.monitoring.views.requirements import SORTS as REQUIREMENT_SORTS
from grants.payments.views.payments import SORTS as PAYMENT_SORTS
from grants.people.queries import ORGANIZATION_ORDERS, PEOPLE_ORDERS
from grants.review.queries import SORTS as SCORE_SORTS

NOBODY: Final = "2" * 20
"""An id that names nothing, where the worlds have no row of its kind."""

_OF_APPLICATION = "(SELECT case_id FROM application WHERE application.id = application_id)"
_OF_SUBMISSION = (
    "(SELECT case_id FROM application JOIN submission ON application.id = submission.application_id"
    " WHERE submission.id = submission_id)"
)
CASE_OF: Final[Mapping[str, str]] = {
    "case": "id",
    "organization": '(SELECT id FROM "case" WHERE "case".organization_id = organization.id)',
    "application": "case_id",
    "submission": _OF_APPLICATION,
    "assignment": _OF_SUBMISSION,
    "slate_line": _OF_APPLICATION,
    "draft_comment": _OF_APPLICATION,
    **dict.fromkeys(
        ("conflict", "award", "installment", "requirement", "indicator_reading", "document", "message", "task"),
        "case_id",
    ),
}
"""Table -> SQL for the case that a row of it belongs to. Rows of other tables belong to none."""

IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "application_id": ("application",),
    "assignment_id": ("assignment",),
    "award_id": ("award",),
    "call_id": ("call",),
    "case_id": ("case",),
    "comment_id": ("draft_comment",),
    "conflict_id": ("conflict",),
    "cycle_id": ("cycle",),
    "directory_id": ("directory_import",),
    "document_id": ("document",),
    "event_id": ("event",),
    "file_id": ("stored_file",),
    "gone_id": ("organization",),
    "installment_id": ("installment",),
    "invitation_id": ("membership_invitation",),
    "job_id": ("job",),
    "line_id": ("slate_line", "directory_line"),
    "link_id": ("membership_link",),
    "mailing_id": ("mailing",),
    "member_id": ("panel_member", "consortium_member"),
    "message_id": ("message",),
    "organization_id": ("organization",),
    "other_id": ("slate",),
    "pair_id": ("suspected_pair",),
    "person_id": ("person",),
    "place_id": ("registration",),
    "question_id": ("question",),
    "reading_id": ("indicator_reading",),
    "request_id": ("organization_request",),
    "requirement_id": ("requirement",),
    "resource_id": ("resource",),
    "slate_id": ("slate",),
    "stage_id": ("cycle_stage",),
    "submission_id": ("submission",),
    "task_id": ("task",),
    "version_id": ("program_version", "resource_version"),
    "waiting_id": ("waiting",),
}
"""Argument -> tables whose public ids it takes."""


class Filled(NamedTuple):
    """A route that is gone through.

    given   argument -> values, for arguments that are no ids
    sorts   the keys that its list can be sorted by, each read both ways
    asks    a press there has a list made into a file
    """

    given: Mapping[str, Sequence[str]] = {}
    sorts: Collection[str] = ()
    asks: bool = False


class LeftOut(NamedTuple):
    """A route that is not gone through, and why it can tell nothing."""

    because: str


def at(*, sorts: Collection[str] = (), **given: str | Sequence[str]) -> Filled:
    """A route whose ids are filled by IDS and whose other arguments have these values."""
    return Filled({name: [one] if isinstance(one, str) else one for name, one in given.items()}, sorts)


ids = Filled()
asked = Filled(asks=True)
_out = LeftOut("It ends the reader's own session, and every page after it would be the same: sign in.")
_open = LeftOut("It makes or opens an account by a secret that was mailed; no case has a part in it.")
_section, _field = {"section_key": "idea"}, {"field_key": "what"}
_files = ["csv", "xlsx"]

ROUTES: Final[Mapping[str, Filled | LeftOut]] = {
    "static": LeftOut("Files of the house, the same for every world and reader."),
    # applications
    "applications.answer": ids,
    "applications.application": ids,
    "applications.applications": at(sorts=APPLICATION_SORTS),
    "applications.ask": ids,
    "applications.ask_for_answers": asked,
    "applications.ask_for_applications": asked,
    "applications.ask_for_assessed": asked,
    "applications.asked_to_coach": ids,
    "applications.assessed": ids,
    "applications.attach": at(**_field),
    "applications.attachment": ids,
    "applications.autosave": at(**_field),
    "applications.autosave_readiness": at(**_field),
    "applications.changes": ids,
    "applications.check": ids,
    "applications.coaches": ids,
    "applications.comment": at(**_section),
    "applications.counts_again": ids,
    "applications.decline_coaching": ids,
    "applications.end_coaching": ids,
    "applications.extend": ids,
    "applications.find_eligible": ids,
    "applications.find_ineligible": ids,
    "applications.history": at(**_field),
    "applications.invite_coach": ids,
    "applications.let_pass": ids,
    "applications.mailing": ids,
    "applications.mark_read": at(**_section),
    "applications.message": ids,
    "applications.name_sections": ids,
    "applications.ours": ids,
    "applications.presence": ids,
    "applications.preview": at(form_key="idea"),
    "applications.readiness": ids,
    "applications.receipt": ids,
    "applications.reconsider": ids,
    "applications.remind": ids,
    "applications.reopen": ids,
    "applications.reopen_comment": ids,
    "applications.resolve": ids,
    "applications.restore": at(**_field),
    "applications.return_sections": ids,
    "applications.save_readiness": ids,
    "applications.save_section": at(**_section),
    "applications.screening": ids,
    "applications.section": at(**_section),
    "applications.start": ids,
    "applications.submission": ids,
    "applications.submit": ids,
    "applications.submitted_file": ids,
    "applications.take_as_submitted": ids,
    "applications.withdraw": ids,
    # awards
    "awards.accept": ids,
    "awards.ask_for_awards": asked,
    "awards.award": ids,
    "awards.awards": at(sorts=AWARD_SORTS),
    "awards.countersign": ids,
    "awards.decline": ids,
    "awards.extend": ids,
    "awards.sign": ids,
    # background, calendars, casework
    "background.jobs": ids,
    "background.retry": ids,
    "calendars.change": ids,
    "calendars.feed": at(feed_token="own"),
    "calendars.own": ids,
    "casework.ask_for_record": asked,
    "casework.audit": ids,
    "casework.verify_record": ids,
    # decisions
    "decisions.approve": ids,
    "decisions.check_letters": ids,
    "decisions.compare": ids,
    "decisions.date_letters": ids,
    "decisions.discard": ids,
    "decisions.download": at(form=_files),
    "decisions.letters": ids,
    "decisions.line": ids,
    "decisions.make": ids,
    "decisions.propose": ids,
    "decisions.release": ids,
    "decisions.slate": ids,
    "decisions.slates": ids,
    "decisions.take_back": ids,
    # discovery
    "discovery.answer_question": ids,
    "discovery.ask_about": ids,
    "discovery.ask_for_schools": asked,
    "discovery.ask_question": at(key="twins-2015"),
    "discovery.attendance": ids,
    "discovery.attendance_file": at(form="csv"),
    "discovery.call": at(key="twins-2015"),
    "discovery.call_calendar": at(key="twins-2015"),
    "discovery.call_form": at(key="twins-2015", stage_key=["planning", "launch"]),
    "discovery.call_questions": at(key="twins-2015"),
    "discovery.call_resource_file": at(key="twins-2015"),
    "discovery.call_resources": at(key="twins-2015"),
    "discovery.calls": ids,
    "discovery.cancel_event": ids,
    "discovery.certify": ids,
    "discovery.certify_all": ids,
    "discovery.change_resource": ids,
    "discovery.check_in": ids,
    "discovery.check_in_all": ids,
    "discovery.edit_call": ids,
    "discovery.edit_event": ids,
    "discovery.event": ids,
    "discovery.event_file": ids,
    "discovery.events": ids,
    "discovery.feedback": ids,
    "discovery.give_place": ids,
    "discovery.give_up": ids,
    "discovery.join_waitlist": ids,
    "discovery.leave_waitlist": ids,
    "discovery.move_question": ids,
    "discovery.move_resource": ids,
    "discovery.names": ids,
    "discovery.new_event": ids,
    "discovery.new_resource": ids,
    "discovery.question": ids,
    "discovery.questions": ids,
    "discovery.reach": ids,
    "discovery.reach_file": at(form="csv"),
    "discovery.read_feedback": ids,
    "discovery.register": ids,
    "discovery.replace_resource": ids,
    "discovery.resource": ids,
    "discovery.resource_version": ids,
    "discovery.resources": ids,
    "discovery.schools": ids,
    "discovery.visit_note": ids,
    "discovery.walk_in": ids,
    "discovery.write": ids,
    # documents, exports, messages
    "documents.document": ids,
    "documents.verify": at(code="2345678923456789"),
    "exports.anew": LeftOut("Read with the file it makes anew, where a list is asked for."),
    "exports.export": LeftOut("Read with its file, where a list is asked for."),
    "exports.exports": ids,
    "exports.file": LeftOut("Read where a list is asked for."),
    "messages.message": ids,
    "messages.outbox": ids,
    # monitoring
    "monitoring.accept": ids,
    "monitoring.ask_for_requirements": asked,
    "monitoring.check_in": ids,
    "monitoring.download_indicators": at(form="csv"),
    "monitoring.indicators": ids,
    "monitoring.reading": ids,
    "monitoring.requirement": ids,
    "monitoring.requirements": at(sorts=REQUIREMENT_SORTS),
    "monitoring.send_back": ids,
    "monitoring.submit": ids,
    "monitoring.waive": ids,
    # payments
    "payments.approve": ids,
    "payments.ask": ids,
    "payments.ask_for_ledger": asked,
    "payments.ask_for_payments": asked,
    "payments.cancel": ids,
    "payments.commit": ids,
    "payments.funds": ids,
    "payments.hold": ids,
    "payments.installment": ids,
    "payments.mark_paid": ids,
    "payments.note_return": ids,
    "payments.open_fund": ids,
    "payments.payments": at(sorts=PAYMENT_SORTS),
    "payments.receive": ids,
    "payments.refuse": ids,
    "payments.resume": ids,
    # people
    "people.account": ids,
    "people.act_on_account": at(act="sessions"),
    "people.answer_consortium": ids,
    "people.apply_directory": ids,
    "people.ask_member": ids,
    "people.change_member": ids,
    "people.change_own_details": ids,
    "people.change_password": _out,
    "people.change_person": ids,
    "people.check_organization": ids,
    "people.choose_twin": ids,
    "people.confirm_request": _open,
    "people.decide_on_line": ids,
    "people.decline_invitation": ids,
    "people.directories": ids,
    "people.directory": ids,
    "people.directory_errors": at(form="csv"),
    "people.doubt_again": ids,
    "people.edit_organization": ids,
    "people.end_coaching": ids,
    "people.end_link": ids,
    "people.end_member": ids,
    "people.end_own_sessions": _out,
    "people.forgotten": _open,
    "people.grant_role": ids,
    "people.hand_lead_over": ids,
    "people.invitation": ids,
    "people.invite_member": ids,
    "people.invite_member_again": ids,
    "people.join": _open,
    "people.join_anew": _open,
    "people.keep_apart": ids,
    "people.leave_consortium": ids,
    "people.let_in": ids,
    "people.let_write": ids,
    "people.look_at": ids,
    "people.mail_again": _open,
    "people.mailed": _open,
    "people.make_link": ids,
    "people.match_columns": ids,
    "people.merge": ids,
    "people.new_consortium": ids,
    "people.new_organization": ids,
    "people.new_person": ids,
    "people.not_let_in": ids,
    "people.organization": ids,
    "people.organizations": at(sorts=ORGANIZATION_ORDERS),
    "people.organizations_file": at(form="csv"),
    "people.pairs": ids,
    "people.people": at(sorts=PEOPLE_ORDERS),
    "people.people_file": at(form="csv"),
    "people.person": ids,
    "people.register": _open,
    "people.remove_member": ids,
    "people.revoke_role": at(role="auditor"),
    "people.set_password": _open,
    "people.show_link": ids,
    "people.sign_in": _open,
    "people.sign_out": _out,
    "people.signed_in": ids,
    "people.take_invitation_back": ids,
    # portfolio
    "portfolio.add_task": ids,
    "portfolio.ask_for_cases": asked,
    "portfolio.case": ids,
    "portfolio.cases": ids,
    "portfolio.finish_task": ids,
    "portfolio.hand_over": ids,
    "portfolio.home": ids,
    "portfolio.write_note": ids,
    # programs
    "programs.cycle": ids,
    "programs.dates": ids,
    "programs.new": ids,
    "programs.open_cycle": ids,
    "programs.programs": ids,
    "programs.source": ids,
    "programs.version": ids,
    "programs.version_differences": ids,
    # review
    "review.application": ids,
    "review.apply_proposal": ids,
    "review.ask_for_proposal": ids,
    "review.assign": ids,
    "review.assignments": ids,
    "review.autosave": ids,
    "review.conflicts": ids,
    "review.declare": ids,
    "review.download": at(form=_files),
    "review.earlier": at(key=["planning", "launch"]),
    "review.file": ids,
    "review.invite": ids,
    "review.leave_out": ids,
    "review.lift": ids,
    "review.notes": ids,
    "review.panel": ids,
    "review.paper": ids,
    "review.proposal": ids,
    "review.recuse": ids,
    "review.reopen": ids,
    "review.reviewers": ids,
    "review.revoke": ids,
    "review.scorecard": ids,
    "review.scores": at(sorts=SCORE_SORTS),
    "review.stages": ids,
    "review.take_back": ids,
}
"""Endpoint -> how it is gone through. A route that is missing here fails the test, and so does a name without one."""
