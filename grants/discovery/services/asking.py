"""Questions are asked by anyone, answered by staff, and told to whoever asked."""

import re
from functools import partial

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from grants.discovery.asking import closed_because
from grants.discovery.call_models import Call, Question, Reply
from grants.discovery.queries.asking import case_behind
from grants.discovery.states import QUESTION, WITH_ANSWER, Asked, AskedFacts
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused, required
from grants.kernel.policy import Actor, require_permission
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.messages.services import Visitor
from grants.people.models import Person
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db
from grants.programs.models import CycleStage

LONGEST = 4000
# Anyone can write anyone's address into the form; what they write beside it is not sent there unread.
NOT_REPEATED = "(What you asked is not repeated here; it comes with the answer.)"


def ask(
    actor: Actor,
    call: Call,
    text: str,
    visitor: Visitor | None = None,
    stage: CycleStage | None = None,
    organization_id: int | None = None,
    illustrative: bool = False,
) -> Question:
    """Ask something about a cycle; the same question by the same person is asked once. The asker is told it arrived.

    visitor          name and address of somebody without an account; not asked of those who have one
    organization_id  for which of the asker's organizations it is
    raises           Invalid with a sentence by field; Refused for another organization; Clash when questions are closed
    """
    who = _asker(actor, visitor)
    said = _readable(text)
    if organization_id is not None and organization_id not in actor.organization_ids:
        raise Refused("You can ask for your own organizations only.")
    lock(call)
    _must_take_questions(call, stage)
    same = select(Question).where(
        Question.cycle_id == call.cycle_id, Question.asker_email == who.email, Question.text == said
    )
    if (known := db.session.scalars(same.order_by(Question.id)).first()) is not None:
        return known
    question = Question(
        cycle_id=call.cycle_id,
        stage_id=stage and stage.id,
        asked_by_id=actor.person_id,
        organization_id=organization_id,
        asker_name=who.name,
        asker_email=who.email,
        text=said,
        asked_at=now(),
        state=Asked.OPEN,
        illustrative=illustrative,
    )
    db.session.add(question)
    db.session.flush()
    audit.record(actor, "question.ask", question)
    repeated = said if actor.person_id else NOT_REPEATED
    _tell(question, "question.received", {"days": call.answer_days, "question": repeated})
    return question


def _readable(text: str) -> str:
    """raises   Invalid when nothing was asked, or more than one question's worth"""
    said = required(text, "text", "Write your question.")
    if len(said) > LONGEST:
        sentence = f"Write at most {LONGEST:,} signs; ask two questions if they are two."
        raise Invalid(sentence, {"text": sentence})
    return said


def _must_take_questions(call: Call, stage: CycleStage | None) -> None:
    """raises   Clash when questions are closed, the page is hidden, or the stage is of another cycle"""
    if reason := closed_because(now(), call.questions_until, call.cycle.closed_at):
        raise Clash(reason)
    if call.listing == "hidden" or (stage is not None and stage.cycle_id != call.cycle_id):
        raise Clash("This page is no longer shown. Begin again from the first page.")


def answer(
    actor: Actor,
    question: Question,
    said: str,
    asked: str = "",
    topic: str | None = None,
    publish: bool = False,
    because: str | None = None,
) -> None:
    """Answer a question, privately or for everyone; a later answer corrects the one before, which stays on record.

    asked     the question in the words in which everybody reads it; needed to publish, the asker's own otherwise
    because   why an answer that was given is corrected
    raises    Refused; Invalid with a sentence by field; Clash when it was set aside, or is to be answered privately
              while everybody reads its answer
    """
    require_permission(actor, "question.answer")
    said = required(said, "said", "Write the answer.")
    asked = required(asked, "asked", "Write the question as everybody may read it.") if publish else asked.strip()
    topic = (topic or "").strip()
    lock(question)
    _must_take_answer(question, publish)
    if publish:
        _must_not_tell(question, {"asked": asked, "said": said, "topic": topic})
    last = question.reply
    wording = asked or question.text
    unchanged = last is not None and (last.asked, last.said) == (wording, said)
    if not unchanged:
        if last is not None:
            because = required(because, "because", "Say why the answer is corrected, for the record.")
        _write(actor, question, wording, said, because if last else None)
    if publish:
        question.topic = topic or None
    _place(actor, question, publish, corrected=last is not None and not unchanged)


