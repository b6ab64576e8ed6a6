"""The blueprint of payments, its place in the bar, and its part of an award's page."""

from flask import Blueprint

from grants.kernel.roles import Role
from grants.web.navigation import register_nav

bp = Blueprint("payments", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR):
    register_nav(_role, "Payments", "payments.payments", 60)
for _role in (Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR):
    register_nav(_role, "Funds", "payments.funds", 65)
