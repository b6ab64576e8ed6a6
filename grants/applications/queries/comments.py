"""What colleagues and coaches say to each other about a draft."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from grants.applications.comment_models import CommentAddressee, CommentReading, DraftComment
from grants.applications.models import Application
from grants.applications.queries.coaching import coaches_on
from grants.applications.queries.drafts import members
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db

THREADS = 20


@dataclass(frozen=True)
class Thread:
    """A comment and the answers to it, the oldest first.

    addressed   whom the comment is for
    new         ids of the comment and answers that the reader has not read yet
    """

    comment: DraftComment
    answers: tuple[DraftComment, ...]
    addressed: tuple[Person, ...]
    new: frozenset[int]

    @property
    def people(self) -> list[Person]:
        """Who wrote in it, each once."""
        return list(dict.fromkeys(one.author for one in (self.comment, *self.answers)))


def threads_of(
    actor: Actor, application: Application, section: str, number: int = 1, size: int = THREADS
) -> Page[Thread]:
    """Comments on a section with their answers, those to deal with first, the latest first; five statements."""
    page = paginate(
        _comments(application, [section])
        .options(joinedload(DraftComment.author), joinedload(DraftComment.resolved_by))
        .order_by(DraftComment.resolved_at.is_not(None), DraftComment.id.desc()),
        number,
        size,
    )
    ids = [one.id for one in page.items]
    answers, addressed = _answers_to(ids), _addressed(ids)
    read_to = _read_to(actor, application, section)

    def thread(one: DraftComment) -> Thread:
        said = (one, *answers.get(one.id, ()))
        new = (each.id for each in said if each.id > read_to and each.author_id != actor.person_id)
        return Thread(
            one, said[1:], tuple(addressed.get(one.id, ())), frozenset(new if one.resolved_at is None else ())
        )

    return Page([thread(one) for one in page.items], page.number, page.size, page.total)


def _answers_to(comment_ids: Collection[int]) -> dict[int | None, list[DraftComment]]:
    found: dict[int | None, list[DraftComment]] = {}
    for answer in db.session.scalars(
        select(DraftComment)
        .where(DraftComment.answers_id.in_(comment_ids))
        .options(joinedload(DraftComment.author))
        .order_by(DraftComment.id)
    ):
        found.setdefault(answer.answers_id, []).append(answer)
    return found


def _addressed(comment_ids: Collection[int]) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = {}
    rows = db.session.scalars(
        select(CommentAddressee)
        .where(CommentAddressee.comment_id.in_(comment_ids))
        .options(joinedload(CommentAddressee.person))
        .order_by(CommentAddressee.id)
    )
    for row in rows:
        found.setdefault(row.comment_id, []).append(row.person)
    return found


def _read_to(actor: Actor, application: Application, section: str) -> int:
    reading = reading_of(actor, application, section)
    return reading.read_to if reading else 0


def reading_of(actor: Actor, application: Application, section: str) -> CommentReading | None:
    """How far the actor has read the comments on a section."""
    return db.session.scalar(
        select(CommentReading).where(
            CommentReading.application_id == application.id,
            CommentReading.person_id == actor.person_id,
            CommentReading.section == section,
        )
    )


def unread_in(actor: Actor, application: Application, sections: Collection[str]) -> dict[str, int]:
    """How many comments and answers of others the actor has not read, by section; what is dealt with is not counted."""
    root = aliased(DraftComment)
    read = (
        select(CommentReading.section, CommentReading.read_to)
        .where(CommentReading.application_id == application.id, CommentReading.person_id == actor.person_id)
        .subquery()
    )
    rows = db.session.execute(
        select(DraftComment.section, func.count())
        .join(root, root.id == thread_id())
        .outerjoin(read, read.c.section == DraftComment.section)
        .where(
            DraftComment.application_id == application.id,
            DraftComment.section.in_(sections),
            DraftComment.author_id != actor.person_id,
            DraftComment.id > func.coalesce(read.c.read_to, 0),
            root.resolved_at.is_(None),
        )
        .group_by(DraftComment.section)
    )
    return dict(rows.all())


def open_comments(application: Application, sections: Collection[str], size: int = 10) -> Page[DraftComment]:
    """Comments on these sections that nobody has dealt with, the latest first."""
    return paginate(
        _comments(application, sections)
        .where(DraftComment.resolved_at.is_(None))
        .options(joinedload(DraftComment.author))
        .order_by(DraftComment.id.desc()),
        1,
        size,
    )


def talked_of(application: Application, section: str) -> dict[str | None, int]:
    """How many comments on each question of a section nobody has dealt with, by its key; without one, on the whole."""
    rows = db.session.execute(
        select(DraftComment.field, func.count())
        .where(
            DraftComment.application_id == application.id,
            DraftComment.section == section,
            DraftComment.answers_id.is_(None),
            DraftComment.resolved_at.is_(None),
        )
        .group_by(DraftComment.field)
    )
    return dict(rows.all())


def comment_for(application: Application, sections: Collection[str] | None, public_id: str) -> DraftComment:
    """One comment that is no answer.

    sections   those that may be read; none for all
    raises     Missing
    """
    found = _comments(application, sections).where(DraftComment.public_id == public_id)
    comment = db.session.scalar(found.options(joinedload(DraftComment.author)))
    if comment is None:
        raise Missing("There is no such comment on this draft.")
    return comment


def comment_seen(application: Application, section: str, public_id: str) -> DraftComment:
    """A comment or an answer on a section.

    raises   Missing
    """
    found = select(DraftComment).where(
        DraftComment.application_id == application.id,
        DraftComment.section == section,
        DraftComment.public_id == public_id,
    )
    comment = db.session.scalar(found)
    if comment is None:
        raise Missing("There is no such comment on this draft.")
    return comment


def is_dealt_with(comment: DraftComment) -> bool:
    """Whether the thread of a comment or an answer is dealt with."""
    root = select(DraftComment.resolved_at).where(DraftComment.id == (comment.answers_id or comment.id))
    return db.session.scalar(root) is not None


def answers_to(comment: DraftComment) -> list[DraftComment]:
    """The answers to a comment, the oldest first."""
    found = select(DraftComment).where(DraftComment.answers_id == comment.id)
    return list(db.session.scalars(found.options(joinedload(DraftComment.author)).order_by(DraftComment.id)))


def latest_comment(application: Application, section: str) -> DraftComment | None:
    """The newest comment or answer on a section."""
    found = select(DraftComment).where(DraftComment.application_id == application.id, DraftComment.section == section)
    return db.session.scalar(found.order_by(DraftComment.id.desc()).limit(1))


def people_on(application: Application, section: str) -> list[Person]:
    """Who may be addressed on a section: the school's own people, then the coaches who read it."""
    own = [place.person for place in members(application.case.organization_id)]
    coaches = [one for one in coaches_on(application) if one.has_accepted and section in one.sections]
    return own + [one.person for one in coaches]


def untold(application: Application, person: Person) -> list[CommentAddressee]:
    """What is addressed to somebody on a draft and was not told them yet, the oldest first."""
    return list(
        db.session.scalars(
            select(CommentAddressee)
            .join(CommentAddressee.comment)
            .where(
                DraftComment.application_id == application.id,
                CommentAddressee.person_id == person.id,
                CommentAddressee.told_at.is_(None),
            )
            .options(joinedload(CommentAddressee.comment).joinedload(DraftComment.author))
            .order_by(CommentAddressee.id)
            .with_for_update(of=CommentAddressee)
        )
    )


def thread_id() -> ColumnElement[int]:
    """Of a DraftComment, the id of the comment that its thread begins with: its own where it answers none."""
    return func.coalesce(DraftComment.answers_id, DraftComment.id)


def _comments(application: Application, sections: Collection[str] | None) -> Select[DraftComment]:
    found = select(DraftComment).where(DraftComment.application_id == application.id, DraftComment.answers_id.is_(None))
    return found if sections is None else found.where(DraftComment.section.in_(sections))
