"""The officer's pages of a pitch: it is planned, its applicants are invited, their slots move."""

from collections.abc import Callable
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.casework import downloads
from grants.kernel.policy import Actor, require
from grants.meetings import queries, services
from grants.meetings.forms import meeting_form
from grants.meetings.models import Meeting
from grants.meetings.pitch_forms import FreeTimeForm, MoreTimeForm, NewPitchForm, OffForm, PlaceForm, StaysForm
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.states import EXPECTED, SLOT
from grants.meetings.views.blueprint import bp
from grants.meetings.views.planning import chairs_of, plan_in, usual_plan
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review.queries import review_rules, stage_for
from grants.web.access import current_actor, requires
from grants.web.filters import clock_time, day, listing, on_day, plural
from grants.web.forms import HouseForm, in_zone, options
from grants.web.posting import carry_out
from grants.web.status import status_of

OFFERED: Final = 200
"""Applications that the page of a new pitch has to choose from; the best ranked."""
Forms = dict[str, Any]
KINDS: dict[str, type[HouseForm]] = {
    "move": PlaceForm,
    "give": FreeTimeForm,
    "keep": StaysForm,
    "off": OffForm,
    "time": MoreTimeForm,
}
ACTS: dict[str, Callable[[Actor, PitchSlot, Any], object]] = {
    "move": lambda actor, slot, form: services.exchange(
        actor,
        slot,
        form.place.data or "",
        form.word.data or "",
        form.time_seen,
        to_other=form.other.data or "",
    ),
    "give": lambda actor, slot, form: services.give_time(
        actor,
        slot,
        form.at.data,
        form.length.data,
        beyond=form.beyond.data,
        said=form.note.data or "",
        seen=form.time_seen,
    ),
    "keep": lambda actor, slot, form: services.keep_time(actor, slot, form.said.data or ""),
    "off": lambda actor, slot, form: services.call_off_slot(actor, slot, form.why.data or ""),
    "time": lambda actor, slot, form: services.give_more_time(actor, slot, form.until.data, form.reason.data or ""),
}
DONE = {
    "move": "The slot is moved. Whoever knew another time is told.",
    "give": "The slot has this time now. If the applicant knew another, they are told.",
    "keep": "The applicant is told that the time stays.",
    "off": "The slot is called off, and free for another applicant.",
    "time": "The applicant has more time for the slides, and is told.",
}


@bp.route("/stages/<public_id:stage_id>/pitches/new", methods=["GET", "POST"])
@requires("meeting.plan")
def new_pitch(stage_id: str) -> ResponseReturnValue:
    """Plan a pitch: when and where, and who has a slot."""
    actor = current_actor()
    stage = stage_for(actor, stage_id)
    require(queries.may_plan(actor, stage))
    found = _candidates(stage)
    form = _new_form(stage, found)
    made: list[str] = []

    def make() -> None:
        stage = stage_for(actor, stage_id)
        plan, chosen = plan_in(stage, form), form.who.data or ()
        minutes, after, pause = (one.data or 0 for one in (form.minutes, form.break_after, form.break_minutes))
        reason = form.reason.data or ""
        made.append(services.plan_pitch(actor, stage, plan, chosen, minutes, after, pause, reason).public_id)

    done = "The pitch is planned. Look at its agenda, then invite the applicants."
    answer = carry_out(form, make, done, "/", lambda: _new_page(stage_id, form, found))
    return redirect(url_for(".agenda", meeting_id=made[0])) if made else answer


def _new_form(stage: CycleStage, found: queries.Candidates) -> NewPitchForm:
    """The form of a new pitch; the best ranked are ticked, as many as the shortlist has room for."""
    pitch = queries.the_pitch(stage)
    chosen = queries.preticked(found, pitch.shortlist, queries.pitching(stage))
    usual = usual_plan(stage, "pitch", pitch.minutes) | {"who": chosen}
    form = meeting_form(NewPitchForm, stage.cycle.time_zone, chairs_of(stage), data=usual)
    form.who.choices = options({one.public_id: one.name for one in found.free})
    return form


def _candidates(stage: CycleStage) -> queries.Candidates:
    """As many as a page bears, and as the shortlist has places for; others come on the agenda once it is there."""
    return queries.candidates(current_actor(), stage, max(OFFERED, queries.the_pitch(stage).shortlist or 0))


def _new_page(stage_id: str, form: NewPitchForm, found: queries.Candidates) -> str:
    stage = stage_for(current_actor(), stage_id)
    return render_template(
        "meetings/new_pitch.html",
        stage=stage,
        form=form,
        pitch=queries.the_pitch(stage),
        found=found,
        blind=review_rules(stage).identity == "blind",
    )


@bp.post("/meetings/<public_id:meeting_id>/applicants/<any(invite,tell):what>")
@requires("meeting.plan")
def applicants(meeting_id: str, what: str) -> ResponseReturnValue:
    """Invite the applicants to their slots, or tell them the times that have changed since."""
    actor = current_actor()
    with unit_of_work():
        meeting = queries.meeting_for(actor, meeting_id)
        told = services.invite_applicants(actor, meeting) if what == "invite" else services.tell_times(actor, meeting)
    done = "invited to their slots" if what == "invite" else "told their new times"
    flash(f"{plural(told, 'applicant')} {done} by mail." if told else "Everybody knows already.", "good")
    return redirect(url_for(".agenda", meeting_id=meeting_id))


