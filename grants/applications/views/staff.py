"""The staff's list of applications: its filters are its address, and it goes out as a table."""

from dataclasses import asdict

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.exports import ANSWERS, LIST
from grants.applications.forms import ApplicationFilterForm
from grants.applications.queries import SORTS, VIEWS, ApplicationFilters
from grants.applications.states import State
from grants.applications.views.blueprint import bp
from grants.casework.export_views import ask_for
from grants.web.access import current_actor, requires
from grants.web.forms import options
from grants.web.status import words_of
from grants.web.tables import page_asked, sort_asked


@bp.get("/applications")
@requires("application.list")
def applications() -> ResponseReturnValue:
    """Applications, filtered by the URL."""
    actor, form = current_actor(), filter_form()
    filters = filters_of(form)
    return render_template(
        "applications/applications.html",
        page=queries.applications(actor, filters, page_asked()),
        form=form,
        views=VIEWS,
        counts=queries.counts(actor, filters),
        shown=filters.view,
        may_write=actor.may("application.message"),
        next_reminder=services.next_reminder,
    )


@bp.post("/applications/file")
@requires("application.list")
def ask_for_applications() -> ResponseReturnValue:
    """Have the list as it is narrowed made into a file."""
    form = filter_form()
    return ask_for(LIST, "applications", asdict(filters_of(form)), form.said({"only": VIEWS}))


@bp.post("/applications/answers")
@requires("application.list")
def ask_for_answers() -> ResponseReturnValue:
    """Have what the listed applications answered made into a file."""
    form = filter_form()
    return ask_for(ANSWERS, "answers", asdict(filters_of(form)), form.said({"only": VIEWS}))


def filter_form() -> ApplicationFilterForm:
    """The list's filters as the address has them, with what there is to choose from."""
    form = ApplicationFilterForm()
    stages = queries.stages(current_actor())
    form.stage.choices = options({"": "All"} | {one.public_id: f"{one.cycle.title}: {one.title}" for one in stages})
    cycles = {one.cycle.public_id: one.cycle.title for one in stages}
    form.cycle.choices = options({"": "All"} | cycles)
    officers = queries.officers(current_actor())
    form.officer.choices = options({"": "All"} | {one.public_id: one.name for one in officers})
    form.state.choices = options(
        {"": "All"} | words_of("application", "draft", "lapsed", *(one for one in State if one != State.DRAFT))
    )
    form.validate()
    return form


def filters_of(form: ApplicationFilterForm) -> ApplicationFilters:
    """What the list is narrowed to, and its order."""
    sort = sort_asked(SORTS, "running")
    return ApplicationFilters(
        cycle=form.cycle.data or "",
        stage=form.stage.data or "",
        officer=form.officer.data or "",
        state=form.state.data or "",
        sector=form.sector.data or "",
        search=(form.search.data or "").strip(),
        completeness=form.completeness.data or "",
        view=form.only.data if form.only.data in VIEWS else "",
        sort=sort.key,
        descending=sort.descending,
    )
