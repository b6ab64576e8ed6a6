"""Who is where in a draft: noted while its pages are open, so that two do not begin on the same question unawares."""

from datetime import timedelta

from sqlalchemy import select

from grants.applications import queries
from grants.applications.models import Application, Presence
from grants.applications.policy import may_comment
from grants.applications.services.drafts import person
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence.session import db

# An open page says every twelve seconds where it is (drafting.js); that is written down only after a while or a move,
# so that an evening of writing costs a few writes a minute.
FRESH = timedelta(seconds=20)


def is_news(actor: Actor, application: Application, section: str, field: str | None) -> bool:
    """Whether where somebody is has to be written down: they came, moved, or were last noted a while ago."""
    seen = _last_seen(application, actor.person_id)
    return seen is None or (seen.section, seen.field) != (section, field) or now() - seen.seen_at >= FRESH


def note_presence(actor: Actor, application: Application, section: str, field: str | None) -> None:
    """Note that somebody has a section open, and in which question they type.

    raises   Refused for anyone but the applicant's own people and coaches; Missing for an unknown section or question
    """
    require_permission(actor, "application.comment")
    require(may_comment(actor, application.case.organization_id))
    form, named = queries.form_of(application), queries.sections_open_to(actor, application)
    if named is not None and section not in named:
        raise Missing("The form has no such section.")
    if section not in form.sections or (field is not None and field not in form.sections[section].fields):
        raise Missing("The form has no such question.")
    someone = person(actor)
    seen = _last_seen(application, someone.id)
    if seen is None:
        seen = Presence(application_id=application.id, person_id=someone.id)
        db.session.add(seen)
    seen.section, seen.field, seen.seen_at = section, field, now()
    db.session.flush()


def _last_seen(application: Application, person_id: int | None) -> Presence | None:
    return db.session.scalar(
        select(Presence).where(Presence.application_id == application.id, Presence.person_id == person_id)
    )
