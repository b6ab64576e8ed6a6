"""Conflicts of interest: found by rule, declared before anything shows or when something did, noted, lifted.

From the moment a conflict stands, the person's assignments on the case are revoked. Scores given so far are set aside:
kept, and counted nowhere.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.services import note_event
from grants.casework.visibility import not_conflicted, visible_cases
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing, Refused, required
from grants.kernel.policy import SYSTEM, Actor, require, require_permission
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.moves import lock, lock_all, move
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Definition
from grants.review import policy
from grants.review.kinds import first_state
from grants.review.models import Assignment, Conflict, PanelMember
from grants.review.queries import REVIEWABLE, has_begun, is_applicant, is_noted, member_for, still_belongs, unnoted_ties
from grants.review.queries.scope import sits, standing_of
from grants.review.services.vacancies import open_vacancy
from grants.review.states import CONFLICT, ConflictState
from grants.review.steps import FIRST
from grants.review.ties import Tie

AGAIN = {"found": "find again", "declared": "say again", "confirmed": "stand again"}
NO_REASON = "Say in a few words what ties you to this applicant."


def find_rule_conflicts(
    stage: CycleStage, person_ids: Sequence[int], case_ids: Collection[int] | None = None
) -> list[Conflict]:
    """Note the conflicts that the stage's rules find between these people and its applicants.

    One that was found before, standing or lifted, is left as it is: staff may have looked at it.
    case_ids   of the applicants that are asked about, where it is not all
    returns    the new ones
    """
    return note_ties(unnoted_ties(stage, person_ids, case_ids))


def note_ties(found: Sequence[tuple[int, int, Tie]]) -> list[Conflict]:
    """Let what the rules found stand: (case id, person id, tie) each. Nobody said so, whoever's act had them asked."""
    return [
        let_stand(SYSTEM, case_id, person_id, tie.source, tie.reason, finding=tie.finding)
        for case_id, person_id, tie in found
    ]


def declare_conflicts(actor: Actor, stage: CycleStage, reasons: Mapping[int, str]) -> None:
    """A reviewer says with which applicants they have a tie, and that there are no others; only now their pile opens.

    reasons   case id -> what the tie is, for applicants of the stage; empty for none. Those declared before stay
    raises    Missing when the actor is not on the panel; Refused before terms and profile; Invalid for a case that is
              no applicant, or without a reason
    """
    require_permission(actor, "review.declare")
    member = _own_place(actor, stage)
    if (missing := standing_of(member).before("conflicts")) is not None:
        raise Refused(FIRST[missing])
    if not is_applicant(actor, stage, reasons.keys()):
        raise Invalid("A conflict can be declared only with an applicant of this stage.")
    for case_id, reason in reasons.items():
        _declare(actor, db.session.get_one(Case, case_id), reason)
    find_rule_conflicts(stage, [member.person_id])
    member.declared_at = now()
    # Not how many were named: each is on record with its case, and no number counts those that a reader may not see.
    audit.record(actor, "review.declare", member, after={"stage": stage.title, "declared_at": member.declared_at})


def undo_declaration(actor: Actor, stage: CycleStage) -> None:
    """Take a declaration back, as if it had not been made: the pile closes until it is. What was named stays named.

    raises   Missing when the actor is not on the panel; Clash when there is none, or something has been scored since
    """
    require_permission(actor, "review.declare")
    member = _own_place(actor, stage)
    if member.declared_at is None:
        raise Clash("You have not declared yet.")
    if has_begun(member):
        raise Clash("You have begun to score, so your declaration stands. Name a new conflict if there is one.")
    before = {"stage": stage.title, "declared_at": member.declared_at}
    member.declared_at = None
    audit.record(actor, "review.undo_declaration", member, before=before)


def declare_conflict(actor: Actor, case: Case, reason: str, kind: str | None = None) -> Conflict:
    """Declare one conflict, at any time. The case is closed to the actor from this moment.

    kind     a key of the program's kinds of conflict; None for the last one
    raises   Missing for a case the actor does not know of; Invalid for a kind that there is not, or without a reason
             where the kind asks for one
    """
    require_permission(actor, "review.declare")
    if not _knows(actor, case):
        raise Missing("There is no such applicant.")
    return _declare(actor, case, reason, kind)


