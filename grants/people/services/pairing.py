"""Finding organizations that may be here twice, and saying of two that they are not the same."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, delete, event, func, insert, inspect, or_, select
from sqlalchemy.orm import Mapper, Session, aliased, object_session

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
_ASKED_AT_ONCE: Final = 10_000  # engines take no more values in one statement than some tens of thousands
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
    compare(db.session(), [pair.first])


def compare(session: Session, organizations: Sequence[Organization]) -> None:
    """Find anew the pairs that organizations are part of; what was decided on one stays. Safe to repeat.

    Each is compared with those of its pairs, and with MOST_COMPARED others at most. The statements are the same in
    number for one and for a hundred, as a directory brings them in.
    """
    compared = {one.id: one for one in organizations if one.merged_into_id is None}
    _keep_keys(session, compared.values())
    of_them = or_(SuspectedPair.first_id.in_(list(compared)), SuspectedPair.second_id.in_(list(compared)))
    known = {(pair.first_id, pair.second_id): pair for pair in session.scalars(select(SuspectedPair).where(of_them))}
    weights = {
        (one.id, other.id): len(why)
        for one, other in _read(session, compared, _near(session, compared) | known.keys())
        if (why := reasons(one, other))
    }
    for key, pair in known.items():
        if key in weights:
            pair.weight = weights[key]
        elif pair.apart_at is None:
            session.delete(pair)
    for first, second in sorted(weights.keys() - known.keys()):
        weight = weights[first, second]
        session.add(SuspectedPair(first_id=first, second_id=second, weight=weight, found_at=now()))
    session.flush()


def compare_uncompared(most: int = 500) -> int:
    """Compare organizations that never were, such as those from before there was anything to compare by.

    returns  how many were compared: `most` or fewer
    """
    never = ~select(MatchKey.id).where(MatchKey.organization_id == Organization.id).exists()
    found = db.session.scalars(
        select(Organization).where(never, Organization.merged_into_id.is_(None)).order_by(Organization.id).limit(most)
    ).all()
    compare(db.session(), found)
    return len(found)


def _near(session: Session, compared: Collection[int]) -> set[tuple[int, int]]:
    """Each with those that share a key with it, MOST_COMPARED at most of each, but for those whose identifier says that
    they are another: in an imported directory, nearly all.

    returns  ids, the smaller of two first
    """
    rows = session.execute(_sharing_a_key(), {"compared": list(compared), "most": MOST_COMPARED})
    return {(min(mine, their), max(mine, their)) for mine, their in rows}


@cache
def _sharing_a_key() -> Select[int, int]:
    """Asked with every organization that changes, and so put together once."""
    its, theirs, one, other = aliased(MatchKey), aliased(MatchKey), aliased(Organization), aliased(Organization)
    # Asked of the keys first and nothing else, so that no engine begins with all organizations there are.
    shared = (
        select(its.organization_id.label("one"), theirs.organization_id.label("other"))
        .join(theirs, and_(theirs.key == its.key, theirs.organization_id != its.organization_id))
        .where(its.organization_id.in_(bindparam("compared", expanding=True)))
        .distinct()
        .subquery()
    )
    ids = [(getattr(one, field), getattr(other, field)) for field in ("nces_id", "cds_id")]
    maybe_one = (or_(mine.is_(None), its_own.is_(None), mine == its_own) for mine, its_own in ids)
    place = func.row_number().over(partition_by=shared.c.one, order_by=shared.c.other).label("place")
    near = (
        select(shared.c.one, shared.c.other, place)
        .join(one, one.id == shared.c.one)
        .join(other, other.id == shared.c.other)
        .where(other.merged_into_id.is_(None), *maybe_one)
        .subquery()
    )
    return select(near.c.one, near.c.other).where(near.c.place <= bindparam("most"))


def _read(
    session: Session, compared: Mapping[int, Organization], pairs: Collection[tuple[int, int]]
) -> Iterator[tuple[Organization, Organization]]:
    """Pairs of ids as organizations, without those of which one has become part of another."""
    found, wanted = dict(compared), sorted({number for pair in pairs for number in pair} - compared.keys())
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        some = Organization.id.in_(wanted[start : start + _ASKED_AT_ONCE])
        found |= {one.id: one for one in session.scalars(select(Organization).where(some))}
    both = ((found[first], found[second]) for first, second in pairs)
    yield from ((one, other) for one, other in both if one.merged_into_id is None and other.merged_into_id is None)


def _keep_keys(session: Session, organizations: Iterable[Organization]) -> None:
    # An organization without a letter in its name has a key all the same: it says that it was compared.
    wanted = {(one.id, key) for one in organizations for key in match_keys(one) or {f"id {one.id}"}}
    numbers = {number for number, _ in wanted}
    rows = select(MatchKey.id, MatchKey.organization_id, MatchKey.key).where(MatchKey.organization_id.in_(numbers))
    there = {(organization_id, key): number for number, organization_id, key in session.execute(rows)}
    if gone := [number for pair, number in there.items() if pair not in wanted]:
        session.execute(delete(MatchKey).where(MatchKey.id.in_(gone)))
    if new := sorted(wanted - there.keys()):
        session.execute(insert(MatchKey), [{"organization_id": number, "key": key} for number, key in new])


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
    compare(session, session.scalars(changed).all())


event.listen(Organization, "after_insert", _note_change)
event.listen(Organization, "after_update", _note_change)
before_commit.append(_compare_changed)
