"""What a section's page shows of the talk about it: comments with their answers, and forms to say more."""

from dataclasses import dataclass

from flask import request

from grants.applications import queries
from grants.applications.forms import AnswerForm, CommentForm
from grants.applications.overview import Overview
from grants.applications.policy import may_deal_with
from grants.applications.queries import Thread
from grants.persistence.paging import Page
from grants.programs.schema import Section
from grants.web.access import current_actor
from grants.web.forms import HouseForm
from grants.web.tables import page_asked


@dataclass(frozen=True)
class Talk:
    """The comments on a section as one page of it shows them.

    answers    comment's public id -> the form of an answer to it
    may_deal   public ids of the comments that the actor may say are dealt with
    newest     public id of the last comment or answer that is there to be read, where some are unread
    dealing    what stood in the way of saying that a comment is dealt with, or is not
    """

    threads: Page[Thread]
    form: CommentForm
    answers: dict[str, AnswerForm]
    may_deal: frozenset[str]
    newest: str | None
    dealing: HouseForm | None

    @property
    def people(self) -> list[str]:
        """Names of those whom a comment can call with an @."""
        return self.form.people

    @property
    def is_said_wrong(self) -> bool:
        """Whether something was written that could not be taken."""
        return bool(self.form.errors) or any(one.errors for one in self.answers.values())


def comment_form(view: Overview, asked: Section, *, empty: bool = False) -> CommentForm:
    """The form of a comment on a section: about which question, and for whom."""
    own = {place.person_id for place in view.members}
    people = [one for one in queries.people_on(view.application, asked.key) if one.id != current_actor().person_id]
    form = CommentForm.over(
        {key: one.title for key, one in asked.fields.items()},
        {one.public_id: one.name if one.id in own else f"{one.name}, coach" for one in people},
        empty=empty,
    )
    form.people = [one.name for one in people]
    if empty and request.args.get("about") in asked.fields:
        form.about.data = request.args["about"]
    return form


def talk_of(
    view: Overview,
    asked: Section,
    form: CommentForm | None = None,
    answers: dict[str, AnswerForm] | None = None,
    dealing: HouseForm | None = None,
) -> Talk:
    """The talk about a section, with the forms that were sent in the place of empty ones."""
    actor, found = current_actor(), view.application
    threads = queries.threads_of(actor, found, asked.key, page_asked())
    said = [one for thread in threads.items for one in (thread.comment, *thread.answers)]
    empty = {one.comment.public_id: AnswerForm(formdata=None, prefix=one.comment.public_id) for one in threads.items}
    return Talk(
        threads=threads,
        form=form or comment_form(view, asked, empty=True),
        answers=empty | (answers or {}),
        may_deal=frozenset(
            one.comment.public_id
            for one in threads.items
            if may_deal_with(actor, found.case.organization_id, one.comment.author_id)
        ),
        newest=max(said, key=lambda one: one.id).public_id if any(one.new for one in threads.items) else None,
        dealing=dealing,
    )
