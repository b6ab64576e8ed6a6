"""A cycle's public page is shown with what helps those who apply, people ask, staff answer."""

from collections.abc import Iterator
from functools import partial

from grants.casework import files
from grants.discovery.call_models import Question
from grants.discovery.queries.calls import call_of
from grants.discovery.resource_forms import MOST_MB, TAKEN
from grants.discovery.services import resources as services
from grants.discovery.services.asking import answer, ask
from grants.discovery.services.calling import CallPlan, show_call
from grants.discovery.services.resources import Content, ResourcePlan
from grants.kernel.policy import ANONYMOUS
from grants.messages.feeds import feed_of, make_feed
from grants.messages.services import Visitor
from grants.people.services import ask_to_join, confirm
from grants.persistence.session import db
from grants.replay.engine.acts import Act, OutOfTune
from grants.replay.engine.story import Tale
from grants.replay.recording.cycle import AnswerGiven, CallRecord, QuestionAsked, ResourceRecord
from grants.web.examining import examine


def acts(tale: Tale) -> Iterator[Act]:
    """The page first, then every question and its answer."""
    record = tale.recording.call
    if record is None:
        return
    yield Act(tale.at(record.at), partial(_show, tale, record))
    for one in record.resources:
        yield _offer(tale, record, one)
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
    school = tale.story.organization(next(iter(tale.recording.all_schools)))
    confirm(ANONYMOUS, ask_to_join("Noor Haddad", "noor.haddad@schools.example", school))


def _offer(tale: Tale, record: CallRecord, one: ResourceRecord) -> Act:
    """A link, or a file that is examined and put into the store as an upload is; then published."""
    held: list[Content] = [one.link] if one.link else []

    def put() -> None:
        if one.file:
            content = "\n".join(one.lines).encode()
            held.append(files.put(content, one.file, examine(TAKEN, MOST_MB, one.file, content)))

    def publish() -> None:
        plan = ResourcePlan(
            title=one.title,
            description=one.description,
            stage_id=tale.stage(one.stage).id if one.stage else None,
            topic=one.topic,
            audience=one.audience,
            illustrative=one.link is None,
        )
        officer = tale.actor(record.by)
        services.publish(officer, services.add_resource(officer, tale.cycle(), plan, held[0]))

    return Act(tale.at(record.at), publish, first=put)


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
