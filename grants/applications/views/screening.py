"""One application as staff see it, and screening: one after the other, or from its own page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from grants.applications import queries, services
from grants.applications.forms import (
    CountsAgainForm,
    EligibleForm,
    ExtensionForm,
    IneligibleForm,
    OverrideForm,
    ReturnForm,
)
from grants.applications.models import Application
from grants.applications.overview import overview
from grants.applications.views.blueprint import bp, the_application
from grants.casework.queries import timeline
from grants.kernel.clock import today
from grants.kernel.errors import Problem
from grants.kernel.policy import Actor
from grants.persistence.session import unit_of_work
from grants.programs.dates import closing
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm, in_zone, options
from grants.web.posting import carry_out

CHANGES_TAKE: Final = timedelta(days=14)
MORE_TIME: Final = timedelta(days=7)
"""What the forms offer, to be changed: for changes from today, and after the present deadline."""


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
        checked=_checked(found),
        refused=refused,
        tried=type(tried).__name__,
        forms=_forms_on_page(found, tried),
        sections=queries.form_of(found).sections,
        overrides=queries.overrides_of(found),
        not_reminded=services.why_not_reminded(found),
        next_reminder=services.next_reminder(found),
    )


def _checked(found: Application) -> list[tuple[str, bool]]:
    """What the stage asks to check of an application that was found eligible, and whether it was."""
    if found.screened_at is None or found.screening_checks is None:
        return []
    checks = queries.rules_of(found).screening
    return [(sentence, key in found.screening_checks) for key, sentence in checks.items()]


def _forms_on_page(found: Application, tried: FlaskForm | None) -> dict[str, FlaskForm]:
    """The screening forms by name, with days to begin from; one that was tried as it was sent."""
    zone = ZoneInfo(found.stage.cycle.time_zone)
    until = closing(today(zone) + CHANGES_TAKE, zone)
    usual = {"until": until, "to": max(until, found.deadline.at + MORE_TIME)}
    empty = {form.__name__: form(formdata=None, data=usual) for form in _screening_forms(found)}
    return empty | ({type(tried).__name__: tried} if tried else {})


def _screening_forms(found: Application) -> tuple[type[FlaskForm], ...]:
    zone = found.stage.cycle.time_zone
    timed = in_zone(_return_form(found), zone), in_zone(ExtensionForm, zone)
    return _eligible_form(found), IneligibleForm, OverrideForm, CountsAgainForm, *timed


def _eligible_form(found: Application) -> type[EligibleForm]:
    """The form with what is checked in this application's stage; without boxes where that is nothing."""

    class WithChecks(EligibleForm):
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            if checks := queries.rules_of(found).screening:
                self.checked.choices = options(checks)
            else:
                del self.checked

    WithChecks.__name__ = EligibleForm.__name__
    return WithChecks


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
    page = queue_page if request.args.get("queue") else staff_page
    if not form.validate():
        return page(found, form), 422
    try:
        with unit_of_work():
            act(current_actor(), found, form)
    except Problem as problem:
        cast(Any, form).show(problem)
        return page(the_application(application_id), form, problem.sentence), problem.status
    flash(said, "good")
    return _onward(application_id)


def _press(
    application_id: str, act: Callable[[Actor, Application], object], said: str, back: str
) -> ResponseReturnValue:
    """Do what a button without questions asks for; when it is refused, the application's own page says why."""
    found, form = the_application(application_id), HouseForm()

    def page() -> str:
        return staff_page(the_application(application_id), form, next(iter(form.form_errors), None))

    return carry_out(form, lambda: act(current_actor(), found), said, back, page)


def _page_of(application_id: str) -> str:
    return url_for(".application", application_id=application_id)


def _onward(application_id: str) -> ResponseReturnValue:
    """To the next in the queue, where one is worked through; else back to the application."""
    if stage := request.args.get("queue"):
        return redirect(url_for(".screening", stage=stage, done=application_id))
    return redirect(url_for(".application", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/eligible")
@requires("application.screen")
def find_eligible(application_id: str) -> ResponseReturnValue:
    """Pass an application on to review."""
    return _screen(
        application_id,
        "EligibleForm",
        lambda actor, found, form: services.find_eligible(
            actor, found, form.remark.data or "", (form.checked and form.checked.data) or ()
        ),
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
    stage = request.args.get("queue")
    back = url_for(".screening", stage=stage, at=application_id) if stage else _page_of(application_id)
    return _press(application_id, services.take_back_screening, "It waits to be screened again.", back)


@bp.post("/applications/<public_id:application_id>/let-pass")
@requires("application.screen")
def let_pass(application_id: str) -> ResponseReturnValue:
    """Let an eligibility answer pass that keeps the school from applying."""
    return _screen(
        application_id,
        "OverrideForm",
        lambda actor, found, form: services.override_eligibility(
            actor, found, request.form.get("field", ""), form.reason.data
        ),
        "The school can go on, and has been told.",
    )


@bp.post("/applications/<public_id:application_id>/counts-again")
@requires("application.screen")
def counts_again(application_id: str) -> ResponseReturnValue:
    """Take back that an eligibility answer was let pass."""
    return _screen(
        application_id,
        "CountsAgainForm",
        lambda actor, found, form: services.take_back_override(
            actor, found, request.form.get("field", ""), form.reason.data
        ),
        "The question counts again, and the school has been told.",
    )


@bp.post("/applications/<public_id:application_id>/as-submitted")
@requires("application.screen")
def take_as_submitted(application_id: str) -> ResponseReturnValue:
    """Go on with what was submitted, when no changes came in time."""
    said = "It counts as it was submitted, and waits to be screened. The school has been told."
    return _press(application_id, services.take_as_submitted, said, _page_of(application_id))


# ── one after the other ──────────────────────────────────────────────────────────────────────────────────────────────


@bp.get("/screening")
@requires("application.screen")
def screening() -> ResponseReturnValue:
    """The next application to screen of a stage: what it says of itself, and what to do with it."""
    stage, after, at = (request.args.get(name, "") for name in ("stage", "after", "at"))
    found = queries.next_to_screen(current_actor(), stage, after, at)
    return queue_page(found) if found else render_template("applications/screened.html", **_queue())


def queue_page(found: Application, tried: FlaskForm | None = None, refused: str | None = None) -> str:
    """One application of the queue, with its facts; a form that was tried takes the place of its empty one."""
    submission = queries.submissions_of(found)[0]
    return render_template(
        "applications/screening.html",
        view=overview(current_actor(), found),
        submission=submission,
        parts=queries.read_submission(
            submission,
            file_url=lambda file: url_for(".submitted_file", submission_id=submission.public_id, file_id=file),
        ),
        overrides=queries.overrides_of(found),
        before=queries.before_in_queue(current_actor(), found, _stage_asked()),
        refused=refused,
        tried=type(tried).__name__,
        forms=_forms_on_page(found, tried),
        **_queue(),
    )


def _stage_asked() -> str:
    """The stage whose queue is worked through, by its public id; empty for all of them."""
    return request.args.get("stage") or request.args.get("queue") or ""


def _queue() -> dict[str, Any]:
    """What every page of the queue says: the stages with how many wait, and the one that was dealt with last."""
    waiting = queries.waiting_by_stage(current_actor())
    asked, done = _stage_asked(), request.args.get("done")
    return {
        "waiting": waiting,
        "stage_id": asked,
        "left": sum(count for stage, count in waiting if asked in ("", stage.public_id)),
        "last": the_application(done) if done else None,
    }
