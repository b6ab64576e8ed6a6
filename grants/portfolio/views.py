"""Home pages, the list of cases, the case page."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from grants.casework import queries as casework
from grants.casework import services
from grants.casework.export_views import ask_for
from grants.casework.merging import case_that_stays
from grants.casework.officers import officer_for, officers
from grants.kernel.errors import Missing, Problem
from grants.kernel.roles import Role
from grants.people.queries import person_of
from grants.persistence.session import unit_of_work
from grants.portfolio import queries
from grants.portfolio.case_page import case_page
from grants.portfolio.exports import CASES
from grants.portfolio.forms import CaseFilterForm, NoteForm, OfficerForm, TaskForm
from grants.portfolio.home import home_of
from grants.web.access import current_actor, public, requires
from grants.web.errors import forward_by
from grants.web.forms import options
from grants.web.navigation import register_nav, register_search
from grants.web.tables import page_asked

bp = Blueprint("portfolio", __name__)

for _role in Role:
    if _role not in {Role.APPLICANT, Role.SYSTEM}:
        register_nav(_role, "Today", "portfolio.home", 0)
register_nav(Role.APPLICANT, "Our case", "portfolio.home", 0, ("/cases",))
for _role in (Role.PROGRAM_OFFICER, Role.FINANCE_OFFICER, Role.DIRECTOR, Role.AUDITOR):
    register_nav(_role, "Cases", "portfolio.cases", 10)
register_search("portfolio.cases")


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """What should I do now? Of the cycles it shows the one asked for, else the one that was last.

    A visitor finds what can be applied for.
    """
    if current_actor().person_id is None:
        return redirect(url_for("discovery.calls"))
    asked = request.args.get("cycle")
    home = home_of(current_actor().in_view, asked, session.get("cycle"))
    if asked and home.cycle:
        session["cycle"] = home.cycle.public_id
    return render_template("portfolio/home.html", home=home)


@bp.get("/cases")
@requires("case.list")
def cases() -> ResponseReturnValue:
    """Cases, searched and narrowed; the view is the URL."""
    actor = current_actor()
    form, filters = _filters()
    page = queries.cases(actor, filters, page_asked())
    stages = queries.stages_of({row.case.cycle_id for row in page.items})
    return render_template("portfolio/cases.html", page=page, form=form, stages=stages)


@bp.post("/cases/file")
@requires("case.list")
def ask_for_cases() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    form, filters = _filters()
    return ask_for(CASES, "cases", asdict(filters), form.said())


def _filters() -> tuple[CaseFilterForm, queries.CaseFilters]:
    form = CaseFilterForm()
    cycles = queries.cycles(current_actor())
    form.cycle.choices = options({"": "All"} | {one.public_id: one.title for one in cycles})
    form.stage.choices = options({"": "Any stage"} | dict(queries.stage_choices(cycles)))
    form.officer.choices = options({"": "Anyone", "none": "Nobody"} | _names_of_officers())
    filters = queries.CaseFilters(
        q=form.q.data or "",
        cycle=form.cycle.data or "",
        stage=form.stage.data or "",
        sector=form.sector.data or "",
        officer=form.officer.data or "",
        sort=request.args.get("sort", "name"),
    )
    return form, filters


def _names_of_officers() -> dict[str, str]:
    return {one.public_id: one.name for one in officers()}


def _case_that_stays() -> str | None:
    """Where the page of a case went that became part of another one."""
    if request.endpoint != "portfolio.case":
        return None
    try:
        stays = casework.case_for(current_actor(), case_that_stays((request.view_args or {})["case_id"]))
    except Missing:
        return None
    return url_for(".case", case_id=stays.public_id)


forward_by(_case_that_stays)


@bp.get("/cases/<public_id:case_id>")
@requires("case.read")
def case(case_id: str) -> ResponseReturnValue:
    """The whole story of one case."""
    return _case(case_id)


def _case(
    case_id: str,
    note: NoteForm | None = None,
    task: TaskForm | None = None,
    officer: OfficerForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page, with the form that was refused, if one was."""
    found = case_page(current_actor(), case_id, page_asked(), page_asked("mail"), page_asked("document"))
    page = render_template(
        "portfolio/case.html",
        page=found,
        note=note or NoteForm(formdata=None),
        task=task or TaskForm(formdata=None),
        officer=officer or (_officer_form(shown=True) if current_actor().may("case.manage") else None),
    )
    return page, status


def _officer_form(shown: bool = False) -> OfficerForm:
    form = OfficerForm(formdata=None) if shown else OfficerForm()
    form.officer.choices = options({"": "Choose somebody"} | _names_of_officers())
    return form


@bp.post("/cases/<public_id:case_id>/officer")
@requires("case.manage")
def hand_over(case_id: str) -> ResponseReturnValue:
    """Take a case on, or give it to a colleague."""
    actor, form = current_actor(), _officer_form()
    if not form.validate():
        return _case(case_id, officer=form, status=422)
    try:
        with unit_of_work():
            officer = officer_for(form.officer.data)
            services.hand_over(actor, casework.case_for(actor, case_id), officer)
    except Problem as problem:
        form.show(problem)
        return _case(case_id, officer=form, status=problem.status)
    flash(f"{officer.name} looks after this case now.", "good")
    return redirect(url_for(".case", case_id=case_id))


@bp.post("/cases/<public_id:case_id>/notes")
@requires("case.note")
def write_note(case_id: str) -> ResponseReturnValue:
    """Keep a note."""
    actor, form = current_actor(), NoteForm()
    if not form.validate():
        return _case(case_id, note=form, status=422)
    with unit_of_work():
        services.add_note(actor, casework.case_for(actor, case_id), form.body.data or "")
    flash("The note was kept. Only staff read it.", "good")
    return redirect(url_for(".case", case_id=case_id))


@bp.post("/cases/<public_id:case_id>/tasks")
@requires("case.note")
def add_task(case_id: str) -> ResponseReturnValue:
    """Take on a task."""
    actor, form = current_actor(), TaskForm()
    if not form.validate():
        return _case(case_id, task=form, status=422)
    try:
        with unit_of_work():
            owner = person_of(actor)
            services.add_task(actor, casework.case_for(actor, case_id), form.title.data or "", owner, form.due_on.data)
    except Problem as problem:
        form.show(problem)
        return _case(case_id, task=form, status=problem.status)
    flash("The task stands on your Today page.", "good")
    return redirect(url_for(".case", case_id=case_id))


@bp.post("/tasks/<public_id:task_id>/done")
@requires("case.note")
def finish_task(task_id: str) -> ResponseReturnValue:
    """Mark a task done."""
    actor = current_actor()
    with unit_of_work():
        task = casework.task_for(actor, task_id)
        services.finish_task(actor, task)
        case_id = task.case.public_id
    flash("Done.", "good")
    return redirect(url_for(".case", case_id=case_id))
