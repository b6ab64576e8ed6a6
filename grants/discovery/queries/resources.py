"""Reading the resources of a cycle: by anyone, as far as they are published; all of them for the foundation's staff."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from grants.discovery.call_models import Call
from grants.discovery.resource_models import Resource, ResourceVersion
from grants.discovery.states import Shown
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import Cycle


def resources_shown(actor: Actor, call: Call, search: str = "", page: int = 1, size: int = 30) -> Page[Resource]:
    """Published resources of a call in the order staff chose, in four statements; each word has to be in one.

    search   words that are in the title, the sentence or the topic; empty for all
    """
    return paginate(_ordered(select(Resource).where(_shown(actor, call), *_with_words(search))), page, size)


def resource_shown(actor: Actor, call: Call, public_id: str) -> Resource:
    """One published resource of a call.

    raises   Missing when there is none, it is not published, or it is for schools and the actor is of none
    """
    found = db.session.scalar(
        select(Resource).where(Resource.public_id == public_id, _shown(actor, call)).options(*_loaded())
    )
    if found is None:
        raise Missing(
            "This is not shown here, or no longer. If it is for schools alone, sign in with your school’s account."
        )
    return found


def resources_kept(actor: Actor, cycle: Cycle, page: int = 1) -> Page[Resource]:
    """Every resource of a cycle, published or not, in its order."""
    return paginate(_ordered(select(Resource).where(Resource.cycle_id == cycle.id, _kept_for(actor))), page)


def resource_for(actor: Actor, public_id: str) -> Resource:
    """One resource with its cycle and every file or link it had.

    raises   Missing
    """
    found = db.session.scalar(
        select(Resource)
        .join(Resource.cycle)
        .where(Resource.public_id == public_id, _kept_for(actor))
        .options(contains_eager(Resource.cycle), joinedload(Resource.stage), *_loaded(ResourceVersion.put_by))
    )
    if found is None:
        raise Missing("There is no such resource.")
    return found


def resource_topics(cycle: Cycle) -> list[str]:
    """Topics that resources of the cycle have, in order of the alphabet."""
    found = select(Resource.topic).where(Resource.cycle_id == cycle.id, Resource.topic.is_not(None)).distinct()
    return [topic for topic in db.session.scalars(found.order_by(Resource.topic)) if topic]


def _shown(actor: Actor, call: Call) -> ColumnElement[bool]:
    for_schools = true() if actor.organization_ids or actor.may("resource.read") else false()
    reads = or_(Resource.audience == "everyone", and_(Resource.audience == "schools", for_schools))
    return and_(Resource.cycle_id == call.cycle_id, Resource.state == Shown.PUBLISHED, reads)


def _kept_for(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may("resource.read") else false()


def _with_words(search: str) -> list[ColumnElement[bool]]:
    columns = Resource.title, Resource.description, Resource.topic
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in search.split()]


def _ordered(statement: Select[Resource]) -> Select[Resource]:
    return statement.options(joinedload(Resource.stage), *_loaded()).order_by(Resource.position, Resource.id)


def _loaded(*more: Any) -> list[Any]:
    versions = selectinload(Resource.versions)
    return [versions.options(joinedload(ResourceVersion.file), *(joinedload(one) for one in more))]
