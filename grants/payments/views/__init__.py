"""Pages of payments: what is to be paid, one payment on its way, funds and their ledger."""

from grants.payments.views import funds, panel, payments
from grants.payments.views.blueprint import bp

__all__ = ["bp", "funds", "panel", "payments"]
