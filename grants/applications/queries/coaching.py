"""Who coaches a draft, and which of its sections they read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, CoachedSection
from grants.applications.queries.drafts import form_of, whole
from grants.applications.scope import OPEN_TO_COACHES, coached_drafts, is_named, stands
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import CoachInvitation, Person
from grants.persistence.session import db


@dataclass(frozen=True)
class Coach:
    """A coach of a draft, or who is asked to be, with the keys of the sections they read, in the order of the form."""

    invitation: CoachInvitation
    sections: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.invitation.person

    @property
    def has_accepted(self) -> bool:
        return self.invitation.accepted_at is not None

    @property
    def known_as(self) -> str:
        """Their name; of somebody who has not said yes the address alone, which is what the school knows of them."""
        return self.person.name if self.has_accepted else self.person.email


def coaches_on(application: Application) -> list[Coach]:
    """Who coaches a draft now, by name, then who is asked to, by address."""
    found = db.session.scalars(
        select(CoachedSection)
        .join(CoachedSection.invitation)
        .join(CoachInvitation.person)
        .where(CoachedSection.application_id == application.id, Person.is_active, is_named())
        .options(contains_eager(CoachedSection.invitation).contains_eager(CoachInvitation.person))
        .order_by(Person.name, Person.id, CoachedSection.id)
    )
    named: dict[CoachInvitation, set[str]] = {}
    for one in found:
        named.setdefault(one.invitation, set()).add(one.section)
    order = form_of(application).sections
    coaches = [Coach(one, tuple(key for key in order if key in keys)) for one, keys in named.items()]
    return sorted(coaches, key=lambda one: (not one.has_accepted, one.known_as))


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
    return _with_titles(actor, drafts, stands())


@dataclass(frozen=True)
class Asked:
    """An organization asks somebody to coach it: what they would read, each draft with the titles of its sections."""

    invitation: CoachInvitation
    drafts: list[tuple[Application, list[str]]]


def invitations_to_coach(actor: Actor) -> Sequence[CoachInvitation]:
    """Those who ask the actor to coach them and have no answer yet, the oldest first."""
    return db.session.scalars(
        select(CoachInvitation)
        .where(
            CoachInvitation.person_id == actor.person_id,
            CoachInvitation.accepted_at.is_(None),
            CoachInvitation.ended_at.is_(None),
        )
        .options(joinedload(CoachInvitation.organization), joinedload(CoachInvitation.invited_by))
        .order_by(CoachInvitation.since, CoachInvitation.id)
    ).all()


def asked_to_coach(actor: Actor, organization_id: str) -> Asked:
    """What one organization asks of the actor, who has not answered yet.

    raises   Missing
    """
    for one in invitations_to_coach(actor):
        if one.organization.public_id == organization_id:
            return Asked(one, _with_titles(actor, drafts_named(one), is_named()))
    raise Missing("You are not asked to coach this organization, or no longer.")


def drafts_named(invitation: CoachInvitation) -> Sequence[Application]:
    """The drafts of which sections are open to whoever is invited, or will be once they accept; the oldest first."""
    named = select(CoachedSection.application_id).join(CoachedSection.invitation)
    return db.session.scalars(
        select(Application)
        .where(
            Application.id.in_(named.where(CoachInvitation.id == invitation.id, is_named())),
            Application.state.in_(OPEN_TO_COACHES),
        )
        .options(*whole())
        .order_by(Application.id)
    ).all()


def _with_titles(
    actor: Actor, drafts: Sequence[Application], condition: ColumnElement[bool]
) -> list[tuple[Application, list[str]]]:
    """Drafts, each with the titles of those of its sections that are named to the actor, in the order of the form."""
    found = db.session.scalars(
        select(CoachedSection)
        .join(CoachedSection.invitation)
        .where(
            CoachInvitation.person_id == actor.person_id,
            CoachedSection.application_id.in_([draft.id for draft in drafts]),
            condition,
        )
    )
    named: dict[int, set[str]] = {}
    for one in found:
        named.setdefault(one.application_id, set()).add(one.section)
    return [
        (draft, [section.title for key, section in form_of(draft).sections.items() if key in named.get(draft.id, ())])
        for draft in drafts
    ]


def named_ever(application: Application, invitation: CoachInvitation) -> dict[str, CoachedSection]:
    """Every section of a draft that was ever named to a coach, by its key."""
    found = db.session.scalars(
        select(CoachedSection)
        .where(CoachedSection.application_id == application.id, CoachedSection.invitation_id == invitation.id)
        .options(joinedload(CoachedSection.invitation))
    )
    return {one.section: one for one in found}