def take_back_conflict(actor: Actor, stage: CycleStage, conflict: Conflict) -> None:
    """Undo a slip while declaring: the actor's own conflict, before they have said that the list is whole.

    raises   Missing when it is not theirs; Clash once they have declared
    """
    member = _own_place(actor, stage)
    if conflict.person_id != actor.person_id or conflict.source != "declared":
        raise Missing("There is no such conflict.")
    if member.declared_at is not None:
        raise Clash("You have declared already. Ask the program officer to lift a conflict.")
    _lift(actor, conflict, "Taken back before declaring.", "take back")


def note_conflict(actor: Actor, case: Case, person: Person, reason: str, kind: str | None = None) -> Conflict:
    """Staff note a conflict of someone else's. The case is closed to them from this moment.

    kind     a key of the program's kinds; None for the last one
    raises   Refused; Invalid for a kind that there is not, or without a reason; Clash when they noted one before
    """
    require_permission(actor, "review.organize")
    if kind is not None and kind not in _program_of(case).conflict_kinds:
        raise Invalid("Choose one of the kinds.", {"kind": "Choose one of these."})
    said = required(reason, "reason", "Say what the tie is.")
    hold_places(person.id, case.id)
    if is_noted(case.id, person.id):
        raise Clash(f"A conflict of {person.name} with this applicant is noted already.")
    return let_stand(actor, case.id, person.id, "staff", said, kind)


def lift_conflict(actor: Actor, conflict: Conflict, reason: str) -> None:
    """Staff lift a conflict. Revoked assignments stay revoked until someone assigns again.

    raises   Refused for one's own, a coach's, and that of who belongs to the applicant; Invalid without a reason;
             Clash when it is lifted already
    """
    require(policy.may_lift(actor, conflict.person_id, conflict.source, belongs=still_belongs(conflict)))
    reason = required(reason, "reason", "Say why the conflict does not stand.")
    lock(conflict)
    if conflict.lifted_at is not None:
        raise Clash("This conflict is lifted already.")
    _lift(actor, conflict, reason)


def confirm_conflict(actor: Actor, conflict: Conflict, reason: str) -> None:
    """Staff say that a conflict which a rule found, or somebody declared, is one; it has stood all the while.

    raises   Refused for one's own; Invalid without a reason; Clash when it is confirmed or lifted already
    """
    require(policy.may_confirm(actor, conflict.person_id))
    reason = required(reason, "reason", "Say why the conflict stands.")
    move(actor, conflict, "confirm", CONFLICT, lambda: None, said=_of_whom(conflict, reason))
    conflict.confirmed_at, conflict.confirmed_by_id, conflict.confirmed_reason = now(), actor.person_id, reason


def confirm_conflicts(actor: Actor, conflicts: Sequence[Conflict], reason: str) -> int:
    """Confirm several at once; those that were looked at meanwhile stay as they are.

    returns  how many were confirmed
    raises   Refused; Invalid without a reason
    """
    require_permission(actor, "review.organize")
    reason = required(reason, "reason", "Say why these conflicts stand.")
    lock_all(conflicts)
    open_ones = [one for one in conflicts if one.state == ConflictState.FOUND and one.person_id != actor.person_id]
    for one in open_ones:
        confirm_conflict(actor, one, reason)
    return len(open_ones)


def _declare(actor: Actor, case: Case, reason: str, kind: str | None = None) -> Conflict:
    if actor.person_id is None:
        raise Missing("Only a person can declare a conflict.")
    kinds = _program_of(case).conflict_kinds
    if kind is not None and kind not in kinds:
        raise Invalid("Choose one of the kinds.", {"kind": "Choose one of these."})
    said: str | None = " ".join(reason.split())
    if kind is None or kinds[kind].explain:
        said = required(reason, "reason", NO_REASON)
    return let_stand(actor, case.id, actor.person_id, "declared", said or None, kind)


