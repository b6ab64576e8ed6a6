"""Talking about a draft: comments addressed to colleagues, answers, what is dealt with, and who has read how far."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from grants.applications import queries
from grants.applications.comment_models import CommentAddressee, CommentReading, DraftComment
from grants.applications.mentions import mentioned
from grants.applications.models import Application
from grants.applications.policy import may_comment, may_deal_with
from grants.applications.services.drafts import person
from grants.applications.services.telling import tell
from grants.applications.states import State
from grants.background import enqueue
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Missing, Refused
from grants.kernel.policy import Actor, require, require_permission
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.moves import lock
from grants.persistence.session import db

TELL = "applications.tell_addressed"
GATHERED = timedelta(minutes=5)
"""How long a mail waits for more that is for the same person."""


def comment(
    actor: Actor,
    application: Application,
    section: str,
    body: str,
    *,
    field: str | None = None,
    to: Collection[str] = (),
) -> DraftComment:
    """Comment on a section of a draft, or on one of its questions. Its latest words again are the same comment, until
    it is dealt with.

    to       public ids of colleagues and coaches it is for; whom the text calls with an @ it is for too
    raises   Refused; Missing; Invalid when it is empty, or for a person or question that is not there;
             Clash when the application is no longer a draft
    """
    _require_reader(actor, application, section)
    if field is not None and field not in queries.form_of(application).sections[section].fields:
        raise Invalid("The section has no such question.", {"about": "Choose among the questions of this section."})
    body, author = _taken(actor, application, body), person(actor)
    latest = queries.latest_comment(application, section)
    if latest and (latest.author_id, latest.body, latest.field, latest.answers_id, latest.resolved_at) == (
        *(author.id, body, field),
        *(None, None),
    ):
        return latest
    people = queries.people_on(application, section)
    if not {one.public_id for one in people}.issuperset(to):
        sentence = "Choose among the people who read this section."
        raise Invalid(sentence, {"to": sentence})
    called = mentioned(body, [one.name for one in people])
    written = _written(application, section, author, body, field=field)
    _address(application, written, [one for one in people if one.public_id in to or one.name in called])
    return written


def answer(actor: Actor, application: Application, comment_id: str, body: str) -> DraftComment:
    """Answer a comment; it is for those who wrote in its thread before, and whom it calls with an @.

    comment_id   public id of the comment
    raises       as for a comment; Missing
    """
    thread = _thread(actor, application, comment_id)
    _require_reader(actor, application, thread.section)
    body, author = _taken(actor, application, body), person(actor)
    said = [thread, *queries.answers_to(thread)]
    if (said[-1].author_id, said[-1].body) == (author.id, body):
        return said[-1]
    written = _written(application, thread.section, author, body, field=thread.field, answers=thread)
    people = queries.people_on(application, thread.section)
    called, before = mentioned(body, [one.name for one in people]), {one.author_id for one in said}
    _address(application, written, [one for one in people if one.id in before or one.name in called])
    return written


def resolve_comment(actor: Actor, application: Application, comment_id: str) -> DraftComment:
    """Say that a comment is dealt with; it waits for nobody any more.

    comment_id   its public id
    raises       Refused for anyone but a writer or its author; Missing
    """
    thread = _thread(actor, application, comment_id)
    require(may_deal_with(actor, application.case.organization_id, thread.author_id))
    if thread.resolved_at is None:
        thread.resolved_at, thread.resolved_by_id = now(), person(actor).id
    return thread


def reopen_comment(actor: Actor, application: Application, comment_id: str) -> DraftComment:
    """Take back that a comment is dealt with; for the same people."""
    thread = _thread(actor, application, comment_id)
    require(may_deal_with(actor, application.case.organization_id, thread.author_id))
    thread.resolved_at = thread.resolved_by_id = None
    return thread


def mark_read(actor: Actor, application: Application, section: str, up_to: str) -> None:
    """Note that somebody has read the comments on a section.

    up_to    public id of the last that they saw
    raises   Refused; Missing
    """
    _require_reader(actor, application, section)
    lock(application)  # the same page in two tabs says so twice
    last = queries.comment_seen(application, section, up_to)
    reading = queries.reading_of(actor, application, section)
    if reading is None:
        reading = CommentReading(application_id=application.id, person_id=person(actor).id, section=section, read_to=0)
        db.session.add(reading)
    reading.read_to = max(reading.read_to, last.id)


def tell_addressed(application: Application, someone: Person) -> None:
    """Write one mail about all that waits for somebody on a draft and was not told yet, of what they may read."""
    waiting, named = queries.untold(application, someone), queries.sections_open_to(actor_of(someone), application)
    for one in waiting:
        one.told_at = now()
    comments = [
        one.comment
        for one in waiting
        if (named is None or one.comment.section in named) and not queries.is_dealt_with(one.comment)
    ]
    if not comments or application.state not in (State.DRAFT, State.RETURNED):
        return
    form = queries.form_of(application)
    sections = list(dict.fromkeys(one.section for one in comments))
    tell(
        "application.addressed",
        f"application-addressed:{comments[-1].public_id}",
        application,
        [someone],
        by=", ".join(dict.fromkeys(one.author.name for one in comments)),
        count="a comment" if len(comments) == 1 else f"{len(comments)} comments",
        about=", ".join(f"“{form.sections[key].title}”" for key in sections),
        place=f"/applications/{application.public_id}/sections/{sections[0]}#comments",
    )


def _require_reader(actor: Actor, application: Application, section: str) -> None:
    """raises   Refused for whoever may not comment, or is a coach of other sections; Missing for an unknown section"""
    require_permission(actor, "application.comment")
    require(may_comment(actor, application.case.organization_id))
    if section not in queries.form_of(application).sections:
        raise Missing("The form has no such section.")
    named = queries.sections_open_to(actor, application)
    if named is not None and section not in named:
        raise Refused("The school has not named this section for you to read.")


def _thread(actor: Actor, application: Application, comment_id: str) -> DraftComment:
    require_permission(actor, "application.comment")
    lock(application)  # of two presses of the button the second finds what the first did
    return queries.comment_for(application, queries.sections_open_to(actor, application), comment_id)


def _taken(actor: Actor, application: Application, body: str) -> str:
    """Take the draft, and give what is said without the space around it."""
    if not body.strip():
        raise Invalid("The comment is empty.", {"body": "Write the comment."})
    lock(application)  # of two presses of the button the second finds the comment of the first
    if application.state not in (State.DRAFT, State.RETURNED):
        raise Clash("This application is no longer being written.")
    return body.strip()


def _written(
    application: Application,
    section: str,
    author: Person,
    body: str,
    *,
    field: str | None,
    answers: DraftComment | None = None,
) -> DraftComment:
    written = DraftComment(
        application_id=application.id,
        section=section,
        field=field,
        answers_id=answers and answers.id,
        author_id=author.id,
        written_at=now(),
        body=body,
    )
    db.session.add(written)
    db.session.flush()
    return written


def _address(application: Application, written: DraftComment, people: Iterable[Person]) -> None:
    for one in people:
        if one.id == written.author_id:
            continue
        db.session.add(CommentAddressee(comment_id=written.id, person_id=one.id))
        enqueue(
            db.session(),
            TELL,
            key=f"{TELL}:{written.public_id}:{one.public_id}",
            run_at=now() + GATHERED,
            application_id=application.public_id,
            person_id=one.public_id,
        )
    db.session.flush()
