"""Writing a draft together: answers with versions, and the word on a section.

Every text an answer ever had is kept in AnswerVersion, so the audit chain does not repeat it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from grants.applications import queries
from grants.applications.answers import Unreadable
from grants.applications.content import Content, content_of
from grants.applications.models import Answer, AnswerVersion, Application, SectionStatus
from grants.applications.services.drafts import note_progress, person, require_open, require_writer, standing_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.schema import AnyField, FileField, Form


@dataclass(frozen=True)
class Write:
    """What someone wants an answer to be.

    typed      text as typed, or an answer in its kept shape
    based_on   the version they had before them; 0 when there was no answer
    """

    typed: Any
    based_on: int


class StaleAnswer(Clash):
    """Somebody else changed the answer since; both texts are here, and neither is lost.

    mine      what this write carried
    present   the answer as it stands, with its version and who wrote it
    """

    def __init__(self, mine: Content, present: Answer, writer_id: int) -> None:
        theirs = f"{present.written_by.name} changed this answer while you were writing."
        own = "You saved another text here since, from another window or before the connection was lost."
        super().__init__(f"{own if present.written_by_id == writer_id else theirs} Both texts are kept.")
        self.mine, self.present = mine, present


@dataclass
class Outcome:
    """What became of several writes, by field key.

    saved        what stands now as this writer sent it
    behind       answers that someone else changed, and this writer only sent back what they were shown, or once more
                 what they had sent before: nothing to save
    unreadable   of what is saved, that which is kept as it was typed, because it cannot be read
    """

    saved: dict[str, Answer] = field(default_factory=dict)
    behind: dict[str, Answer] = field(default_factory=dict)
    stale: dict[str, StaleAnswer] = field(default_factory=dict)
    unreadable: dict[str, Unreadable] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not (self.stale or self.unreadable)


def save_answers(actor: Actor, application: Application, writes: Mapping[str, Write]) -> Outcome:
    """Save what is written, with nothing lost. What cannot be read is kept as it was typed, and is no answer yet.

    A stale write changes no answer: its text is kept beside the present one, and both are in the outcome. The same
    text again is no change, whatever version it was based on; nor is the text its writer was shown.

    raises   Refused for anyone but a writer; Clash when a section cannot be changed now; Missing for an unknown field
    """
    require_writer(actor, application)
    lock(application)
    writer = person(actor)
    form = queries.form_of(application)
    present = queries.drafted_answers(application)
    outcome = Outcome()
    for key, write in writes.items():
        asked = _field(form, key)
        require_open(application, form, form.section_of(key).key)
        _settle(outcome, application, asked, present.get(key), write, writer.id)
    note_progress(application, form, present | outcome.saved)
    return outcome


def _settle(
    outcome: Outcome, application: Application, asked: AnyField, answer: Answer | None, write: Write, writer_id: int
) -> None:
    """Make one write, and say in the outcome what became of it."""
    key, content = asked.key, content_of(asked, write.typed)
    if answer is not None and answer.version != write.based_on and Content(answer.value, answer.typed) != content:
        if _is_known(answer, content, write.based_on, writer_id):
            outcome.behind[key] = answer
        else:
            outcome.stale[key] = _keep_stale(answer, content, write.based_on, writer_id)
        return
    if content.why is not None:
        outcome.unreadable[key] = content.why
    if answer is None and content == Content():
        return
    outcome.saved[key] = set_answer(application, key, answer, content, writer_id)


def _field(form: Form, key: str) -> AnyField:
    try:
        field = form.field(key)
    except KeyError as unknown:
        raise Invalid(str(unknown.args[0])) from None
    if isinstance(field, FileField):
        raise Invalid("A file is attached, not typed.")
    return field


def set_answer(application: Application, key: str, answer: Answer | None, content: Content, writer_id: int) -> Answer:
    """The answer with this content: as it is, when it has it already. Those who call it have asked who may write."""
    if answer is None:
        answer = Answer(application_id=application.id, field=key, version=0)
        db.session.add(answer)
    elif Content(answer.value, answer.typed) == content:
        return answer
    answer.value, answer.typed, answer.version = content.value, content.typed, answer.version + 1
    answer.written_at, answer.written_by_id = now(), writer_id
    db.session.add(_version(answer, content, answer.version, writer_id, stale=False))
    db.session.flush()
    return answer


def _is_known(answer: Answer, content: Content, based_on: int, writer_id: int) -> bool:
    """Whether a late write brings nothing new: the text its writer was shown, or one of theirs that stood since.

    The second is a write whose answer was lost on the way and that is sent again: someone has changed it meanwhile, who
    had it before them. Either way the present answer is no clash, and stands.
    """
    since = db.session.execute(
        select(AnswerVersion.version, AnswerVersion.value, AnswerVersion.typed, AnswerVersion.written_by_id).where(
            AnswerVersion.application_id == answer.application_id,
            AnswerVersion.field == answer.field,
            AnswerVersion.version >= based_on,
            AnswerVersion.stale.is_(False),
        )
    )
    known = [
        Content(one.value, one.typed) for one in since if one.written_by_id == writer_id or one.version == based_on
    ]
    return content in (known if based_on else [Content(), *known])


def _keep_stale(answer: Answer, content: Content, based_on: int, writer_id: int) -> StaleAnswer:
    """Keep a text that came too late beside the present one; sent again, it is kept once."""
    kept = db.session.execute(
        select(AnswerVersion.value, AnswerVersion.typed).where(
            AnswerVersion.application_id == answer.application_id,
            AnswerVersion.field == answer.field,
            AnswerVersion.version == based_on,
            AnswerVersion.written_by_id == writer_id,
            AnswerVersion.stale.is_(True),
        )
    )
    if content not in [Content(*one) for one in kept]:
        db.session.add(_version(answer, content, based_on, writer_id, stale=True))
    return StaleAnswer(content, answer, writer_id)


def _version(answer: Answer, content: Content, number: int, writer_id: int, *, stale: bool) -> AnswerVersion:
    return AnswerVersion(
        application_id=answer.application_id,
        field=answer.field,
        version=number,
        value=content.value,
        typed=content.typed,
        stale=stale,
        written_at=now(),
        written_by_id=writer_id,
    )


def mark_section(actor: Actor, application: Application, section: str, ready: bool) -> None:
    """Say that a section is ready, or that it is not after all.

    raises   Refused; Missing; Clash when the section is not open, or has gaps while it is called ready
    """
    require_writer(actor, application)
    lock(application)
    form = queries.form_of(application)
    require_open(application, form, section)
    missing = [gap for gap in standing_of(application, form).gaps if gap.section == section] if ready else []
    if missing:
        count = "One question is" if len(missing) == 1 else f"{len(missing)} questions are"
        raise Clash(f"{count} not ready yet in this section.")
    writer = person(actor)
    status = queries.section_statuses(application).get(section)
    if status is None:
        status = SectionStatus(application_id=application.id, section=section)
        db.session.add(status)
    status.ready, status.set_at, status.set_by_id = ready, now(), writer.id
