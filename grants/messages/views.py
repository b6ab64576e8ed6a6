"""The outbox: what was written to whom, and whether it went out."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from grants.kernel.roles import Role
from grants.messages import library, queries
from grants.messages.forms import OutboxFilterForm
from grants.web.access import current_actor, requires
from grants.web.navigation import register_nav
from grants.web.tables import page_asked

bp = Blueprint("messages", __name__)
for _role in (Role.PROGRAM_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR):
    register_nav(_role, "Outbox", "messages.outbox", 70)


@bp.get("/outbox")
@requires("message.read")
def outbox() -> ResponseReturnValue:
    """Messages, the latest first."""
    form = OutboxFilterForm()
    page = queries.outbox(current_actor(), form.search.data or "", form.state.data or "", page_asked())
    has_server = bool(current_app.config["SETTINGS"].smtp_url)
    return render_template("messages/outbox.html", page=page, form=form, has_server=has_server)


@bp.get("/outbox/<public_id:message_id>")
@requires("message.read")
def message(message_id: str) -> ResponseReturnValue:
    """One message as it was written; links that let their reader in are not shown."""
    found = queries.message_for(current_actor(), message_id)
    hidden = dict.fromkeys(library.private_in(found.template), "[a personal link, made when the message is sent]")
    body = library.fill_private(found.body, hidden)
    return render_template("messages/message.html", message=found, body=body)
