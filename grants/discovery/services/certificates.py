"""Certificates of attendance: for those who came, made in the background, and void when it turns out they did not."""

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from grants.casework import services as casework
from grants.discovery import queries
from grants.discovery.models import Event, Registration
from grants.discovery.policy import may_register
from grants.discovery.wording import KINDS
from grants.documents import facts as document_facts
from grants.documents import services as documents
from grants.documents.facts import Facts, Letterhead
from grants.documents.models import Document
from grants.documents.states import State
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash
from grants.kernel.policy import SYSTEM, Actor, require
from grants.persistence.moves import lock
from grants.programs.queries import definition_of

KIND = "certificate"


def certify(actor: Actor, registration: Registration) -> Document:
    """The certificate of one person who came: the one there is, or a new one that a job makes and releases.

    raises   Refused for another organization's people; Clash when the person did not come, or the event is not over
    """
    if not actor.may("event.manage") and registration.person_id != actor.person_id:
        require(may_register(actor, registration.organization_id, belongs=True))
    lock(registration.event)
    if registration.attended_at is None or registration.cancelled_at is not None:
        raise Clash("A certificate is for those who came.")
    (document,) = certify_some(actor, registration.event, [registration])
    return document


def certify_some(actor: Actor, event: Event, came: Sequence[Registration]) -> list[Document]:
    """Certificates of some who came: of each the one that says the same, or a new one that a job makes and releases.

    raises   Clash when the event lasts still, or was cancelled
    """
    lock(event)
    check_certifiable(event)
    made = [_freeze(actor, one) for one in came]
    if waiting := [one for one in made if one.state == State.FROZEN]:
        documents.render_later(waiting, f"certificates:{waiting[-1].public_id}", release=True)
    return made


def check_certifiable(event: Event) -> None:
    """raises   Clash when the event lasts still, or was cancelled"""
    if event.cancelled_at is not None or event.ends_at > now():
        raise Clash("Certificates are made once the event is over.")


def take_back(actor: Actor, registrations: Sequence[Registration]) -> None:
    """Void the certificates of people who did not come after all."""
    for document in queries.certificates_in_force(registrations):
        documents.void(document, "The attendance was taken back.", actor=actor)


def _freeze(actor: Actor, registration: Registration) -> Document:
    event, person = registration.event, registration.person
    case = casework.open_case(SYSTEM, event.cycle_id, registration.organization_id)
    title = f"Certificate of attendance for {person.name}: {event.title}"
    facts = facts_of(registration)
    return documents.freeze(KIND, registration.public_id, case, title, "certificate", facts, actor=actor)


def facts_of(registration: Registration) -> Facts:
    """What a certificate says, from the event as it was held."""
    event, definition = registration.event, definition_of(registration.event.cycle)
    pairs = (
        (KINDS[event.kind], event.title),
        ("About", event.topic),
        ("Held on", in_words(event.starts_at, event.cycle.time_zone)),
        ("For", duration_in_words(event.ends_at - event.starts_at)),
        ("Place", event.place),
        ("Held by", event.host.name if event.host else definition.funder),
    )
    return document_facts.certificate(
        Letterhead(definition.funder, definition.title),
        on=event.ends_at.astimezone(ZoneInfo(event.cycle.time_zone)).date(),
        reference=f"{event.cycle.key}/{registration.public_id[:8]}",
        title="Certificate of attendance",
        person=registration.person.name,
        organization=registration.organization.name,
        pairs=[(label, value) for label, value in pairs if value],
    )


def duration_in_words(lasted: timedelta) -> str:
    """How long an event was, as people say it.

    >>> duration_in_words(timedelta(minutes=150)), duration_in_words(timedelta(hours=1))
    ('2 hours 30 minutes', '1 hour')
    """
    hours, minutes = divmod(round(lasted.total_seconds()) // 60, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    return " ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count)
