"""Writing to applicants: reminders that a draft is not submitted, and staff's own words to many of them at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from grants.applications import queries
from grants.applications.deadlines import time_left
from grants.applications.mailing_models import Mailing, MailingRecipient
from grants.applications.models import Application
from grants.applications.scope import visible_applications
from grants.applications.services.telling import common_facts, note, tell, writers
from grants.applications.states import State
from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, require_permission
from grants.messages import library
from grants.messages.addresses import address_of, site_address
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db

MAIL = "applications.mail"
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "name": "whom it goes to",
    "school": "the school",
    "stage": "the stage",
    "cycle": "the cycle",
    "deadline": "this school’s deadline",
    "ready": "how many questions are ready, as “12 of 23”",
    "link": "the address of its application",
}
"""What a message to many may name, and what stands there when it goes out."""


def facts_for(application: Application, person: Person) -> dict[str, str]:
    """What each of the PLACEHOLDERS becomes for one reader."""
    stage = application.stage
    return {
        "name": person.name,
        "school": application.case.organization.name,
        "stage": stage.title,
        "cycle": stage.cycle.title,
        "deadline": in_words(application.deadline.at, stage.cycle.time_zone),
        "ready": f"{application.answered} of {application.asked}",
        "link": address_of("applications.application", application_id=application.public_id),
    }


def message_for(application: Application, person: Person, subject: str, body: str) -> tuple[str, str]:
    """Subject and text of the mail that one reader is sent: of these words, or without any of the reminder."""
    if subject or body:
        facts = facts_for(application, person)
        return library.fill(subject, facts), library.fill(body, facts)
    facts = {"name": person.name, "site": site_address(), **common_facts(application), **_how_far(application)}
    return library.compose("application.reminder", facts)


def check_words(subject: str, body: str) -> None:
    """raises   Invalid when something is empty, or a placeholder is none of PLACEHOLDERS"""
    errors = {}
    for name, text in (("subject", subject), ("body", body)):
        unknown = [one for one in library.placeholders(text) if one not in PLACEHOLDERS]
        if not text.strip():
            errors[name] = "This cannot be left empty."
        elif unknown:
            errors[name] = f"There is no {{{unknown[0]}}} to put in. Choose among those named beside the text."
    if errors:
        raise Invalid("The message cannot go out as it is.", errors)


def write_to(
    actor: Actor, key: str, applications: Sequence[Application], expected: str, subject: str = "", body: str = ""
) -> Mailing:
    """Ask for a message to everyone who writes for these applications, or, without words, for the reminder.

    Who gets it is settled now; the work is done by a job, one application after the other.

    key        what the page was given when it was opened; asked for twice, it is the same mailing
    expected   how many applications the page showed
    raises     Refused; Invalid; Clash when there is nobody to write to, or the list has changed since it was shown
    """
    require_permission(actor, "application.message")
    known = db.session.scalar(select(Mailing).where(Mailing.key == key, Mailing.made_by_id == actor.person_id))
    if known is not None:
        return known
    kind = "message" if subject or body else "reminder"
    if kind == "message":
        check_words(subject, body)
    if not applications:
        raise Clash("There is nobody to write to: no application fits any more.")
    if expected != str(len(applications)):
        raise Clash(f"The list has changed since you looked: {len(applications)} fit now. Nothing was sent.")
    mailing = Mailing(
        key=key, kind=kind, subject=subject.strip(), body=body.strip(), made_at=now(), made_by_id=actor.person_id
    )
    db.session.add(mailing)
    db.session.flush()
    db.session.add_all(MailingRecipient(mailing_id=mailing.id, application_id=one.id) for one in applications)
    after = {"kind": kind, "subject": mailing.subject, "applications": len(applications)}
    audit.record(actor, "application.mailing", mailing, after=after, acting_as=actor.acting_as("application.message"))
    enqueue(db.session(), MAIL, key=f"{MAIL}:{mailing.public_id}", mailing_id=mailing.public_id)
    return mailing


def write_one(recipient: MailingRecipient) -> None:
    """Do what a mailing asks for one of its applications, once; or say why nothing is to be done any more."""
    lock(recipient)
    if recipient.done_at is not None:
        return
    mailing, application = recipient.mailing, recipient.application
    author = actor_of(mailing.made_by)
    lock(application)
    seen = select(Application.id).where(Application.id == application.id, visible_applications(author))
    if not author.may("application.message") or db.session.scalar(seen) is None:
        recipient.left_out = "Its sender may not write to it any more."
    elif mailing.kind == "reminder":
        recipient.left_out = why_not_reminded(application)
        recipient.told = 0 if recipient.left_out else _remind(author, application, mailing.public_id)
    else:
        recipient.told = _write(author, application, mailing)
    if not recipient.told and recipient.left_out is None:
        recipient.left_out = "Nobody writes for this school yet."
    recipient.done_at = now()


def _write(author: Actor, application: Application, mailing: Mailing) -> int:
    told, readers = 0, writers(application)
    for person in readers:
        subject, text = message_for(application, person, mailing.subject, mailing.body)
        key = f"mailing:{mailing.public_id}:{application.public_id}"
        told += len(tell("application.message", key, application, [person], subject=subject, text=text))
    if told:
        school = application.case.organization.name
        said = library.fill(mailing.subject, facts_for(application, readers[0]) | {"name": school})
        note(author, application, f"{author.name} wrote to the school: {said}")
    return told


# ── reminders ────────────────────────────────────────────────────────────────────────────────────────────────────────


def why_not_reminded(application: Application) -> str | None:
    """Why an applicant is not to be reminded now that its application is not submitted; nothing when it may be."""
    if application.state != State.DRAFT or queries.submissions_of(application):
        return "It is not a draft that was never submitted."
    if application.deadline.at <= now():
        return "Its deadline has passed."
    last = application.reminded_at
    if last is not None and last > now() - queries.REMINDED_EVERY:
        when = in_words(last, application.stage.cycle.time_zone)
        return f"It was reminded on {when}; the next reminder can go out {queries.REMINDED_EVERY.days} days after."
    return None


def remind(actor: Actor, application: Application) -> int:
    """Remind everyone who writes for a draft that was never submitted.

    returns  how many people were written to
    raises   Refused; Clash when it was submitted, its deadline has passed, it was reminded a little while ago, or
             nobody writes for the school
    """
    require_permission(actor, "application.message")
    lock(application)
    if reason := why_not_reminded(application):
        raise Clash(reason)
    told = _remind(actor, application, now().isoformat())
    if not told:
        raise Clash("Nobody writes for this school yet, so there is nobody to remind.")
    return told


def _remind(actor: Actor, application: Application, cause: str) -> int:
    told = tell_how_far(application, "application.reminder", f"reminder:{application.public_id}:{cause}")
    if told:
        application.reminded_at = now()
        audit.record(actor, "application.remind", application, after={"people": told}, case_id=application.case_id)
        note(actor, application, f"{actor.name} reminded the school that {application.stage.title} is not submitted.")
    return told


def tell_how_far(application: Application, template: str, key: str) -> int:
    """Tell everyone who writes for an application how far it is and when it is due; how many were told."""
    return len(tell(template, key, application, writers(application), **_how_far(application)))


def _how_far(application: Application) -> dict[str, str]:
    deadline = application.deadline
    return {
        "ready": f"{application.answered} of {application.asked}",
        "due": in_words(deadline.at, application.stage.cycle.time_zone),
        "left": time_left(deadline.left(now())),
    }
