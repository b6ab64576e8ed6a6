"""Mail about accounts. Messages come after people in the order of things, so it is asked for by name."""

from grants.background import enqueue
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.session import db


def send_invitation(actor: Actor, person: Person, purpose: str) -> None:
    """Send a person the link to their first password; a new session stamp brings a new link and ends the last one.

    purpose   what they are invited to, as the end of a sentence
    """
    key = f"invitation:{person.public_id}:{person.session_stamp}"
    _post(key, "people.invitation", person, invited_by=actor.name, purpose=purpose)


def send_joined(actor: Actor, person: Person, cause: str, organization: str, role: str) -> None:
    """Tell someone who has an account what they belong to now.

    cause   names the tie, so that it is told once
    """
    _post(f"joined:{cause}", "people.joined", person, invited_by=actor.name, organization=organization, role=role)


def send_password_link(person: Person, cause: str) -> None:
    """Send a person the link to a new password."""
    _post(f"password:{cause}", "people.password", person)


def _post(key: str, template: str, person: Person, **facts: str) -> None:
    enqueue(
        db.session(),
        "messages.post",
        key=key,
        message_key=key,
        template=template,
        person_id=person.public_id,
        facts=facts,
    )
