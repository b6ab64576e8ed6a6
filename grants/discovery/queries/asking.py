"""Reading questions: what is published, by anyone and without a trace of who asked; all of them, by a cycle's staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.discovery.asking import overdue_since, telling_words
from grants.discovery.call_models import Call, Question, Reply
from grants.discovery.states import Asked
from grants.kernel.clock import now
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Organization, OrganizationMembership, Person
from grants.persistence.paging import Page, paginate, paginate_rows
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage

MOST_SIMILAR = 5


class Published(NamedTuple):
    """A question as everybody reads it: nothing of who asked it, nor of the words they used."""

    public_id: str
    asked: str
    said: str
    answered_at: datetime
    topic: str
    stage: str


@dataclass(frozen=True)
class QuestionFilters:
    """What the staff's list is narrowed to; empty text narrows nothing. state: a state, or `overdue`."""

    state: str = ""
    cycle: str = ""
    search: str = ""


# ---- what everybody reads


def published(call: Call, search: str = "", page: int = 1) -> Page[Any]:
    """Questions answered for everyone, under their stages and topics: rows of Published."""
    statement = _published(call).order_by(
        func.coalesce(CycleStage.position, 0), func.coalesce(Question.topic, ""), Question.id
    )
    for word in search.split():
        statement = statement.where(_says(word))
    found = paginate_rows(statement, page)
    return Page([Published(*row) for row in found.items], found.number, found.size, found.total)


def latest_published(call: Call, most: int) -> list[Published]:
    """The questions answered last."""
    statement = _published(call).order_by(Reply.answered_at.desc(), Question.id.desc()).limit(most)
    return [Published(*row) for row in db.session.execute(statement)]


def published_one(call: Call, question: Question) -> Published | None:
    """One question as everybody reads it; None while it is not published."""
    row = db.session.execute(_published(call).where(Question.id == question.id)).first()
    return Published(*row) if row else None


def similar(call: Call, text: str) -> list[Published]:
    """Published questions that share most of the words that tell what a text is about, the closest first."""
    words = telling_words(text)
    if not words:
        return []
    shared: ColumnElement[int] = literal(0)
    for word in words:
        shared = shared + case((_says(word), 1), else_=0)
    least = 1 if len(words) == 1 else 2
    statement = _published(call).where(shared >= least).order_by(shared.desc(), Question.id).limit(MOST_SIMILAR)
    return [Published(*row) for row in db.session.execute(statement)]


def _says(word: str) -> ColumnElement[bool]:
    columns = Reply.asked, Reply.said, Question.topic
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _published(call: Call) -> Select[str, str, str, datetime, str, str]:
    return (
        select(
            Question.public_id,
            Reply.asked,
            Reply.said,
            Reply.answered_at,
            func.coalesce(Question.topic, ""),
            func.coalesce(CycleStage.title, ""),
        )
        .select_from(Question)
        .join(Reply, and_(Reply.question_id == Question.id, _stands()))
        .outerjoin(CycleStage, CycleStage.id == Question.stage_id)
        .where(Question.cycle_id == call.cycle_id, Question.state == Asked.PUBLISHED)
    )


def _stands() -> ColumnElement[bool]:
    """Holds for the latest reply to a question."""
    other = aliased(Reply)
    latest = select(func.max(other.number)).where(other.question_id == Question.id).scalar_subquery()
    return Reply.number == latest


# ---- what staff read


def questions(actor: Actor, filters: QuestionFilters, page: int = 1) -> Page[Question]:
    """Questions with who asked and the replies, those that wait first and among them the oldest."""
    waits = Question.state == Asked.OPEN
    statement = (
        select(Question)
        .join(Question.cycle)
        .join(Call, Call.cycle_id == Cycle.id)
        .where(_readable(actor), *_narrowed(filters))
        .options(contains_eager(Question.cycle), *_with())
        .order_by(
            case((waits, 0), else_=1),
            case((waits, Question.asked_at), else_=None),
            Question.asked_at.desc(),
            Question.id.desc(),
        )
    )
    return paginate(statement, page)


def question_for(actor: Actor, public_id: str) -> Question:
    """One question with its replies.

    raises   Missing when there is none, or the actor may not know of it
    """
    question = db.session.scalar(
        select(Question)
        .where(Question.public_id == public_id, _readable(actor))
        .options(joinedload(Question.cycle), *_with())
    )
    if question is None:
        raise Missing("There is no such question, or it is not yours to see.")
    return question


