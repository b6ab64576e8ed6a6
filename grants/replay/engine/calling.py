"""A cycle's public page is shown with what helps those who apply, people ask, staff answer."""

from collections.abc import Iterator
from functools import partial

from grants.casework.files import put
from grants.discovery.call_models import Question
from grants.discovery.queries.calls import call_of
from grants.discovery.services.asking import answer, ask
from grants.discovery.services.calling import CallPlan, show_call
from grants.discovery.services.resources import Content, ResourcePlan, add_resource, publish
from grants.kernel.clock import clock_at
from grants.kernel.policy import ANONYMOUS
from grants.messages.feeds import feed_of, make_feed
from grants.messages.services import Visitor
from grants.people.models import Organization
from grants.people.services import ask_to_join, confirm
from grants.persistence.session import db
from grants.replay.engine.acts import Act, OutOfTune
from grants.replay.engine.story import Tale
from grants.replay.recording.cycle import AnswerGiven, CallRecord, QuestionAsked, ResourceRecord


def acts(tale: Tale) -> Iterator[Act]:
    """The page first, then every question and its answer."""
    record = tale.recording.call
    if record is None:
        return
    yield Act(tale.at(record.at), partial(_show, tale, record))
    for one in record.resources:
        with clock_at(tale.at(record.at)):
            content = one.link or put("\n".join(one.lines).encode(), one.file or "file.csv", "text/csv")
        yield Act(tale.at(record.at), partial(_offer, tale, record.by, one, content))
    for asked in record.questions:
        ids: list[int] = []
        yield Act(tale.at(asked.at), partial(_ask, tale, asked, ids))
        if asked.answer is not None:
            yield Act(tale.at(asked.answer.at), partial(_answer, tale, asked.answer, ids))


def _show(tale: Tale, record: CallRecord) -> None:
    plan = CallPlan(
        listing=record.listing,
        introduction=record.introduction,
        contact_name=record.contact_name,
        contact_email=record.contact_email,
        contact_phone=record.contact_phone,
        questions_until=tale.at(record.questions_until) if record.questions_until else None,
        answer_days=record.answer_days,
    )
    officer = tale.actor(record.by)
    show_call(officer, tale.cycle(), plan)
    if feed_of(officer) is None:  # whoever looks after the page has its dates in the calendar
        make_feed(officer)
    school = db.session.get_one(Organization, min(tale.story.organizations.values()))
    confirm(ANONYMOUS, ask_to_join("Noor Haddad", "noor.haddad@schools.example", school))


def _offer(tale: Tale, by: str, record: ResourceRecord, content: Content) -> None:
    plan = ResourcePlan(
        title=record.title,
        description=record.description,
        stage_id=tale.stage(record.stage).id if record.stage else None,
        topic=record.topic,
        audience=record.audience,
        illustrative=record.link is None,
    )
    officer = tale.actor(by)
    publish(officer, add_resource(officer, tale.cycle(), plan, content))


def _ask(tale: Tale, asked: QuestionAsked, ids: list[int]) -> None:
    call = call_of(tale.cycle())
    if call is None:
        raise OutOfTune("A question is asked before the cycle has a public page.")
    stage = tale.stage(asked.stage) if asked.stage else None
    if asked.by is None:
        visitor = Visitor(asked.visitor or "", asked.address or "")
        question = ask(ANONYMOUS, call, asked.says, visitor, stage, illustrative=True)
    else:
        who = tale.actor(tale.hand(asked.school, asked.by) if asked.school else asked.by)
        of = tale.story.organizations[asked.school] if asked.school else None
        question = ask(who, call, asked.says, None, stage, of, illustrative=True)
    ids.append(question.id)


def _answer(tale: Tale, given: AnswerGiven, ids: list[int]) -> None:
    question = db.session.get_one(Question, ids[0])
    publish = given.asked is not None
    answer(tale.actor(given.by), question, given.said, given.asked or "", given.topic, publish)
