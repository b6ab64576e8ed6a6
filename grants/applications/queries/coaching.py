"""Who coaches a draft, and which of its sections they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, CoachedSection
from grants.applications.queries.drafts import form_of, whole
from grants.applications.scope import coached_drafts, stands
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import CoachInvitation, Person
from grants.persistence.session import db


@dataclass(frozen=True)
class Coach:
    """A coach of a draft, with the keys of the sections they read, in the order of the form."""

    invitation: CoachInvitation
    sections: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.invitation.person


def coaches_on(application: Application) -> list[Coach]:
    """Who coaches a draft now, by name."""
    found = db.session.scalars(
        _standing()
        .join(CoachInvitation.person)
        .where(CoachedSection.application_id == application.id, Person.is_active)
        .options(contains_eager(CoachedSection.invitation).contains_eager(CoachInvitation.person))
        .order_by(Person.name, Person.id, CoachedSection.id)
    )
    named: dict[CoachInvitation, set[str]] = {}
    for one in found:
        named.setdefault(one.invitation, set()).add(one.section)
    order = form_of(application).sections
    return [Coach(one, tuple(key for key in order if key in keys)) for one, keys in named.items()]


def coach_on(application: Application, person_id: str) -> Coach:
    """One coach of a draft, by their public id.

    raises   Missing
    """
    for one in coaches_on(application):
        if one.person.public_id == person_id:
            return one
    raise Missing("This person does not coach this draft.")


def sections_open_to(actor: Actor, application: Application) -> frozenset[str] | None:
    """Keys of the sections that a coach may read of a draft; none of them when its school does not let them. Nothing
    for the school's own people, who read it whole.
    """
    if application.case.organization_id in actor.organization_ids:
        return None
    found = (
        select(CoachedSection.section)
        .join(CoachedSection.invitation)
        .join(Application, Application.id == CoachedSection.application_id)
    )
    return frozenset(
        db.session.scalars(
            found.where(
                CoachedSection.application_id == application.id,
                CoachInvitation.person_id == actor.person_id,
                coached_drafts(actor),
                stands(),
            )
        )
    )


def coached(actor: Actor) -> list[tuple[Application, list[str]]]:
    """Drafts that the actor reads as a coach, each with the titles of what they read; the oldest first."""
    drafts = db.session.scalars(
        select(Application).where(coached_drafts(actor)).options(*whole()).order_by(Application.id)
    ).all()
    named: dict[int, set[str]] = {}
    for one in _sections_of(actor, drafts):
        named.setdefault(one.application_id, set()).add(one.section)
    return [
        (draft, [section.title for key, section in form_of(draft).sections.items() if key in named.get(draft.id, ())])
        for draft in drafts
    ]


def _sections_of(actor: Actor, drafts: Sequence[Application]) -> Sequence[CoachedSection]:
    return db.session.scalars(
        _standing().where(
            CoachInvitation.person_id == actor.person_id,
            CoachedSection.application_id.in_([draft.id for draft in drafts]),
        )
    ).all()


def named_ever(application: Application, invitation: CoachInvitation) -> dict[str, CoachedSection]:
    """Every section of a draft that was ever named to a coach, by its key."""
    found = db.session.scalars(
        select(CoachedSection)
        .where(CoachedSection.application_id == application.id, CoachedSection.invitation_id == invitation.id)
        .options(joinedload(CoachedSection.invitation))
    )
    return {one.section: one for one in found}


def _standing() -> Select[CoachedSection]:
    return select(CoachedSection).join(CoachedSection.invitation).where(stands())
