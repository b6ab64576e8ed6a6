"""The staff's list of applications: its filters are its address, and it goes out as a table."""

from collections.abc import Iterator
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.forms import ApplicationFilterForm
from grants.applications.models import Application
from grants.applications.queries import SORTS, VIEWS, ApplicationFilters
from grants.applications.states import State
from grants.applications.tabular import answer_cells, answer_columns
from grants.applications.views.blueprint import bp
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.forms import options
from grants.web.status import status_of
from grants.web.tables import page_asked, sort_asked

EXPORTED = (
    *("School", "Sector", "NCES id", "CDS id", "Cycle", "Stage", "State", "Questions asked", "Questions ready"),
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
    return (
        school.name,
        school.sector,
        school.nces_id,
        school.cds_id,
        stage.cycle.title,
        stage.title,
        status_of("application", found.state).word,
        found.asked,
        found.answered,
        found.started_at,
        found.written_at,
        submitted_at,
        times,
        found.screened_at,
        found.screening_note,
        officer and officer.name,
    )


@bp.get("/applications/answers.<form>")
@requires("application.list")
def export_answers(form: str) -> ResponseReturnValue:
    """What the listed applications answered when they were last submitted: a row each, and a column for each question.

    Of applications of several forms, each form's questions have their own columns.
    """
    actor, filters = current_actor(), filters_of(filter_form())
    asked = answer_columns(queries.stages_listed(actor, filters))
    columns = ("School", "Cycle", "Stage", "State", "Version", "Submitted", *(one.heading for one in asked))

    def rows() -> Iterator[tuple[Any, ...]]:
        for found, submission in queries.answers_frozen(actor, filters):
            stage = found.stage
            word = status_of("application", found.state).word
            facts = (stage.cycle.title, stage.title, word, submission.number, submission.submitted_at)
            yield (found.case.organization.name, *facts, *answer_cells(asked, stage, submission.content))

    return export(form, "answers", columns, rows())


def filter_form() -> ApplicationFilterForm:
    """The list's filters as the address has them, with what there is to choose from."""
    form = ApplicationFilterForm()
    stages = queries.stages(current_actor())
    form.stage.choices = options({"": "All"} | {one.public_id: f"{one.cycle.title}: {one.title}" for one in stages})
    cycles = {one.cycle.public_id: one.cycle.title for one in stages}
    form.cycle.choices = options({"": "All"} | cycles)
    officers = queries.officers(current_actor())
    form.officer.choices = options({"": "All"} | {one.public_id: one.name for one in officers})
    form.state.choices = options({"": "All"} | {state: status_of("application", state).word for state in State})
    form.validate()
    return form


def filters_of(form: ApplicationFilterForm) -> ApplicationFilters:
    """What the list is narrowed to, and its order."""
    sort = sort_asked(SORTS, "school")
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
