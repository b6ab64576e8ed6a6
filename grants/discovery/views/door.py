"""At the door: who came."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.discovery import queries, services
from grants.discovery.forms import WalkInForm
from grants.discovery.models import Event, Registration
from grants.discovery.policy import door_is_open
from grants.discovery.views.blueprint import bp, the_event
from grants.kernel.clock import now
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/events/<public_id:event_id>/door")
@requires("event.manage")
def attendance(event_id: str) -> ResponseReturnValue:
    """Who came: a list for a phone at the door."""
    return _door_page(the_event(event_id), WalkInForm(formdata=None))


def _door_page(found: Event, form: WalkInForm) -> str:
    search = request.args.get("search", "").strip()
    return render_template(
        "discovery/attendance.html",
        event=found,
        page=queries.door(current_actor(), found, search, page_asked()),
        counts=queries.came_of(current_actor(), found),
        open=door_is_open(found.starts_at, now()) and found.cancelled_at is None,
        form=form,
        schools=queries.school_names(),
        search=search,
    )


@bp.post("/places/<public_id:place_id>/attendance")
@requires("event.manage")
def check_in(place_id: str) -> ResponseReturnValue:
    """Write down that one person came, or that they did not after all."""
    place = queries.place_for(current_actor(), place_id)
    with unit_of_work():
        services.record_attendance(current_actor(), place.event, [place], came=request.form.get("came") == "yes")
    search, page = request.args.get("search"), request.args.get("page")
    address = url_for(".attendance", event_id=place.event.public_id, search=search, page=page)
    return redirect(f"{address}#place-{place_id}")


@bp.post("/events/<public_id:event_id>/attendance")
@requires("event.manage")
def check_in_all(event_id: str) -> ResponseReturnValue:
    """Write down that everyone who has a place came."""
    found = the_event(event_id)
    with unit_of_work():
        count = services.record_attendance(current_actor(), found, _waiting(found))
    flash(f"{count} more written down." if count else "Everyone was written down already.", "good")
    return redirect(url_for(".attendance", event_id=event_id))


def _waiting(found: Event) -> list[Registration]:
    return [place for place in queries.places_seen_by(current_actor(), found) if place.attended_at is None]


@bp.post("/events/<public_id:event_id>/walk-in")
@requires("event.manage")
def walk_in(event_id: str) -> ResponseReturnValue:
    """Let in someone who has no place, or not even an account."""
    found, form = the_event(event_id), WalkInForm()
    if not form.validate():
        return _door_page(found, form), 422
    try:
        with unit_of_work():
            typed = form.email.data or "", form.name.data or "", form.school.data or ""
            name = services.let_in(current_actor(), found, *typed).person.name
    except Problem as problem:
        form.show(problem)
        return _door_page(the_event(event_id), form), problem.status
    flash(f"{name} is in.", "good")
    return redirect(url_for(".attendance", event_id=event_id))
