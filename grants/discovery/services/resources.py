"""Staff keep files and links for those who apply in a cycle."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from grants.casework import files
from grants.casework.files import PutFile
from grants.discovery.links import link_fault
from grants.discovery.resource_models import AUDIENCES, Resource, ResourceVersion
from grants.discovery.states import RESOURCE, Shown
from grants.kernel.clock import now
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require_permission
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

Content = PutFile | str  # a file that was put into the store, or a link
LONGEST_TITLE, LONGEST_SENTENCE = 120, 300


@dataclass(frozen=True)
class ResourcePlan:
    """What is said of a resource, and to whom it is shown: see resource_models.Resource."""

    title: str
    description: str
    stage_id: int | None = None
    topic: str | None = None
    audience: str = "everyone"
    illustrative: bool = False

    def check(self, cycle: Cycle) -> None:
        """raises   Invalid, with a sentence by field"""
        of_cycle = select(CycleStage.id).where(CycleStage.id == self.stage_id, CycleStage.cycle_id == cycle.id)
        errors = {
            "title": _length_fault(self.title, LONGEST_TITLE, "Give it a title."),
            "description": _length_fault(self.description, LONGEST_SENTENCE, "Say what it is good for."),
            "audience": "" if self.audience in AUDIENCES else "Choose who may have it.",
            "stage": "Choose a stage of this cycle."
            if self.stage_id is not None and db.session.scalar(of_cycle) is None
            else "",
        }
        if wrong := {field: sentence for field, sentence in errors.items() if sentence}:
            raise Invalid("The resource cannot be kept like this.", wrong)


def add_resource(actor: Actor, cycle: Cycle, plan: ResourcePlan, content: Content) -> Resource:
    """Keep a file or a link for a cycle, at the end of its list; nobody but staff sees it until it is published.

    raises   Refused; Invalid with a sentence by field
    """
    require_permission(actor, "resource.manage")
    plan.check(cycle)
    _check(content)
    lock(cycle)  # two that are added at once get a place each
    last = db.session.scalar(select(func.max(Resource.position)).where(Resource.cycle_id == cycle.id)) or 0
    resource = Resource(cycle_id=cycle.id, position=last + 1, state=Shown.DRAFT, **vars(plan))
    db.session.add(resource)
    db.session.flush()
    version = _put(actor, resource, content)
    audit.record(actor, "resource.add", resource, after=_said(resource) | _named(version))
    return resource


def change_resource(actor: Actor, resource: Resource, plan: ResourcePlan) -> None:
    """Change what is said of a resource, or to whom it is shown. Saying the same again changes nothing.

    raises   Refused; Invalid with a sentence by field
    """
    require_permission(actor, "resource.manage")
    plan.check(resource.cycle)
    lock(resource)
    before = _said(resource)
    for name in before:
        setattr(resource, name, getattr(plan, name))
    if (after := _said(resource)) != before:
        db.session.flush()
        audit.record(actor, "resource.change", resource, before=before, after=after)


def replace_resource(actor: Actor, resource: Resource, content: Content) -> bool:
    """Put another file or link in a resource's place; the one before stays for staff. The same again changes nothing.

    returns  whether there is a new one
    raises   Refused; Invalid beside `link`
    """
    require_permission(actor, "resource.manage")
    _check(content)
    lock(resource)
    last = resource.held
    if last.link == content or (last.file and not isinstance(content, str) and last.file.sha256 == content.sha256):
        return False
    version = _put(actor, resource, content)
    audit.record(actor, "resource.replace", resource, before=_named(last), after=_named(version))
    return True


def publish(actor: Actor, resource: Resource) -> None:
    """Show a resource to those it is for.

    raises   Refused; Clash when it was published before
    """
    _move(actor, resource, "publish")


def withdraw(actor: Actor, resource: Resource) -> None:
    """Show a resource no longer.

    raises   Refused; Clash when it is not published
    """
    _move(actor, resource, "withdraw")


def bring_back(actor: Actor, resource: Resource) -> None:
    """Show a resource again that was withdrawn.

    raises   Refused; Clash when it was not
    """
    _move(actor, resource, "bring back")


def shift(actor: Actor, resource: Resource, up: bool) -> None:
    """Let a resource change places with the one before it, or after; at the end of the list nothing happens.

    raises   Refused
    """
    require_permission(actor, "resource.manage")
    lock(resource.cycle)
    ahead = Resource.position < resource.position if up else Resource.position > resource.position
    by_place = Resource.position.desc() if up else Resource.position
    neighbor = db.session.scalar(
        select(Resource).where(Resource.cycle_id == resource.cycle_id, ahead).order_by(by_place, Resource.id).limit(1)
    )
    if neighbor is None:
        return
    before = resource.position
    resource.position, neighbor.position = neighbor.position, before
    db.session.flush()
    audit.record(actor, "resource.order", resource, before={"place": before}, after={"place": resource.position})


def _move(actor: Actor, resource: Resource, name: str) -> None:
    move(actor, resource, name, RESOURCE, lambda: None)


def _put(actor: Actor, resource: Resource, content: Content) -> ResourceVersion:
    by = db.session.get(Person, actor.person_id) if actor.person_id else None
    stored = None if isinstance(content, str) else files.register(content, by=by)
    version = ResourceVersion(
        number=len(resource.versions) + 1,
        file=stored,
        link=content if isinstance(content, str) else None,
        put_by=by,
        put_at=now(),
    )
    resource.versions.append(version)
    db.session.flush()
    return version


def _check(content: Content) -> None:
    if isinstance(content, str) and (sentence := link_fault(content)):
        raise Invalid(sentence, {"link": sentence})


def _length_fault(text: str, longest: int, missing: str) -> str:
    if not text.strip():
        return missing
    return "" if len(text) <= longest else f"Write at most {longest} signs."


def _said(resource: Resource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in ResourcePlan.__dataclass_fields__ if name != "illustrative"}


def _named(version: ResourceVersion) -> dict[str, Any]:
    stored = version.file
    return {"link": version.link} if stored is None else {"file": stored.name, "sha256": stored.sha256}
