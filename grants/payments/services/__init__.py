"""Use cases of paying: funds and their ledger, money set aside for awards, installments from plan to bank."""

from grants.payments.services.attempts import approve, cancel, hold, mark_paid, refuse, request, resume
from grants.payments.services.commitments import commit_award, obligate_award, pay, release_commitment
from grants.payments.services.ledger import open_fund, post_transaction, receive
from grants.payments.services.planning import date_installments, note_met, plan_installments

__all__ = [
    "approve",
    "cancel",
    "commit_award",
    "date_installments",
    "hold",
    "mark_paid",
    "note_met",
    "obligate_award",
    "open_fund",
    "pay",
    "plan_installments",
    "post_transaction",
    "receive",
    "refuse",
    "release_commitment",
    "request",
    "resume",
]
