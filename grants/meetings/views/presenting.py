"""The applicant's pages of a pitch: when it is, whether they come, who presents, their slides."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications.deadlines import time_left
from grants.applications.policy import may_write
from grants.casework import downloads, files
from grants.discovery.queries.calls import contacts_of
from grants.kernel.clock import now
from grants.kernel.errors import Invalid, Problem
from grants.meetings import queries, services
from grants.meetings.dates import pitch_entries
from grants.meetings.pitch_forms import (
    MOST_MB,
    TAKEN,
    AskForm,
    DeclineForm,
    PresentersForm,
    SlidesForm,
)
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.pitch_rules import names_in
from grants.meetings.states import EXPECTED, SLOT, SlotState
from grants.meetings.views.blueprint import bp
from grants.messages.calendars import sent
from grants.persistence.session import unit_of_work
from grants.review.queries import pitch_rubric_of
from grants.web.access import current_actor, requires
from grants.web.examining import accepted, examine, kinds_called
from grants.web.forms import HouseForm
from grants.web.posting import carry_out

Forms = dict[str, HouseForm]
DONE = {
    "confirm": "Your pitch is confirmed.",
    "present": "Who presents is noted.",
    "ask": "The foundation is asked for another time. Until it answers, the time stands.",
    "decline": "The foundation is told that you do not pitch. You can still confirm until your slot begins.",
}


@bp.get("/applications/<public_id:application_id>/pitch")
@requires("application.write")
def own_pitch(application_id: str) -> ResponseReturnValue:
    """The pitch of one's own application."""
    return _page(application_id, {})


@bp.post("/applications/<public_id:application_id>/pitch/<any(confirm,present,ask,decline):what>")
@requires("application.write")
def answer_pitch(application_id: str, what: str) -> ResponseReturnValue:
    """Confirm, say who presents, ask for another time, or say that one does not pitch."""
    actor = current_actor()
    form: Any = {"ask": AskForm, "decline": DeclineForm}.get(what, PresentersForm)()

    def act() -> None:
        slot = queries.own_slot(actor, application_id)
        if what == "confirm":
            services.confirm(actor, slot, names_in(form.presenters.data or ""), form.time_seen)
        elif what == "present":
            services.name_presenters(actor, slot, names_in(form.presenters.data or ""))
        elif what == "ask":
            services.ask_another_time(actor, slot, form.wish.data or "", form.unfit.data or "", form.time_seen)
        else:
            services.decline(actor, slot, form.reason.data or "")

    back = url_for(".own_pitch", application_id=application_id)
    return carry_out(form, act, DONE[what], back, lambda: _page(application_id, {what: form}))


@bp.post("/applications/<public_id:application_id>/pitch/slides")
@requires("application.write")
def upload_slides(application_id: str) -> ResponseReturnValue:
    """Take in one version of the slides, after a look at what is in the file."""
    form = SlidesForm()
    try:
        _keep(application_id, form)
    except Problem as problem:
        form.show(problem)
        return _page(application_id, {"slides": form}), problem.status
    flash("Your slides are kept, and are the ones that count.", "good")
    return redirect(url_for(".own_pitch", application_id=application_id) + "#slides")


def _keep(application_id: str, form: SlidesForm) -> None:
    actor, upload = current_actor(), request.files.get("slides")
    services.require_slides_open(actor, queries.own_slot(actor, application_id))
    if upload is None or not upload.filename or not form.validate():
        raise Invalid("Choose a file.", {"slides": "Choose a file."})
    content = upload.stream.read(MOST_MB * 2**20 + 1)  # of what is too large only enough to see that it is
    try:
        kind = examine(TAKEN, MOST_MB, upload.filename, content)
    except Invalid as refused:
        raise Invalid(refused.sentence, {"slides": refused.sentence}) from None
    kept = files.put(content, upload.filename, kind)
    with unit_of_work():
        services.keep_slides(actor, queries.own_slot(actor, application_id), kept)


@bp.get("/applications/<public_id:application_id>/pitch/slides/<public_id:slides_id>")
@requires("application.write")
def own_slides(application_id: str, slides_id: str) -> ResponseReturnValue:
    """A version of one's own slides."""
    return downloads.attachment(queries.own_slides_file(current_actor(), application_id, slides_id))


@bp.get("/applications/<public_id:application_id>/pitch.ics")
@requires("application.write")
def own_pitch_calendar(application_id: str) -> ResponseReturnValue:
    """The slot for one's own calendar."""
    slot = queries.own_slot(current_actor(), application_id)
    return sent(f"Pitch: {slot.meeting.stage.title}", pitch_entries([slot]), "pitch.ics")


def _page(application_id: str, tried: Forms) -> str:
    actor, slot = current_actor(), queries.own_slot(current_actor(), application_id)
    application, due = slot.application, queries.slides_deadline(slot)
    facts = queries.slot_facts(slot)
    writes = bool(may_write(actor, application.case.organization_id))
    moves = SLOT.open_to(actor, slot.state, facts) if writes else {}
    return render_template(
        "meetings/own_pitch.html",
        slot=slot,
        application=application,
        rubric=pitch_rubric_of(slot.meeting.stage),
        due=due,
        left=time_left(due.left(now())),
        in_time=due.holds(now()),
        taken=writes and slot.state in EXPECTED and facts.takes_part,
        facts=facts,
        writes=writes,
        moves={name for name, verdict in moves.items() if verdict},
        versions=queries.slides_of(slot),
        twice=queries.told_twice(slot, [actor.person_id or 0]).get(actor.person_id or 0, ()),
        forms_of={**_forms(slot), **tried},
        tried=next(iter(tried), ""),
        contact=contacts_of([application.case]).get(application.case_id),
        accept=accepted(TAKEN),
        kinds=kinds_called(TAKEN),
        most_mb=MOST_MB,
    )


def _forms(slot: PitchSlot) -> Forms:
    seen = slot.starts_at.isoformat() if slot.starts_at else ""
    names = "\n".join(slot.presenters)
    # Whoever said no wrote why they do not pitch, and not what keeps them from a time.
    asked = {} if slot.state == SlotState.DECLINED else {"wish": slot.wish, "unfit": slot.unfit}
    return {
        "confirm": PresentersForm(formdata=None, seen=seen, presenters=names),
        "present": PresentersForm(formdata=None, seen=seen, presenters=names),
        "ask": AskForm(formdata=None, seen=seen, **asked),
        "decline": DeclineForm(formdata=None),
        "slides": SlidesForm(formdata=None),
    }
