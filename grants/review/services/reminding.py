"""Reviewers with open scorecards, or applicants left to declare on, are reminded: by the clock around the due date,
and by a word from staff.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from grants.kernel.clock import now, today
from grants.kernel.dates import in_words
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages import library
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.persistence import audit
from grants.persistence.moves import lock_all
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.queries import Waiting, own_waiting, standing_of
from grants.review.queries.scope import sits
from grants.review.steps import FIRST

STEPS: Final = (7, 1, -2, -7)
"""Days to the due date at which a reminder is written; below 0 they are days after it."""

NOT_WITHIN: Final = timedelta(hours=20)
"""Whoever was reminded by staff within it is left out."""


def remind_of_reviews(member: PanelMember) -> None:
    """Write the reminder of scorecards whose day has come, and none twice; none to who has submitted all."""
    stage = member.stage
    due = stage.reviews_due_at
    if due is None or stage.released_at is not None:
        return
    zone = ZoneInfo(stage.cycle.time_zone)
    due_on = due.astimezone(zone).date()
    days = (due_on - today(zone)).days
    reached = [step for step in STEPS if days <= step]
    waiting = own_waiting(stage, [member.id])[0] if reached else None
    if waiting is not None and waiting.is_waited_for:
        # A due date that is put off is reminded of anew.
        key = f"review-due:{stage.public_id}:{due_on}:{min(reached)}:{member.person.public_id}"
        post(key, _template(waiting), member.person, _facts(waiting, ""))


def nudge(actor: Actor, stage: CycleStage, member_ids: Collection[str], note: str = "") -> tuple[list[str], list[str]]:
    """Staff remind some reviewers, in the house's words and, if they like, a line of their own.

    member_ids   public ids of members; those of whom nothing is waited for are left out
    returns      names of who was reminded, and of who was left out because it happened within NOT_WITHIN already
    raises       Refused; Invalid when nobody is named
    """
    require_permission(actor, "review.organize")
    if not member_ids:
        raise Invalid("Nobody is chosen.", {"members": "Choose who is to be reminded."})
    chosen = db.session.scalars(
        select(PanelMember).where(PanelMember.stage_id == stage.id, PanelMember.public_id.in_(member_ids), sits())
    ).all()
    lock_all(chosen)
    told, spared = [], []
    for waiting in own_waiting(stage, [one.id for one in chosen]):
        member = waiting.member
        if not waiting.is_waited_for:
            continue
        if member.nudged_at is not None and member.nudged_at > now() - NOT_WITHIN:
            spared.append(member.person.name)
            continue
        member.nudged_at = now()
        key = f"review-nudge:{member.public_id}:{member.nudged_at.isoformat()}"
        post(key, _template(waiting), member.person, _facts(waiting, note))
        told.append(member.person.name)
        audit.record(actor, "review.nudge", member, after={"reviewer": member.person.name, "note": note.strip()})
    return sorted(told), sorted(spared)


def nudge_sample(waiting: Waiting, note: str) -> tuple[str, str, str]:
    """How it reads for one who is waited for: name, subject, text."""
    person = waiting.member.person
    subject, text = library.compose(_template(waiting), {"name": person.name, **_facts(waiting, note)})
    return person.name, subject, text


def _template(waiting: Waiting) -> str:
    if waiting.open:
        return "review.due"
    return "review.declare" if waiting.is_silent else "review.declare_later"


def _facts(waiting: Waiting, note: str) -> dict[str, object]:
    stage, said = waiting.member.stage, note.strip()
    facts: dict[str, object] = {"stage": stage.title, "cycle": stage.cycle.title, "note": f"\n\n{said}" if said else ""}
    left = standing_of(waiting.member).left
    if not waiting.open and waiting.is_silent:
        return facts | {"first": FIRST[left[0]], "link": address_of("review.assignments")}
    later = f"{waiting.later} applicants have" if waiting.later > 1 else "1 applicant has"
    if not waiting.open:
        return facts | {"later": later, "link": address_of("review.conflicts", stage_id=stage.public_id)}
    is_one, when = waiting.open == 1, ""
    if stage.reviews_due_at is not None:
        is_late = stage.reviews_due_at < now()
        verb = ("It was" if is_late else "It is") if is_one else ("They were" if is_late else "They are")
        when = f" {verb} due {in_words(stage.reviews_due_at, stage.cycle.time_zone)}."
    of = "Your scorecard" if waiting.assigned == 1 else f"{waiting.open} of your {waiting.assigned} scorecards"
    before = [FIRST[left[0]]] if left else []
    if waiting.later:
        before.append(f"{later} come since you declared your conflicts of interest: look through the names.")
    return facts | {
        "scorecards": of,
        "are": "is" if is_one else "are",
        "when": when,
        "first": "".join(f"\n\n{one}" for one in before),
        "link": address_of("review.assignments"),
    }
