"""Those who come to an event, for the officer: a list to print, a file, a message to all of them."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.discovery import queries, services
from grants.discovery.forms import WordForm
from grants.discovery.models import Event
from grants.discovery.views.blueprint import bp, the_event
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export, local
from grants.web.filters import plural

COLUMNS = ("Name", "Email address", "School", "Registered at", "Came", "Came at")


@bp.get("/events/<public_id:event_id>/names")
@requires("event.manage")
def names(event_id: str) -> ResponseReturnValue:
    """A list of names to print, with room to sign."""
    found = the_event(event_id)
    return render_template("discovery/names.html", event=found, places=queries.places_seen_by(current_actor(), found))


@bp.get("/events/<public_id:event_id>/attendance.<form>")
@requires("event.manage")
def attendance_file(event_id: str, form: str) -> ResponseReturnValue:
    """Who had a place and who came, as a file."""
    found = the_event(event_id)
    rows = (
        (
            place.person.name,
            place.person.email,
            place.organization.name,
            local(place.registered_at, found.cycle.time_zone),
            place.attended_at is not None,
            local(place.attended_at, found.cycle.time_zone),
        )
        for place in queries.places_seen_by(current_actor(), found)
    )
    return export(form, f"Who came to {found.title}", COLUMNS, rows)


@bp.route("/events/<public_id:event_id>/message", methods=["GET", "POST"])
@requires("event.manage")
def write(event_id: str) -> ResponseReturnValue:
    """Write to those who come."""
    found, form, status = the_event(event_id), WordForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with unit_of_work():
                    count = services.write_to_all(
                        current_actor(), found, form.audience.data, form.subject.data or "", form.text.data or ""
                    )
                flash(f"Your message goes to {plural(count, 'person', 'people')}; how far it is stands below.", "good")
                return redirect(url_for(".event", event_id=event_id))
            except Problem as problem:
                form.show(problem)
                status = problem.status
    return render_template("discovery/write.html", event=found, form=form, counts=_counts(found)), status


def _counts(found: Event) -> dict[str, int]:
    came, placed = queries.came_of(current_actor(), found)
    return {"places": placed, "waiting": queries.waiting_counted(current_actor(), found), "came": came}
