"""The applicant's draft: where it stands, its sections, answers saved one by one."""

import json
from typing import NamedTuple

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import forms, queries, services
from grants.applications.beside import beside
from grants.applications.company import here_words
from grants.applications.completeness import shown_fields
from grants.applications.content import texts_in
from grants.applications.entry import openings
from grants.applications.models import Application
from grants.applications.overview import Overview, draft, overview
from grants.applications.policy import may_comment
from grants.applications.reading import read
from grants.applications.services import Write
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.conversation import Talk, talk_of
from grants.applications.views.files import attach_all, file_address
from grants.applications.views.questions import Sent, place_of, question, questions, saved_words
from grants.applications.views.screening import staff_page
from grants.kernel.errors import Clash, Missing, Refused
from grants.people.details import DOES
from grants.persistence.session import unit_of_work
from grants.programs.schema import Choice, FileField, Section, YesNo
from grants.web.access import current_actor, requires

DRAFTS_ARE_PRIVATE = "Drafts are the applicant's own until they are submitted."


@bp.get("/our/applications")
@requires("application.comment")
def ours() -> ResponseReturnValue:
    """What the actor's organizations can apply for, and the drafts they coach."""
    actor = current_actor().in_view
    return render_template(
        "applications/ours.html",
        openings=openings(actor),
        coached=queries.coached(actor),
        assessments=queries.own_assessments(actor),
    )


@bp.post("/stages/<public_id:stage_id>/start")
@requires("application.write")
def start(stage_id: str) -> ResponseReturnValue:
    """Begin an application, or go to the one that is begun."""
    actor = current_actor()
    stage, organization = queries.stage_to_start(actor, stage_id, request.form.get("organization", ""))
    with unit_of_work():
        application = services.start(actor, stage, organization)
    return redirect(url_for(".application", application_id=application.public_id))


@bp.get("/applications/<public_id:application_id>")
@requires("application.read")
def application(application_id: str) -> ResponseReturnValue:
    """Where an application stands: for its writers and coaches as a draft, for staff as a case to screen."""
    found = the_application(application_id)
    if not may_comment(current_actor(), found.case.organization_id):
        return staff_page(found)
    view = overview(current_actor(), found)
    return render_template(
        "applications/overview.html",
        view=view,
        submissions=queries.submissions_of(found) if view.rights.whole else (),
        comments=queries.open_comments(found, view.form.sections),
        coaches=queries.coaches_on(found),
        does=DOES,
        beside=beside(current_actor(), found) if view.rights.whole else (),
    )


# ── sections ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/applications/<public_id:application_id>/sections/<section_key>")
@requires("application.comment")
def section(application_id: str, section_key: str) -> ResponseReturnValue:
    """One section, to write in or to read."""
    view = the_draft(application_id)
    return section_page(view, the_section(view, section_key))


@bp.post("/applications/<public_id:application_id>/sections/<section_key>")
@requires("application.write")
def save_section(application_id: str, section_key: str) -> ResponseReturnValue:
    """Save everything on the page, then do what its button says. What cannot be read is kept as it was typed."""
    view = the_draft(application_id)
    asked, wish = the_section(view, section_key), Wish.read(request.form.get("do", "save"))
    try:
        sent = _save(view, asked, wish)
    except Clash as clash:
        return section_page(the_draft(application_id), asked, unsaved=clash), clash.status
    if sent.outcome.stale or sent.files or (sent.outcome.unreadable and wish.act == "save"):
        return section_page(the_draft(application_id), asked, sent), 409 if sent.outcome.stale else 422
    if wish.act == "ready":
        return _mark_ready(view.application, asked)
    flash("Saved.", "good")
    return redirect(_back_to(application_id, asked, wish))


class Wish(NamedTuple):
    """What a button of a section's page asks for: an act, and what it is about.

    Acts: save; ready; more, drop a row; carry an answer forward; of two texts keep mine, or theirs; remove a file;
    comment on a question.
    """

    act: str
    field: str = ""
    detail: str = ""

    @classmethod
    def read(cls, value: str) -> "Wish":
        return cls(*[*value.split(":", 2), "", ""][:3])

    @property
    def number(self) -> int | None:
        """The detail as a number: a row, or a version."""
        return int(self.detail) if self.detail.isdecimal() and len(self.detail) < 10 else None


def _back_to(application_id: str, asked: Section, wish: Wish) -> str:
    """Where a section's page is opened again: at the question that its button was about, or at the comment on it."""
    known = wish.field if wish.field in asked.fields else None
    more, about = (known if wish.act == act else None for act in ("more", "about"))
    place = "#comment-form" if about else f"#field-{known}" if known else ""
    page = url_for(".section", application_id=application_id, section_key=asked.key, more=more, about=about)
    return page + place


