"""A cycle as everybody may read it, without signing in."""

import math
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.discovery.asking import closed_because
from grants.discovery.call_models import Call
from grants.discovery.queries import asking
from grants.discovery.queries.calls import call_for, call_of, events_shown, listed_calls
from grants.discovery.queries.resources import resources_shown
from grants.discovery.views.blueprint import bp
from grants.discovery.wording import place_for_all
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.programs import phrases, reading
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, Definition
from grants.web.access import current_actor, public
from grants.web.filters import on_day, plural
from grants.web.navigation import register_foot
from grants.web.schedules import Calendar, Span, calendar
from grants.web.tables import page_asked

ADDRESS = "/calls/<key>-<public_id:call_id>"
LATEST = 4
MOST_RESOURCES = 6

register_foot("Open calls", "discovery.calls", 5)


@bp.app_template_global()
def call_url(call: Call, page: str = "call", **more: str) -> str:
    """The address of one of a call's pages: readable, and not to be guessed."""
    values: dict[str, Any] = {"key": call.cycle.key, "call_id": call.public_id, **more}
    return url_for(f"discovery.{page}", **values)


@bp.app_template_global()
def nobody_sees(cycle: Cycle) -> bool:
    """Whether a cycle that can be applied to has no public page yet, or a hidden one."""
    call = call_of(cycle)
    return (call is None or call.listing == "hidden") and any(stage.closes_at > now() for stage in cycle.stages)


@bp.get("/calls")
@public
def calls() -> ResponseReturnValue:
    """What can be applied for now, and what could be before."""
    open_ones = listed_calls(open_ones=True, page=page_asked())
    past = listed_calls(open_ones=False, page=page_asked("earlier"))
    rows = [(call, definition_of(call.cycle), next_deadline(call)) for call in open_ones.items]
    page = render_template(
        "discovery/calls.html",
        rows=rows,
        open_ones=open_ones,
        past=past,
        now=now(),
        days_left=days_left,
        open_to_all=open_to_all,
    )
    return unless_unchanged(page)


@bp.get(ADDRESS)
@public
def call(key: str, call_id: str) -> ResponseReturnValue:
    """One call: what is funded, who may apply, how it is judged, when, and what others asked."""
    found = call_for(current_actor(), call_id)
    if key != found.cycle.key:
        return redirect(call_url(found), 301)
    definition, deadline = definition_of(found.cycle), next_deadline(found)
    page = render_template(
        "discovery/call.html",
        call=found,
        cycle=found.cycle,
        program=definition,
        picture=picture_of(found),
        deadline=deadline,
        days_left=days_left(deadline) if deadline else "",
        open_to_all=open_to_all(found, definition),
        stages=[(stage, definition.stage(stage.key)) for stage in found.cycle.stages],
        rubrics=rubrics(definition) if found.shows_criteria else [],
        events=events_shown(found),
        resources=resources_shown(current_actor(), found, size=MOST_RESOURCES),
        latest=asking.latest_published(found, LATEST),
        closed=closed_because(now(), found.questions_until, found.cycle.closed_at),
        now=now(),
        say=phrases,
        reading=reading,
        place_for_all=place_for_all,
    )
    return unless_unchanged(page)


@bp.get(f"{ADDRESS}/application/<stage_key>")
@public
def call_form(key: str, call_id: str, stage_key: str) -> ResponseReturnValue:
    """The questions of one stage's application, to read and print before one begins."""
    found = call_for(current_actor(), call_id)
    definition = definition_of(found.cycle)
    stage = definition.stages.get(stage_key)
    if not found.shows_form or not isinstance(stage, ApplicationStage):
        raise Missing("The questions of this application are not shown here.")
    held = next(one for one in found.cycle.stages if one.key == stage_key)
    page = render_template(
        "discovery/call_form.html",
        call=found,
        cycle=found.cycle,
        stage=stage,
        held=held,
        form=definition.form(stage.form),
        say=phrases,
        reading=reading,
    )
    return unless_unchanged(page)


def picture_of(call: Call) -> Calendar:
    """The call's stages as a picture."""
    spans = [Span(stage.title, stage.opens_at, stage.closes_at, stage.decision_on) for stage in call.cycle.stages]
    return calendar(spans, now(), call.cycle.time_zone)


def next_deadline(call: Call) -> CycleStage | None:
    """The application stage that closes next: the one whose days are counted; None when all have closed."""
    ahead = [one for one in call.cycle.stages if one.kind == "application" and one.closes_at > now()]
    return min(ahead, key=lambda one: (one.closes_at, one.position), default=None)


def open_to_all(call: Call, program: Definition) -> bool:
    """Whether somebody who is new here can apply now: a stage is open, and not to invited schools or grantees alone."""
    return any(
        one.kind == "application"
        and one.opens_at <= now() < one.closes_at
        and program.application_stage(one.key).enter.takes_newcomers
        for one in call.cycle.stages
    )


def days_left(stage: CycleStage) -> str:
    """How long a stage takes applications yet, by the server's clock: "80 days left", "3 hours left"."""
    hours, zone = (stage.closes_at - now()).total_seconds() / 3600, stage.cycle.time_zone
    if hours < 24:
        return f"{plural(math.floor(hours), 'hour')} left" if hours >= 1 else "less than an hour left"
    return f"{plural((on_day(stage.closes_at, zone) - on_day(now(), zone)).days, 'day')} left"


def rubrics(definition: Definition) -> list[tuple[str, str]]:
    """(rubric key, title of the stages it judges), each once, in the order of the stages."""
    judged: dict[str, list[str]] = {}
    for stage in definition.application_stages:
        judged.setdefault(stage.review.rubric, []).append(stage.title)
        if stage.pitch is not None:
            judged.setdefault(stage.pitch.rubric, []).append(f"{stage.title}, pitch")
    return [(key, phrases.listed(titles)) for key, titles in judged.items()]


def unless_unchanged(page: str) -> Response:
    """A page that a visitor's browser may keep, and need not fetch again while it says the same.

    Kept, it is asked about each time, so that what was taken back is gone at once.
    """
    response = make_response(page)
    if current_actor().person_id is None:
        response.add_etag()
        response.make_conditional(request)
    return response
