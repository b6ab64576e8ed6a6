"""What a grantee owes: written by the school, answered by the foundation."""

from collections.abc import Callable
from datetime import date

from grants.awards.services.following import people_of
from grants.casework import services as casework
from grants.casework.policy import from_outside
from grants.kernel.clock import now, today
from grants.kernel.errors import Invalid, required
from grants.kernel.policy import YES, Actor, OrganizationRole
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.monitoring import policy
from grants.monitoring.models import CheckIn, Requirement
from grants.monitoring.states import REQUIREMENT, RequirementFacts
from grants.payments import services as payments
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db

RATINGS = ("on_track", "watch", "at_risk")


def submit_requirement(actor: Actor, requirement: Requirement, text: str) -> None:
    """Hand in what is owed, in the school's words. What was returned can be handed in again.

    raises   Refused; Invalid when nothing is written; Clash when it is answered, or the actor does not write for them
    """
    text = required(text, "account", "Write what there is to tell.")

    def keep_account() -> None:
        requirement.account = text
        requirement.submitted_at, requirement.submitted_by_id = now(), actor.person_id
        _note(actor, requirement, f"{requirement.title} was handed in.")

    _move(actor, requirement, "submit", {"keep_account": keep_account})


def accept_requirement(actor: Actor, requirement: Requirement, note: str = "") -> None:
    """Accept what was handed in; installments that waited for it can be paid.

    raises   Refused; Clash unless it was handed in
    """
    _answer(actor, requirement, "accept", note.strip(), f"{requirement.title} was accepted.")


def return_requirement(actor: Actor, requirement: Requirement, reason: str) -> None:
    """Send back what was handed in, saying what is missing.

    raises   Refused; Invalid without a reason; Clash unless it was handed in
    """
    reason = required(reason, "reason", "Say what is missing, so that the school can add it.")
    _answer(actor, requirement, "return", reason, f"{requirement.title} was returned for changes: {reason}")


def waive_requirement(actor: Actor, requirement: Requirement, reason: str) -> None:
    """Ask no more for it. An installment that waited for it can be paid, when another person approves.

    raises   Refused; Invalid without a reason; Clash when it is answered already
    """
    reason = required(reason, "reason", "Say why it is not needed.")
    _answer(actor, requirement, "waive", reason, f"{requirement.title} was waived: {reason}")


def record_check_in(
    actor: Actor, requirement: Requirement, held_on: date, attended: str, notes: str, rating: str
) -> CheckIn:
    """Keep what a check-in came to; the requirement is met with it.

    rating   on_track, watch or at_risk
    raises   Refused; Invalid for a day to come, an unknown rating or empty notes; Clash when it is met already
    """
    if held_on > today(requirement.award.stage.cycle.time_zone):
        raise Invalid("A check-in is recorded once it was held.", {"held_on": "This day is still to come."})
    if rating not in RATINGS:
        raise Invalid("Say how the grant stands.", {"rating": "Choose one of the three."})
    meeting = CheckIn(
        requirement_id=requirement.id,
        held_on=held_on,
        attended=required(attended, "attended", "Say who was there."),
        notes=required(notes, "notes", "Write down what was said."),
        rating=rating,
        recorded_at=now(),
        recorded_by_id=actor.person_id,
    )

    def keep_meeting() -> None:
        db.session.add(meeting)
        requirement.answered_at, requirement.answered_by_id = now(), actor.person_id
        _note(
            actor,
            requirement,
            f"{requirement.title} was held on {held_on.day} {held_on:%B %Y}: {rating.replace('_', ' ')}.",
        )

    _move(actor, requirement, "hold", {"keep_meeting": keep_meeting, "tell_payments": lambda: _met(actor, requirement)})
    audit.record(
        actor, "checkin.record", meeting, after={"held_on": held_on, "rating": rating}, case_id=requirement.case_id
    )
    return meeting


def facts_of(actor: Actor, requirement: Requirement) -> RequirementFacts:
    """What the guards ask, as things stand for this actor."""
    organization_id = requirement.award.case.organization_id
    writable = policy.may_report(actor, organization_id) if actor.may("requirement.report") else YES
    return RequirementFacts(requirement.kind, writable, from_outside(actor, organization_id))


def _answer(actor: Actor, requirement: Requirement, name: str, answer: str, sentence: str) -> None:
    def keep_answer() -> None:
        requirement.answer = answer or None
        requirement.answered_at, requirement.answered_by_id = now(), actor.person_id
        _note(actor, requirement, sentence)

    effects: dict[str, Callable[[], object]] = {
        "keep_answer": keep_answer,
        "tell_payments": lambda: _met(actor, requirement, waived_because=answer if name == "waive" else None),
        "tell_grantee": lambda: _tell_returned(requirement, answer),
    }
    _move(actor, requirement, name, effects)


def _move(actor: Actor, requirement: Requirement, name: str, effects: dict[str, Callable[[], object]]) -> None:
    move(actor, requirement, name, REQUIREMENT, lambda: facts_of(actor, requirement), effects)


def _met(actor: Actor, requirement: Requirement, waived_because: str | None = None) -> None:
    reference = f"{requirement.key}.{requirement.number}"
    payments.note_met(actor, requirement.award, "accepted", reference, waived_because=waived_because)


def _note(actor: Actor, requirement: Requirement, sentence: str) -> None:
    place = ("monitoring.requirement", requirement.public_id)
    casework.note_event(actor, requirement.award.case, "report", sentence, "applicant", place)


def _tell_returned(requirement: Requirement, reason: str) -> None:
    case = requirement.award.case
    facts = {
        "title": requirement.title,
        "organization": case.organization.name,
        "reason": reason,
        "link": address_of("monitoring.requirement", requirement_id=requirement.public_id),
    }
    for person in people_of(case.organization_id, *OrganizationRole.writers()):
        key = f"returned:{requirement.public_id}:{requirement.submitted_at}:{person.public_id}"
        messages.post(key, "monitoring.returned", person, facts, case)
