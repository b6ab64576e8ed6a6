"""What the record calls an act, in words: the one table from an act's machine name to what people read."""

from typing import Final

ACTS: Final[dict[str, str]] = {
    # background
    "job.retry": "Had failed work tried again",
    # people
    "account.add": "Added a person",
    "account.change": "Changed a person’s details",
    "account.close": "Closed an account",
    "account.end_sessions": "Signed a person out everywhere",
    "account.grant": "Gave a role",
    "account.invite": "Invited a person",
    "account.password": "Set a password",
    "account.reopen": "Reopened an account",
    "account.revoke": "Took a role away",
    "account.show_link": "Showed an invitation’s link",
    "account.sign_in": "Signed in",
    "organization.add": "Added an organization",
    "organization.add_member": "Added a member to an organization",
    "organization.change": "Changed an organization",
    "organization.change_member": "Changed a member’s role",
    "organization.end_coaching": "Ended a coach’s access",
    "organization.invite_coach": "Invited a coach",
    "organization.remove_member": "Took a member out of an organization",
    # messages
    "calendar.end": "Ended the address of a calendar",
    "calendar.make": "Made an address for a calendar",
    # casework
    "audit.verify": "Verified the record",
    "case.hand_over": "Handed a case over",
    "case.note": "Wrote a note",
    "case.open": "Opened a case",
    "case.task": "Took on a task",
    "case.task_done": "Finished a task",
    # documents
    "document.freeze": "Fixed the content of a document",
    "document.release": "Released a document",
    "document.render": "Made a document",
    "document.void": "Voided a document",
    "document.void_reason": "Said why a document is void",
    # programs
    "cycle.move_dates": "Moved a cycle’s dates",
    "cycle.open": "Opened a cycle",
    "program.load": "Loaded a program",
    # discovery
    "call.change": "Changed a cycle’s public page",
    "call.make": "Made a cycle’s public page",
    "event.attendance": "Wrote down who came",
    "event.cancel": "Cancelled an event",
    "event.change": "Changed an event",
    "event.give_place": "Let someone in from the waitlist",
    "event.schedule": "Planned an event",
    "event.write": "Wrote to those who come to an event",
    "question.answer": "Answered a question privately",
    "question.ask": "Asked a question",
    "question.correct": "Corrected an answer",
    "question.publish": "Answered a question for everyone",
    "question.set aside": "Set a question aside",
    "question.take back": "Took an answer off the public page",
    "question.take up": "Took a question up again",
    "readiness.write": "Said where a school stands",
    # applications
    "application.attach": "Attached a file",
    "application.extend": "Gave an applicant more time",
    "application.find eligible": "Found an application eligible",
    "application.find ineligible": "Found an application not eligible",
    "application.mailing": "Wrote to many applicants",
    "application.name_sections": "Named what a coach reads",
    "application.override": "Let an eligibility answer pass",
    "application.remind": "Reminded an applicant",
    "application.remove_file": "Removed a file",
    "application.reopen": "Reopened an application",
    "application.return": "Returned an application for changes",
    "application.start": "Started an application",
    "application.submit": "Submitted an application",
    "application.take as submitted": "Went on with an application as submitted",
    "application.take back": "Took back that an application is not eligible",
    "application.withdraw": "Withdrew an application",
    # review
    "review.assign": "Assigned a reviewer",
    "review.conflict": "Noted a conflict of interest",
    "review.declare": "Declared their conflicts of interest",
    "review.invite": "Invited a reviewer to a panel",
    "review.lift_conflict": "Lifted a conflict of interest",
    "review.reopen": "Said why a scorecard is reopened",
    "review.revoke": "Took an assignment back",
    "review.score": "Scored an application",
    "scorecard.reopen": "Reopened a scorecard",
    "scorecard.submit": "Submitted a scorecard",
    # decisions
    "decision.release": "Released a decision",
    "slate.approve": "Approved a slate",
    "slate.check_letters": "Checked the letters of a slate",
    "slate.date_letters": "Dated the letters of a slate anew",
    "slate.discard": "Discarded a slate",
    "slate.feedback": "Wrote feedback for an applicant",
    "slate.make": "Made a slate",
    "slate.override": "Changed a line of a slate by hand",
    "slate.propose": "Proposed a slate",
    "slate.release": "Released a slate",
    "slate.take back": "Took a slate back",
    # awards
    "agreement.countersign": "Countersigned an agreement",
    "agreement.make": "Made an agreement",
    "agreement.sign": "Signed an agreement",
    "agreement.signature": "Kept a signature",
    "award.accept": "Accepted an award",
    "award.activate": "Put an award into force",
    "award.decline": "Declined an award",
    "award.extend": "Gave more time to answer an offer",
    "award.fund": "Set money aside for an award",
    "award.offer": "Offered an award",
    # payments
    "fund.open": "Opened a fund",
    "installment.approve": "Approved a payment",
    "installment.cancel": "Cancelled an installment",
    "installment.hold": "Put an installment on hold",
    "installment.mark paid": "Marked a payment as paid",
    "installment.refuse": "Refused a payment",
    "installment.request": "Asked for a payment",
    "installment.resume": "Took an installment off hold",
    "installment.return": "Noted that a payment came back",
    "ledger.commit": "Committed money",
    "ledger.obligate": "Obligated money",
    "ledger.pay": "Paid money out",
    "ledger.receipt": "Booked money received",
    "ledger.release": "Set money free again",
    "ledger.return": "Booked money that came back",
    "payment.date": "Dated an installment",
    "payment.plan": "Planned an installment",
    # monitoring
    "checkin.record": "Noted a check-in",
    "indicator.report": "Entered an indicator",
    "requirement.accept": "Accepted a report",
    "requirement.hold": "Held a check-in",
    "requirement.return": "Returned a report for changes",
    "requirement.schedule": "Scheduled the reports of an award",
    "requirement.submit": "Handed in a report",
    "requirement.waive": "Waived a report",
}


def act_in_words(action: str) -> str:
    """An act as people read it; one without words yet is called by its name."""
    return ACTS.get(action, action)


def acts_called(text: str) -> list[str]:
    """The machine names of the acts in whose words, or name, a text occurs."""
    wanted = text.strip().lower()
    return [action for action, words in ACTS.items() if wanted in words.lower() or action.startswith(wanted)]
