"""For a cycle's staff: its public page, and the questions that people ask."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.discovery.asking import overdue_since
from grants.discovery.call_forms import CallForm, QuestionFilterForm, ReplyForm
from grants.discovery.call_models import Call, Question
from grants.discovery.queries import asking
from grants.discovery.queries.asking import QuestionFilters
from grants.discovery.queries.calls import call_of, calls_seen_by
from grants.discovery.services import asking as services
from grants.discovery.services.calling import CallPlan, show_call
from grants.discovery.states import QUESTION, Asked, AskedFacts
from grants.discovery.views.blueprint import bp
from grants.kernel.clock import now
from grants.kernel.errors import Problem
from grants.kernel.roles import Role
from grants.messages.addresses import address_of
from grants.persistence.session import unit_of_work
from grants.programs.queries import cycle_for
from grants.web.access import current_actor, requires
from grants.web.forms import in_zone, options
from grants.web.navigation import register_nav
from grants.web.posting import carry_out
from grants.web.tables import page_asked

for _role in (Role.PROGRAM_OFFICER, Role.DIRECTOR, Role.AUDITOR):
    register_nav(_role, "Questions", "discovery.questions", 29)

# What is published cannot be unread: it is what somebody has looked at.
_NOT_PREVIEWED = (
    "Nothing is published yet: the words are not those whose preview you saw, or somebody has answered meanwhile. "
    "Above is how it reads now. Look at it, then publish it."
)
_DONE = {
    "take back": (services.take_back, "The answer is no longer on the public page, and whoever asked was told."),
    "set aside": (services.set_aside, "The question is set aside. Nobody was told."),
    "take up": (services.take_up, "The question waits for its answer again."),
}


@bp.route("/cycles/<public_id:cycle_id>/page", methods=["GET", "POST"])
@requires("cycle.manage")
def edit_call(cycle_id: str) -> ResponseReturnValue:
    """Choose what a cycle's public page shows."""
    actor = current_actor()
    cycle = cycle_for(actor, cycle_id)
    call = call_of(cycle)
    form = in_zone(CallForm, cycle.time_zone)(obj=call or CallPlan())

    address = address_of("discovery.call", key=cycle.key, call_id=call.public_id) if call else ""

    def show() -> None:
        show_call(actor, cycle, _plan(form))

    def page() -> str:
        return render_template("discovery/call_settings.html", form=form, cycle=cycle, call=call, address=address)

    return carry_out(form, show, "The public page is as you chose.", url_for(".edit_call", cycle_id=cycle_id), page)


def _plan(form: CallForm) -> CallPlan:
    given: dict[str, Any] = {name: form[name].data for name in CallPlan.__dataclass_fields__}
    for name, value in given.items():
        given[name] = (value.strip() or None) if isinstance(value, str) else value
    return CallPlan(**given)


@bp.get("/questions")
@requires("question.read")
def questions() -> ResponseReturnValue:
    """What people asked: those that wait first."""
    actor = current_actor()
    form = QuestionFilterForm()
    calls = calls_seen_by(actor)
    form.cycle.choices = options({"": "All cycles"} | {one.cycle.public_id: one.cycle.title for one in calls})
    form.validate()
    filters = QuestionFilters(form.state.data or "", form.cycle.data or "", (form.search.data or "").strip())
    page = asking.questions(actor, filters, page_asked())
    return render_template(
        "discovery/questions.html", page=page, form=form, calls=calls, overdue=_overdue(page.items, calls)
    )


def _overdue(rows: Sequence[Question], calls: Sequence[Call]) -> set[str]:
    """Public ids of the questions that have waited longer than was promised."""
    since = {call.cycle_id: overdue_since(now(), call.answer_days) for call in calls}
    return {one.public_id for one in rows if one.state == Asked.OPEN and one.asked_at < since[one.cycle_id]}


@bp.get("/questions/<public_id:question_id>")
@requires("question.read")
def question(question_id: str) -> ResponseReturnValue:
    """One question: who asked it, what was answered and when, and the answer to give."""
    return _question_page(asking.question_for(current_actor(), question_id))


@bp.post("/questions/<public_id:question_id>/answer")
@requires("question.answer")
def answer_question(question_id: str) -> ResponseReturnValue:
    """Answer privately, publish, correct; or look at it first as everybody would read it."""
    actor = current_actor()
    found = asking.question_for(actor, question_id)
    form = ReplyForm()
    if not form.validate():
        return _question_page(found, form), 422
    if "preview" in request.form:
        return _question_page(found, form, preview=True)
    publish = "publish" in request.form
    if publish and not form.was_previewed(*_as_read(found, form)):
        form.form_errors.append(_NOT_PREVIEWED)
        return _question_page(found, form, preview=True), 409
    try:
        with unit_of_work():
            services.answer(
                actor,
                found,
                form.said.data or "",
                form.asked.data or "",
                form.topic.data,
                publish,
                form.because.data,
            )
    except Problem as problem:
        form.show(problem)
        return _question_page(found, form), problem.status
    flash("The answer is published, and whoever asked was told." if publish else "Whoever asked was told.", "good")
    return redirect(url_for(".question", question_id=question_id))


@bp.post("/questions/<public_id:question_id>/move")
@requires("question.answer")
def move_question(question_id: str) -> ResponseReturnValue:
    """Take an answer off the public page, set a question aside, or take it up again."""
    actor = current_actor()
    found = asking.question_for(actor, question_id)
    act, said = _DONE.get(request.form.get("move", ""), (None, ""))
    if act is None:
        flash("Choose what is to be done.", "bad")
        return redirect(url_for(".question", question_id=question_id))
    with unit_of_work():
        act(actor, found)
    flash(said, "good")
    return redirect(url_for(".question", question_id=question_id))


def _question_page(found: Question, form: ReplyForm | None = None, preview: bool = False) -> str:
    actor = current_actor()
    call = call_of(found.cycle)
    if call is None:
        raise RuntimeError("A question is asked on a public page, which is never removed.")
    form = form or _reply_form(found)
    if preview:
        form.keep_preview(*_as_read(found, form))
    moves = QUESTION.open_to(actor, found.state, AskedFacts(answered=bool(found.replies)))
    return render_template(
        "discovery/question.html",
        question=found,
        call=call,
        form=form,
        preview=preview,
        topics=asking.topics(call),
        similar=[one for one in asking.similar(call, found.text) if one.public_id != found.public_id],
        moves=[name for name, verdict in moves.items() if name in _DONE and verdict],
    )


def _as_read(found: Question, form: ReplyForm) -> tuple[Any, ...]:
    """What everybody would read, and how many replies it follows: somebody else may answer meanwhile."""
    return form.said.data, form.asked.data, form.topic.data, len(found.replies)


def _reply_form(found: Question) -> ReplyForm:
    last = found.reply
    known: dict[str, Any] = {"asked": found.text, "topic": found.topic}
    if last is not None:
        known |= {"asked": last.asked, "said": last.said}
    return ReplyForm(formdata=None, data=known)
