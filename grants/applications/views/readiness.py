"""Where a school says it stands: for its own people to write, for staff to read."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import forms, queries, services
from grants.applications.completeness import shown_fields
from grants.applications.content import mark_of
from grants.applications.exports import ASSESSED, short
from grants.applications.policy import may_write
from grants.applications.queries import Assessment, ReadinessFilters
from grants.applications.reading import read, read_one
from grants.applications.services import Said, Write
from grants.applications.views.blueprint import bp
from grants.applications.views.drafting import Wish
from grants.applications.views.questions import Clash as TwoTexts
from grants.applications.views.questions import Question
from grants.casework.export_views import ask_for
from grants.kernel.clock import today
from grants.kernel.errors import Clash, Missing
from grants.persistence.session import unit_of_work
from grants.programs.phrases import what_readiness_decides
from grants.programs.queries import definition_of
from grants.programs.schema import AnyField, Choice, FiveYearBudget, Form, TableField, YesNo
from grants.web.access import current_actor, requires
from grants.web.filters import clock_time, day
from grants.web.forms import options
from grants.web.tables import page_asked


@bp.get("/readiness/<public_id:stage_id>/<public_id:organization_id>")
@requires("readiness.read")
def readiness(stage_id: str, organization_id: str) -> ResponseReturnValue:
    """One school's own words: a form for its writers, to read for its other people and for staff."""
    return _page(queries.assessment_for(current_actor(), stage_id, organization_id))


@bp.post("/readiness/<public_id:stage_id>/<public_id:organization_id>")
@requires("readiness.write")
def save_readiness(stage_id: str, organization_id: str) -> ResponseReturnValue:
    """Save everything on the page, then do what its button says. What cannot be kept is shown as it was typed."""
    asked = queries.assessment_for(current_actor(), stage_id, organization_id)
    wish, sent = Wish.read(request.form.get("do", "save")), _sent(asked)
    if wish.act == "theirs":
        sent.pop(wish.field, None)
    if wish.act == "keep" and wish.field in sent:
        sent[wish.field] = Write(sent[wish.field].typed, wish.number or 0)
    try:
        with unit_of_work():
            said = services.assess(current_actor(), asked, sent)
    except Clash as late:
        return _page(asked, sent, refusal=late.sentence), late.status
    asked = replace(asked, check=said.check)
    if not said.is_clean:
        return _page(asked, sent, said), 409 if said.stale else 422
    if wish.act in ("more", "drop"):
        return _page(asked, more=wish.field if wish.act == "more" else "")
    flash("Saved. You can change it at any time.", "good")
    return redirect(url_for(".readiness", stage_id=stage_id, organization_id=organization_id))


@bp.post("/readiness/<public_id:stage_id>/<public_id:organization_id>/answers/<field_key>")
@requires("readiness.write")
def autosave_readiness(stage_id: str, organization_id: str, field_key: str) -> ResponseReturnValue:
    """Save one answer while it is being written. Answers 200; 409 with both texts, and 422 with what is wrong, where
    it is not kept.
    """
    with unit_of_work():
        asked = queries.assessment_for(current_actor(), stage_id, organization_id)
        one = next((one for one in asked.form.all_fields() if one.key == field_key), None)
        if one is None:
            raise Missing("The form has no such question.")
        sent = {field_key: Write(forms.typed(one, request.form), forms.version_sent(one, request.form))}
        said = services.assess(current_actor(), asked, sent)
        asked = replace(asked, check=said.check)
        status = 409 if said.stale else 422 if said.faults else 200
        q = _question(asked, one, sent, said)
        page = render_template("applications/_saved.html", q=q, saved=_saved_words(asked, said), status=status)
        shown = shown_fields(asked.form, asked.answers)
        told = {key: key in shown for key in asked.form.section_of(field_key).fields}
    response = make_response(page, status)
    response.headers["HX-Trigger"] = json.dumps({"shown": told})
    return response


def _sent(asked: Assessment) -> dict[str, Write]:
    """What a page sent of the questions that it had."""
    wish = Wish.read(request.form.get("do", "save"))
    return {
        one.key: Write(
            forms.typed(
                one, request.form, dropped=wish.number if (wish.act, wish.field) == ("drop", one.key) else None
            ),
            forms.version_sent(one, request.form),
        )
        for one in asked.form.all_fields()
        if forms.is_sent(one, request.form)
    }


