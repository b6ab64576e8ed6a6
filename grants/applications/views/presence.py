"""What an open page of a draft asks again and again: who else is there, and what they have changed."""

import json
from collections.abc import Sequence

from flask import Response, make_response, render_template, request

from grants.applications import queries, services
from grants.applications.company import here_words, typing_words
from grants.applications.completeness import shown_fields
from grants.applications.models import Attachment
from grants.applications.overview import Overview
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.drafting import the_draft, the_section
from grants.applications.views.questions import Question, Sent, question, room_of
from grants.persistence.session import unit_of_work
from grants.programs.schema import Section
from grants.web.access import current_actor, requires


@bp.post("/applications/<public_id:application_id>/presence")
@requires("application.comment")
def presence(application_id: str) -> Response:
    """Say where one is, and be told who else is there. Sent: section, field, `held` as "key:version" for each
    question on the page, and `files` as "key:id.id" for each that takes files. Answers the rail, the time left, and the
    questions and files that others have changed since.
    """
    actor, found = current_actor(), the_application(application_id)
    section, field = request.form.get("section", ""), request.form.get("field") or None
    if services.is_news(actor, found, section, field):
        with unit_of_work():
            services.note_presence(actor, found, section, field)
    view = the_draft(application_id)
    asked = the_section(view, section)
    changed = _changed(view, asked) if view.rights.write else ()
    page = render_template(
        "applications/_presence.html",
        view=view,
        section=asked,
        application_id=application_id,
        changed=changed,
        talked=queries.talked_of(found, asked.key) if changed else {},
        attached=_attached(view, asked) if view.rights.write else (),
        room=room_of(view),
    )
    response = make_response(page)
    shown = shown_fields(view.form, view.answers)
    response.headers["HX-Trigger"] = json.dumps({"shown": {key: key in shown for key in asked.fields}})
    told = {"here": here_words(view.form, view.others, section), "fields": typing_words(view.others, section)}
    # Once the questions are in their place: each has room for who types there.
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"presence": told})
    return response


def _changed(view: Overview, asked: Section) -> list[Question]:
    """The questions of a section whose answer is newer than the one the page holds."""
    held = _held("held")
    answers = view.answers
    shown = shown_fields(view.form, answers)
    newer = [
        one
        for key, one in asked.fields.items()
        if key in held and key in view.drafted and str(view.drafted[key].version) != held[key]
    ]
    return [question(view, one, Sent(), answers, one.key in shown) for one in newer]


def _attached(view: Overview, asked: Section) -> list[tuple[str, Sequence[Attachment], bool]]:
    """Where other files stand than the page shows: the question's key, its files, and whether there were others."""
    shown = {key: files for key, files in _held("files").items() if key in asked.fields}
    now_there = {key: view.files.get(key, ()) for key in shown}
    newer = [key for key in shown if ".".join(one.public_id for one in now_there[key]) != shown[key]]
    earlier = queries.fields_with_earlier_files(view.application) if newer else ()
    return [(key, now_there[key], key in earlier) for key in newer]


def _held(name: str) -> dict[str, str]:
    """What the page says it shows, by question."""
    return dict(one.rsplit(":", 1) for one in request.form.getlist(name) if ":" in one)
