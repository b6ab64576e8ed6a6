"""In, out, and back in after a forgotten password."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from grants.kernel.errors import Clash
from grants.kernel.policy import Actor
from grants.people import queries, services
from grants.people.account_forms import ForgottenForm, NewPasswordForm, SignInForm
from grants.people.models import Person
from grants.people.passwords import check_password, hash_password
from grants.people.tokens import Purpose, person_by_token
from grants.people.views.blueprint import bp
from grants.people.views.mailed import mailed_to
from grants.persistence.session import db, unit_of_work
from grants.web import access
from grants.web.access import current_actor, public, requires
from grants.web.limits import limited


def _who_from_where() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()[:254]}"


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limited("10 per 10 minutes", _who_from_where)
@limited("60 per 10 minutes")
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password."""
    if current_actor().person_id is not None:
        return redirect(_next())
    form = SignInForm()
    if form.validate_on_submit():
        actor = _signed_in(form.email.data or "", form.password.data or "")
        if actor is not None:
            flash(f"Welcome, {actor.name}.", "good")
            return redirect(_next())
        form.form_errors = ["This address and this password do not belong together."]
    status = 422 if form.is_submitted() else 200
    return render_template("people/sign_in.html", form=form), status


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Sign out here; other sessions of the person go on."""
    access.sign_out()
    session.clear()
    flash("You are signed out.", "good")
    return redirect(url_for(".sign_in"))


@bp.get("/signed-in")
@requires()
def signed_in() -> ResponseReturnValue:
    """Where somebody lands who signed in again in a second tab; the first one asks here who they are, and goes on."""
    return render_template("people/signed_in.html")


@bp.route("/password", methods=["GET", "POST"])
@public
@limited("10 per 10 minutes", every=True)
def forgotten() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer is the same for every address."""
    form = ForgottenForm()
    if form.validate_on_submit():
        with unit_of_work():
            services.ask_for_password_link(form.email.data or "")
        return mailed_to(form.email.data or "", back=url_for(".forgotten"))
    return render_template("people/forgotten.html", form=form), 422 if form.errors else 200


@bp.route("/password/<token>", methods=["GET", "POST"])
@public
@limited("20 per 10 minutes", methods=("GET", "POST"))
def set_password(token: str) -> ResponseReturnValue:
    """Choose a password by the link that was sent, and be signed in."""
    person, purpose = person_by_token(token)
    form = NewPasswordForm()
    if form.validate_on_submit() and not form.problems_with(person.name, person.email):
        db.session.rollback()  # hashing is slow, so no transaction stays open
        password_hash = hash_password(form.new.data or "")
        with unit_of_work():
            person, _ = person_by_token(token)
            actor = queries.actor_of(person)
            services.set_password(actor, person, password_hash)
            services.note_sign_in(actor, person)
        start_session(person, actor)
        flash("Your password is set, and you are signed in.", "good")
        return redirect(_home())
    page = render_template("people/set_password.html", form=form, person=person, new=purpose is Purpose.INVITATION)
    return page, 422 if form.errors else 200


def start_session(person: Person, actor: Actor) -> None:
    """Begin a session afresh, so that nothing from before signing in lives on in it."""
    session.clear()
    session.permanent = True
    access.sign_in(f"{person.public_id}.{person.session_stamp}", actor)


def _signed_in(email: str, password: str) -> Actor | None:
    """Check a password and open the session; None when they do not fit, after the same time whatever the reason."""
    person = queries.account_of_email(email)
    person_id, kept = (person.id, person.password_hash) if person else (None, None)
    db.session.rollback()  # comparing is slow, so no transaction stays open
    check = check_password(kept, password)
    if not check.right:
        return None
    with unit_of_work() as unit:
        person = unit.get_one(Person, person_id)
        if not person.is_active or person.password_hash != kept:
            raise Clash("This account was changed a moment ago. Try again.")
        actor = queries.actor_of(person)
        services.note_sign_in(actor, person, check.better_hash)
    start_session(person, actor)
    return actor


def _next() -> str:
    return page_of_ours(request.args.get("next", ""))


def page_of_ours(wanted: str) -> str:
    """Where a person wants to go, as long as that is a page of this site; home otherwise."""
    is_local = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if is_local else _home()


def _home() -> str:
    return url_for("portfolio.home")
