"""Reading the links by which people join an organization, and who came by them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.kernel.errors import Missing
from grants.people.joining_models import MembershipLink, MembershipLinkUse
from grants.people.models import Organization, Person
from grants.people.tokens import link_hash
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

NAMES_SHOWN = 5
PAGE = 10


def link_by_secret(secret: str) -> MembershipLink:
    """The link that somebody has opened, whatever became of it.

    raises   Missing
    """
    found = db.session.scalar(
        select(MembershipLink)
        .where(MembershipLink.token_hash == link_hash(secret))
        .options(joinedload(MembershipLink.organization), joinedload(MembershipLink.made_by))
    )
    if found is None:
        raise Missing("There is no such link. Copy it whole from where it was sent to you.")
    return found


def link_for(organization: Organization, public_id: str) -> MembershipLink:
    """One link of an organization that was found before.

    raises   Missing
    """
    found = db.session.scalar(
        select(MembershipLink).where(
            MembershipLink.public_id == public_id, MembershipLink.organization_id == organization.id
        )
    )
    if found is None:
        raise Missing("There is no such link.")
    return found


def links_of(organization: Organization, page: int = 1) -> Page[MembershipLink]:
    """The links of an organization that was found before, the latest first."""
    return paginate(
        select(MembershipLink)
        .where(MembershipLink.organization_id == organization.id)
        .order_by(MembershipLink.made_at.desc(), MembershipLink.id.desc())
        .options(joinedload(MembershipLink.made_by)),
        page,
        PAGE,
    )


def who_came(links: Sequence[MembershipLink]) -> Mapping[int, Sequence[str]]:
    """Link id -> names of the first NAMES_SHOWN who came by it, in one statement."""
    if not links:
        return {}
    place = func.row_number().over(partition_by=MembershipLinkUse.link_id, order_by=MembershipLinkUse.id)
    first = (
        select(MembershipLinkUse.link_id, Person.name, place.label("place"))
        .join(Person, Person.id == MembershipLinkUse.person_id)
        .where(MembershipLinkUse.link_id.in_([one.id for one in links]))
        .subquery()
    )
    found: dict[int, list[str]] = {one.id: [] for one in links}
    rows = select(first.c.link_id, first.c.name).where(first.c.place <= NAMES_SHOWN)
    for link_id, name in db.session.execute(rows.order_by(first.c.link_id, first.c.place)):
        found[link_id].append(name)
    return found
