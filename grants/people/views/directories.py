"""Bringing in a school directory: uploading, matching its columns, looking at what would become of it, applying it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Invalid, Problem
from grants.people import directories as queries
from grants.people.details import KINDS, SECTORS
from grants.people.directory import FIELDS
from grants.people.directory_files import table_of
from grants.people.directory_models import OUTCOMES, DirectoryImport
from grants.people.forms import DirectoryForm
from grants.people.services import directory as services
from grants.people.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.tables import page_asked

EXPORTED_ROWS = 50_000


@bp.route("/directories", methods=["GET", "POST"])
@requires("organization.manage")
def directories() -> ResponseReturnValue:
    """Those that were uploaded, and the form to upload another."""
    actor, form = current_actor(), DirectoryForm()
    status = 200
    if form.is_submitted() and not form.validate():
        status = 422
    elif form.is_submitted():
        try:
            kept = _uploaded(form)
        except Problem as problem:
            form.show(problem)
            status = problem.status
        else:
            return redirect(url_for(".directory", directory_id=kept))
    page = queries.directories(actor, page_asked())
    counts = queries.counts_of([one.id for one in page.items])
    return render_template("people/directories.html", page=page, counts=counts, form=form), status


@bp.get("/directories/<public_id:directory_id>")
@requires("organization.manage")
def directory(directory_id: str) -> ResponseReturnValue:
    """What is in a directory, and what would become, or became, of each line."""
    return _page(_directory(directory_id))


@bp.get("/directories/<public_id:directory_id>/errors.<form>")
@requires("organization.manage")
def directory_errors(directory_id: str, form: str) -> ResponseReturnValue:
    """Every line that cannot be brought in, with the cell and why, as a table."""
    kept = _directory(directory_id)
    rows = (
        (line.number, line.name, *fault)
        for line in queries.lines_of(kept, "wrong", 1, EXPORTED_ROWS).items
        for fault in line.faults or ()
    )
    return export(form, "errors", ("Line", "Name", "Column", "Cell", "What is wrong"), rows)


@bp.post("/directories/<public_id:directory_id>/columns")
@requires("organization.manage")
def match_columns(directory_id: str) -> ResponseReturnValue:
    """Say which column is which."""
    kept, actor = _directory(directory_id), current_actor()
    places = {str(place) for place in range(len(kept.titles))}
    columns = {field: int(asked) for field in FIELDS if (asked := request.form.get(field, "")) in places}
    try:
        with unit_of_work():
            kind, sector = (request.form.get(f"default_{one}", "") for one in ("kind", "sector"))
            services.match_columns(actor, _directory(directory_id), columns, kind, sector or None)
    except Invalid as problem:
        return _page(_directory(directory_id), problem.errors.get("name", problem.sentence), columns), 422
    flash("The lines are examined anew.", "good")
    return redirect(url_for(".directory", directory_id=directory_id))


@bp.post("/directories/<public_id:directory_id>/lines/<public_id:line_id>")
@requires("organization.manage")
def decide_on_line(directory_id: str, line_id: str) -> ResponseReturnValue:
    """Say whether a line is the organization it resembles."""
    actor = current_actor()
    with unit_of_work():
        line = queries.line_for(actor, _directory(directory_id), line_id)
        services.decide(actor, line, is_same=request.form.get("same") == "yes")
    return redirect(url_for(".directory", directory_id=directory_id, show="alike"))


@bp.post("/directories/<public_id:directory_id>/apply")
@requires("organization.manage")
def apply_directory(directory_id: str) -> ResponseReturnValue:
    """Have it brought in."""
    with unit_of_work():
        adds_only = request.form.get("adds_only") == "yes"
        services.bring_in(current_actor(), _directory(directory_id), adds_only=adds_only)
    return redirect(url_for(".directory", directory_id=directory_id))


def _uploaded(form: DirectoryForm) -> str:
    """The public id of the directory that was uploaded.

    raises   Invalid
    """
    sent = form.file.data
    name, content = sent.filename or "", sent.read()
    try:
        table = table_of(name, content)  # slow, and so before the transaction
    except Invalid as problem:
        raise Invalid(problem.sentence, {"file": problem.sentence}) from problem
    with unit_of_work():
        return services.keep_directory(current_actor(), name[-120:], content, table).public_id


def _directory(directory_id: str) -> DirectoryImport:
    return queries.directory_for(current_actor(), directory_id)


def _page(kept: DirectoryImport, problem: str | None = None, columns: dict[str, int] | None = None) -> str:
    counts = queries.counts_of([kept.id])[kept.id]
    wanted = request.args.get("show", "")
    shown = wanted if wanted in OUTCOMES else next((one for one in OUTCOMES if counts.of(one)), "add")
    return render_template(
        "people/directory.html",
        kept=kept,
        counts=counts,
        progress=counts.progress(kept),
        working=kept.state in {"examining", "applying"},
        outcomes=OUTCOMES,
        shown=shown,
        page=queries.lines_of(kept, shown, page_asked()),
        first=queries.first_lines(kept),
        fields=FIELDS,
        kinds=KINDS,
        sectors=SECTORS,
        columns=kept.columns if columns is None else columns,
        problem=problem,
    )
