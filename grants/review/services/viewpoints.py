"""For whom something is worked out in the background: once for each set of cases that is kept from somebody."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.kernel.permissions import PERMISSIONS
from grants.kernel.policy import SYSTEM, Actor
from grants.people.models import Person, RoleGrant
from grants.people.queries import actor_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.queries import hidden_name


def viewpoints(stage: CycleStage, permission: str) -> Iterator[Actor]:
    """The system, which knows of every application, and one holder of a permission for each set of cases kept from
    those who hold it.
    """
    yield SYSTEM
    seen = {""}
    people = db.session.scalars(
        select(Person)
        .where(Person.is_active, Person.grants.any(RoleGrant.role.in_(PERMISSIONS[permission])))
        .options(joinedload(Person.grants), joinedload(Person.memberships), joinedload(Person.coaching))
        .order_by(Person.id)
    ).unique()
    for actor in [actor_of(one) for one in people]:
        if actor.may(permission) and (hidden := hidden_name(actor, stage)) not in seen:
            seen.add(hidden)
            yield actor
