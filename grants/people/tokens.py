"""Signed links that were sent to an address, and so prove it. They expire.

Those to a password work once, since setting one ends them all; that which confirms a request, until it is confirmed.
"""

import secrets
from enum import StrEnum
from hashlib import sha256
from typing import Final

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.people.joining_models import OrganizationRequest
from grants.people.models import Person
from grants.persistence.session import db


class Purpose(StrEnum):
    """Why a link was sent."""

    INVITATION = "invitation"
    RESET = "reset"


LIFETIME_SECONDS: Final = {Purpose.INVITATION: 7 * 24 * 3600, Purpose.RESET: 2 * 3600}
CONFIRM_SECONDS: Final = 2 * 24 * 3600
_BROKEN = "This link is incomplete or was changed. Copy it whole from the mail."
_GONE = "This link has been used, or a newer one has taken its place. Ask for a new one on the sign-in page."


def password_token(person: Person, purpose: Purpose) -> str:
    """What the link carries; it holds as long as the person's session stamp stays, so a new password ends it."""
    return _signer(purpose).dumps([person.public_id, person.session_stamp])


def person_by_token(token: str) -> tuple[Person, Purpose]:
    """The person a link was sent to, and why.

    raises   Missing when it is no link of ours; Clash when it has run out, was used, or the account is closed
    """
    for purpose in Purpose:
        try:
            public_id, stamp = _signer(purpose).loads(token, max_age=LIFETIME_SECONDS[purpose])
        except SignatureExpired as expired:
            raise Clash("This link has run out. Ask for a new one on the sign-in page.") from expired
        except BadSignature:
            continue
        person = db.session.scalar(
            select(Person).where(Person.public_id == public_id, Person.session_stamp == stamp, Person.is_active)
        )
        if person is None:
            raise Clash(_GONE)
        return person, purpose
    raise Missing(_BROKEN)


def request_token(request_id: str) -> str:
    """What the link carries that confirms the address of a request; request_id is its public id."""
    return _signer_for("people.request").dumps(request_id)


def request_by_token(token: str) -> OrganizationRequest:
    """The request whose address a link confirms.

    raises   Missing when it is no link of ours; Clash when it has run out
    """
    try:
        public_id = _signer_for("people.request").loads(token, max_age=CONFIRM_SECONDS)
    except SignatureExpired as expired:
        raise Clash("This link has run out: it held for two days. Please register once more.") from expired
    except BadSignature as bad:
        raise Missing(_BROKEN) from bad
    asked = db.session.scalar(select(OrganizationRequest).where(OrganizationRequest.public_id == public_id))
    if asked is None:
        raise Clash("This link has run out. Please register once more.")
    return asked


def panel_token(invitation_id: str, asked: str) -> str:
    """What the link carries that asks somebody to review; asked once more it is another, and ends the one before.

    invitation_id   the public id of the invitation; asked: when it was sent, in any spelling
    """
    return _signer_for("review.invitation").dumps([invitation_id, asked])


def read_panel_token(token: str) -> tuple[str, str]:
    """The public id of an invitation to review, and when the link was sent.

    raises   Missing when it is no link of ours
    """
    try:
        invitation_id, asked = _signer_for("review.invitation").loads(token)
    except BadSignature as bad:
        raise Missing(_BROKEN) from bad
    return invitation_id, asked


def new_link_secret() -> tuple[str, str]:
    """What a link by which people join an organization carries, and its hash, which alone is kept."""
    secret = secrets.token_urlsafe(24)
    return secret, link_hash(secret)


def link_hash(secret: str) -> str:
    """What is kept of a link's secret."""
    return sha256(secret.encode()).hexdigest()


class _Signer(TimestampSigner):
    """Signs by the one clock."""

    def get_timestamp(self) -> int:
        return int(now().timestamp())


def _signer(purpose: Purpose) -> URLSafeTimedSerializer:
    return _signer_for(f"people.password.{purpose}")


def _signer_for(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt, signer=_Signer)
