"""The staff's list of applications, and screening one."""

from collections.abc import Callable
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from grants.applications import queries, services
from grants.applications.forms import (
    ApplicationFilterForm,
    EligibleForm,
    ExtensionForm,
    IneligibleForm,
    ReturnForm,
)
from grants.applications.models import Application
from grants.applications.overview import overview
from grants.applications.queries import SORTS, ApplicationFilters
from grants.applications.states import State
from grants.applications.views.blueprint import bp, the_application
from grants.casework.queries import timeline
from grants.kernel.errors import Problem
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.forms import in_zone, options
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
    form = _filter_form()
    page = queries.applications(current_actor(), _filters(form), page_asked())
    return render_template("applications/applications.html", page=page, form=form)


@bp.get("/applications.<form>")
@requires("application.list")
def export_applications(form: str) -> ResponseReturnValue:
    """The list as it is narrowed, as a table."""
    rows = queries.every_application(current_actor(), _filters(_filter_form()))
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


def _filter_form() -> ApplicationFilterForm:
    form = ApplicationFilterForm()
    stages = queries.stages(current_actor())
    form.stage.choices = options({"": "All"} | {one.public_id: f"{one.cycle.title}: {one.title}" for one in stages})
    form.state.choices = options({"": "All"} | {state: status_of("application", state).word for state in State})
    form.validate()
    return form


def _filters(form: ApplicationFilterForm) -> ApplicationFilters:
    sort = sort_asked(SORTS, "school")
    return ApplicationFilters(
        stage=form.stage.data or "",
        state=form.state.data or "",
        sector=form.sector.data or "",
        search=(form.search.data or "").strip(),
        completeness=form.completeness.data or "",
        never_submitted=form.only.data == "never_submitted",
        to_screen=form.only.data == "to_screen",
        sort=sort.key,
        descending=sort.descending,
    )


# ── one application ──────────────────────────────────────────────────────────────────────────────────────────────────


def staff_page(found: Application, tried: FlaskForm | None = None, refused: str | None = None) -> str:
    """An application as staff see it; a form that was tried takes the place of its empty one.

    refused   why nothing was done: said above all where the form has no place on the page any more
    """
    actor = current_actor()
    return render_template(
        "applications/staff.html",
        view=overview(actor, found),
        submissions=queries.submissions_of(found),
        timeline=timeline(actor, found.case),
        refused=refused,
        tried=type(tried).__name__,
        forms={form.__name__: form(formdata=None) for form in _screening_forms(found)}
        | ({type(tried).__name__: tried} if tried else {}),
        sections=queries.form_of(found).sections,
    )


def _screening_forms(found: Application) -> tuple[type[FlaskForm], ...]:
    zone = found.stage.cycle.time_zone
    return EligibleForm, IneligibleForm, in_zone(_return_form(found), zone), in_zone(ExtensionForm, zone)


def _return_form(found: Application) -> type[ReturnForm]:
    """The form with this application's sections to choose from."""

    class WithSections(ReturnForm):
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            sections = queries.form_of(found).sections.values()
            self.sections.choices = options({one.key: one.title for one in sections})

    WithSections.__name__ = ReturnForm.__name__
    return WithSections


def _screen(
    application_id: str, name: str, act: Callable[[Any, Application, Any], None], said: str
) -> ResponseReturnValue:
    """Try one of the screening forms: do what it asks, or show it again with what is wrong."""
    found = the_application(application_id)
    form = next(one for one in _screening_forms(found) if one.__name__ == name)()
    if not form.validate():
        return staff_page(found, form), 422
    try:
        with unit_of_work():
            act(current_actor(), found, form)
    except Problem as problem:
        cast(Any, form).show(problem)
        return staff_page(the_application(application_id), form, problem.sentence), problem.status
    flash(said, "good")
    return redirect(url_for(".application", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/eligible")
@requires("application.screen")
def find_eligible(application_id: str) -> ResponseReturnValue:
    """Pass an application on to review."""
    return _screen(
        application_id,
        "EligibleForm",
        lambda actor, found, form: services.find_eligible(actor, found, form.remark.data or ""),
        "Found eligible: it goes on to review.",
    )


@bp.post("/applications/<public_id:application_id>/ineligible")
@requires("application.screen")
def find_ineligible(application_id: str) -> ResponseReturnValue:
    """Take an application out, and tell the applicant why."""
    return _screen(
        application_id,
        "IneligibleForm",
        lambda actor, found, form: services.find_ineligible(actor, found, form.reason.data),
        "Found not eligible. The school has been told why.",
    )


@bp.post("/applications/<public_id:application_id>/return")
@requires("application.screen")
def return_sections(application_id: str) -> ResponseReturnValue:
    """Send sections back for change."""
    return _screen(
        application_id,
        "ReturnForm",
        lambda actor, found, form: services.return_sections(
            actor, found, form.sections.data, form.until.data, form.why.data
        ),
        "Returned. The school has been asked for changes.",
    )


@bp.post("/applications/<public_id:application_id>/extend")
@requires("application.screen")
def extend(application_id: str) -> ResponseReturnValue:
    """Give one applicant more time."""
    return _screen(
        application_id,
        "ExtensionForm",
        lambda actor, found, form: services.extend_deadline(actor, found, form.to.data, form.reason.data),
        "The school has more time, and has been told.",
    )


@bp.post("/applications/<public_id:application_id>/reconsider")
@requires("application.screen")
def reconsider(application_id: str) -> ResponseReturnValue:
    """Screen again what was found not eligible."""
    found = the_application(application_id)
    with unit_of_work():
        services.take_back_screening(current_actor(), found)
    flash("It waits to be screened again. The school has been told.", "good")
    return redirect(url_for(".application", application_id=application_id))
