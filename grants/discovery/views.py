"""Pages of events: the calendar, places, the door, and what discovery has reached."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from grants.discovery import queries, services
from grants.discovery.forms import CancelEventForm, EventFilterForm, EventForm, WalkInForm
from grants.discovery.models import Event, Registration
from grants.discovery.policy import door_is_open
from grants.discovery.queries import EventFilters, When
from grants.discovery.services import EventPlan
from grants.kernel.clock import now
from grants.kernel.errors import Missing, Problem
from grants.kernel.roles import Role
from grants.people.models import OrganizationMembership
from grants.persistence.session import unit_of_work
from grants.programs.models import Cycle
from grants.web.access import current_actor, requires
from grants.web.forms import in_zone, options
from grants.web.navigation import register_nav
from grants.web.tables import page_asked

bp = Blueprint("discovery", __name__)

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR, Role.APPLICANT, Role.COACH):
    register_nav(_role, "Events", "discovery.events", 25 if _role in (Role.APPLICANT, Role.COACH) else 28)


@bp.get("/events")
@requires("event.read")
def events() -> ResponseReturnValue:
    """Events to come or held, filtered by the URL."""
    form = EventFilterForm()
    form.topic.choices = options({"": "All topics"} | {topic: topic for topic in queries.topics()})
    form.validate()
    when = form.when.data if form.when.data in ("past", "all") else "upcoming"
    filters = EventFilters(
        when=cast(When, "" if when == "all" else when),
        kind=form.kind.data or "",
        topic=form.topic.data or "",
        search=(form.search.data or "").strip(),
    )
    page = queries.events(current_actor(), filters, page_asked())
    return render_template("discovery/events.html", page=page, form=form, months=_by_month(page.items), local=_local)


def _by_month(rows: Sequence[Any]) -> list[tuple[str, list[Any]]]:
    """Rows of (Event, …) under the months in which they start, in their cycles' zones: "March 2016" -> rows."""

    def month(row: Any) -> str:
        return f"{_local(row[0]):%B %Y}"

    return [(name, list(group)) for name, group in groupby(rows, month)]


def _local(found: Event) -> datetime:
    return found.starts_at.astimezone(ZoneInfo(found.cycle.time_zone))


@bp.get("/events/<public_id:event_id>")
@requires("event.read")
def event(event_id: str) -> ResponseReturnValue:
    """One event, with the places one has or can take."""
    return _event_page(_the_event(event_id))


def _the_event(event_id: str) -> Event:
    return queries.event_for(current_actor(), event_id)


def _event_page(found: Event, problem: Problem | None = None, form: CancelEventForm | None = None) -> str:
    actor = current_actor()
    return render_template(
        "discovery/event.html",
        event=found,
        places=queries.places_seen_by(actor, found),
        can_join=queries.can_join(actor, found) if actor.may("event.register") else (),
        taken=services.places_taken(found),
        over=found.ends_at <= now(),
        door=door_is_open(found.starts_at, now()),
        problem=problem,
        cancel_form=form or CancelEventForm(formdata=None),
    )


@bp.post("/events/<public_id:event_id>/places")
@requires("event.register")
def register(event_id: str) -> ResponseReturnValue:
    """Take places for oneself and colleagues: all that were asked for, or none."""
    actor, found = current_actor(), _the_event(event_id)
    asked = set(request.form.getlist("who"))
    try:
        with unit_of_work():
            wanted = [one for one in queries.can_join(actor, found) if _seat(one) in asked]
            for one in wanted:
                services.register(actor, found, one.person, one.organization)
    except Problem as problem:
        return _event_page(_the_event(event_id), problem), problem.status
    if not wanted:
        return _event_page(found, Missing("Choose who comes.")), 422
    names = ", ".join(one.person.name for one in wanted)
    flash(f"{names}: you have a place." if len(wanted) == 1 else f"Places taken for {names}.", "good")
    return redirect(url_for(".event", event_id=event_id))


def _seat(one: OrganizationMembership) -> str:
    """A member of an organization, as the page names them."""
    return f"{one.person.public_id}:{one.organization.public_id}"


@bp.post("/places/<public_id:place_id>/cancel")
@requires("event.read")
def give_up(place_id: str) -> ResponseReturnValue:
    """Give up a place."""
    place = queries.place_for(current_actor(), place_id)
    with unit_of_work():
        services.cancel_registration(current_actor(), place)
    flash("The place is free again.", "good")
    return redirect(url_for(".event", event_id=place.event.public_id))


# ── planning ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.route("/events/new", methods=["GET", "POST"])
@requires("event.manage")
def new_event() -> ResponseReturnValue:
    """Plan an event."""
    cycles = queries.cycles()
    if not cycles:
        raise Missing("There is no open cycle to plan an event in. Open one first.")
    cycle = next((one for one in cycles if one.public_id == request.form.get("cycle")), cycles[0])
    form = _event_form(cycle, cycles)

    def plan() -> Event:
        return services.schedule_event(current_actor(), cycle, _plan(form))

    return _write(form, plan, "Plan an event", url_for(".events"))


@bp.route("/events/<public_id:event_id>/edit", methods=["GET", "POST"])
@requires("event.manage")
def edit_event(event_id: str) -> ResponseReturnValue:
    """Change what is planned."""
    found = _the_event(event_id)
    form = _event_form(found.cycle, [found.cycle], found)

    def change() -> Event:
        services.change_event(current_actor(), found, _plan(form))
        return found

    return _write(form, change, f"Change “{found.title}”", url_for(".event", event_id=event_id))


