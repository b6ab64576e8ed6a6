"""The pages of meetings share one blueprint."""

from flask import Blueprint

from grants.kernel.roles import Role
from grants.web.navigation import register_nav

bp = Blueprint("meetings", __name__)

for _role in (
    Role.PROGRAM_OFFICER,
    Role.DIRECTOR,
    Role.PARTNER_FUNDER,
    Role.FINANCE_OFFICER,
    Role.AUDITOR,
    Role.REVIEWER,
):
    register_nav(_role, "Meetings", "meetings.meetings", 35)
