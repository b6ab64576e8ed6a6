"""The blueprint of people, and the way a session's token becomes a person."""

from flask import Blueprint

from grants.kernel.roles import Role
from grants.people.queries import actor_by_token
from grants.web.access import load_actor_with
from grants.web.navigation import register_menu, register_nav, register_sign_in

bp = Blueprint("people", __name__)
load_actor_with(actor_by_token)

register_sign_in("people.sign_in")
register_menu("Your account", "people.account", 10)
register_menu("Sign out", "people.sign_out", 90, post=True)
for _role in (Role.ADMINISTRATOR, Role.AUDITOR):
    register_nav(_role, "People", "people.people", 10)
for _role in (Role.ADMINISTRATOR, Role.PROGRAM_OFFICER):
    register_nav(_role, "Organizations", "people.organizations", 15)
