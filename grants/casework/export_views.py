"""Files of long lists: asking for one, how far it is, and taking it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework import exporting
from grants.casework.downloads import attachment
from grants.casework.export_kinds import kind_called, may_have_any
from grants.kernel.errors import Invalid
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import FORMS
from grants.web.navigation import register_menu
from grants.web.tables import page_asked

bp = Blueprint("exports", __name__)
register_menu("Your files", "exports.exports", 30, shown=may_have_any)


def ask_for(
    kind: str, name: str, wanted: Mapping[str, Any], said: Sequence[tuple[str, str]], *, anew: bool = False
) -> ResponseReturnValue:
    """What a press on "Download" answers where the list can be long: the page that says how far its file is.

    See exporting.ask; the form is the one that was sent, or XLSX.
    """
    with unit_of_work():
        asked = exporting.ask(current_actor(), kind, _form(), name, wanted, said, anew=anew)
        target = url_for("exports.export", export_id=asked.public_id)
    return redirect(target)


@bp.get("/exports")
@requires()
def exports() -> ResponseReturnValue:
    """The files that were made for whoever asks, and those that are being made."""
    page = exporting.exports(current_actor(), page_asked())
    return render_template("casework/exports.html", page=page)


@bp.get("/exports/<public_id:export_id>")
@requires()
def export(export_id: str) -> ResponseReturnValue:
    """One file: what it holds, and how far it is."""
    shown = exporting.export_for(current_actor(), export_id)
    others = [one for one in FORMS if one != shown.export.form]
    return render_template("casework/export.html", shown=shown, kind=kind_called(shown.export.kind), others=others)


@bp.get("/exports/<public_id:export_id>/file")
@requires()
def file(export_id: str) -> ResponseReturnValue:
    """The file itself."""
    stored = exporting.file_for(current_actor(), export_id)
    return attachment(stored)


@bp.post("/exports/<public_id:export_id>")
@requires()
def anew(export_id: str) -> ResponseReturnValue:
    """Have it made once more, as things stand now, or in another form."""
    found = exporting.export_for(current_actor(), export_id).export
    said = [(label, value) for label, value in found.said]
    return ask_for(found.kind, found.name, dict(found.wanted), said, anew=_form() == found.form)


def _form() -> str:
    form = request.form.get("form", "xlsx")
    if form not in FORMS:
        raise Invalid("Choose CSV or XLSX.")
    return form