def let_stand(
    actor: Actor,
    case_id: int,
    person_id: int,
    source: str,
    reason: str | None,
    kind: str | None = None,
    finding: str | None = None,
) -> Conflict:
    """Let a conflict stand: a new row, or the lifted one of the same source again; then revoke.

    kind      a key of the program's kinds; None for the one that the finding, or the source, is of
    finding   what a rule found (ties.Tie.finding)
    Those who call it have asked whether the actor may.
    """
    hold_places(person_id, case_id)
    kind = kind or _program_of(db.session.get_one(Case, case_id)).conflict_kind_of(finding or source)
    conflict = db.session.scalar(
        select(Conflict).where(Conflict.case_id == case_id, Conflict.person_id == person_id, Conflict.source == source)
    )
    if conflict is None:
        conflict = Conflict(case_id=case_id, person_id=person_id, source=source)
        db.session.add(conflict)
    elif conflict.lifted_at is None:
        return conflict
    else:
        move(actor, conflict, AGAIN[first_state(source)], CONFLICT, lambda: None)
        conflict.confirmed_at = conflict.confirmed_by_id = conflict.confirmed_reason = None
    conflict.kind, conflict.finding, conflict.reason, conflict.since = kind, finding, reason, now()
    conflict.lifted_at = conflict.lifted_by_id = conflict.lifted_reason = None
    db.session.flush()
    after = {"person": conflict.person.name, "source": source, "kind": conflict.kind, "reason": reason}
    audit.record(actor, "review.conflict", conflict, after=after, case_id=case_id)
    note_event(actor, conflict.case, "review", f"{conflict.person.name} has a conflict of interest with this case.")
    revoke(actor, conflict)
    return conflict


def hold_places(person_id: int, case_id: int) -> None:
    """Take a person's places on the panels that read a case, and their own row: whoever assigns takes the former, and
    of two who note the same conflict at once the second finds it noted.
    """
    stages = select(Application.stage_id).where(Application.case_id == case_id)
    places = select(PanelMember).where(PanelMember.person_id == person_id, PanelMember.stage_id.in_(stages))
    lock_all(db.session.scalars(places.order_by(PanelMember.id)).all())
    lock(db.session.get_one(Person, person_id))


def _program_of(case: Case) -> Definition:
    return definition_of(db.session.get_one(Cycle, case.cycle_id))


def revoke(actor: Actor, conflict: Conflict) -> None:
    """Take the person's assignments on the case away; twice is once."""
    revoked = db.session.scalars(
        select(Assignment)
        .join(Assignment.submission)
        .join(Submission.application)
        .where(
            Application.case_id == conflict.case_id,
            Assignment.reviewer_id == conflict.person_id,
            Assignment.revoked_at.is_(None),
        )
        .options(joinedload(Assignment.scorecard))
    ).all()
    # A save that is under way is waited for; one that comes after finds the assignment revoked.
    lock_all([one.scorecard for one in revoked if one.scorecard is not None])
    for assignment in revoked:
        assignment.revoked_at = now()
        card = assignment.scorecard
        audit.record(
            actor,
            "review.revoke",
            assignment,
            after={"because": "conflict", "scorecard": card.state if card else None},
            case_id=conflict.case_id,
        )
        open_vacancy(actor, assignment)


def _lift(actor: Actor, conflict: Conflict, reason: str, how: str = "clear") -> None:
    move(actor, conflict, how, CONFLICT, lambda: None, said=_of_whom(conflict, reason))
    conflict.lifted_at, conflict.lifted_by_id, conflict.lifted_reason = now(), actor.person_id, reason
    note_event(actor, conflict.case, "review", f"{conflict.person.name}’s conflict of interest was lifted.")


def _of_whom(conflict: Conflict, reason: str) -> dict[str, str]:
    return {"person": conflict.person.name, "reason": reason}


def _own_place(actor: Actor, stage: CycleStage) -> PanelMember:
    member = member_for(actor, stage)
    if member is None:
        raise Missing("You are not on this panel.")
    # Whoever assigns takes the same row: a conflict and an assignment that cross are put in order.
    lock(member)
    return member


def _knows(actor: Actor, case: Case) -> bool:
    """Whether the case is on one of the actor's lists of applicants, or open to them by role."""
    on_a_list = exists().where(
        PanelMember.person_id == actor.person_id,
        sits(),
        PanelMember.stage_id == Application.stage_id,
        Application.case_id == Case.id,
        Application.state.in_(REVIEWABLE),
    )
    seen = and_(on_a_list, not_conflicted(actor, Case.id)) | visible_cases(actor)
    return db.session.scalar(select(Case.id).where(Case.id == case.id, seen)) is not None
