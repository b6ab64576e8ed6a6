"""Pages of programs and cycles: read aloud, versions and their differences, loading, dates."""

import re
from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing
from grants.kernel.roles import Role
from grants.persistence.session import unit_of_work
from grants.programs import phrases, queries, reading, services
from grants.programs.dates import StageDates, moved_ahead, usual_dates
from grants.programs.differences import differences
from grants.programs.forms import DefinitionForm, cycle_form, dates_form, written_dates
from grants.programs.loading import LIBRARY, Report, check, sha256_of
from grants.programs.models import ProgramVersion
from grants.programs.path import path
from grants.web.access import current_actor, requires
from grants.web.navigation import register_nav

bp = Blueprint("programs", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.PARTNER_FUNDER, Role.ADMINISTRATOR):
    register_nav(_role, "Programs", "programs.programs", 60, ("/cycles", "/resources"))


@bp.context_processor
def _words() -> dict[str, object]:
    return {"say": phrases, "reading": reading}


# ---- programs and versions


@bp.get("/programs")
@requires("program.read")
def programs() -> ResponseReturnValue:
    """Every program with its newest version and its cycles."""
    rows = queries.programs(current_actor())
    return render_template(
        "programs/programs.html", programs=[(row, queries.definition_of(row.newest)) for row in rows]
    )


@bp.get("/programs/<public_id:version_id>")
@requires("program.read")
def version(version_id: str) -> ResponseReturnValue:
    """One version of a program, as a page one can read aloud."""
    found = queries.version_for(current_actor(), version_id)
    versions = queries.versions_of(current_actor(), found.program_key)
    return render_template(
        "programs/version.html", version=found, versions=versions, program=queries.definition_of(found)
    )


