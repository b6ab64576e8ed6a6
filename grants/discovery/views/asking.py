"""Questions before applying: read, searched, asked."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.discovery.asking import closed_because
from grants.discovery.call_forms import AskForm, SearchForm, VisitorAskForm
from grants.discovery.call_models import Call
from grants.discovery.queries import asking
from grants.discovery.queries.calls import call_for, call_of, shown_call_of
from grants.discovery.queries.resources import resources_shown
from grants.discovery.services.asking import ask
from grants.discovery.views.blueprint import bp
from grants.discovery.views.calls import ADDRESS, MOST_RESOURCES, call_url, unless_unchanged
from grants.kernel.clock import now
from grants.kernel.errors import Problem
from grants.kernel.policy import Actor
from grants.messages.services import Visitor
from grants.people.models import Organization
from grants.people.queries import own_organizations
from grants.persistence.session import unit_of_work
from grants.programs.models import Cycle
from grants.web.access import current_actor, public, requires
from grants.web.forms import options
from grants.web.limits import limited
from grants.web.tables import page_asked


@bp.app_template_global()
def can_ask(cycle: Cycle) -> bool:
    """Whether a cycle has a public page on which questions can be asked, so that a link to it leads somewhere."""
    call = call_of(cycle)
    return call is not None and call.listing != "hidden" and _closed(call) is None


@bp.get(f"{ADDRESS}/questions")
@public
def call_questions(key: str, call_id: str) -> ResponseReturnValue:
    """What others asked and what they were told, searched and paged; one's own questions when signed in."""
    actor = current_actor()
    call = call_for(actor, call_id)
    form = SearchForm()
    search = (form.search.data or "").strip()
    return unless_unchanged(
        render_template(
            "discovery/call_questions.html",
            call=call,
            cycle=call.cycle,
            form=form,
            search=search,
            page=asking.published(call, search, page_asked()),
            resources=resources_shown(actor, call, search, size=MOST_RESOURCES) if search else None,
            own=asking.own_questions(actor, call),
            closed=_closed(call),
        )
    )


def _asker() -> str:
    """Whose tries they are: of the account, or of the address that is written in, which the receipt goes to."""
    actor = current_actor()
    who = actor.person_id or request.form.get("email", "").strip().lower()[:254]
    return f"ask {who}"


@bp.route(f"{ADDRESS}/ask", methods=["GET", "POST"])
@public
@limited("12 per hour", _asker, every=True)
@limited("20 per hour", every=True)
def ask_question(key: str, call_id: str) -> ResponseReturnValue:
    """Ask something; what was answered already is shown first, once, to read instead."""
    call = call_for(current_actor(), call_id)
    form = _ask_form(call)
    if not form.is_submitted():
        return _ask_page(call, form), 200
    if not form.validate():
        return _ask_page(call, form), 422
    if form.website.data:
        form.website.errors = ["Leave this field empty: it is there for programs that fill in everything."]
        return _ask_page(call, form), 422
    if "sure" not in request.form and (similar := asking.similar(call, form.text.data or "")):
        return _ask_page(call, form, similar), 200
    try:
        with unit_of_work():
            _ask(call, form)
    except Problem as problem:
        form.show(problem)
        return _ask_page(call, form), problem.status
    flash(f"Your question has arrived. The answer comes by mail within {call.answer_days} days.", "good")
    return redirect(call_url(call, "call_questions"))


@bp.get("/cycles/<public_id:cycle_id>/ask")
@requires("event.read")
def ask_about(cycle_id: str) -> ResponseReturnValue:
    """The same from within an application, whose stage and organization are filled in."""
    call = shown_call_of(cycle_id)
    return _ask_page(call, _ask_form(call))


def _ask(call: Call, form: AskForm) -> None:
    actor = current_actor()
    visitor = Visitor(form.name.data or "", form.email.data or "") if isinstance(form, VisitorAskForm) else None
    stage = next((one for one in call.cycle.stages if one.key == form.stage.data), None)
    mine = {one.public_id: one.id for one in own_organizations(actor) if one.id in actor.organization_ids}
    ask(actor, call, form.text.data or "", visitor, stage, mine.get(form.organization.data or ""))


def _ask_form(call: Call) -> AskForm:
    actor = current_actor()
    visitor = actor.person_id is None
    form = VisitorAskForm() if visitor else AskForm()
    form.stage.choices = options({"": "The cycle as a whole"} | {one.key: one.title for one in call.cycle.stages})
    mine = [] if visitor else [one for one in own_organizations(actor) if one.id in actor.organization_ids]
    form.organization.choices = options({one.public_id: one.name for one in mine} | {"": "None: I ask for myself"})
    if not form.is_submitted():
        form.stage.data = request.args.get("stage", "")
        form.organization.data = request.args.get("organization", _asks_for(mine, actor))
        form.text.data = request.args.get("text", "")
    return form


def _asks_for(mine: Sequence[Organization], actor: Actor) -> str:
    """The organization that is offered first: the one they look at, or the first by name."""
    first = next((one for one in mine if one.id == actor.looks_at), mine[0] if mine else None)
    return first.public_id if first else ""


def _ask_page(call: Call, form: AskForm, similar: list[asking.Published] | None = None) -> str:
    return render_template(
        "discovery/ask.html",
        call=call,
        cycle=call.cycle,
        form=form,
        similar=similar or [],
        closed=_closed(call),
        sign_in=url_for("people.sign_in", next=request.full_path.rstrip("?") if request.method == "GET" else None),
    )


def _closed(call: Call) -> str | None:
    return closed_because(now(), call.questions_until, call.cycle.closed_at)
