"""Reading organizations that may be here twice, two by two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require_permission
from grants.people.likeness import reasons
from grants.people.models import Organization, OrganizationMembership
from grants.people.pair_models import SuspectedPair
from grants.people.withholding import not_withheld
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

PAIRS_ON_A_PAGE = 10


@dataclass(frozen=True)
class PairFilters:
    """What the list of pairs is narrowed to; empty text narrows nothing.

    search   part of the name or city of either
    state    apart: those that were said to be two; anything else: those nobody has decided on
    """

    search: str = ""
    state: str = ""


@dataclass(frozen=True)
class Weighed:
    """A pair as its page shows it: `why` as likeness.reasons gives it, now."""

    pair: SuspectedPair
    why: tuple[str, ...]

    def other(self, one: Organization) -> Organization:
        """The one beside `one`."""
        return self.pair.second if one.id == self.pair.first_id else self.pair.first

    @property
    def both(self) -> tuple[Organization, Organization]:
        return self.pair.first, self.pair.second


def suspected(actor: Actor, filters: PairFilters, page: int = 1, size: int = PAIRS_ON_A_PAGE) -> Page[Weighed]:
    """Pairs that may be the same: those with the most reasons first, the latest found before the others.

    Left out is a pair of which one has a case that is hidden from the actor.
    raises   Refused
    """
    require_permission(actor, "duplicate.list")
    found = (
        select(SuspectedPair)
        .where(_open_to(actor), _in_state(filters.state), _named(filters.search))
        .options(*_both())
        .order_by(SuspectedPair.weight.desc(), SuspectedPair.found_at.desc(), SuspectedPair.id)
    )
    shown = paginate(found, page, size)
    weighed = [Weighed(pair, reasons(pair.first, pair.second)) for pair in shown.items]
    return Page(weighed, shown.number, shown.size, shown.total)


def undecided(actor: Actor, organization: Organization | None = None) -> int:
    """How many pairs wait for somebody to decide, of all or of one organization; 0 for whoever may not list them."""
    if not actor.may("duplicate.list"):
        return 0
    counted = select(func.count()).select_from(SuspectedPair).where(_open_to(actor), _in_state(""))
    return db.session.scalar(counted if organization is None else counted.where(_of(organization))) or 0


def pair_for(actor: Actor, public_id: str) -> SuspectedPair:
    """One pair, with both organizations.

    raises   Refused; Missing
    """
    require_permission(actor, "duplicate.list")
    wanted = SuspectedPair.public_id == public_id
    pair = db.session.scalar(select(SuspectedPair).where(wanted, _open_to(actor)).options(*_both()))
    if pair is None:
        raise Missing("There is no such pair, or one of the two was changed meanwhile. Look at the list again.")
    return pair


def comparable(actor: Actor, public_id: str) -> Organization:
    """One organization of which the actor may be told what is beside it.

    raises   Missing, also when a case of it is hidden from the actor
    """
    found = select(Organization).where(
        Organization.public_id == public_id,
        Organization.merged_into_id.is_(None),
        not_withheld(actor, Organization.id),
    )
    organization = db.session.scalar(found) if actor.may("organization.read") else None
    if organization is None:
        raise Missing("There is no such organization, or it is not yours to compare.")
    return organization


def likely_twins(actor: Actor, organization: Organization) -> Sequence[Weighed]:
    """The pairs that an organization which was found before is part of and nobody has decided on; at most ten."""
    found = select(SuspectedPair).where(_open_to(actor), _in_state(""), _of(organization)).options(*_both())
    rows = db.session.scalars(found.order_by(SuspectedPair.weight.desc(), SuspectedPair.id).limit(PAIRS_ON_A_PAGE))
    return [Weighed(pair, reasons(pair.first, pair.second)) for pair in rows]


def members_by(organization_ids: Sequence[int]) -> Mapping[int, int]:
    """Organization id -> how many people belong to it, for organizations that were found before."""
    belongs = OrganizationMembership.organization_id
    rows = db.session.execute(select(belongs, func.count()).where(belongs.in_(organization_ids)).group_by(belongs))
    return {row[0]: row[1] for row in rows}


# What later steps can say of an organization beside its description, in a word and a number, such as its cases.
_figures: dict[str, Callable[[Actor, Sequence[int]], Mapping[int, int] | None]] = {}


def show_figure(word: str, count: Callable[[Actor, Sequence[int]], Mapping[int, int] | None]) -> None:
    """Add a figure by which two organizations are compared.

    count   organization ids -> how many, in one statement; None for an actor who must not know
    """
    _figures[word] = count


def figures(actor: Actor, organization_ids: Sequence[int]) -> dict[str, Mapping[int, int]]:
    """The figures of some organizations by word; a statement each."""
    counted = {word: count(actor, organization_ids) for word, count in _figures.items()}
    return {"People": members_by(organization_ids)} | {word: by for word, by in counted.items() if by is not None}


def _both() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(SuspectedPair.first),
        joinedload(SuspectedPair.second),
        joinedload(SuspectedPair.apart_by),
    )


def _open_to(actor: Actor) -> ColumnElement[bool]:
    return and_(not_withheld(actor, SuspectedPair.first_id), not_withheld(actor, SuspectedPair.second_id))


def _of(organization: Organization) -> ColumnElement[bool]:
    return or_(SuspectedPair.first_id == organization.id, SuspectedPair.second_id == organization.id)


def _in_state(state: str) -> ColumnElement[bool]:
    return SuspectedPair.apart_at.is_not(None) if state == "apart" else SuspectedPair.apart_at.is_(None)


def _named(search: str) -> ColumnElement[bool]:
    one = aliased(Organization)
    wanted = or_(
        one.name.icontains(search.strip(), autoescape=True), one.city.icontains(search.strip(), autoescape=True)
    )
    ids = select(one.id).where(wanted)
    return or_(SuspectedPair.first_id.in_(ids), SuspectedPair.second_id.in_(ids)) if search.strip() else and_(True)
