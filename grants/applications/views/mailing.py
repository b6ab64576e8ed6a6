"""Reminding one applicant, and writing to many: who gets what is seen before it goes out."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.applications import queries, services
from grants.applications.forms import MailingForm, ReminderForm
from grants.applications.models import Application
from grants.applications.views.blueprint import bp, the_application
from grants.applications.views.staff import filter_form, filters_of
from grants.kernel.errors import Problem
from grants.people.models import Person
from grants.persistence.base import new_public_id
from grants.persistence.paging import cut
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.filters import plural
from grants.web.tables import page_asked

_NOT_PREVIEWED = (
    "Nothing is sent yet: the words are not those whose preview you saw. Below is how they read now. Look at them, "
    "then send them."
)


@bp.post("/applications/<public_id:application_id>/remind")
@requires("application.message")
def remind(application_id: str) -> ResponseReturnValue:
    """Remind one applicant that its application is not submitted."""
    found = the_application(application_id)
    school = found.case.organization.name
    with unit_of_work():
        told = services.remind(current_actor(), found)
    flash(f"{plural(told, 'person', 'people')} of {school} {'has' if told == 1 else 'have'} been reminded.", "good")
    return redirect(url_for(".application", application_id=application_id))


@bp.route("/applications/message", methods=["GET", "POST"])
@requires("application.message")
def message() -> ResponseReturnValue:
    """Write to the applicants that the list shows, or to those ticked in it; or remind those not submitted."""
    actor, reminding = current_actor(), request.args.get("kind") == "reminder"
    choose = partial(
        queries.chosen, actor, filters_of(filter_form()), request.args.getlist("pick"), to_remind=reminding
    )
    applications = choose()
    form = (ReminderForm if reminding else MailingForm)()
    if request.method == "GET":
        form.key.data = new_public_id()
        return _page(form, applications, reminding)
    if not form.validate():
        return _page(form, applications, reminding), 422
    words, sends = _words(form), request.form.get("do") == "send"
    try:
        if not reminding:
            services.check_words(*words)
        if not sends or (not reminding and not form.was_previewed(*words)):
            if sends:
                form.form_errors.append(_NOT_PREVIEWED)
            return _page(form, applications, reminding, previewed=True), 409 if sends else 200
        with unit_of_work():  # who is written to is read in it: read before, each would be read once more
            mailing = services.write_to(actor, form.key.data or "", choose(), form.count.data or "", *words)
            target = url_for(".mailing", mailing_id=mailing.public_id)
    except Problem as problem:
        form.show(problem)
        return _page(form, applications, reminding), problem.status
    return redirect(target)


def _words(form: Any) -> tuple[str, str]:
    """Subject and text as they were written; neither for the reminder, whose words are the house's own."""
    return (form.subject.data or "", form.body.data or "") if isinstance(form, MailingForm) else ("", "")


def _page(form: Any, applications: Any, reminding: bool, previewed: bool = False) -> str:
    writers = queries.writers_of([one.case.organization_id for one in applications])
    readers = [one.id for found in applications for one in writers.get(found.case.organization_id, ())]
    if previewed and not reminding:
        form.keep_preview(*_words(form))
    form.count.data = str(len(applications))
    return render_template(
        "applications/message.html",
        form=form,
        page=cut(applications, page_asked()),
        writers=writers,
        people=len(set(readers)),
        messages=len(readers),
        reminding=reminding,
        sample=_sample(form, applications, writers) if reminding or previewed else None,
        placeholders=services.PLACEHOLDERS,
        every=queries.REMINDED_EVERY.days,
    )


def _sample(form: Any, applications: Any, writers: Any) -> tuple[Application, Person, str, str] | None:
    """The first of the messages, exactly as it will go out: to which school, to whom, subject, text."""
    for one in applications:
        for person in writers.get(one.case.organization_id, ()):
            return one, person, *services.message_for(one, person, *_words(form))
    return None


@bp.get("/applications/messages/<public_id:mailing_id>")
@requires("application.message")
def mailing(mailing_id: str) -> ResponseReturnValue:
    """What was written to many, how far it is, and who was left out."""
    actor = current_actor()
    found, progress = queries.mailing_for(actor, mailing_id)
    return render_template(
        "applications/mailing.html",
        mailing=found,
        progress=progress,
        page=queries.recipients_of(actor, found, page_asked()),
    )
