"""What happens along the way: coaches and colleagues invited, notes, tasks, cases handed over."""

from collections.abc import Iterator
from functools import partial

from grants.applications import services as applications
from grants.casework import services as casework
from grants.people import services as people
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.cast import Someone
from grants.replay.recording.cycle import Coaching, Handover, Joined, NoteWritten, TaskMade


def acts(tale: Tale) -> Iterator[Act]:
    """Everything that cycle.yaml says of cases."""
    cycle = tale.recording.cycle
    for coaching in cycle.coaching:
        yield Act(tale.at(coaching.at), partial(_coach, tale, coaching))
    for joined in cycle.joined:
        yield Act(tale.at(joined.at), partial(_join, tale, joined))
    for handover in cycle.handovers:
        yield Act(tale.at(handover.at), partial(_hand_over, tale, handover))
    for note in cycle.notes:
        yield Act(tale.at(note.at), partial(_note, tale, note))
    for task in cycle.tasks:
        yield from _task(tale, task)


def _coach(tale: Tale, coaching: Coaching) -> None:
    lead = tale.actor(tale.hand(coaching.school, "lead"))
    coach = tale.story.person(coaching.coach)
    partner = tale.story.organization(tale.recording.coaches[coaching.coach].at).name
    application = tale.application(coaching.stage, coaching.school)
    invitation = applications.invite_coach(lead, application, coach.name, coach.email, partner, coaching.sections)
    if coaching.answered and invitation.accepted_at is None:
        applications.accept_coaching(tale.actor(coaching.coach), invitation)
    tale.story.forget(coaching.coach)


def _join(tale: Tale, joined: Joined) -> None:
    administrator = tale.actor(joined.by)
    address = Someone(name=joined.name).address(joined.school)
    person = people.add_person(administrator, joined.name, address, title=joined.title, illustrative=True)
    people.add_member(administrator, tale.story.organization(joined.school), person, joined.role)


def _hand_over(tale: Tale, handover: Handover) -> None:
    casework.hand_over(tale.actor(handover.by), tale.case(handover.school), tale.story.person(handover.to))


def _note(tale: Tale, note: NoteWritten) -> None:
    casework.add_note(tale.actor(note.by), tale.case(note.school), note.says)


def _task(tale: Tale, record: TaskMade) -> Iterator[Act]:
    made = []

    def add() -> None:
        owner = tale.story.person(record.owner)
        task = casework.add_task(tale.actor(record.by), tale.case(record.school), record.title, owner, record.due)
        made.append(task)

    yield Act(tale.at(record.at), add)
    if record.done:
        yield Act(tale.at(record.done), lambda: casework.finish_task(tale.actor(record.owner), made[0]))