def _must_take_answer(question: Question, publish: bool) -> None:
    """Everybody reads the latest reply to a published question: none may be added to it that is meant for one alone.

    raises   Clash
    """
    if question.state == Asked.SET_ASIDE:
        raise Clash("This question was set aside. Take it up again first.")
    if question.state == Asked.PUBLISHED and not publish:
        raise Clash(
            "The answer to this question is published, so everybody would read what you write to its asker. "
            "Publish a corrected answer, or take the answer off the public page first."
        )


def _must_not_tell(question: Question, texts: dict[str, str]) -> None:
    """raises   Invalid with a sentence, at the field whose text would tell who asked"""
    for field, text in texts.items():
        if given_away := _gives_away(question, text):
            sentence = f"“{given_away}” would tell who asked. Take it out before this is published."
            raise Invalid(sentence, {field: sentence})


def _write(actor: Actor, question: Question, asked: str, said: str, because: str | None) -> None:
    number = len(question.replies) + 1
    question.replies.append(
        Reply(
            number=number,
            asked=asked,
            said=said,
            because=because,
            answered_by_id=actor.person_id,
            answered_at=now(),
        )
    )
    db.session.flush()
    if number > 1:
        audit.record(actor, "question.correct", question, after={"number": number, "because": because})


def _place(actor: Actor, question: Question, publish: bool, corrected: bool) -> None:
    """Bring a question that has an answer to where it should stand, and tell whoever asked."""
    if publish and question.state != Asked.PUBLISHED:
        _move(actor, question, "publish", "question.published")
    elif not publish and question.state == Asked.OPEN:
        _move(actor, question, "answer", "question.answered")
    elif corrected:
        _tell_reply(question, "question.corrected")


def take_back(actor: Actor, question: Question) -> None:
    """Take a published answer off the public page; whoever asked keeps it.

    raises   Refused; Clash when it is not published
    """
    _move(actor, question, "take back", "question.taken_back")


def set_aside(actor: Actor, question: Question) -> None:
    """Put a question away that needs no answer, such as an advertisement; nobody is told.

    raises   Refused; Clash when it was answered
    """
    _move(actor, question, "set aside", "")


def take_up(actor: Actor, question: Question) -> None:
    """Take a question up again that was set aside.

    raises   Refused; Clash
    """
    _move(actor, question, "take up", "")


def _move(actor: Actor, question: Question, name: str, template: str) -> None:
    facts = lambda: AskedFacts(answered=bool(question.replies))  # noqa: E731 - asked once the row is locked
    move(actor, question, name, QUESTION, facts, {"tell": partial(_tell_reply, question, template)})


def _asker(actor: Actor, visitor: Visitor | None) -> Visitor:
    if actor.person_id is not None:
        return Visitor(actor.name, actor.email)
    if visitor is None:
        raise Refused("Leave your name and address, so that you can be answered.")
    name = required(" ".join(visitor.name.split()), "name", "Write your name.")
    email = required(visitor.email, "email", "Write the address at which you want the answer.")
    try:
        address = validate_email(email, check_deliverability=False, allow_smtputf8=False).normalized.lower()
    except EmailNotValidError:
        sentence = f"“{email}” is not an email address."
        raise Invalid(sentence, {"email": sentence}) from None
    return Visitor(name, address)


def _gives_away(question: Question, text: str) -> str:
    """What in a text would tell who asked: an address, a whole name, an organization; empty when nothing does."""
    secrets = [question.asker_email, question.asker_name if " " in question.asker_name else ""]
    secrets += [question.organization.name] if question.organization else []
    said = " ".join(text.split())
    found = (one for one in secrets if one and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said, re.IGNORECASE))
    return next(found, "")


def _tell_reply(question: Question, template: str) -> None:
    reply = question.reply
    if reply is not None and question.state in WITH_ANSWER:
        _tell(question, template, {"question": reply.asked, "answer": reply.said, "own": question.text}, reply.number)


def _tell(question: Question, template: str, facts: dict[str, object], number: int = 0) -> None:
    call = db.session.scalars(select(Call).where(Call.cycle_id == question.cycle_id)).one()
    person = db.session.get(Person, question.asked_by_id) if question.asked_by_id else None
    page = address_of("discovery.call_questions", key=call.cycle.key, call_id=call.public_id)
    messages.post(
        f"{template}:{question.public_id}:{number}:{now():%Y%m%d%H%M%S}"
        if number
        else f"{template}:{question.public_id}",
        template,
        person or Visitor(question.asker_name, question.asker_email),
        {**facts, "cycle": call.cycle.title, "page": page},
        case_behind(question),
    )
