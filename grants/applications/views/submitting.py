"""Checking, certifying, the receipt, reading what was submitted, and taking it back."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.budgets import notices
from grants.applications.company import here_words
from grants.applications.completeness import shown_fields
from grants.applications.forms import CertifyForm
from grants.applications.members import members_in, named
from grants.applications.overview import Overview, overview
from grants.applications.policy import may_comment
from grants.applications.reading import Part
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.files import file_address
from grants.documents.queries import document_about
from grants.kernel.clock import now
from grants.kernel.errors import Problem, Refused
from grants.persistence.session import unit_of_work
from grants.programs.schema import AnyField, FiveYearBudget
from grants.web.access import current_actor, requires
from grants.web.filters import listing


@bp.get("/applications/<public_id:application_id>/check")
@requires("application.write")
def check(application_id: str) -> ResponseReturnValue:
    """Every gap with a link to it; without gaps, the certification."""
    return _check_page(_draft(application_id), CertifyForm())


@bp.post("/applications/<public_id:application_id>/submit")
@requires("application.submit")
def submit(application_id: str) -> ResponseReturnValue:
    """Certify and submit. What counts is the instant at which it came, before it waits for anything."""
    received_at = now()
    view, form = _draft(application_id), CertifyForm()
    if not form.validate():
        return _check_page(view, form), 422
    try:
        with unit_of_work():
            name = form.certified_name.data or ""
            submission = services.submit(current_actor(), view.application, name, received_at)
    except Problem as problem:
        form.show(problem)
        return _check_page(_draft(application_id), form), problem.status
    return redirect(url_for(".receipt", submission_id=submission.public_id))


def _draft(application_id: str) -> Overview:
    """A draft for those who read all of it: what follows shows the whole."""
    found = the_application(application_id)
    if not may_comment(current_actor(), found.case.organization_id):
        raise Refused("Only the applicant's own people see this page.")
    view = overview(current_actor(), found)
    if not view.rights.whole:
        raise Refused("Checking and submitting is for the school's own people.")
    return view


def _check_page(view: Overview, form: CertifyForm) -> str:
    submissions = queries.submissions_of(view.application)
    asked_at = queries.asked_to_certify_at(view.application)
    return render_template(
        "applications/check.html",
        view=view,
        form=form,
        submissions=submissions,
        asked_at=asked_at,
        remarks=_remarks(view),
        company=here_words(view.form, view.others, ""),
        comments=queries.open_comments(view.application, view.form.sections, size=5),
        parts=_whole(view),
    )


def _whole(view: Overview) -> Sequence[Part]:
    """The application as it would be submitted, once nothing keeps it from being."""
    if view.standing.gaps or not view.is_written:
        return ()
    return queries.read_draft(view.application, file_url=file_address(view.application))


def _remarks(view: Overview) -> list[tuple[str, AnyField, str]]:
    """What the program's checks find and nobody has to mend: (section, question, sentence)."""
    answers = view.answers
    return [
        (view.form.section_of(key).key, asked, sentence)
        for key, asked in shown_fields(view.form, answers).items()
        if isinstance(asked, FiveYearBudget)
        for sentence in notices(asked, answers.get(key))
    ]


@bp.post("/applications/<public_id:application_id>/ask")
@requires("application.write")
def ask(application_id: str) -> ResponseReturnValue:
    """Ask the signatories to certify what is ready."""
    view = _draft(application_id)
    with unit_of_work():
        asked = [person.name for person in services.ask_to_certify(current_actor(), view.application)]
    if asked:
        flash(f"{listing(asked)} {'has' if len(asked) == 1 else 'have'} a mail that it is ready to certify.", "good")
    else:
        flash("They were asked today already. Ask again tomorrow, or speak to them.", "warn")
    return redirect(url_for(".check", application_id=application_id))


@bp.get("/submissions/<public_id:submission_id>/receipt")
@requires("application.read")
def receipt(submission_id: str) -> ResponseReturnValue:
    """What was received, when, from whom, and its fingerprint."""
    submission = queries.submission_for(current_actor(), submission_id)
    own = may_comment(current_actor(), submission.application.case.organization_id)
    document = document_about(current_actor(), services.RECEIPT, submission.public_id)
    members = named(members_in(submission.content))
    return render_template(
        "applications/receipt.html", submission=submission, own=bool(own), document=document, members=members
    )


@bp.get("/submissions/<public_id:submission_id>")
@requires("application.read")
def submission(submission_id: str) -> ResponseReturnValue:
    """A submission, to read and to print."""
    found = queries.submission_for(current_actor(), submission_id)
    parts = queries.read_submission(
        found, file_url=lambda file: url_for(".submitted_file", submission_id=submission_id, file_id=file)
    )
    others = queries.submissions_of(found.application)
    return render_template("applications/submission.html", submission=found, parts=parts, others=others)


@bp.post("/applications/<public_id:application_id>/reopen")
@requires("application.withdraw")
def reopen(application_id: str) -> ResponseReturnValue:
    """Make a submitted or withdrawn application a draft again."""
    found = the_application(application_id)
    with unit_of_work():
        services.reopen(current_actor(), found)
    flash("The application is a draft again. It counts once it is submitted again, before the deadline.", "warn")
    return redirect(url_for(".application", application_id=application_id))


@bp.post("/applications/<public_id:application_id>/withdraw")
@requires("application.withdraw")
def withdraw(application_id: str) -> ResponseReturnValue:
    """Take an application out of the competition."""
    found = the_application(application_id)
    with unit_of_work():
        services.withdraw(current_actor(), found)
    flash("The application is withdrawn. What you wrote is kept.", "warn")
    return redirect(url_for(".application", application_id=application_id))