def _write(form: EventForm, write: Any, heading: str, back: str) -> ResponseReturnValue:
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with unit_of_work():
                    found = write()
                flash("The event is on the calendar.", "good")
                return redirect(url_for(".event", event_id=found.public_id))
            except Problem as problem:
                form.show(problem)
                status = problem.status
    return render_template(
        "discovery/event_form.html", form=form, heading=heading, back=back, topics=queries.topics()
    ), status


def _event_form(cycle: Cycle, cycles: Any, found: Event | None = None) -> EventForm:
    hosts = queries.hosts()
    form = in_zone(EventForm, cycle.time_zone)(obj=found)
    form.cycle.choices = options({one.public_id: one.title for one in cycles})
    form.host.choices = options({"": "The foundation"} | {one.public_id: one.name for one in hosts})
    if found is not None and not form.is_submitted():
        form.cycle.data = cycle.public_id
        form.host.data = found.host.public_id if found.host else ""
    return form


def _plan(form: EventForm) -> EventPlan:
    hosts = {one.public_id: one.id for one in queries.hosts()}
    return EventPlan(
        kind=form.kind.data,
        title=_text(form.title) or "",
        starts_at=cast(datetime, form.starts_at.data),
        ends_at=cast(datetime, form.ends_at.data),
        topic=_text(form.topic),
        description=_text(form.description),
        host_id=hosts.get(form.host.data),
        place=_text(form.place),
        capacity=form.capacity.data,
    )


def _text(field: StringField) -> str | None:
    return (field.data or "").strip() or None


@bp.post("/events/<public_id:event_id>/cancel")
@requires("event.manage")
def cancel_event(event_id: str) -> ResponseReturnValue:
    """Call an event off and tell everyone who has a place."""
    found, form = _the_event(event_id), CancelEventForm()
    if not form.validate():
        return _event_page(found, form=form), 422
    try:
        with unit_of_work():
            services.cancel_event(current_actor(), found, form.reason.data or "")
    except Problem as problem:
        form.show(problem)
        return _event_page(_the_event(event_id), form=form), problem.status
    flash("The event is cancelled, and everyone who had a place has been told.", "warn")
    return redirect(url_for(".event", event_id=event_id))


# ── at the door ──────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/events/<public_id:event_id>/door")
@requires("event.manage")
def attendance(event_id: str) -> ResponseReturnValue:
    """Who came: a list for a phone at the door."""
    return _door_page(_the_event(event_id), WalkInForm(formdata=None))


def _door_page(found: Event, form: WalkInForm) -> str:
    return render_template(
        "discovery/attendance.html",
        event=found,
        places=queries.places(found),
        open=door_is_open(found.starts_at, now()) and found.cancelled_at is None,
        form=form,
        search=request.args.get("search", "").strip(),
    )


@bp.post("/places/<public_id:place_id>/attendance")
@requires("event.manage")
def check_in(place_id: str) -> ResponseReturnValue:
    """Write down that one person came, or that they did not after all."""
    place = queries.place_for(current_actor(), place_id)
    with unit_of_work():
        services.record_attendance(current_actor(), place.event, [place], came=request.form.get("came") == "yes")
    address = url_for(".attendance", event_id=place.event.public_id, search=request.args.get("search"))
    return redirect(f"{address}#place-{place_id}")


@bp.post("/events/<public_id:event_id>/attendance")
@requires("event.manage")
def check_in_all(event_id: str) -> ResponseReturnValue:
    """Write down that everyone who has a place came."""
    found = _the_event(event_id)
    with unit_of_work():
        count = services.record_attendance(current_actor(), found, _waiting(found))
    flash(f"{count} more written down." if count else "Everyone was written down already.", "good")
    return redirect(url_for(".attendance", event_id=event_id))


def _waiting(found: Event) -> list[Registration]:
    return [place for place in queries.places(found) if place.attended_at is None]


@bp.post("/events/<public_id:event_id>/walk-in")
@requires("event.manage")
def walk_in(event_id: str) -> ResponseReturnValue:
    """Let in someone who has an account and no place."""
    found, form = _the_event(event_id), WalkInForm()
    if not form.validate():
        return _door_page(found, form), 422
    try:
        with unit_of_work():
            person, organization = queries.someone_at_the_door(form.email.data or "")
            place = services.register(current_actor(), found, person, organization)
            services.record_attendance(current_actor(), found, [place])
    except Problem as problem:
        form.show(problem)
        return _door_page(_the_event(event_id), form), problem.status
    flash(f"{person.name} is in.", "good")
    return redirect(url_for(".attendance", event_id=event_id))


# ── reach ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/events/reach")
@requires("event.manage")
def reach() -> ResponseReturnValue:
    """What discovery has reached, cycle by cycle and topic by topic."""
    cycles = queries.cycles_with_events()
    cycle = next((one for one in cycles if one.public_id == request.args.get("cycle")), cycles[0] if cycles else None)
    return render_template(
        "discovery/reach.html",
        cycles=cycles,
        cycle=cycle,
        reach=queries.reach(cycle) if cycle else None,
        topics=queries.reach_by_topic(cycle) if cycle else (),
        hosts=queries.reach_by_host(cycle) if cycle else (),
    )
