"""Where a school says it stands: for its own people to write, for staff to read."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import forms, queries, services
from grants.applications.completeness import shown_fields
from grants.applications.policy import may_write
from grants.applications.queries import Assessment, ReadinessFilters
from grants.applications.reading import read
from grants.applications.views.blueprint import bp
from grants.applications.views.questions import Question
from grants.kernel.errors import Clash, Invalid, Problem
from grants.persistence.session import unit_of_work
from grants.programs.phrases import what_readiness_decides
from grants.programs.queries import definition_of
from grants.programs.schema import AnyField, Choice, Form, YesNo
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.forms import options
from grants.web.tables import page_asked


@bp.route("/readiness/<public_id:stage_id>/<public_id:organization_id>", methods=["GET", "POST"])
@requires("readiness.read")
def readiness(stage_id: str, organization_id: str) -> ResponseReturnValue:
    """One school's own words: a form for its writers, to read for its other people and for staff."""
    actor = current_actor()
    asked = queries.assessment_for(actor, stage_id, organization_id)
    typed, more = _typed(asked), None
    if request.method == "POST":
        wish, _, key = request.form.get("do", "").partition(":")
        if wish in ("more", "drop"):
            more = key
        else:
            try:
                with unit_of_work():
                    asked = queries.assessment_for(actor, stage_id, organization_id)
                    services.assess(actor, asked, typed, _based_on())
                flash("Saved. You can change it at any time.", "good")
                return redirect(url_for(".readiness", stage_id=stage_id, organization_id=organization_id))
            except (Invalid, Clash) as problem:
                asked = queries.assessment_for(actor, stage_id, organization_id)
                return _page(asked, typed, problem), problem.status
    return _page(asked, typed, more=more)


def _based_on() -> int:
    text = request.form.get("version", "0")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _typed(asked: Assessment) -> dict[str, Any]:
    """What stands in the controls: what was sent, or what was kept."""
    kept = asked.check.answers if asked.check else {}
    if request.method != "POST":
        return {one.key: forms.as_typed(one, kept.get(one.key)) for one in asked.form.all_fields()}
    wish, _, place = request.form.get("do", "").partition(":")
    key, _, number = place.partition(":")
    dropped = int(number) if wish == "drop" and number.isdecimal() else None
    return {
        one.key: forms.typed(one, request.form, dropped=dropped if one.key == key else None)
        for one in asked.form.all_fields()
    }


def _page(asked: Assessment, typed: dict[str, Any], problem: Problem | None = None, more: str | None = None) -> str:
    actor = current_actor()
    errors = problem.errors if isinstance(problem, Invalid) else {}
    kept = asked.check.answers if asked.check else {}
    shown = shown_fields(asked.form, kept)
    questions = {
        key: [
            Question(
                asked=one,
                typed=typed[one.key],
                version=0,
                shown=one.key in shown or bool(typed[one.key]),
                rows=forms.rows_to_show(one, len(typed[one.key]), more == one.key)
                if isinstance(one, forms.WithRows)
                else 0,
                faults={"": errors[one.key]} if one.key in errors else {},
            )
            for one in section.fields.values()
        ]
        for key, section in asked.form.sections.items()
    }
    return render_template(
        "applications/readiness.html",
        asked=asked,
        questions=questions,
        writing=asked.is_open and bool(may_write(actor, asked.organization.id)),
        own=asked.organization.id in actor.organization_ids,
        decides=what_readiness_decides(definition_of(asked.stage.cycle), asked.stage.key),
        parts=read(asked.form, kept),
        problem=problem,
        errors=errors,
    )


@bp.get("/readiness/<public_id:stage_id>")
@requires("readiness.list")
def assessed(stage_id: str) -> ResponseReturnValue:
    """What schools say, narrowed by the URL."""
    stage = queries.asking_stage(stage_id)
    asked = queries.readiness_form(stage)
    form = _filter_form(asked)
    return render_template(
        "applications/assessed.html",
        stage=stage,
        asked=asked,
        form=form,
        page=queries.assessed(current_actor(), stage, _filters(form, asked), page_asked()),
        short=_short,
        decides=what_readiness_decides(definition_of(stage.cycle), stage.key),
    )


@bp.get("/readiness/<public_id:stage_id>/schools.<form>")
@requires("readiness.list")
def assessed_file(stage_id: str, form: str) -> ResponseReturnValue:
    """The same as a file, an answer a column."""
    stage = queries.asking_stage(stage_id)
    asked = queries.readiness_form(stage)
    fields = list(asked.all_fields()) if asked else []
    rows = (
        (one.case.organization.name, one.written_at, one.written_by.name, *(_short(f, one.answers) for f in fields))
        for one in queries.every_assessed(current_actor(), stage, _filters(_filter_form(asked), asked))
    )
    columns = ("School", "Written at", "Written by", *(one.title for one in fields))
    return export(form, f"{asked.title if asked else ''}, {stage.cycle.title}", columns, rows)


def _filter_form(asked: Form | None) -> forms.ReadinessFilterForm:
    form = forms.ReadinessFilterForm()
    form.answer.choices = options({"": "Any answer"} | {key: words for key, (words, _, _) in _answers(asked).items()})
    form.validate()
    return form


def _filters(form: forms.ReadinessFilterForm, asked: Form | None) -> ReadinessFilters:
    answer = _answers(asked).get(form.answer.data or "")
    return ReadinessFilters(form.sector.data or "", (form.search.data or "").strip(), answer[1:] if answer else None)


def _answers(asked: Form | None) -> dict[str, tuple[str, str, str | bool]]:
    """What the list can be narrowed to: "question:option" -> (words, key of the question, the answer as it is kept)."""
    found: dict[str, tuple[str, str, str | bool]] = {}
    for one in asked.all_fields() if asked else ():
        if isinstance(one, YesNo):
            for word, value in (("yes", True), ("no", False)):
                found[f"{one.key}:{word}"] = (f"{one.title} {word.capitalize()}", one.key, value)
        elif isinstance(one, Choice) and not one.several:
            for option, said in one.options.items():
                found[f"{one.key}:{option}"] = (f"{one.title} {said}", one.key, option)
    return found


def _short(asked: AnyField, answers: Mapping[str, Any]) -> str:
    """An answer in one line, as a table holds it."""
    typed = forms.as_typed(asked, answers.get(asked.key))
    words = asked.options if isinstance(asked, Choice) else {"yes": "Yes", "no": "No"}
    if isinstance(typed, str):
        return words.get(typed, typed)
    if isinstance(asked, Choice):
        return ", ".join(words.get(one, one) for one in typed)
    return f"{len(typed)} rows" if typed else ""
