"""The one table of who may do what.

A permission says which roles may try; policies and scoped queries say on which records.
"""

from typing import Final

from grants.kernel.roles import Role

_APPLICANT = frozenset({Role.APPLICANT})
_COACH = frozenset({Role.COACH})
_REVIEWER = frozenset({Role.REVIEWER})
_PARTNER = frozenset({Role.PARTNER_FUNDER})
_OFFICER = frozenset({Role.PROGRAM_OFFICER})
_FINANCE = frozenset({Role.FINANCE_OFFICER})
_DIRECTOR = frozenset({Role.DIRECTOR})
_AUDITOR = frozenset({Role.AUDITOR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_SYSTEM = frozenset({Role.SYSTEM})
# Those who read a cycle's whole record; an administrator keeps accounts and sees no outcomes.
_READERS = _OFFICER | _FINANCE | _DIRECTOR | _AUDITOR

PERMISSIONS: Final[dict[str, frozenset[Role]]] = {
    # people
    "account.read": _ADMINISTRATOR | _AUDITOR | _SYSTEM,
    "account.manage": _ADMINISTRATOR | _SYSTEM,
    "organization.read": _READERS | _ADMINISTRATOR,
    "organization.manage": _OFFICER | _ADMINISTRATOR | _SYSTEM,
    "organization.merge": _OFFICER | _SYSTEM,  # cases move with it, and an administrator decides nothing on cases
    "duplicate.list": _OFFICER | _ADMINISTRATOR | _AUDITOR,
    # casework
    "case.read": _READERS | _APPLICANT,
    "case.list": _READERS,
    "case.manage": _OFFICER | _SYSTEM,
    "case.note": _OFFICER | _FINANCE | _DIRECTOR,
    "audit.read": _AUDITOR | _DIRECTOR,
    # messages and background
    "message.read": _OFFICER | _AUDITOR | _ADMINISTRATOR,
    "job.read": _ADMINISTRATOR | _AUDITOR,
    "job.retry": _ADMINISTRATOR,
    # documents
    "document.read": _READERS | _APPLICANT,
    "document.prepare": _OFFICER | _SYSTEM,
    # programs
    "program.read": _READERS | _PARTNER | _ADMINISTRATOR,
    "program.manage": _OFFICER | _SYSTEM,
    "cycle.manage": _OFFICER | _SYSTEM,
    # discovery
    "event.read": _READERS | _APPLICANT | _COACH,
    "reach.read": _READERS,
    "event.manage": _OFFICER | _SYSTEM,
    "event.register": _APPLICANT,
    "question.read": _OFFICER | _DIRECTOR | _AUDITOR,
    "question.answer": _OFFICER | _SYSTEM,
    "resource.read": _OFFICER | _DIRECTOR | _AUDITOR,
    "resource.manage": _OFFICER | _SYSTEM,
    "readiness.read": _READERS | _APPLICANT,
    "readiness.list": _READERS,
    "readiness.write": _APPLICANT,
    # applications
    "application.read": _READERS | _PARTNER | _APPLICANT | _COACH,
    "application.list": _READERS | _PARTNER,
    "application.write": _APPLICANT,
    "application.submit": _APPLICANT,
    "application.withdraw": _APPLICANT,
    "application.screen": _OFFICER,
    "application.message": _OFFICER,
    "application.comment": _APPLICANT | _COACH,
    # review
    "review.score": _REVIEWER,
    "review.declare": _REVIEWER | _PARTNER | _OFFICER | _FINANCE | _DIRECTOR,
    "review.answer": _REVIEWER,  # whoever is asked to be one acts as one when they answer
    "review.stand": _REVIEWER | _PARTNER | _OFFICER | _FINANCE | _DIRECTOR | _SYSTEM,  # whoever's act finds a tie
    "review.organize": _OFFICER,
    "panel.read": _OFFICER | _AUDITOR,  # who is on it, their conflicts of interest, who reads what
    "review.read": _READERS | _PARTNER,
    # meetings
    "meeting.read": _READERS | _PARTNER | _REVIEWER,
    "meeting.plan": _OFFICER | _SYSTEM,
    "meeting.run": _OFFICER | _DIRECTOR | _PARTNER | _REVIEWER,  # the meeting's chair, and program officers
    "meeting.attend": _OFFICER | _FINANCE | _DIRECTOR | _PARTNER | _REVIEWER,
    # decisions
    "slate.read": _READERS | _PARTNER,
    "slate_draft.read": _OFFICER | _AUDITOR,
    "slate.propose": _OFFICER,
    "slate.approve": _DIRECTOR | _PARTNER,
    "slate.release": _OFFICER,
    "letter.list": _OFFICER | _DIRECTOR | _AUDITOR,
    "document.check": _OFFICER | _DIRECTOR,
    # awards
    "award.read": _READERS | _APPLICANT,
    "award.list": _READERS,
    "award.offer": _OFFICER | _SYSTEM,
    "award.answer": _APPLICANT,
    "agreement.sign": _APPLICANT,
    "agreement.countersign": _DIRECTOR,
    # payments
    "payment.read": _READERS | _APPLICANT,
    "payment.list": _READERS,
    "payment.plan": _OFFICER | _SYSTEM,
    "payment.request": _APPLICANT | _OFFICER,
    "payment.approve": _FINANCE | _DIRECTOR,
    "payment.pay": _FINANCE,
    "payment.hold": _OFFICER | _FINANCE | _DIRECTOR,
    "payment.cancel": _DIRECTOR,
    "fund.manage": _FINANCE | _SYSTEM,
    # monitoring
    "requirement.read": _READERS | _APPLICANT,
    "requirement.schedule": _OFFICER | _SYSTEM,
    "requirement.report": _APPLICANT,
    "requirement.accept": _OFFICER,
    "checkin.record": _OFFICER,
    "indicator.read": _READERS | _APPLICANT,
    "indicator.report": _APPLICANT | _OFFICER,
    # portfolio
    "portfolio.read": _READERS | _PARTNER,
}
