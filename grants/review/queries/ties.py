"""What the rules of a stage find between people and its applicants, in a constant number of statements."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from grants.applications.models import Application, CoachedSection, Submission
from grants.casework.models import Case
from grants.casework.visibility import counts_for
from grants.kernel.roles import OrganizationRole
from grants.people.models import CoachInvitation, ConsortiumMember, Organization, OrganizationMembership, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Affiliation, Conflict
from grants.review.ties import Judge, Judged, Stated, Tie, domain_of, keeps_away, ties

SPEAKING: Final = (OrganizationRole.LEAD, OrganizationRole.SIGNATORY)
"""Parts in an organization whose email domain counts as its own."""
_network = aliased(Organization)


def unnoted_ties(
    stage: CycleStage, person_ids: Collection[int], case_ids: Collection[int] | None = None
) -> list[tuple[int, int, Tie]]:
    """What the stage's rules find between people and its applicants, and no conflict says yet: (case, person, tie).

    One that stands is left out, and so is one that staff have cleared, unless it is now for another reason, or it is
    that of who belongs to the applicant: they did not when it was cleared.
    case_ids   of the applicants that are asked about, where it is not all: a panel of 60 and 5,000 take over a second
    """
    rules = definition_of(stage.cycle).application_stage(stage.key).review.conflicts
    noted: dict[tuple[int, int, str], str | None] = {
        (case_id, person_id, source): (reason if lifted_at else None)
        for case_id, person_id, source, reason, lifted_at in db.session.execute(
            select(Conflict.case_id, Conflict.person_id, Conflict.source, Conflict.reason, Conflict.lifted_at).where(
                Conflict.person_id.in_(person_ids)
            )
        )
    }
    cases = _judged(stage, case_ids)
    return [
        (case_id, person_id, tie)
        for person_id, judge in sorted(_judges(person_ids).items())
        for case_id, judged in sorted(cases.items())
        for tie in ties(judge, judged, rules)
        if _is_news(tie, noted.get((case_id, person_id, tie.source), ""))
    ]


def _is_news(tie: Tie, cleared: str | None) -> bool:
    """Whether a tie is to be noted. `cleared` is why it once stood, None where it stands, "" where it is new."""
    return cleared is not None and (cleared != tie.reason or tie.source == "same_organization")


def stated_to(stage: CycleStage, person_id: int, case_ids: Collection[int]) -> dict[int, str]:
    """Case id -> the relation (review.reviewers.RELATIONS) that a person's own profile states to this applicant.

    Asked of applicants whose names the person may see: it finds what the program does not have as a rule, too.
    """
    said = _stated([person_id]).get(person_id)
    if not said or not case_ids:
        return {}
    judge = Judge("", frozenset(), frozenset(), stated=tuple(said))
    return {
        case_id: tie.relation
        for case_id, judged in _judged(stage, case_ids).items()
        for tie in ties(judge, judged, {"stated_ties"})
        if tie.relation
    }


def kept_by_profile(stage: CycleStage, person_id: int) -> Sequence[Affiliation]:
    """What a person's own profile states, of those ties that a rule of the stage keeps away, by name.

    Whether any of these has applied is not asked, and so it is not told.
    """
    rules = definition_of(stage.cycle).application_stage(stage.key).review.conflicts
    stated = select(Affiliation).where(Affiliation.person_id == person_id).order_by(Affiliation.name, Affiliation.id)
    return [one for one in db.session.scalars(stated) if keeps_away(one.relation, rules)]


def _judges(person_ids: Collection[int]) -> dict[int, Judge]:
    """Person id -> what the conflict rules ask about them; five statements."""
    belongs = _grouped(OrganizationMembership.person_id, OrganizationMembership.organization_id, person_ids)
    coached = _grouped(CoachInvitation.person_id, CoachInvitation.organization_id, person_ids, _coached_ever())
    emails = db.session.execute(select(Person.id, Person.email).where(Person.id.in_(person_ids)))
    networks = _networks({one for several in belongs.values() for one in several})
    stated = _stated(person_ids)
    return {
        number: Judge(
            email,
            own := frozenset(belongs.get(number, ())),
            frozenset(coached.get(number, ())),
            frozenset(network for one in own for network in networks.get(one, ())),
            tuple(stated.get(number, ())),
        )
        for number, email in emails
    }


def _stated(person_ids: Collection[int]) -> dict[int, list[Stated]]:
    found: dict[int, list[Stated]] = {}
    for one in db.session.scalars(
        select(Affiliation).where(Affiliation.person_id.in_(person_ids)).order_by(Affiliation.id)
    ):
        until = one.ended_on.year if one.ended_on else None
        found.setdefault(one.person_id, []).append(Stated(one.relation, one.name, one.organization_id, until))
    return found


def _networks(organization_ids: Collection[int] | CompoundSelect[int]) -> dict[int, dict[int, str]]:
    """Organization id -> the consortia in which it is now: their ids and names."""
    found: dict[int, dict[int, str]] = {}
    for organization_id, number, name in db.session.execute(
        select(ConsortiumMember.organization_id, _network.id, _network.name)
        .join(_network, _network.id == ConsortiumMember.consortium_id)
        .where(
            ConsortiumMember.organization_id.in_(organization_ids),
            ConsortiumMember.since.is_not(None),
            ConsortiumMember.until.is_(None),
        )
        .order_by(ConsortiumMember.id)
    ):
        found.setdefault(organization_id, {})[number] = name
    return found


def _judged(stage: CycleStage, case_ids: Collection[int] | None) -> dict[int, Judged]:
    """Case id -> what the conflict rules ask about the applicant, for these of the stage or all; five statements.

    Of a consortium, its members stand before itself: who belongs to a member belongs to it too.
    """
    in_stage = and_(
        exists().where(
            Application.stage_id == stage.id,
            Application.case_id == Case.id,
            exists().where(Submission.application_id == Application.id),
        ),
        true() if case_ids is None else Case.id.in_(case_ids),
    )
    own = select(Case.id, Organization.id, Organization.name, Organization.email_domain).where(in_stage)
    members = (
        own.select_from(Case)
        .join(ConsortiumMember, ConsortiumMember.consortium_id == Case.organization_id)
        .join(ConsortiumMember.organization)
    )
    members = members.where(counts_for(ConsortiumMember, Case.id))
    own = own.join(Case.organization)
    rows = [*db.session.execute(members.order_by(ConsortiumMember.id)), *db.session.execute(own)]
    # Asked again in a statement, and not named in it: to spell and to read thousands of numbers takes longer.
    places = union(*(one.order_by(None).with_only_columns(Organization.id) for one in (members, own)))
    emails, networks = _emails(places), _networks(places)
    found: dict[int, Judged] = {}
    for case_id, organization_id, name, domain in rows:
        judged = found.setdefault(case_id, Judged({}, {}))
        names, domains = dict(judged.names), dict(judged.domains)
        names.setdefault(organization_id, name)
        for one in ([domain.lower()] if domain else []) + emails.get(organization_id, []):
            domains.setdefault(one, name)
        found[case_id] = Judged(names, domains, {**judged.networks, **networks.get(organization_id, {})})
    return found


def _emails(organization_ids: Collection[int] | CompoundSelect[int]) -> dict[int, list[str]]:
    """Organization id -> the email domains of those who lead it or sign for it.

    Not of everyone who writes for it: whoever invites a helper with an address of theirs would tie the helper's whole
    house to the applicant, and could keep any reviewer away.
    """
    found: dict[int, list[str]] = {}
    for organization_id, email in db.session.execute(
        select(OrganizationMembership.organization_id, Person.email)
        .join(OrganizationMembership.person)
        .where(
            OrganizationMembership.organization_id.in_(organization_ids),
            OrganizationMembership.role.in_(SPEAKING),
        )
        .order_by(OrganizationMembership.id)
    ):
        found.setdefault(organization_id, []).append(domain_of(email))
    # Whoever writes from where an organization wrote from that is part of this one now is tied to it all the same.
    for merged in db.session.execute(
        select(Organization.merged_into_id, Organization.email_domain)
        .where(Organization.merged_into_id.in_(organization_ids), Organization.email_domain.is_not(None))
        .order_by(Organization.id)
    ):
        found.setdefault(merged.merged_into_id, []).append(merged.email_domain.lower())
    return found


def _coached_ever() -> ColumnElement[bool]:
    """Holds for invitations of those who coach the organization or did, whatever became of a later asking."""
    opened = exists().where(CoachedSection.invitation_id == CoachInvitation.id, CoachedSection.opened_at.is_not(None))
    return or_(CoachInvitation.accepted_at.is_not(None), opened)


def _grouped(
    person: InstrumentedAttribute[int],
    organization: InstrumentedAttribute[int],
    person_ids: Collection[int],
    condition: ColumnElement[bool] | None = None,
) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = db.session.execute(
        select(person, organization).where(person.in_(person_ids), true() if condition is None else condition)
    )
    for person_id, organization_id in rows:
        found.setdefault(person_id, set()).add(organization_id)
    return found
