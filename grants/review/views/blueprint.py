"""Where the pages of reviewing hang, and who finds them in the harbor bar."""

from flask import Blueprint

from grants.kernel.roles import Role
from grants.web.navigation import register_nav

bp = Blueprint("review", __name__, url_prefix="/review")

register_nav(Role.REVIEWER, "My reviews", "review.assignments", 20, ("/review/assignments",))
for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.PARTNER_FUNDER, Role.FINANCE_OFFICER, Role.AUDITOR):
    register_nav(_role, "Review", "review.stages", 30)
