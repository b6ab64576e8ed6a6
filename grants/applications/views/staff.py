"""The staff's list of applications: its filters are its address, and it goes out as a table."""

from dataclasses import asdict
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.exports import ANSWERS
from grants.applications.forms import ApplicationFilterForm
from grants.applications.models import Application
from grants.applications.queries import SORTS, VIEWS, ApplicationFilters
from grants.applications.states import State
from grants.applications.views.blueprint import bp
from grants.casework.export_views import ask_for
from grants.web.access import current_actor, requires
from grants.web.exports import export, local
from grants.web.forms import options
from grants.web.status import status_of, words_of
from grants.web.tables import page_asked, sort_asked

EXPORTED = (
    *("School", "Sector", "NCES id", "CDS code", "Cycle", "Stage", "State", "Questions asked", "Questions ready"),
    *("Started", "Last written", "Submitted", "Submissions", "Screened", "Screening note", "Case officer"),
)


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


@bp.get("/applications.<form>")
@requires("application.list")
def export_applications(form: str) -> ResponseReturnValue:
    """The list as it is narrowed, as a table."""
    rows = queries.every_application(current_actor(), filters_of(filter_form()))
    return export(form, "applications", EXPORTED, (_row(*row) for row in rows))


def _row(found: Application, submitted_at: Any, times: int) -> tuple[Any, ...]:
    school, stage, officer = found.case.organization, found.stage, found.case.officer
    zone = stage.cycle.time_zone
    return (
        school.name,
        school.sector,
        school.nces_id,
        school.cds_id,
        stage.cycle.title,
        stage.title,
        status_of("application", found.standing).word,
        found.asked,
        found.answered,
        local(found.started_at, zone),
        local(found.written_at, zone),
        local(submitted_at, zone),
        times,
        local(found.screened_at, zone),
        found.screening_note,
        officer and officer.name,
    )


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
