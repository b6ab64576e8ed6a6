"""Finding organizations that may be here twice, and saying of two that they are not the same."""

from typing import Any, Final

from sqlalchemy import ColumnElement, delete, event, inspect, or_, select
from sqlalchemy.orm import Mapper, Session, object_session

from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require_permission
from grants.people.likeness import match_keys, reasons
from grants.people.models import Organization
from grants.people.pair_models import MatchKey, SuspectedPair
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import before_commit, db

MOST_COMPARED: Final = 500
_TO_COMPARE: Final = "organizations_to_compare"
_COMPARED: Final = ("name", "nces_id", "cds_id", "street", "city", "postal_code")


def keep_apart(actor: Actor, pair: SuspectedPair) -> None:
    """Say that two organizations are not the same; nobody is asked about them again.

    raises   Refused; Clash when somebody said so before
    """
    require_permission(actor, "organization.manage")
    lock(pair)
    if pair.apart_at is not None:
        raise Clash("Somebody said a moment ago that these two are not the same.")
    pair.apart_at, pair.apart_by_id = now(), actor.person_id
    audit.record(actor, "organization.keep_apart", pair.first, after=_named(pair))


def doubt_again(actor: Actor, pair: SuspectedPair) -> None:
    """Take back that two organizations are not the same: the pair waits for a decision once more.

    raises   Refused; Clash when that was done before
    """
    require_permission(actor, "organization.manage")
    lock(pair)
    if pair.apart_at is None:
        raise Clash("Nobody says any more that these two are not the same.")
    pair.apart_at = pair.apart_by_id = None
    audit.record(actor, "organization.doubt", pair.first, after=_named(pair))
    compare(db.session(), pair.first)


def compare(session: Session, organization: Organization) -> None:
    """Find anew the pairs that an organization is part of; what was decided on one stays. Safe to repeat."""
    if organization.merged_into_id is not None:
        return
    keys = _keep_keys(session, organization)
    nearby = session.scalars(
        select(Organization)
        .where(
            Organization.id != organization.id,
            Organization.merged_into_id.is_(None),
            *_not_another(organization),
            Organization.id.in_(select(MatchKey.organization_id).where(MatchKey.key.in_(keys))),
        )
        .order_by(Organization.id)
        .limit(MOST_COMPARED)
    )
    weights = {other.id: len(why) for other in nearby if (why := reasons(organization, other))}
    known = {
        pair.second_id if pair.first_id == organization.id else pair.first_id: pair
        for pair in session.scalars(
            select(SuspectedPair).where(
                or_(SuspectedPair.first_id == organization.id, SuspectedPair.second_id == organization.id)
            )
        )
    }
    for number, pair in known.items():
        if number in weights:
            pair.weight = weights[number]
        elif pair.apart_at is None:
            session.delete(pair)
    for number in sorted(weights.keys() - known.keys()):
        first, second = sorted((number, organization.id))
        session.add(SuspectedPair(first_id=first, second_id=second, weight=weights[number], found_at=now()))
    session.flush()


def compare_uncompared(most: int = 500) -> int:
    """Compare organizations that never were, such as those from before there was anything to compare by.

    returns  how many were compared: `most` or fewer
    """
    never = ~select(MatchKey.id).where(MatchKey.organization_id == Organization.id).exists()
    found = db.session.scalars(
        select(Organization).where(never, Organization.merged_into_id.is_(None)).order_by(Organization.id).limit(most)
    ).all()
    for organization in found:
        compare(db.session(), organization)
    return len(found)


def _not_another(organization: Organization) -> list[ColumnElement[bool]]:
    """Hold for all but those whose identifier says that they are another: in an imported directory, nearly all."""
    return [
        or_(column.is_(None), column == known)
        for column, known in (
            (Organization.nces_id, organization.nces_id),
            (Organization.cds_id, organization.cds_id),
        )
        if known
    ]


def _keep_keys(session: Session, organization: Organization) -> frozenset[str]:
    # An organization without a letter in its name has a key all the same: it says that it was compared.
    keys = match_keys(organization) or frozenset({f"id {organization.id}"})
    mine = MatchKey.organization_id == organization.id
    session.execute(delete(MatchKey).where(mine, MatchKey.key.not_in(keys)))
    there = set(session.scalars(select(MatchKey.key).where(mine)))
    session.add_all(MatchKey(organization_id=organization.id, key=key) for key in sorted(keys - there))
    session.flush()
    return keys


def _named(pair: SuspectedPair) -> dict[str, str]:
    return {"one": pair.first.name, "other": pair.second.name}


def _note_change(_mapper: Mapper[Any], _connection: object, organization: Organization) -> None:
    session, now_and_before = object_session(organization), inspect(organization).attrs
    if session is not None and any(now_and_before[field].history.has_changes() for field in _COMPARED):
        session.info.setdefault(_TO_COMPARE, set()).add(organization.id)


def _compare_changed(session: Session) -> None:
    """Last in a unit of work, after the record is sealed: writers wait for one another there, so of two organizations
    that are added at the same moment the second sees the first."""
    numbers = session.info.pop(_TO_COMPARE, set())
    if not numbers:
        return
    changed = select(Organization).where(Organization.id.in_(numbers)).order_by(Organization.id)
    for organization in session.scalars(changed).all():
        compare(session, organization)


event.listen(Organization, "after_insert", _note_change)
event.listen(Organization, "after_update", _note_change)
before_commit.append(_compare_changed)
