"""Saying something about a draft: comments, answers, what is dealt with, what was read."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.comment_models import DraftComment
from grants.applications.forms import AnswerForm
from grants.applications.models import Application
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.conversation import comment_form, talk_of
from grants.applications.views.drafting import section_page, the_draft, the_section
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm
from grants.web.posting import carry_out


@bp.post("/applications/<public_id:application_id>/sections/<section_key>/comments")
@requires("application.comment")
def comment(application_id: str, section_key: str) -> ResponseReturnValue:
    """Comment on a section, for those who are chosen."""
    view = the_draft(application_id)
    asked = the_section(view, section_key)
    form = comment_form(view, asked)
    if not form.validate():
        return section_page(view, asked, talk=talk_of(view, asked, form)), 422
    try:
        with unit_of_work():
            written = services.comment(
                current_actor(),
                view.application,
                section_key,
                form.body.data or "",
                field=form.about.data or None,
                to=form.to.data or (),
            )
    except (Clash, Invalid) as problem:
        form.show(problem)
        return section_page(view, asked, talk=talk_of(view, asked, form)), problem.status
    return redirect(_address(application_id, written))


@bp.post("/applications/<public_id:application_id>/comments/<public_id:comment_id>/answers")
@requires("application.comment")
def answer(application_id: str, comment_id: str) -> ResponseReturnValue:
    """Answer a comment."""
    view, form = the_draft(application_id), AnswerForm(prefix=comment_id)
    asked = the_section(view, request.form.get("section", ""))
    if not form.validate():
        return section_page(view, asked, talk=talk_of(view, asked, answers={comment_id: form})), 422
    try:
        with unit_of_work():
            written = services.answer(current_actor(), view.application, comment_id, form.body.data or "")
    except (Clash, Invalid) as problem:
        form.show(problem)
        return section_page(view, asked, talk=talk_of(view, asked, answers={comment_id: form})), problem.status
    return redirect(_address(application_id, written))


@bp.post("/applications/<public_id:application_id>/comments/<public_id:comment_id>/resolve")
@requires("application.comment")
def resolve(application_id: str, comment_id: str) -> ResponseReturnValue:
    """Say that a comment is dealt with."""
    return _deal(application_id, comment_id, services.resolve_comment, "The comment is dealt with.")


@bp.post("/applications/<public_id:application_id>/comments/<public_id:comment_id>/reopen")
@requires("application.comment")
def reopen_comment(application_id: str, comment_id: str) -> ResponseReturnValue:
    """Take back that a comment is dealt with."""
    return _deal(application_id, comment_id, services.reopen_comment, "The comment waits again.")


def _deal(
    application_id: str, comment_id: str, act: Callable[[Actor, Application, str], object], done: str
) -> ResponseReturnValue:
    view, form = the_draft(application_id), HouseForm()
    named = queries.sections_open_to(current_actor(), view.application)
    written = queries.comment_for(view.application, named, comment_id)
    asked = the_section(view, written.section)

    def page() -> str:
        view = the_draft(application_id)
        return section_page(view, asked, talk=talk_of(view, asked, dealing=form))

    back = _address(application_id, written)
    return carry_out(form, lambda: act(current_actor(), view.application, comment_id), done, back, page)


@bp.post("/applications/<public_id:application_id>/sections/<section_key>/comments/read")
@requires("application.comment")
def mark_read(application_id: str, section_key: str) -> ResponseReturnValue:
    """Note that the comments on a section were read, up to the one that is sent as `last`."""
    found = the_application(application_id)
    with unit_of_work():
        services.mark_read(current_actor(), found, section_key, request.form.get("last", ""))
    return redirect(url_for(".section", application_id=application_id, section_key=section_key) + "#comments")


def _address(application_id: str, written: DraftComment) -> str:
    return url_for(".section", application_id=application_id, section_key=written.section) + "#comments"
