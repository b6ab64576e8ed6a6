"""Reading what reviewers say of themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from grants.kernel.canonical import sha256_of
from grants.kernel.errors import Invalid, Missing
from grants.kernel.policy import Actor, require
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.review import policy
from grants.review.models import Affiliation, ReviewerProfile


def profile_of(actor: Actor, person: Person) -> ReviewerProfile | None:
    """What a reviewer says of themself; None while neither they nor an officer said anything.

    raises   Refused for who is neither they, nor organizes or audits reviews
    """
    require(policy.may_read_profile(actor, person.id))
    return db.session.scalar(select(ReviewerProfile).where(ReviewerProfile.person_id == person.id))


def profile_facts(profile: ReviewerProfile | None) -> dict[str, Any]:
    """What a reviewer says of themself, by name; empty while neither they nor an officer said anything."""
    return {
        "expertise": profile.expertise if profile else "",
        "grades": list(profile.grade_bands) if profile else [],
        "most": profile.most if profile else None,
        "away from": profile.away_from if profile else None,
        "away until": profile.away_until if profile else None,
    }


def profile_print(profile: ReviewerProfile | None) -> str:
    """SHA-256 over it: names what a page was drawn from."""
    return sha256_of(profile_facts(profile))


def affiliations_of(actor: Actor, person: Person) -> Sequence[Affiliation]:
    """The organizations that a reviewer says they are tied to, by name.

    raises   Refused for who is neither they, nor organizes or audits reviews
    """
    require(policy.may_read_profile(actor, person.id))
    return db.session.scalars(
        select(Affiliation)
        .where(Affiliation.person_id == person.id)
        .options(joinedload(Affiliation.organization))
        .order_by(func.lower(Affiliation.name), Affiliation.id)
    ).all()


def affiliation_of(actor: Actor, person: Person, public_id: str) -> Affiliation:
    """One of them.

    raises   Missing; Refused as before
    """
    require(policy.may_read_profile(actor, person.id))
    found = db.session.scalar(
        select(Affiliation).where(Affiliation.person_id == person.id, Affiliation.public_id == public_id)
    )
    if found is None:
        raise Missing("This tie is not stated, or no longer.")
    return found


def organizations_named(text: str, most: int = 12) -> Sequence[Organization]:
    """Organizations whose name has this in it, those that begin with it first; for anybody, as names are public.

    most   how many at most; nothing is found for less than two signs
    """
    wanted = " ".join(text.split())
    if len(wanted) < 2:
        return []
    begins = Organization.name.istartswith(wanted, autoescape=True)
    return db.session.scalars(
        select(Organization)
        .where(
            Organization.merged_into_id.is_(None),
            Organization.name.icontains(wanted, autoescape=True) | begins,
        )
        .order_by(~begins, func.lower(Organization.name), Organization.id)
        .limit(most)
    ).all()


def organization_meant(said: str) -> tuple[Organization | None, str]:
    """The organization that a typed or chosen name means, alone or with its city, and the name to keep.

    It is None for one that is not known, and where nothing tells several apart: then the rules look at every applicant
    of that name.
    raises   Invalid with the names to choose from, where the city tells them apart
    """
    wanted = " ".join(said.split()).casefold()
    named = organizations_named(said, most=50) or organizations_named(said.rpartition(",")[0], most=50)
    by_label = [one for one in named if f"{one.name}, {one.city or ''}".casefold() == wanted]
    found = by_label or [one for one in named if one.name.casefold() == wanted]
    labels = {f"“{one.name}, {one.city}”" for one in found if one.city}
    if len(found) > 1 and len(labels) == len(found):
        sentence = f"Several have this name. Write {', or '.join(sorted(labels))}."
        raise Invalid("Which one?", {"name": sentence})
    return (found[0] if len(found) == 1 else None, found[0].name if found else " ".join(said.split()))
