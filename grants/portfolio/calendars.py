"""One's own calendar: its secret address, and the feed itself."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.messages.addresses import address_of
from grants.messages.calendars import sent
from grants.messages.feeds import end_feed, feed_of, make_feed, person_by_feed, token_of
from grants.people.queries import actor_of
from grants.persistence.session import unit_of_work
from grants.portfolio.own_calendar import dates_of
from grants.web.access import current_actor, public, requires
from grants.web.limits import limited
from grants.web.navigation import register_menu

bp = Blueprint("calendars", __name__)

register_menu("Your calendar", "calendars.own", 20)


@bp.get("/account/calendar")
@requires()
def own() -> ResponseReturnValue:
    """The address by which one's own calendar takes in events and deadlines."""
    feed = feed_of(current_actor())
    address = address_of("calendars.feed", feed_token=token_of(feed)) if feed else ""
    return render_template("portfolio/own_calendar.html", feed=feed, address=address)


@bp.post("/account/calendar")
@requires()
def change() -> ResponseReturnValue:
    """Make the address, make it anew, or end it."""
    actor = current_actor()
    with unit_of_work():
        if "end" in request.form:
            end_feed(actor)
        else:
            make_feed(actor)
    flash("The address is ended." if "end" in request.form else "Your calendar has its address.", "good")
    return redirect(url_for(".own"))


@bp.get("/calendar/<feed_token>.ics")
@public
@limited("60 per 10 minutes", methods=("GET",))
def feed(feed_token: str) -> Response:
    """The feed behind a secret address: what its owner may know at this moment."""
    person = person_by_feed(feed_token)
    return sent("Harbormaster", dates_of(actor_of(person)), "harbormaster.ics")