def _question(
    asked: Assessment, one: AnyField, sent: Mapping[str, Write], said: Said, *, shown: bool = True, more: bool = False
) -> Question:
    """One question; of what was not kept, the controls hold what was typed."""
    key, kept = one.key, asked.answers.get(one.key)
    is_kept = key not in sent or not (key in said.faults or key in said.stale)
    typed = forms.as_typed(one, kept) if is_kept else sent[key].typed
    return Question(
        asked=one,
        typed=typed,
        version=sent[key].based_on if key in said.stale else mark_of(kept),
        shown=shown or not is_kept,
        rows=forms.rows_to_show(one, len(typed), more) if isinstance(one, forms.WithRows) else 0,
        faults={"": said.faults[key]} if said.faults.get(key) else {},
        clash=_two_texts(asked, one, said) if key in said.stale else None,
        is_answered=kept is not None,
    )


def _two_texts(asked: Assessment, one: AnyField, said: Said) -> TwoTexts:
    theirs, by = asked.answers.get(one.key), asked.check.written_by.name if asked.check else ""
    sentence = "This answer was changed since you opened the page. Both texts are here."
    return TwoTexts(sentence, by, mark_of(theirs), read_one(one, said.stale[one.key]), read_one(one, theirs))


def _saved_words(asked: Assessment, said: Said) -> str:
    """How saving stands: "Saved 9:14 pm", or the day when it was not today; or what is not saved."""
    if not said.is_clean:
        return "Not saved: choose between two texts" if said.stale else "Not saved: look at what is marked"
    if asked.check is None:
        return ""
    at, zone = asked.check.written_at, asked.stage.cycle.time_zone
    on = at.astimezone(ZoneInfo(zone)).date()
    return f"Saved {clock_time(at, zone) if on == today(zone) else day(on)}"


def _page(
    asked: Assessment,
    sent: Mapping[str, Write] | None = None,
    said: Said | None = None,
    more: str = "",
    refusal: str = "",
) -> str:
    actor, sent, said = current_actor(), sent or {}, said or Said(asked.check)
    if refusal:  # nothing was kept: what was typed is shown, for its writer to copy
        said = Said(asked.check, dict.fromkeys(sent, ""))
    return render_template(
        "applications/readiness.html",
        asked=asked,
        questions=_questions(asked, sent, said, more),
        has_grids=any(isinstance(one, TableField | FiveYearBudget) for one in asked.form.all_fields()),
        answers=url_for(".readiness", stage_id=asked.stage.public_id, organization_id=asked.organization.public_id)
        + "/answers",
        saved="" if refusal else _saved_words(asked, said),
        writing=(asked.is_open or bool(refusal)) and bool(may_write(actor, asked.organization.id)),
        own=asked.organization.id in actor.organization_ids,
        decides=what_readiness_decides(definition_of(asked.stage.cycle), asked.stage.key),
        parts=read(asked.form, asked.answers),
        problem=refusal or ("Some answers are not saved." if not said.is_clean else ""),
        errors={} if refusal else said.faults | dict.fromkeys(said.stale, "Choose between two texts."),
    )


def _questions(asked: Assessment, sent: Mapping[str, Write], said: Said, more: str) -> dict[str, list[Question]]:
    """Section key -> its questions, as the page shows them; `more` is the key of the one that is to have more rows."""
    shown = shown_fields(asked.form, asked.answers)
    return {
        key: [
            _question(asked, one, sent, said, shown=one.key in shown, more=more == one.key)
            for one in section.fields.values()
        ]
        for key, section in asked.form.sections.items()
    }


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
        short=short,
        decides=what_readiness_decides(definition_of(stage.cycle), stage.key),
    )


@bp.post("/readiness/<public_id:stage_id>/file")
@requires("readiness.list")
def ask_for_assessed(stage_id: str) -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file, an answer a column."""
    stage = queries.asking_stage(stage_id)
    asked = queries.readiness_form(stage)
    form = _filter_form(asked)
    wanted = {"stage": stage_id, **asdict(_filters(form, asked))}
    return ask_for(ASSESSED, f"{asked.title if asked else ''}, {stage.cycle.title}", wanted, form.said())


def _filter_form(asked: Form | None) -> forms.ReadinessFilterForm:
    form = forms.ReadinessFilterForm()
    form.answer.choices = options({"": "Any answer"} | {key: words for key, (words, _, _) in _answers(asked).items()})
    form.validate()
    return form


def _filters(form: forms.ReadinessFilterForm, asked: Form | None) -> ReadinessFilters:
    answer = _answers(asked).get(form.answer.data or "")
    return ReadinessFilters(
        sector=form.sector.data or "",
        search=(form.search.data or "").strip(),
        answer=answer[1:] if answer else None,
        written=form.written.data != "no",
    )


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
