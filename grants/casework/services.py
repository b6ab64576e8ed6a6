"""Opening cases, keeping their timelines, notes and tasks, and handing them over."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import select

from grants.background import enqueue
from grants.casework import policy
from grants.casework.models import Case, Note, Task, TimelineEvent
from grants.casework.officers import may_know_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, Role, require, require_permission
from grants.people import consortia
from grants.people.models import Organization, Person
from grants.persistence import audit
from grants.persistence.session import db

Audience = Literal["staff", "applicant"]
KINDS: Final = frozenset(
    {"case", "discovery", "application", "review", "decision", "award", "payment", "report", "note", "task"}
)


def open_case(actor: Actor, cycle_id: int, organization_id: int) -> Case:
    """The organization's case in the cycle, opened now unless it is there already.

    raises   Refused when the actor neither manages cases nor belongs to the organization
    """
    return open_cases(actor, cycle_id, [organization_id])[organization_id]


def open_cases(actor: Actor, cycle_id: int, organization_ids: Collection[int]) -> dict[int, Case]:
    """The same for several organizations at once, in a constant number of statements.

    returns  organization id -> its case
    """
    for one in organization_ids:
        require(policy.may_open(actor, one))
    there = select(Case).where(Case.cycle_id == cycle_id, Case.organization_id.in_(organization_ids))
    cases = {case.organization_id: case for case in db.session.scalars(there)}
    if missing := sorted(set(organization_ids) - cases.keys()):
        named = select(Organization).where(Organization.id.in_(missing)).order_by(Organization.id)
        opened = [Case(cycle_id=cycle_id, organization=one, opened_at=now()) for one in db.session.scalars(named)]
        db.session.add_all(opened)
        db.session.flush()
        for case in opened:
            name = case.organization.name
            audit.record(actor, "case.open", case, after={"organization": name}, case_id=case.id)
            note_event(actor, case, "case", f"The case of {name} was opened.", audience="applicant")
            cases[case.organization_id] = case
    return cases


def note_event(
    actor: Actor,
    case: Case,
    kind: str,
    sentence: str,
    audience: Audience = "staff",
    reference: Sequence[str] | None = None,
) -> TimelineEvent:
    """Add one thing that happened to a case's timeline.

    kind        one of KINDS
    sentence    what happened, as everyone of the audience may read it
    audience    "applicant" shows it to the school as well
    reference   (endpoint, public id) of the thing itself
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of timeline event.")
    event = TimelineEvent(
        case_id=case.id,
        at=now(),
        actor_id=actor.person_id,
        actor_name=actor.name,
        kind=kind,
        audience=audience,
        sentence=sentence,
        reference=None if reference is None else list(reference),
    )
    db.session.add(event)
    return event


def hand_over(actor: Actor, case: Case, officer: Person) -> None:
    """Make a program officer the officer of a case; who did not take it on themselves is told by mail.

    raises   Refused; Invalid when the person is no program officer, or has a conflict of interest with the case; Clash
             when they are the case's officer already
    """
    require_permission(actor, "case.manage")
    if not officer.is_active or Role.PROGRAM_OFFICER not in {grant.role for grant in officer.grants}:
        sentence = f"{officer.name} is not a program officer."
        raise Invalid(sentence, {"officer": sentence})
    if not may_know_of(officer, case):
        sentence = f"{officer.name} has a conflict of interest with this case."
        raise Invalid(sentence, {"officer": sentence})
    before = case.officer
    if before == officer:
        raise Clash(f"{officer.name} is the officer of this case already.")
    case.officer = officer
    audit.record(
        actor,
        "case.hand_over",
        case,
        before={"officer": before and before.name},
        after={"officer": officer.name},
        case_id=case.id,
    )
    event = note_event(actor, case, "case", _handed_over(actor, before, officer))
    if actor.person_id != officer.id:
        _tell_officer(actor, case, officer, event)


def _tell_officer(actor: Actor, case: Case, officer: Person, event: TimelineEvent) -> None:
    """Messages come after casework in the order of things, so this one is asked for by name."""
    key = f"case-given:{event.public_id}"
    facts = {"given_by": actor.name, "organization": case.organization.name, "case": case.public_id}
    to: dict[str, Any] = {"person_id": officer.public_id, "case_id": case.public_id}
    enqueue(db.session(), "messages.post", key=key, message_key=key, template="casework.given", facts=facts, **to)


def _handed_over(actor: Actor, before: Person | None, officer: Person) -> str:
    if actor.person_id == officer.id:
        return f"{officer.name} took the case{f' over from {before.name}' if before else ''}."
    if before is None:
        return f"{actor.name} gave the case to {officer.name}."
    whose = "" if actor.person_id == before.id else f" of {before.name}"
    return f"{actor.name} handed the case{whose} over to {officer.name}."


def add_note(actor: Actor, case: Case, body: str) -> Note:
    """Write a note that only staff read.

    raises   Refused; Invalid when the note is empty
    """
    require_permission(actor, "case.note")
    if not body.strip():
        raise Invalid("The note is empty.", {"body": "Write the note."})
    note = Note(case_id=case.id, author_id=actor.person_id, written_at=now(), body=body.strip())
    db.session.add(note)
    audit.record(actor, "case.note", note, case_id=case.id)
    return note


def add_task(actor: Actor, case: Case, title: str, owner: Person, due_on: date | None = None) -> Task:
    """Note what one person will do about a case, and by when.

    raises   Refused; Invalid when the title is empty or the owner is not staff
    """
    require_permission(actor, "case.note")
    errors = {}
    if not title.strip():
        errors["title"] = "Say what is to be done."
    if not owner.is_active or not Role.staff() & {grant.role for grant in owner.grants}:
        errors["owner"] = f"{owner.name} does not work here, so the task would never be seen."
    if errors:
        raise Invalid("The task is incomplete.", errors)
    task = Task(case=case, owner=owner, title=title.strip(), due_on=due_on, made_at=now())
    db.session.add(task)
    db.session.flush()
    audit.record(actor, "case.task", task, after={"title": task.title, "owner": owner.name}, case_id=case.id)
    note_event(actor, case, "task", f"Task for {owner.name}: {task.title}")
    return task


def finish_task(actor: Actor, task: Task) -> None:
    """Mark a task done.

    raises   Refused for anyone but its owner or an officer; Clash when it is done already
    """
    require(policy.may_finish(actor, task.owner_id))
    if task.done_at is not None:
        raise Clash("This task is done already.")
    task.done_at = now()
    audit.record(actor, "case.task_done", task, after={"title": task.title}, case_id=task.case_id)
    note_event(actor, task.case, "task", f"Done: {task.title}")


def _note_on_cases(actor: Actor, consortium: Organization, what: str) -> None:
    """Who joins or leaves a consortium stands on the timelines of its cases."""
    if what:
        for case in db.session.scalars(select(Case).where(Case.organization_id == consortium.id).order_by(Case.id)):
            note_event(actor, case, "case", what, audience="applicant")


consortia.changes.append(_note_on_cases)
