"""One event: its places, and calling it off."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.discovery import queries, services
from grants.discovery.forms import CancelEventForm
from grants.discovery.models import Event
from grants.discovery.policy import FEEDBACK_FOR, door_is_open
from grants.discovery.views.blueprint import bp, the_event
from grants.kernel.clock import now
from grants.kernel.errors import Missing, Problem
from grants.kernel.policy import Actor
from grants.people.models import OrganizationMembership, Person
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.filters import listing
from grants.web.tables import page_asked


@bp.get("/events/<public_id:event_id>")
@requires()
def event(event_id: str) -> ResponseReturnValue:
    """One event, with the places one has or can take."""
    return event_page(the_event(event_id))


def event_page(found: Event, problem: Problem | None = None, form: CancelEventForm | None = None) -> str:
    """The page of an event.

    problem   what stood in the way of taking a place
    form      the reason for calling it off, as it was sent
    """
    actor = current_actor()
    return render_template(
        "discovery/event.html",
        event=found,
        problem=problem,
        cancel_form=form or CancelEventForm(formdata=None),
        begun=found.starts_at <= now(),
        over=found.ends_at <= now(),
        door=door_is_open(found.starts_at, now()),
        notes=queries.notes_of_event(actor, found) if found.kind == "school_visit" else (),
        own_note=queries.own_note(actor, found),
        letters=queries.letters_of(actor, found),
        **_who_comes(actor, found),
        **_line(actor, found),
    )


def _who_comes(actor: Actor, found: Event) -> dict[str, Any]:
    """Who has a place or could take one, and what is left of it afterwards."""
    search, over = request.args.get("search", "").strip(), found.ends_at <= now()
    page = queries.places_page(actor, found, search, page_asked())
    came, placed, own = queries.counts_seen_by(actor, found)
    return {
        "search": search,
        "page": page,
        "came": came,
        "placed": placed,
        "own": own,
        "taken": queries.places_counted(actor, found),
        "can_join": _by_person(queries.can_join(actor.in_view, found)) if actor.may("event.register") else (),
        "certificates": queries.certificates_of(page.items) if over else {},
        "mine": queries.own_place(actor, found) if over else None,
        "feedback": queries.own_feedback(actor, found) if over else None,
        "feedback_open": over and now() <= found.ends_at + FEEDBACK_FOR,
    }


def _line(actor: Actor, found: Event) -> dict[str, Any]:
    """Who waits for a place."""
    return {
        "waiting": queries.waiting_page(actor, found, request.args.get("search", "").strip(), page_asked("line")),
        "waiting_seen": queries.waiting_counted(actor, found),
        "in_line": queries.own_place_in_line(actor, found),
        "line_length": queries.line_length(actor, found),
    }


@bp.post("/events/<public_id:event_id>/places")
@requires("event.register")
def register(event_id: str) -> ResponseReturnValue:
    """Take places for oneself and colleagues: all that were asked for, or none."""

    def take(found: Event, wanted: Sequence[OrganizationMembership]) -> None:
        services.register_all(current_actor(), found, wanted)

    return _for_those_chosen(event_id, take, "You have a place", "Places taken for")


@bp.post("/events/<public_id:event_id>/waitlist")
@requires("event.register")
def join_waitlist(event_id: str) -> ResponseReturnValue:
    """Put oneself and colleagues at the end of the line."""

    def line_up(found: Event, wanted: Sequence[OrganizationMembership]) -> None:
        for one in wanted:
            services.join_waitlist(current_actor(), found, one.person, one.organization)

    return _for_those_chosen(event_id, line_up, "You are on the waitlist", "On the waitlist now:")


def _for_those_chosen(
    event_id: str, write: Callable[[Event, Sequence[OrganizationMembership]], None], mine: str, theirs: str
) -> ResponseReturnValue:
    """Do something for the members who were ticked.

    mine, theirs   what is said when it is done, of oneself and of others
    """
    actor, found = current_actor(), the_event(event_id)
    asked = {_asked_for(who) for who in request.form.getlist("who")}
    try:
        with unit_of_work():
            wanted = [one for one in queries.can_join(actor, found) if _seat(one) in asked]
            write(found, wanted)
    except Problem as problem:
        return event_page(the_event(event_id), problem), problem.status
    if not wanted:
        return event_page(found, Missing("Choose who comes.")), 422
    alone = [one.person_id for one in wanted] == [actor.person_id]
    flash(f"{mine}." if alone else f"{theirs} {listing(one.person.name for one in wanted)}.", "good")
    return redirect(url_for(".event", event_id=event_id))


def _by_person(members: Sequence[OrganizationMembership]) -> list[tuple[Person, list[OrganizationMembership]]]:
    """Each person once, with the organizations they can come for."""
    return [(theirs[0].person, theirs) for _, one in groupby(members, lambda one: one.person_id) if (theirs := [*one])]


def _asked_for(who: str) -> str:
    """Whom a box names: a seat, or a person who could come for several, with the organization chosen beside them."""
    return who if ":" in who else f"{who}:{request.form.get(f'for-{who}', '')}"


def _seat(one: OrganizationMembership) -> str:
    """A member of an organization, as the page names them."""
    return f"{one.person.public_id}:{one.organization.public_id}"


@bp.post("/places/<public_id:place_id>/cancel")
@requires()
def give_up(place_id: str) -> ResponseReturnValue:
    """Give up a place."""
    place = queries.place_for(current_actor(), place_id)
    with unit_of_work():
        services.cancel_registration(current_actor(), place)
    flash("The place is given up.", "good")
    return _after(place.event)


@bp.post("/waiting/<public_id:waiting_id>/leave")
@requires()
def leave_waitlist(waiting_id: str) -> ResponseReturnValue:
    """Wait no longer."""
    with unit_of_work():
        waiting = queries.waiting_for(current_actor(), waiting_id)
        found, name = waiting.event, waiting.person.name
        services.leave_waitlist(current_actor(), waiting)
    flash(f"{name} is off the waitlist.", "good")
    return _after(found)


def _after(found: Event) -> ResponseReturnValue:
    """Back to the event; to their list, for somebody who saw it for the sake of the place alone."""
    if queries.sees_event(current_actor(), found):
        return redirect(url_for(".event", event_id=found.public_id))
    return redirect(url_for(".events"))


@bp.post("/waiting/<public_id:waiting_id>/place")
@requires("event.manage")
def give_place(waiting_id: str) -> ResponseReturnValue:
    """Let someone in before their turn."""
    with unit_of_work():
        waiting = queries.waiting_for(current_actor(), waiting_id)
        event_id, name = waiting.event.public_id, waiting.person.name
        services.give_place(current_actor(), waiting)
    flash(f"{name} has a place and is told by mail.", "good")
    return redirect(url_for(".event", event_id=event_id))


@bp.post("/events/<public_id:event_id>/cancel")
@requires("event.manage")
def cancel_event(event_id: str) -> ResponseReturnValue:
    """Call an event off and tell everyone who has a place."""
    found, form = the_event(event_id), CancelEventForm()
    if not form.validate():
        return event_page(found, form=form), 422
    try:
        with unit_of_work():
            services.cancel_event(current_actor(), found, form.reason.data or "")
    except Problem as problem:
        form.show(problem)
        return event_page(the_event(event_id), form=form), problem.status
    flash("The event is cancelled, and everyone who had a place has been told.", "warn")
    return redirect(url_for(".event", event_id=event_id))
