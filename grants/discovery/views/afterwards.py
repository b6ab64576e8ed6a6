"""After an event: what people say, what visitors noted, the certificate of who came."""

from typing import cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.discovery import queries, services
from grants.discovery.forms import VisitNoteForm, feedback_form
from grants.discovery.models import Event
from grants.discovery.policy import note_closed_because
from grants.discovery.services import Opinion
from grants.discovery.views.blueprint import bp, the_event
from grants.kernel.clock import now
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.programs.queries import definition_of
from grants.programs.schema.entry import AskedAfterwards, EventKind
from grants.web.access import current_actor, requires
from grants.web.filters import plural
from grants.web.tables import page_asked


@bp.route("/events/<public_id:event_id>/feedback", methods=["GET", "POST"])
@requires()
def feedback(event_id: str) -> ResponseReturnValue:
    """What someone who came says of the event, and may change for a while."""
    actor, found = current_actor(), the_event(event_id)
    given = queries.own_feedback(actor, found)
    form = feedback_form(_asked_after(found), given)
    if given is not None and not form.is_submitted():
        form.useful.data, form.will_use.data = str(given.useful), str(given.will_use)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            opinion = Opinion(
                int(form.useful.data), int(form.will_use.data), _text(form.best.data), _text(form.better.data)
            )
            try:
                with unit_of_work():
                    services.give_feedback(actor, found, opinion)
                flash("Thank you. You can change it for 30 days after the event.", "good")
                return redirect(url_for(".event", event_id=event_id))
            except Problem as problem:
                form.show(problem)
                status = problem.status
    place = queries.own_place(actor, found)
    came = place is not None and place.attended_at is not None
    return render_template("discovery/feedback.html", event=found, form=form, came=came, given=given), status


def _asked_after(found: Event) -> AskedAfterwards:
    return definition_of(found.cycle).asked_after(cast(EventKind, found.kind))


def _text(typed: str | None) -> str | None:
    return (typed or "").strip() or None


@bp.get("/events/<public_id:event_id>/feedback/read")
@requires("reach.read")
def read_feedback(event_id: str) -> ResponseReturnValue:
    """What people said, all together."""
    actor, found = current_actor(), the_event(event_id)
    page = queries.remarks(actor, found, page_asked())
    return render_template(
        "discovery/read_feedback.html",
        event=found,
        asked=_asked_after(found),
        said=queries.said(actor, found),
        page=page,
    )


@bp.route("/events/<public_id:event_id>/note", methods=["GET", "POST"])
@requires()
def visit_note(event_id: str) -> ResponseReturnValue:
    """What a visitor saw at a school."""
    actor, found = current_actor(), the_event(event_id)
    written = queries.own_note(actor, found)
    form = VisitNoteForm(obj=written)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with unit_of_work():
                    typed = form.saw.data or "", form.could_try.data or "", bool(form.shared.data)
                    services.write_visit_note(actor, found, *typed)
                flash("Your note is kept.", "good")
                return redirect(url_for(".event", event_id=event_id, _anchor="notes"))
            except Problem as problem:
                form.show(problem)
                status = problem.status
    place = queries.own_place(actor, found)
    came = place is not None and place.attended_at is not None
    begun, cancelled = found.starts_at <= now(), found.cancelled_at is not None
    closed = note_closed_because(found.kind, came, actor.may("event.manage"), begun, cancelled)
    return render_template("discovery/visit_note.html", event=found, form=form, closed=closed), status


@bp.post("/places/<public_id:place_id>/certificate")
@requires()
def certify(place_id: str) -> ResponseReturnValue:
    """Have the certificate of someone who came made."""
    place = queries.place_for(current_actor(), place_id)
    with unit_of_work():
        services.certify(current_actor(), place)
    flash("The certificate is being made; open this page again in a minute.", "good")
    return redirect(url_for(".event", event_id=place.event.public_id))


@bp.post("/events/<public_id:event_id>/certificates")
@requires("event.manage")
def certify_all(event_id: str) -> ResponseReturnValue:
    """Have the certificates of all who came made."""
    found = the_event(event_id)
    with unit_of_work():
        count = services.certify_all(current_actor(), found)
    flash(f"Certificates for {plural(count, 'person', 'people')}: how far they are stands below.", "good")
    return redirect(url_for(".event", event_id=event_id))
