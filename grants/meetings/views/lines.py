"""The officer's page of an agenda: what is on it, for how long and in which order, and what that asks of people."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.meetings import queries, services
from grants.meetings.agenda import Entry, explained
from grants.meetings.forms import AddForm, BreakForm, LengthsForm, OrderForm, lengths_form
from grants.meetings.models import Meeting
from grants.meetings.pitch_forms import PitchAddForm
from grants.meetings.states import EXPECTED
from grants.meetings.views.blueprint import bp
from grants.meetings.views.planning import MINUTES, planned
from grants.persistence.session import unit_of_work
from grants.review.queries import still_behind, yet_to_declare
from grants.web.access import current_actor, requires
from grants.web.filters import clock_time
from grants.web.forms import HouseForm
from grants.web.posting import carry_out


@bp.get("/meetings/<public_id:meeting_id>/agenda")
@requires("meeting.plan")
def agenda(meeting_id: str) -> ResponseReturnValue:
    """The agenda: its order and times, what they ask of people, and what could be put on it."""
    return _agenda_page(meeting_id)


def _agenda_page(
    meeting_id: str, add: AddForm | None = None, rest: BreakForm | None = None, lengths: LengthsForm | None = None
) -> str:
    actor, meeting = current_actor(), planned(meeting_id)
    agenda = queries.agenda_of(actor, meeting)
    pitch = queries.pitch_of(meeting.stage) if meeting.kind == "pitch" else None
    if add is None:
        add = (PitchAddForm if pitch else AddForm)(formdata=None, minutes=pitch.minutes if pitch else MINUTES)
    slots = queries.slots_on(actor, meeting)
    proposal = services.propose_order(actor, meeting)
    return render_template(
        "meetings/agenda.html",
        meeting=meeting,
        agenda=agenda,
        proposal=proposal,
        said=_said(meeting, proposal, proposal.standing),
        silent=yet_to_declare([meeting.stage_id]).get(meeting.stage_id, ()),
        behind=still_behind(actor, [meeting.stage_id]).get(meeting.stage_id, ()),
        is_over=queries.is_over(meeting),
        lengths=lengths or lengths_form(agenda, formdata=None),
        add=add,
        others=queries.not_on_it(actor, meeting, _looked_for()),
        like=_looked_for(),
        rest=rest or BreakForm(formdata=None, minutes=15),
        slots=slots,
        shortlist=pitch.shortlist if pitch else None,
        slides=queries.slides_on(slots.values()),
        to_invite=sum(one.state == "planned" for one in slots.values()),
        to_tell=sum(one.state in EXPECTED and not one.is_told for one in slots.values()),
    )


def _looked_for() -> str:
    """A part of the name of an application to be put on an agenda, as the address has it."""
    return request.args.get("find", "").strip()[:120]


def _said(meeting: Meeting, proposal: services.Proposal, entries: tuple[Entry, ...]) -> list[str]:
    zone = meeting.stage.cycle.time_zone
    return explained(entries, proposal.names, proposal.ties.absent, lambda at: clock_time(at, zone))


@bp.post("/meetings/<public_id:meeting_id>/agenda/applications")
@requires("meeting.plan")
def add(meeting_id: str) -> ResponseReturnValue:
    """Put one more application on the agenda."""
    actor, form = current_actor(), PitchAddForm()
    return _changed(
        meeting_id,
        form,
        lambda: services.add_application(
            actor,
            queries.meeting_for(actor, meeting_id),
            form.application.data or "",
            form.minutes.data or 0,
            form.reason.data or "",
        ),
        lambda: _agenda_page(meeting_id, form),
    )


@bp.post("/meetings/<public_id:meeting_id>/agenda/breaks")
@requires("meeting.plan")
def add_break(meeting_id: str) -> ResponseReturnValue:
    """Put a break on the agenda."""
    actor, form = current_actor(), BreakForm()
    return _changed(
        meeting_id,
        form,
        lambda: services.add_break(
            actor, queries.meeting_for(actor, meeting_id), form.title.data or "", form.minutes.data or 0
        ),
        lambda: _agenda_page(meeting_id, rest=form),
    )


def _changed(meeting_id: str, form: HouseForm, act: object, page: object) -> ResponseReturnValue:
    back = url_for(".agenda", meeting_id=meeting_id, find=_looked_for() or None)
    return carry_out(form, act, "It is on the agenda.", back, page)  # type: ignore[arg-type]


@bp.post("/meetings/<public_id:meeting_id>/agenda/lengths")
@requires("meeting.plan")
def lengths(meeting_id: str) -> ResponseReturnValue:
    """Give the lines of the agenda other lengths; their times follow."""
    actor = current_actor()
    form = lengths_form(queries.agenda_of(actor, planned(meeting_id)))

    def page() -> str:
        agenda = queries.agenda_of(actor, planned(meeting_id))
        form.seen.raw_data, form.seen.data = None, queries.lengths_seen(agenda.items)
        return _agenda_page(meeting_id, lengths=form)

    return carry_out(
        form,
        lambda: services.set_minutes(actor, queries.meeting_for(actor, meeting_id), form.minutes, form.seen.data or ""),
        "The lines have these lengths now, and the times follow.",
        url_for(".agenda", meeting_id=meeting_id),
        page,
    )


@bp.post("/meetings/<public_id:meeting_id>/agenda/<public_id:item_id>/<any(up,down,off):what>")
@requires("meeting.plan")
def shift(meeting_id: str, item_id: str, what: str) -> ResponseReturnValue:
    """Take a line one place up or down, or off the agenda."""
    actor = current_actor()
    with unit_of_work():
        item = queries.item_for(actor, queries.meeting_for(actor, meeting_id), item_id)
        if what == "off":
            services.remove(actor, item)
        else:
            services.shift(actor, item, -1 if what == "up" else 1)
    place = "" if what == "off" else f"#line-{item_id}"
    return redirect(url_for(".agenda", meeting_id=meeting_id) + place)


@bp.route("/meetings/<public_id:meeting_id>/order", methods=["GET", "POST"])
@requires("meeting.plan")
def order(meeting_id: str) -> ResponseReturnValue:
    """The best order, beside the one that stands: looked at, then used as it was looked at."""
    actor, form = current_actor(), OrderForm()

    def page() -> str:
        meeting = planned(meeting_id)
        proposal = services.propose_order(actor, meeting)
        form.digest.raw_data, form.digest.data = None, proposal.digest
        return render_template(
            "meetings/order.html",
            meeting=meeting,
            proposal=proposal,
            lines=list(zip(proposal.entries, proposal.items, strict=True)),
            said=_said(meeting, proposal, proposal.entries),
            standing_said=_said(meeting, proposal, proposal.standing),
            form=form,
        )

    return carry_out(
        form,
        lambda: services.use_order(actor, queries.meeting_for(actor, meeting_id), form.digest.data or ""),
        "The agenda is in that order now.",
        url_for(".agenda", meeting_id=meeting_id),
        page,
    )
