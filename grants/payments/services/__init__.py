"""Use cases of paying: funds and their ledger, money set aside for awards, installments from plan to bank."""

from grants.payments.services import binding
from grants.payments.services.attempts import approve, cancel, hold, mark_paid, note_return, refuse, request, resume
from grants.payments.services.commitments import TooLittle, commit_award, pay, release_commitment
from grants.payments.services.ledger import COMMIT, open_fund, post_transaction, receive
from grants.payments.services.planning import note_met, plan_installments, schedule_of

__all__ = [
    "COMMIT",
    "TooLittle",
    "approve",
    "binding",
    "cancel",
    "commit_award",
    "hold",
    "mark_paid",
    "note_met",
    "note_return",
    "open_fund",
    "pay",
    "plan_installments",
    "post_transaction",
    "receive",
    "refuse",
    "release_commitment",
    "request",
    "resume",
    "schedule_of",
]
