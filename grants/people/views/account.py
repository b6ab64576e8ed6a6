"""One's own account."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.people import invitations, queries, services
from grants.people.account_forms import ChangePasswordForm, OwnDetailsForm
from grants.people.passwords import check_password, hash_password
from grants.people.views.blueprint import bp
from grants.people.views.signing_in import start_session
from grants.persistence.session import db, unit_of_work
from grants.web.access import current_actor, requires
from grants.web.limits import limited


@bp.get("/account")
@requires()
def account() -> ResponseReturnValue:
    """Name, title, password, sessions."""
    return _page()


@bp.post("/account")
@requires()
def change_own_details() -> ResponseReturnValue:
    """Change one's name and title."""
    form = OwnDetailsForm()
    if not form.validate():
        return _page(details=form), 422
    actor = current_actor()
    try:
        with unit_of_work():
            services.describe_oneself(actor, queries.person_of(actor), form.name.data or "", form.title.data)
    except Problem as problem:
        form.show(problem)
        return _page(details=form), problem.status
    flash("Saved.", "good")
    return redirect(url_for(".account"))


@bp.post("/account/password")
@requires()
@limited("10 per 10 minutes")
def change_password() -> ResponseReturnValue:
    """Choose another password; all other sessions end."""
    form = ChangePasswordForm()
    if not form.validate() or not _fits(form):
        return _page(password=form), 422
    password_hash = hash_password(form.new.data or "")
    actor = current_actor()
    with unit_of_work():
        person = queries.person_of(actor)
        services.set_password(actor, person, password_hash)
    start_session(person, actor)
    flash("Your password is changed. All your other sessions have ended.", "good")
    return redirect(url_for(".account"))


@bp.post("/account/sessions")
@requires()
def end_own_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    actor = current_actor()
    with unit_of_work():
        person = queries.person_of(actor)
        services.end_sessions(actor, person)
    start_session(person, actor)
    flash("All your other sessions have ended.", "good")
    return redirect(url_for(".account"))


def _fits(form: ChangePasswordForm) -> bool:
    person = queries.person_of(current_actor())
    kept, known = person.password_hash, (person.name, person.email)
    db.session.rollback()  # comparing is slow, so no transaction stays open
    if not check_password(kept, form.current.data or "").right:
        form.current.errors = ["This is not your present password."]
        return False
    return not form.problems_with(*known)


def _page(details: OwnDetailsForm | None = None, password: ChangePasswordForm | None = None) -> str:
    actor = current_actor()
    person = queries.person_of(actor)
    return render_template(
        "people/account.html",
        person=person,
        organizations=queries.own_organizations(actor),
        asked=invitations.asked_to_join(actor.person_id),
        details=details or OwnDetailsForm(formdata=None, obj=person),
        password=password or ChangePasswordForm(formdata=None),
    )
