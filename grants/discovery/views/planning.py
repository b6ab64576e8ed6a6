"""Planning an event."""

from datetime import datetime, timedelta
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from grants.discovery import queries, services
from grants.discovery.forms import EventForm
from grants.discovery.models import Event
from grants.discovery.services import EventPlan
from grants.discovery.views.blueprint import bp, the_event
from grants.kernel.errors import Missing, Problem
from grants.persistence.session import unit_of_work
from grants.programs.models import Cycle
from grants.web.access import current_actor, requires
from grants.web.forms import in_zone, options

WEEK = timedelta(days=7)


@bp.route("/events/new", methods=["GET", "POST"])
@requires("event.manage")
def new_event() -> ResponseReturnValue:
    """Plan an event, from nothing or like another: the same but for the day, which is a week later."""
    cycles = queries.cycles()
    if not cycles:
        raise Missing("There is no open cycle to plan an event in. Open one first.")
    like = the_event(request.args["like"]) if request.args.get("like") else None
    wanted = request.form.get("cycle") or (like.cycle.public_id if like else "")
    cycle = next((one for one in cycles if one.public_id == wanted), cycles[0])
    form = _event_form(cycle, cycles, like)
    if like is not None and not form.is_submitted():
        form.starts_at.data, form.ends_at.data = like.starts_at + WEEK, like.ends_at + WEEK

    def plan() -> Event:
        return services.schedule_event(current_actor(), cycle, _plan(form, like))

    return _write(form, plan, "Plan an event", url_for(".events"))


@bp.route("/events/<public_id:event_id>/edit", methods=["GET", "POST"])
@requires("event.manage")
def edit_event(event_id: str) -> ResponseReturnValue:
    """Change what is planned."""
    found = the_event(event_id)
    form = _event_form(found.cycle, [found.cycle], found)

    def change() -> Event:
        services.change_event(current_actor(), found, _plan(form, found))
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
        "discovery/event_form.html",
        form=form,
        heading=heading,
        back=back,
        topics=queries.topics(current_actor()),
        hosts=queries.offered(request.args.get("host") or form.host.data or ""),
    ), status


def _event_form(cycle: Cycle, cycles: Any, found: Event | None = None) -> EventForm:
    form = in_zone(EventForm, cycle.time_zone)(obj=found)
    form.cycle.choices = options({one.public_id: one.title for one in cycles})
    if found is not None and not form.is_submitted():
        form.cycle.data = cycle.public_id
        form.host.data = queries.as_typed(found.host) if found.host else ""
    return form


def _plan(form: EventForm, before: Event | None) -> EventPlan:
    """What is planned.

    before   what the form was filled with: a host that nobody touched stays, whatever others are called
    raises   Invalid
    """
    host, named = before.host if before else None, _text(form.host)
    if named is None:
        host = None
    elif host is None or named != queries.as_typed(host):
        host = queries.organization_named(named, "host", "organization")
    return EventPlan(
        kind=form.kind.data,
        title=_text(form.title) or "",
        starts_at=cast(datetime, form.starts_at.data),
        ends_at=cast(datetime, form.ends_at.data),
        topic=_text(form.topic),
        description=_text(form.description),
        host_id=host.id if host else None,
        place=_text(form.place),
        capacity=form.capacity.data,
    )


def _text(field: StringField) -> str | None:
    return (field.data or "").strip() or None
