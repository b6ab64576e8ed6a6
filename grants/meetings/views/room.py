"""The page of a meeting, drawn for one reader: what all see of it, the room as it is, and what is up."""

import hmac
from hashlib import sha256
from typing import Any

from flask import current_app, render_template

from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.meetings import queries
from grants.meetings.ballots import MAJORITIES, in_words, short_of_quorum
from grants.meetings.forms import AbsenceForm, ActionForm, MotionForm, NotesForm
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.review.forms import mark_words, part_words
from grants.review.queries import card_of
from grants.web.access import current_actor
from grants.web.forms import in_zone, options


def page_of(meeting_id: str, absence: AbsenceForm | None = None) -> str:
    """The meeting as the reader may see it now.

    absence   what they tried to say of when they cannot be there, where it was refused
    """
    actor = current_actor()
    meeting = queries.meeting_for(actor, meeting_id)
    agenda, seat = queries.agenda_of(actor, meeting), queries.seat_of(actor, meeting)
    slots = queries.slots_on(actor, meeting)
    return render_template(
        "meetings/meeting.html",
        meeting=meeting,
        agenda=agenda,
        seat=seat,
        leading=queries.leads(actor, meeting),
        absence=absence or _absence(meeting, seat),
        tag=tag_of(queries.pulse(actor, meeting_id)),
        blind=queries.is_blind(actor, meeting),
        slots=slots,
        now_is=now(),
        slides=queries.slides_on(slots.values()) if slots else {},
        may_plan=actor.may("meeting.plan"),
        majorities=MAJORITIES,
        short_of_quorum=short_of_quorum,
        count_words=lambda motion: in_words(queries.count_of(motion)),
        card_of=card_of,
        mark_words=mark_words,
        part_words=part_words,
        **_room(actor, meeting, agenda),
        **_up(actor, meeting, agenda, seat),
    )


def tag_of(facts: tuple[object, ...]) -> str:
    """A tag that says whether something changed, and neither what nor how often: nobody without the key can count."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, repr(facts).encode(), sha256).hexdigest()[:20]


def _room(actor: Actor, meeting: Meeting, agenda: queries.Agenda) -> dict[str, Any]:
    """Who is there, and how far the pitches are scored; of the room, who is out of it sees nothing."""
    up, is_out = agenda.up.item if agenda.up else None, agenda.out is not None
    noting = not is_out and queries.may_note(actor, meeting)
    return {
        "noting": noting,
        "seats": () if is_out else queries.seats(meeting, up),
        "progress": queries.pitch_progress(meeting, agenda.items) if noting or actor.may("review.read") else {},
        "own_pitches": () if is_out else queries.own_pitches(actor, meeting, agenda),
    }


def _up(actor: Actor, meeting: Meeting, agenda: queries.Agenda, seat: Attendance | None) -> dict[str, Any]:
    """What is up, with all that is said and done about it; nothing of it while nothing is, or the reader is out."""
    up = agenda.up.item if agenda.up else None
    return {
        "up": up,
        "scores": queries.scores_for(actor, up, seat) if up else None,
        "pitch": queries.pitch_scores_for(actor, up) if up else None,
        "motions": queries.motions_on(actor, up) if up else [],
        "may_vote": queries.takes_part(actor, up) if up else None,
        "voters": queries.voters_present(up) if up else 0,
        "agreed": queries.actions_on([up.id]).get(up.id, ()) if up else (),
        "motion": MotionForm(formdata=None, ballot=meeting.ballot, majority=meeting.majority),
        "action": _action_form(up) if up else None,
        "notes": NotesForm(formdata=None, notes=up.notes, version=str(up.notes_version)) if up else None,
    }


def _action_form(item: AgendaItem) -> ActionForm:
    form = ActionForm(formdata=None)
    owners = queries.owners_for(item)
    form.owner.choices = options({"": "Choose", **{one.public_id: one.name for one in owners}})
    return form


def _absence(meeting: Meeting, seat: Attendance | None) -> AbsenceForm:
    kept = {"since": seat.away_from, "until": seat.away_until} if seat else {}
    return in_zone(AbsenceForm, meeting.stage.cycle.time_zone)(formdata=None, data=kept)
