"""What becomes of cases when two organizations turn out to be one: they go over, and two of one cycle become one.

Of two cases of one cycle that of the organization that stays goes on. The other one's row stays with what is written
for good, its timeline and its part of the record; the rest goes over. What later steps keep on a case, they say
themselves: see CASES. Anything that nobody answers for stands in the way.
"""

from typing import Final

from sqlalchemy import column, select, table, update

from grants.casework.models import Case, Note, StoredFile, Task, TimelineEvent
from grants.casework.services import note_event
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.merging import ORGANIZATIONS, Foresight, Mover, Movers, count_of
from grants.people.models import Organization
from grants.persistence import audit
from grants.persistence.audit import AuditRecord
from grants.persistence.gone import refuse_new_references
from grants.persistence.moves import lock_all
from grants.persistence.session import db

CASES: Movers[Case] = Movers(Case.__table__)  # type: ignore[arg-type]
# Written for good: it stays where it was written, and is read from the case that goes on.
STAYS_BEHIND: Final = (TimelineEvent.case_id, AuditRecord.case_id)
# Cycles belong to a later step, which this one may not import.
_cycle = table("cycle", column("id"), column("title"))

refuse_new_references(
    Case,
    "This case became part of another one a moment ago, since its organization is one with another. Open it again.",
)


def _of_both(gone: Organization, stays: Organization) -> tuple[list[Case], dict[int, Case]]:
    """The cases of the organization that goes, and those of the other one by their cycle."""
    ids = (gone.id, stays.id)
    cases = db.session.scalars(
        select(Case).where(Case.organization_id.in_(ids), Case.merged_into_id.is_(None)).order_by(Case.id)
    ).all()
    theirs = [one for one in cases if one.organization_id == gone.id]
    return theirs, {one.cycle_id: one for one in cases if one.organization_id == stays.id}


def _hold(actor: Actor, gone: Organization, stays: Organization) -> None:
    # What hangs on a case first: whoever writes there holds it, and waits for the case when they tell its timeline.
    for case, other in _twice(gone, stays):
        CASES.hold(actor, case, other)
    theirs, ours = _of_both(gone, stays)
    lock_all([*theirs, *ours.values()])


def _twice(gone: Organization, stays: Organization) -> list[tuple[Case, Case]]:
    theirs, ours = _of_both(gone, stays)
    return [(case, ours[case.cycle_id]) for case in theirs if case.cycle_id in ours]


def _foresee(actor: Actor, gone: Organization, stays: Organization) -> Foresight:
    found = Foresight({("case", "cases"): len(_of_both(gone, stays)[0])})
    for case, other in _twice(gone, stays):
        cycle = title_of(case)
        found.settled.append(f"Both have a case in {cycle}: the two become one, with both timelines.")
        found.hinders += _unanswered(case, gone, stays, cycle)
        found.add(CASES.foresee(actor, case, other))
    return found


def _unanswered(case: Case, gone: Organization, stays: Organization, cycle: str) -> list[str]:
    behind = {one.property.columns[0] for one in (*STAYS_BEHIND, Case.merged_into_id)}
    if not any(count_of(one, case.id) for one in CASES.unanswered() if one not in behind):
        return []
    sentence = f"Both have a case in {cycle}, and that of {gone.name} has a decision, which stays with its case."
    return [f"{sentence} Let {gone.name} stay instead of {stays.name}."]


def _move(actor: Actor, gone: Organization, stays: Organization) -> None:
    twice = _twice(gone, stays)
    folded = {case.id for case, _ in twice}
    for case in _of_both(gone, stays)[0]:
        if case.id not in folded:
            _bring_over(actor, case, gone, stays)
    for case, other in twice:
        _join(actor, case, other, gone)


def _bring_over(actor: Actor, case: Case, gone: Organization, stays: Organization) -> None:
    db.session.execute(update(Case).where(Case.id == case.id).values(organization_id=stays.id))
    names = {"organization": gone.name}, {"organization": stays.name}
    audit.record(actor, "case.bring_over", case, before=names[0], after=names[1], case_id=case.id)
    sentence = f"{gone.name} and {stays.name} are the same: this case is {stays.name}’s now."
    note_event(actor, case, "case", sentence, audience="applicant")


def _join(actor: Actor, case: Case, other: Case, gone: Organization) -> None:
    CASES.move(actor, case, other)
    other.officer_id = other.officer_id or case.officer_id
    other.invited_to = [*other.invited_to, *(key for key in case.invited_to if key not in other.invited_to)]
    case.merged_into_id = other.id
    # Those that became part of the one that goes now are part of the one that stays.
    db.session.execute(update(Case).where(Case.merged_into_id == case.id).values(merged_into_id=other.id))
    before = {"organization": gone.name, "case": case.public_id}
    audit.record(actor, "case.join", other, before=before, case_id=other.id)
    sentence = f"{gone.name} is the same organization: its case in this cycle became part of this one."
    note_event(actor, other, "case", sentence, audience="applicant")


def title_of(case: Case) -> str:
    """The title of a case's cycle."""
    return str(db.session.execute(select(_cycle.c.title).where(_cycle.c.id == case.cycle_id)).scalar_one())


def case_that_stays(public_id: str) -> str:
    """The public id of the case that another one became part of.

    raises   Missing when it did not
    """
    merged = select(Case.merged_into_id).where(Case.public_id == public_id).scalar_subquery()
    found = db.session.scalar(select(Case.public_id).where(Case.id == merged))
    if found is None:
        raise Missing("There is no such case, or it is not yours to see.")
    return found


ORGANIZATIONS.register(Mover((Case.organization_id,), _foresee, _move, _hold))
CASES.register_column(Note.case_id)
CASES.register_column(Task.case_id)
CASES.register_column(StoredFile.case_id)
