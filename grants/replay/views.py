"""The demonstration's mail: it has no mail server, so what would go out is read here. No other site has this page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from grants.messages.delivery import mail_of
from grants.messages.models import Message
from grants.persistence.paging import paginate
from grants.web.access import public
from grants.web.tables import page_asked

bp = Blueprint("demonstration", __name__)


def text_of(message: Message) -> str:
    """The words of a mail, whatever is attached to it."""
    body = mail_of(message).get_body(("plain",))
    return str(body.get_content()) if body else ""


@bp.get("/demonstration/mail")
@public
def mail() -> ResponseReturnValue:
    """What has been written since the demonstration began, the latest first, with the links that open its pages."""
    written = select(Message).where(Message.state != "suppressed").order_by(Message.queued_at.desc(), Message.id.desc())
    page = paginate(written, page_asked(), 10)
    texts = {one.id: text_of(one) for one in page.items}
    return render_template("replay/mail.html", page=page, texts=texts)