@bp.get("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/slot")
@requires("meeting.plan")
def slot(meeting_id: str, item_id: str) -> ResponseReturnValue:
    """One applicant's slot: what they answered, their slides, and where it can be moved."""
    return _slot_page(meeting_id, item_id, {})


@bp.post("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/slot/<any(move,give,keep,off,time):what>")
@requires("meeting.plan")
def change_slot(meeting_id: str, item_id: str, what: str) -> ResponseReturnValue:
    """Move a slot, give it a time of its own, answer that it stays, call it off, or take its slides until later."""
    actor, zone = current_actor(), _slot(meeting_id, item_id).meeting.stage.cycle.time_zone
    form = in_zone(KINDS[what], zone)()
    twice: list[str] = []

    def act() -> None:
        slot = _slot(meeting_id, item_id)
        ACTS[what](actor, slot, form)
        if what in ("move", "give"):
            twice.extend(_twice(slot))

    back = url_for(".agenda", meeting_id=meeting_id)
    answer = carry_out(form, act, DONE[what], back, lambda: _slot_page(meeting_id, item_id, {what: form}))
    for sentence in twice:
        flash(sentence, "warn")
    return answer


def _twice(slot: PitchSlot) -> list[str]:
    """Of whom else's pitch the people of a slot are that day, in sentences; first where they cannot be at both."""
    zone, said = slot.meeting.stage.cycle.time_zone, []
    for one in sorted(queries.twice_on_the_day(current_actor(), slot), key=lambda one: not one.overlaps):
        who, school = listing(one.names), one.slot.application.case.organization.name
        at = f"that of {school}, {clock_time(one.starts_at, zone)}"
        if one.overlaps:
            said.append(f"{who} cannot be at this pitch and at {at}: they are at the same time.")
        else:
            said.append(f"{who} {'has' if len(one.names) == 1 else 'have'} two pitches that day: this one and {at}.")
    return said


@bp.get("/meetings/<public_id:meeting_id>/items/<public_id:item_id>/slides/<public_id:slides_id>")
@requires("meeting.read")
def slides(meeting_id: str, item_id: str, slides_id: str) -> ResponseReturnValue:
    """Slides of an applicant, for those who may know of them."""
    return downloads.attachment(queries.slides_file(current_actor(), _slot(meeting_id, item_id), slides_id))


def _slot(meeting_id: str, item_id: str) -> PitchSlot:
    actor = current_actor()
    return queries.slot_for(actor, queries.meeting_for(actor, meeting_id), item_id)


def _slot_page(meeting_id: str, item_id: str, tried: Forms) -> str:
    actor, slot = current_actor(), _slot(meeting_id, item_id)
    stage = slot.meeting.stage
    require(queries.may_plan(actor, stage))
    due = queries.slides_deadline(slot)
    moves = SLOT.open_to(actor, slot.state, queries.slot_facts(slot))
    forms = {**_forms(slot), **tried}
    places, others_read = _places(slot)
    forms["move"].place.choices = options({"": "Choose", **places})
    return render_template(
        "meetings/slot.html",
        slot=slot,
        meeting=slot.meeting,
        forms_of=forms,
        movable=not queries.slot_facts(slot).has_begun and slot.meeting.state == "planned",
        moves={name for name, verdict in moves.items() if verdict},
        due=due,
        expected=queries.is_expected(slot),
        versions=queries.slides_of(slot),
        twice=_twice(slot),
        others_read=others_read,
        tried=next(iter(tried), request.args.get("do", "")),
    )


def _forms(slot: PitchSlot) -> Forms:
    zone, item = slot.meeting.stage.cycle.time_zone, slot.item
    seen = item.starts_at.isoformat() if item else ""
    now_at = {"at": item.starts_at, "length": item.minutes} if item else {}
    return {
        "move": PlaceForm(formdata=None, seen=seen),
        "give": in_zone(FreeTimeForm, zone)(formdata=None, seen=seen, **now_at),
        "keep": StaysForm(formdata=None),
        "off": OffForm(formdata=None),
        "time": in_zone(MoreTimeForm, zone)(formdata=None),
    }


def _places(slot: PitchSlot) -> tuple[dict[str, str], bool]:
    """Key -> what it is to move there, in words; and whether somebody who would change places knows of their time."""
    pitches = queries.planned_pitches(slot.meeting.stage)
    places = queries.places_for(slot, queries.lines_in(pitches), pitches)
    states = queries.states_on([one.item.id for one in places if one.item])
    zone, words = slot.meeting.stage.cycle.time_zone, {}
    for place in places:
        at = f"{clock_time(place.starts_at, zone)}{_on(slot.meeting, place.meeting, zone)}"
        if place.item is None:
            words[place.key] = f"{at}: the end of the pitch"
        elif place.item.application is None:
            words[place.key] = f"{at}: free"
        else:
            length = "" if slot.item and slot.item.minutes == place.item.minutes else f", {place.item.minutes} minutes"
            state = status_of("pitch_slot", states[place.item.id]).word
            words[place.key] = f"{at}{length}: change with {place.item.application.case.organization.name} ({state})"
    return words, any(one in EXPECTED for one in states.values())


def _on(here: Meeting, there: Meeting, zone: str) -> str:
    return "" if here.id == there.id else f", {day(on_day(there.starts_at, zone))}"
