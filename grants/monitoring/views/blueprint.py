"""The blueprint of monitoring, and its place in the bar."""

from flask import Blueprint

from grants.kernel.roles import Role
from grants.web.navigation import register_nav

bp = Blueprint("monitoring", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.APPLICANT):
    register_nav(_role, "Reports", "monitoring.requirements", 70)