def own_questions(actor: Actor, call: Call) -> Sequence[Question]:
    """What the actor asked about this cycle from their account, the latest first."""
    if actor.person_id is None:
        return ()
    return db.session.scalars(
        select(Question)
        .where(Question.cycle_id == call.cycle_id, Question.asked_by_id == actor.person_id)
        .options(selectinload(Question.replies))
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(20)
    ).all()


def topics(call: Call) -> list[str]:
    """Headings under which questions of the cycle are published, by name."""
    found = select(Question.topic).where(Question.cycle_id == call.cycle_id, Question.topic.is_not(None)).distinct()
    return [topic for topic in db.session.scalars(found.order_by(Question.topic)) if topic]


def waiting(actor: Actor) -> Sequence[tuple[Cycle, int, datetime, int]]:
    """(cycle, questions that wait, the oldest one's instant, days an answer is promised in), for each with any."""
    rows = db.session.execute(
        select(Cycle, func.count(Question.id), func.min(Question.asked_at), Call.answer_days)
        .join(Question, Question.cycle_id == Cycle.id)
        .join(Call, Call.cycle_id == Cycle.id)
        .where(Question.state == Asked.OPEN, _readable(actor))
        .group_by(Cycle.id, Call.answer_days)
        .order_by(Cycle.id)
    )
    return [(cycle, count, oldest, days) for cycle, count, oldest, days in rows]


def case_behind(question: Question) -> Case | None:
    """The case of the asker's organization in the cycle, when it has one; mail about the question belongs to it."""
    return db.session.scalar(
        select(Case).join(Question, _is_behind()).where(Question.id == question.id).order_by(Case.id).limit(1)
    )


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Staff read all questions but those that come from a school they have a conflict of interest with.

    The few cases that are hidden from the actor are found first and once, and questions are compared with them alone:
    otherwise every question is compared with every case.
    """
    if not actor.may("question.read"):
        return false()
    hidden = (
        select(Case.cycle_id, Case.organization_id)
        .where(~not_conflicted(actor, Case.id))
        .cte("hidden_case")
        .prefix_with("MATERIALIZED")
    )
    return ~exists(select(hidden.c.cycle_id).where(_is_behind(hidden.c)).correlate(Question))


def _is_behind(of: Any = Case) -> ColumnElement[bool]:
    """Holds for cases of the organizations that a question comes from: named, by membership, or by its mail domain.

    of   what has the columns cycle_id and organization_id of cases
    """
    member = exists(
        select(OrganizationMembership.id)
        .join(Person, Person.id == OrganizationMembership.person_id)
        .where(
            OrganizationMembership.organization_id == of.organization_id,
            or_(Person.id == Question.asked_by_id, Person.email == Question.asker_email),
        )
        .correlate_except(OrganizationMembership, Person)
    )
    domain = exists(
        select(Organization.id)
        .where(
            Organization.id == of.organization_id,
            Question.asker_email.like(literal("%@").concat(func.lower(Organization.email_domain))),
        )
        .correlate_except(Organization)
    )
    return and_(of.cycle_id == Question.cycle_id, or_(of.organization_id == Question.organization_id, member, domain))


def _narrowed(filters: QuestionFilters) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if filters.state == "overdue":
        late = [and_(Call.answer_days == days, Question.asked_at < overdue_since(now(), days)) for days in _promised()]
        wanted += [Question.state == Asked.OPEN, or_(false(), *late)]
    elif filters.state:
        wanted.append(Question.state == filters.state)
    if filters.cycle:
        wanted.append(Cycle.public_id == filters.cycle)
    for word in filters.search.split():
        replied = exists().where(
            Reply.question_id == Question.id,
            or_(*(column.icontains(word, autoescape=True) for column in (Reply.asked, Reply.said))),
        )
        columns = Question.text, Question.topic, Question.asker_name, Question.asker_email
        wanted.append(or_(replied, *(column.icontains(word, autoescape=True) for column in columns)))
    return wanted


def _promised() -> list[int]:
    return sorted(set(db.session.scalars(select(Call.answer_days).distinct().order_by(Call.answer_days))))


def _with() -> list[Any]:
    return [
        joinedload(Question.stage),
        joinedload(Question.asked_by),
        joinedload(Question.organization),
        selectinload(Question.replies).joinedload(Reply.answered_by),
    ]
