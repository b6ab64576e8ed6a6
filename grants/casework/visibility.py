"""Which cases an actor may know of, as SQL predicates: the one place where conflicts of interest become invisible."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, column, exists, false, or_, select, table, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grants.casework.models import Case
from grants.kernel.policy import Actor, Role
from grants.people.models import CoachInvitation, ConsortiumMember, OrganizationMembership

# These tables belong to later steps (review, applications), which this one may not import; their columns are all that
# is asked of them. Each has a name of its own, so that it is never taken for the table of a statement around it; it is
# given once, since naming a table takes longer than asking it.
_conflict = table("conflict", column("case_id"), column("person_id"), column("since"), column("lifted_at")).alias(
    "standing_conflict"
)
_coached = table("coached_section", column("application_id"), column("invitation_id"), column("opened_at")).alias(
    "coached"
)
_application = table("application", column("id"), column("case_id")).alias("coached_application")
_applied = table("application", column("id"), column("case_id")).alias("consortium_application")
_submitted = table("submission", column("application_id"), column("submitted_at")).alias("consortium_submission")
_invitation, _coach = aliased(CoachInvitation), aliased(CoachInvitation)
_belonging = aliased(OrganizationMembership)
_its_own, _merged, _member = aliased(Case), aliased(Case), aliased(ConsortiumMember)


Column = ColumnElement[Any] | Any
Time = tuple[Column, Column]
"""From when until when; where the end is NULL, until now."""


def not_conflicted(
    actor: Actor, case_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | ColumnElement[int]
) -> ColumnElement[bool]:
    """Holds for rows whose case the actor has no standing conflict with, and for rows of no case.

    Belonging to the case's organization, or coaching it, is a conflict without anyone saying so; so is a tie of that
    kind to a member of the consortium that applies, now or at any time since it first submitted. Having coached a draft
    of the case is one for good; having been asked to is none.
    case_id   the column that says which case a row belongs to
    """
    if actor.person_id is None:
        return true()
    return or_(case_id.is_(None), free_of_conflict(actor.person_id, actor.ties, case_id))


def free_of_conflict(
    person_id: Column, own: Collection[int] | BindParameter[Any], case_id: Column
) -> ColumnElement[bool]:
    """What `not_conflicted` says of an actor, of one person, where both may be parameters of a statement that stays.

    What that one is kept from is asked once for all rows, not anew for each: it is one person, of few cases.
    own   ids of the organizations that the person belongs to or coaches (Actor.ties)
    """
    declared = select(_conflict.c.case_id).where(_conflict.c.person_id == person_id, _conflict.c.lifted_at.is_(None))
    coached = select(_application.c.case_id).where(
        _invitation.person_id == person_id,
        _coached.c.invitation_id == _invitation.id,
        _coached.c.opened_at.is_not(None),
        _application.c.id == _coached.c.application_id,
    )
    free = and_(case_id.not_in(declared), case_id.not_in(coached))
    if not isinstance(own, BindParameter) and not own:
        return free
    applies = select(_its_own.id).where(_its_own.organization_id.in_(own))
    through = select(_its_own.id).where(
        _member.organization_id.in_(own),
        _its_own.organization_id == _member.consortium_id,
        counts_for(_member, _its_own.id),
    )
    return and_(free, case_id.not_in(applies), case_id.not_in(through))


def has_conflict(person_id: Column, case_id: Column, during: Time | None = None) -> ColumnElement[bool]:
    """Holds where this person has a conflict with this case: the same of people who differ from row to row.

    during   a time past: holds where the person had one then, as far as what is kept tells
    """
    noted = exists().where(
        *(_conflict.c.case_id == case_id, _conflict.c.person_id == person_id),
        *_stands(_conflict.c.since, _conflict.c.lifted_at, during),
    )
    coached = exists().where(
        _application.c.case_id == case_id,
        _coached.c.application_id == _application.c.id,
        _coached.c.invitation_id == _invitation.id,
        *_stands(_coached.c.opened_at, None, during),
        _invitation.person_id == person_id,
    )
    coaches = (_coach.person_id == person_id, *_stands(_coach.accepted_at, _coach.ended_at, during))
    tied = _applies(case_id, _coach.organization_id, *coaches)
    return or_(noted, coached, belongs_to_applicant(person_id, case_id, during), tied)


def belongs_to_applicant(person_id: Column, case_id: Column, during: Time | None = None) -> ColumnElement[bool]:
    """Holds where this person belongs to the case's organization, or to a member of its consortium that counts."""
    belongs = (_belonging.person_id == person_id, *_stands(_belonging.since, None, during))
    return _applies(case_id, _belonging.organization_id, *belongs)


