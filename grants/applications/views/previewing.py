"""A form as its applicants will meet it, in any version of its program; what is typed there is kept nowhere."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from grants.applications import forms
from grants.applications.completeness import asked_form, shown_fields
from grants.applications.content import content_of
from grants.applications.views.blueprint import bp
from grants.applications.views.questions import Question, previewed
from grants.kernel.errors import Missing
from grants.programs import queries as programs
from grants.programs.differences import Change, differences
from grants.programs.models import ProgramVersion
from grants.programs.schema import ApplicationStage, Definition, FileField, Form, Section
from grants.web.access import current_actor, requires


@bp.route("/programs/<public_id:version_id>/forms/<form_key>", methods=["GET", "POST"])
@requires("program.read")
def preview(version_id: str, form_key: str) -> ResponseReturnValue:
    """A form to try out: what shows follows from what is chosen. Sent, it only comes back as it was filled in."""
    actor = current_actor()
    version = programs.version_for(actor, version_id)
    definition = programs.definition_of(version)
    versions = programs.versions_of(actor, version.program_key)
    return render_template(
        "applications/preview.html",
        version=version,
        versions=[one for one in versions if form_key in programs.definition_of(one).forms],
        program=definition,
        form=(form := _form(definition, form_key)),
        form_key=form_key,
        sections=_by_section(form),
        since=(since := next((one for one in versions if one.number < version.number), None)),
        changes=_changes(since, version, definition.forms[form_key].title) if since else (),
    )


def _form(definition: Definition, key: str) -> Form:
    """The form as applicants meet it, with the eligibility questions of the first stage that uses it.

    raises   Missing
    """
    if key not in definition.forms:
        raise Missing("This version of the program has no such form.")
    for stage in definition.stages.values():
        if isinstance(stage, ApplicationStage) and stage.form == key:
            return asked_form(definition, stage)
    return definition.forms[key]


def _by_section(form: Form) -> list[tuple[Section, list[Question]]]:
    drawn = {one.key: one for one in _questions(form)}
    return [(section, [drawn[key] for key in section.fields]) for section in form.sections.values()]


def _questions(form: Form) -> list[Question]:
    """Every question with what was typed into it, if anything was sent."""
    sent, wish = request.form, request.form.get("do", "").split(":")
    typed: dict[str, Any] = {}
    for one in form.all_fields():
        if not isinstance(one, FileField):
            dropped = wish[2] if wish[:2] == ["drop", one.key] and len(wish) > 2 else ""
            typed[one.key] = forms.typed(one, sent, dropped=int(dropped) if dropped.isdecimal() else None)
    contents = {one.key: content_of(one, typed.get(one.key)) for one in form.all_fields() if one.key in typed}
    shown = shown_fields(form, {key: content.value for key, content in contents.items()})
    return [
        previewed(one, typed.get(one.key), contents.get(one.key), one.key in shown, more=wish == ["more", one.key])
        for one in form.all_fields()
    ]


def _changes(since: ProgramVersion, version: ProgramVersion, title: str) -> list[Change]:
    """What changed in a form since an earlier version, question by question."""
    every = differences(programs.definition_of(since), programs.definition_of(version))
    name = f"“{title}”"
    return [one for one in every if one.where.startswith(f"Form {name}") or f"the form {name}" in one.what]