def _save(view: Overview, asked: Section, wish: Wish) -> Sent:
    typed, versions = {}, {}
    for key, one in asked.fields.items():
        if isinstance(one, FileField) or not forms.is_sent(one, request.form):
            continue
        if wish.act == "theirs" and wish.field == key:
            continue
        dropped = wish.number if wish.act == "drop" and wish.field == key else None
        typed[key] = forms.typed(one, request.form, dropped=dropped)
        versions[key] = forms.version_sent(one, request.form)
    if wish.act == "keep" and wish.field in versions:
        versions[wish.field] = wish.number or 0
    if wish.act == "carry" and (carried := queries.carried_forward(view.application, view.form).get(wish.field)):
        typed[wish.field] = carried.value
    writes = {key: Write(value, versions.get(key, 0)) for key, value in typed.items()}
    with unit_of_work():
        outcome = services.save_answers(current_actor(), view.application, writes)
        if wish.act == "remove":
            attachment = queries.attachment_for(view.application, wish.detail)
            services.remove_attachment(current_actor(), view.application, attachment)
    return Sent(typed, outcome, versions, attach_all(view.application, asked))


def _mark_ready(found: Application, asked: Section) -> ResponseReturnValue:
    try:
        with unit_of_work():
            services.mark_section(current_actor(), found, asked.key, True)
    except Clash as clash:
        flash(f"{clash.sentence} Everything you typed is saved.", "warn")
        return redirect(url_for(".section", application_id=found.public_id, section_key=asked.key, check="1"))
    view = overview(current_actor(), found)
    if not view.standing.gaps:
        return redirect(url_for(".check", application_id=found.public_id))
    return redirect(place_of(view, view.next_section))


def section_page(
    view: Overview,
    asked: Section,
    sent: Sent | None = None,
    unsaved: Clash | None = None,
    talk: Talk | None = None,
) -> str:
    """A section's page: as it stands, or with what was sent and what became of it."""
    found = view.application
    state = next(one for one in view.sections if one.key == asked.key)
    writing = view.rights.write and state.open
    typed = {key: answer.typed for key, answer in view.drafted.items() if answer.typed is not None}
    parts = () if writing else read(view.form, view.answers, typed=typed, file_url=file_address(found))
    gaps = [gap for gap in view.standing.gaps if gap.section == asked.key]
    return render_template(
        "applications/section.html",
        view=view,
        section=asked,
        state=state,
        writing=writing,
        questions=questions(view, asked, sent, request.args.get("more", "")) if writing else (),
        read=next((part for part in parts if part.key == asked.key), None),
        gaps=gaps if request.args.get("check") else [gap for gap in gaps if sent and gap.field in view.unreadable],
        talk=talk or talk_of(view, asked),
        talked=queries.talked_of(found, asked.key) if writing else {},
        saved="" if unsaved else saved_words(view, sent),
        here=here_words(view.form, view.others, asked.key),
        unsaved=unsaved,
        typed=_unsaved_texts(view, asked) if unsaved else (),
    )


def _unsaved_texts(view: Overview, asked: Section) -> list[tuple[str, str]]:
    """Texts of a request that came too late to be saved, where they differ from what stands: nothing typed is lost."""
    found = []
    for key, one in asked.fields.items():
        if isinstance(one, Choice | YesNo):  # a tick is quickly set again
            continue
        typed = forms.typed(one, request.form) if forms.is_sent(one, request.form) else ""
        kept = view.drafted.get(key)
        stands = dict(texts_in(one, forms.as_typed(one, kept.value if kept else None)))
        found += [
            (f"{one.title}: {place}" if place else one.title, text)
            for place, text in texts_in(one, typed)
            if text.strip() and text.strip() != stands.get(place, "").strip()
        ]
    return found


@bp.post("/applications/<public_id:application_id>/answers/<field_key>")
@requires("application.write")
def autosave(application_id: str, field_key: str) -> ResponseReturnValue:
    """Save one answer while it is being written. Answers 200; 409 with both texts; 422 when it is kept, and why it
    cannot be read.
    """
    # One transaction from finding the draft to drawing what became of it: each reading twice would cost a third more.
    with unit_of_work():
        found = the_application(application_id)
        asked = next((one for one in queries.form_of(found).all_fields() if one.key == field_key), None)
        if asked is None or isinstance(asked, FileField):
            raise Missing("The form has no such question.")
        typed, version = forms.typed(asked, request.form), forms.version_sent(asked, request.form)
        outcome = services.save_answers(current_actor(), found, {field_key: Write(typed, version)})
        return _saved(found, field_key, Sent({field_key: typed}, outcome, {field_key: version}))


def _saved(found: Application, key: str, sent: Sent) -> Response:
    now_drafted = draft(found)
    answers, form = now_drafted.answers, now_drafted.form
    status = 409 if sent.outcome.stale else 422 if sent.outcome.unreadable else 200
    page = render_template(
        "applications/_saved.html",
        application_id=found.public_id,
        q=question(now_drafted, form.field(key), sent, answers),
        saved=saved_words(now_drafted, sent),
        status=status,
    )
    response = make_response(page, status)
    shown = shown_fields(form, answers)
    response.headers["HX-Trigger"] = json.dumps({"shown": {one: one in shown for one in form.section_of(key).fields}})
    return response


def the_draft(application_id: str) -> Overview:
    """The draft of a URL, for the applicant's own people and their coaches.

    raises   Missing when there is none that the actor may know of; Refused for the foundation's people
    """
    found = the_application(application_id)
    if not may_comment(current_actor(), found.case.organization_id):
        raise Refused(DRAFTS_ARE_PRIVATE)
    return overview(current_actor(), found)


def the_section(view: Overview, key: str) -> Section:
    """One section of the form.

    raises   Missing
    """
    if key not in view.form.sections:
        raise Missing("The form has no such section.")
    return view.form.sections[key]