@bp.get("/programs/<public_id:version_id>/source")
@requires("program.read")
def source(version_id: str) -> ResponseReturnValue:
    """The definition file of a version, as it was loaded."""
    found = queries.version_for(current_actor(), version_id)
    name = f"{found.program_key}-{found.number}.yaml"
    return Response(
        found.source,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/programs/<public_id:version_id>/differences")
@requires("program.read")
def version_differences(version_id: str) -> ResponseReturnValue:
    """What changed since the version before, or since the one asked for."""
    new = queries.version_for(current_actor(), version_id)
    versions = queries.versions_of(current_actor(), new.program_key)
    others = {other.public_id: other for other in versions if other.id != new.id}
    earlier = [other for other in versions if other.number < new.number]
    old = others.get(request.args.get("since", "")) or next(iter(earlier or others.values()), None)
    if old is None:
        raise Missing("This program has only one version, so there is nothing to compare it with.")
    changes = differences(queries.definition_of(old), queries.definition_of(new))
    places = [(where, [each.what for each in group]) for where, group in groupby(changes, attrgetter("where"))]
    return render_template(
        "programs/differences.html", old=old, new=new, versions=versions, changes=changes, places=places
    )


@bp.route("/programs/new", methods=["GET", "POST"])
@requires("program.manage")
def new() -> ResponseReturnValue:
    """Check a definition, and keep it as a version; errors and warnings are shown by line."""
    form = DefinitionForm()
    if not form.validate_on_submit():
        if request.method == "GET" and (example := request.args.get("example")):
            form.text.data = _library_text(example)
        status = 422 if request.method == "POST" else 200
        return render_template("programs/new.html", form=form, examples=_examples()), status
    content, filename = form.content()
    report = check(content, filename)
    if report.definition is not None and "keep" in request.form:
        known = queries.same_content(report.definition.program, sha256_of(report.definition))
        return _keep(content, filename, is_known=known is not None)
    return _checked(form, content, report), 200 if report.definition else 422


def _keep(content: str | bytes, filename: str, is_known: bool) -> ResponseReturnValue:
    with unit_of_work():
        kept = services.load_program(current_actor(), content, filename)
        told = f"Version {kept.number} says the same already." if is_known else f"Kept as version {kept.number}."
        target = url_for(".version", version_id=kept.public_id)
    flash(told, "good")
    return redirect(target)


def _checked(form: DefinitionForm, content: str | bytes, report: Report) -> str:
    """The page after a check: the text with what was found beside its lines, and what would change."""
    form.text.data = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    definition, known, changes = report.definition, None, []
    if definition is not None and (known := queries.newest_version(definition.program)) is not None:
        changes = differences(queries.definition_of(known), definition)
    same = definition is not None and queries.same_content(definition.program, sha256_of(definition))
    return render_template(
        "programs/new.html",
        form=form,
        examples=_examples(),
        report=report,
        lines=_lines(form.text.data, report),
        known=known,
        changes=changes,
        same=same,
    )


def _lines(text: str, report: Report) -> list[tuple[int, str, str]]:
    """(number, text, level of the finding there) of the lines around each finding; a gap is number 0."""
    found = {finding.line: finding.level for finding in reversed(report.findings) if finding.line}
    shown = sorted({near for line in found for near in range(line - 2, line + 3)})
    lines = text.splitlines()
    result: list[tuple[int, str, str]] = []
    for number in (one for one in shown if 1 <= one <= len(lines)):
        if result and number > result[-1][0] + 1:
            result.append((0, "", ""))
        result.append((number, lines[number - 1], found.get(number, "")))
    return result


def _examples() -> list[str]:
    return sorted(file.stem for file in LIBRARY.glob("*.yaml"))


def _library_text(name: str) -> str:
    if name not in _examples():
        raise Missing("The library has no such definition.")
    return (LIBRARY / f"{name}.yaml").read_text(encoding="utf-8")


# ---- cycles


@bp.get("/cycles/<public_id:cycle_id>")
@requires("program.read")
def cycle(cycle_id: str) -> ResponseReturnValue:
    """One cycle: its stages and dates, and the version it runs by."""
    found = queries.cycle_for(current_actor(), cycle_id)
    return render_template(
        "programs/cycle.html",
        cycle=found,
        program=queries.definition_of(found),
        newest=queries.newest_version(found.program_version.program_key),
        now=now(),
        steps=path(found.stages, now(), found.time_zone),
    )


@bp.route("/programs/<public_id:version_id>/open", methods=["GET", "POST"])
@requires("cycle.manage")
def open_cycle(version_id: str) -> ResponseReturnValue:
    """Open a cycle of this version."""
    found = queries.version_for(current_actor(), version_id)
    definition = queries.definition_of(found)
    usual = moved_ahead(usual_dates(definition), now(), definition.zone)
    form = cycle_form(definition, _suggested(found, usual), usual)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                opened = services.open_cycle(
                    current_actor(),
                    found,
                    form.key.data,
                    form.title.data,
                    {key: written_dates(form[f"stage_{key}"].form, definition.zone) for key in definition.stages},
                    form.illustrative.data,
                )
                target = url_for(".cycle", cycle_id=opened.public_id)
            flash(f"{form.title.data} is open.", "good")
            return redirect(target)
        except (Clash, Invalid) as problem:
            form.show(problem)
    status = 422 if request.method == "POST" else 200
    return render_template("programs/open.html", version=found, program=definition, form=form), status


def _suggested(version: ProgramVersion, dates: Mapping[str, StageDates]) -> dict[str, str]:
    """A title and a short name for the next cycle: those of its program, without a remark in brackets, and its year."""
    year = f"{min((one.opens_at for one in dates.values()), default=now()):%Y}"
    title = re.sub(r"\s*\([^()]*\)$", "", version.title)
    return {"title": f"{title} {year}", "key": f"{version.program_key.replace('_', '-')}-{year}"}


@bp.route("/cycles/stages/<public_id:stage_id>/dates", methods=["GET", "POST"])
@requires("cycle.manage")
def dates(stage_id: str) -> ResponseReturnValue:
    """Move the dates of one stage."""
    stage = queries.stage_for(current_actor(), stage_id)
    zone = stage.cycle.time_zone
    form = dates_form(zone, services.dates_of(stage))
    if form.validate_on_submit():
        try:
            with unit_of_work():
                services.move_dates(current_actor(), stage, written_dates(form, ZoneInfo(zone)))
            flash(f"The dates of {stage.title} are changed.", "good")
            return redirect(url_for(".cycle", cycle_id=stage.cycle.public_id))
        except (Clash, Invalid) as problem:
            form.show(problem)
    status = 422 if request.method == "POST" else 200
    return render_template("programs/dates.html", stage=stage, form=form), status
