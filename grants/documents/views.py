"""Documents for those they are meant for, and the public page that says whether one is genuine."""

from hashlib import sha256

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework.downloads import attachment
from grants.documents import queries
from grants.documents.codes import spelled
from grants.documents.forms import CodeForm, CompareForm
from grants.kernel.errors import Missing
from grants.web.access import current_actor, public, requires
from grants.web.limits import limited
from grants.web.navigation import register_foot

bp = Blueprint("documents", __name__)
bp.add_app_template_filter(spelled)
register_foot("Verify a document", "documents.verify", 10)


@bp.get("/documents/<public_id:document_id>")
@requires("document.read")
def document(document_id: str) -> ResponseReturnValue:
    """The PDF, as an attachment."""
    found = queries.document_for(current_actor(), document_id)
    if found.file is None:
        raise Missing("This document is still being made. Try again in a minute.")
    return attachment(found.file, found.file_name)


@bp.route("/verify", defaults={"code": None}, methods=["GET"])
@bp.route("/verify/<code>", methods=["GET", "POST"])
@public
@limited("30 per minute", methods=("GET", "POST"))
def verify(code: str | None) -> ResponseReturnValue:
    """Whether a code is that of a released document, and whether a file is that document; nothing is stored."""
    asking = CodeForm(request.args)
    if code is None:
        if "code" in request.args and asking.validate():
            return redirect(url_for(".verify", code=asking.code.data))
        return render_template("documents/verify.html", form=asking), 422 if asking.errors else 200
    try:
        found = queries.verified(code)
    except Missing as missing:
        asking.code.data, asking.code.errors = code, [missing.sentence]
        return render_template("documents/verify.html", form=asking), missing.status
    comparing = CompareForm()
    same = sha256(comparing.file.data.read()).hexdigest() == found.sha256 if comparing.validate_on_submit() else None
    page = render_template("documents/verified.html", found=found, form=comparing, same=same)
    return page, 422 if comparing.errors else 200
