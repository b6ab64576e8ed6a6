"""The list of what is owed, one requirement, and what the school and the foundation do about it."""

from collections.abc import Callable
from dataclasses import asdict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.awards.queries import cycles_with_awards
from grants.casework.export_views import ask_for
from grants.kernel.clock import today
from grants.kernel.policy import Actor, Verdict
from grants.monitoring import queries, services
from grants.monitoring.exports import REQUIREMENTS
from grants.monitoring.forms import AccountForm, AnswerForm, CheckInForm, ReasonForm, RequirementFilterForm
from grants.monitoring.models import Requirement
from grants.monitoring.services.requirements import facts_of
from grants.monitoring.states import REQUIREMENT
from grants.monitoring.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm, options
from grants.web.posting import carry_out
from grants.web.tables import page_asked, sort_asked

SORTS = ("due", "organization")


@bp.get("/requirements")
@requires("requirement.read")
def requirements() -> ResponseReturnValue:
    """What is owed under all awards the actor may see, by due date."""
    actor = current_actor().in_view
    return render_template(
        "monitoring/requirements.html",
        page=queries.requirements(actor, _filters(), page_asked()),
        form=_filter_form(actor),
        status_of_one=queries.status_of,
        lateness=queries.lateness_of,
    )


@bp.post("/requirements/file")
@requires("requirement.read")
def ask_for_requirements() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    actor = current_actor()
    wanted = {"looks_at": actor.looks_at, **asdict(_filters())}
    return ask_for(REQUIREMENTS, "requirements", wanted, _filter_form(actor.in_view).said())


def _filter_form(actor: Actor) -> RequirementFilterForm:
    form = RequirementFilterForm()
    form.cycle.choices = options({"": "All"} | {one.public_id: one.title for one in cycles_with_awards(actor)})
    return form


@bp.get("/requirements/<public_id:requirement_id>")
@requires("requirement.read")
def requirement(requirement_id: str) -> ResponseReturnValue:
    """One requirement: what is asked, what was written, what was answered."""
    actor = current_actor()
    return _shown(actor, queries.requirement_for(actor, requirement_id), {})


@bp.post("/requirements/<public_id:requirement_id>/submit")
@requires("requirement.report")
def submit(requirement_id: str) -> ResponseReturnValue:
    """Hand it in."""
    form = AccountForm()

    def act(actor: Actor, found: Requirement) -> None:
        services.submit_requirement(actor, found, form.account.data or "")

    return _move(requirement_id, "submit", form, act, "It is handed in. The foundation reads it next.")


@bp.post("/requirements/<public_id:requirement_id>/accept")
@requires("requirement.accept")
def accept(requirement_id: str) -> ResponseReturnValue:
    """Accept what was handed in."""
    form = AnswerForm(prefix="accept")

    def act(actor: Actor, found: Requirement) -> None:
        services.accept_requirement(actor, found, form.note.data or "")

    return _move(requirement_id, "accept", form, act, "It is accepted. Payments that waited for it can be asked for.")


@bp.post("/requirements/<public_id:requirement_id>/return")
@requires("requirement.accept")
def send_back(requirement_id: str) -> ResponseReturnValue:
    """Send it back, saying what is missing."""
    form = ReasonForm(prefix="return")

    def act(actor: Actor, found: Requirement) -> None:
        services.return_requirement(actor, found, form.reason.data or "")

    return _move(requirement_id, "return", form, act, "It is returned, and the school has been told what is missing.")


@bp.post("/requirements/<public_id:requirement_id>/waive")
@requires("requirement.accept")
def waive(requirement_id: str) -> ResponseReturnValue:
    """Ask no more for it."""
    form = ReasonForm(prefix="waive")

    def act(actor: Actor, found: Requirement) -> None:
        services.waive_requirement(actor, found, form.reason.data or "")

    return _move(requirement_id, "waive", form, act, "It is waived. Another person approves what waited for it.")


@bp.route("/requirements/<public_id:requirement_id>/check-in", methods=["GET", "POST"])
@requires("checkin.record")
def check_in(requirement_id: str) -> ResponseReturnValue:
    """Note what a check-in came to."""
    actor = current_actor()
    found = queries.requirement_for(actor, requirement_id)
    form = CheckInForm(held_on=today(found.award.stage.cycle.time_zone))

    def act() -> None:
        services.record_check_in(
            actor,
            found,
            form.held_on.data,  # type: ignore[arg-type]
            form.attended.data or "",
            form.notes.data or "",
            form.rating.data,
        )

    def page() -> str:
        verdict = _moves(actor, found).get("hold")
        return render_template("monitoring/check_in.html", requirement=found, form=form, verdict=verdict)

    back = url_for(".requirement", requirement_id=requirement_id)
    return carry_out(form, act, "The check-in is noted.", back, page)


def _move(
    requirement_id: str, name: str, form: HouseForm, act: Callable[[Actor, Requirement], object], done: str
) -> ResponseReturnValue:
    """Do one thing about a requirement, or show its page again with what stands in the way."""
    actor = current_actor()
    found = queries.requirement_for(actor, requirement_id)
    back = url_for(".requirement", requirement_id=requirement_id)

    def page() -> str:
        return _shown(actor, queries.requirement_for(actor, requirement_id), {name: form})

    return carry_out(form, lambda: act(actor, found), done, back, page)


def _shown(actor: Actor, found: Requirement, tried: dict[str, HouseForm]) -> str:
    """The page of a requirement; `tried` holds the form that was posted and refused, by the name of its move."""
    forms: dict[str, HouseForm] = {
        "submit": AccountForm(formdata=None, account=found.account),
        "accept": AnswerForm(formdata=None, prefix="accept"),
        **{name: ReasonForm(formdata=None, prefix=name) for name in ("return", "waive")},
    }
    return render_template(
        "monitoring/requirement.html",
        requirement=found,
        moves=_moves(actor, found),
        forms_of=forms | tried,
        tried=next(iter(tried), None),
        status=queries.status_of(found),
        lateness=queries.lateness_of(found),
    )


def _moves(actor: Actor, found: Requirement) -> dict[str, Verdict]:
    return REQUIREMENT.open_to(actor, found.state, facts_of(actor, found))


def _filters() -> queries.RequirementFilters:
    asked = request.args
    sort = sort_asked(SORTS, "due")
    return queries.RequirementFilters(
        asked.get("q", ""),
        asked.get("cycle", ""),
        asked.get("kind", ""),
        asked.get("state", ""),
        f"{'-' * sort.descending}{sort.key}",
    )