def _stands(since: Column, until: Column | None, during: Time | None) -> list[ColumnElement[bool]]:
    """What a tie from `since` until `until`, where it can end, fulfils to stand: now, or at any moment of a time."""
    if during is None:
        return [since.is_not(None), *([] if until is None else [until.is_(None)])]
    began, ended = during
    return [
        *(since.is_not(None), or_(ended.is_(None), since <= ended)),
        *([] if until is None else [or_(until.is_(None), until > began)]),
    ]


def _applies(case_id: Column, organization_id: Column, *tie: ColumnElement[bool]) -> ColumnElement[bool]:
    """Holds where a tie, of which people have few or none, is to the case's organization or a member of it."""
    through = exists().where(
        _member.consortium_id == _its_own.organization_id,
        _member.organization_id == organization_id,
        counts_for(_member, _its_own.id),
    )
    return exists().where(*tie, _its_own.id == case_id, or_(_its_own.organization_id == organization_id, through))


def counts_for(member: type[ConsortiumMember], case_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Holds for members of a case's consortium that count: in it now, or at any time since it first submitted."""
    stayed = (
        exists()
        .where(
            _applied.c.case_id == case_id,
            _submitted.c.application_id == _applied.c.id,
            _submitted.c.submitted_at <= member.until,
        )
        # Said, since left to itself it would take the case of a statement two levels further out for any case.
        .correlate_except(_applied, _submitted)
    )
    return and_(member.since.is_not(None), or_(member.until.is_(None), stayed))


def conflicted_cycle_ids(actor: Actor) -> Select[int]:
    """Ids of the cycles in which the actor has a conflict with some case, whatever became of it."""
    return select(Case.cycle_id).where(~not_conflicted(actor, Case.id)).distinct()


def no_conflict_beside(
    actor: Actor, case_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Holds for rows whose case lies in a cycle where the actor has no standing conflict with any case.

    Asked of what weighs one case against the others, such as a place on a waitlist: it would tell of the hidden one.
    """
    other = aliased(Case)
    return case_id.in_(select(other.id).where(other.cycle_id.not_in(conflicted_cycle_ids(actor))))


def visible_cases(actor: Actor) -> ColumnElement[bool]:
    """Holds for the cases the actor may know of.

    Staff and partner funders: all but those they are conflicted with. Applicants: their own organizations'; for them a
    conflict does not count, since it is the very tie that lets them in. A reviewer's cases follow from assignments,
    which review adds. A coach reads parts of drafts, which applications adds, and no case.
    """
    if Role.SYSTEM in actor.roles:
        return true()
    ways: list[ColumnElement[bool]] = []
    if sees_all_cases(actor):
        ways.append(and_(Case.merged_into_id.is_(None), not_conflicted(actor, Case.id)))
    if actor.organization_ids:
        ways.append(Case.organization_id.in_(actor.organization_ids))
    return or_(false(), *ways)


def in_use(case_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Holds for rows whose case did not become part of another one."""
    return case_id.not_in(select(_merged.id).where(_merged.merged_into_id.is_not(None)))


def sees_all_cases(actor: Actor) -> bool:
    """Whether the actor's role opens every case, conflicts aside."""
    return actor.may("case.list") or actor.may("application.list") or Role.SYSTEM in actor.roles


def sees_as_staff(actor: Actor, case_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Holds for rows whose case the actor reads as the foundation does, notes and staff events included."""
    if not actor.may("case.list") and Role.SYSTEM not in actor.roles:
        return false()
    return and_(true(), not_conflicted(actor, case_id))
