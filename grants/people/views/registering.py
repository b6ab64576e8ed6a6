"""Organizations that register themselves: asking, confirming an address, letting in."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.kernel.roles import OrganizationRole
from grants.people import queries, requests, services
from grants.people.forms import ConfirmForm, MemberRoleForm, RegistrationForm
from grants.people.joining_models import OrganizationRequest
from grants.people.tokens import Purpose, password_token, request_by_token
from grants.people.views.blueprint import bp
from grants.people.views.mailed import mailed_to, typed_before
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, public, requires
from grants.web.limits import limited


def _address() -> str:
    return f"register {request.form.get('email', '').strip().lower()[:254]}"


@bp.route("/register", methods=["GET", "POST"])
@public
@limited("6 per hour", _address, every=True)
@limited("40 per hour", every=True)
def register() -> ResponseReturnValue:
    """Name oneself and one's organization; those that are here already are offered first."""
    form = RegistrationForm(data=_typed_before())
    if form.is_submitted():
        form.offer(requests.alike(form.details()))
    if form.validate_on_submit():
        try:
            asked = _ask(form)
        except Problem as problem:
            form.show(problem)
            return render_template("people/register.html", form=form), problem.status
        return mailed_to(asked.email, url_for(".register", again="yes"), asked.public_id)
    return render_template("people/register.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/register/<request_token>", methods=["GET", "POST"])
@public
@limited("20 per 10 minutes", methods=("GET", "POST"))
def confirm_request(request_token: str) -> ResponseReturnValue:
    """The link that was sent: what was asked for, and the button that makes it count."""
    asked, form = request_by_token(request_token), ConfirmForm()
    if asked.confirmed_at is not None:
        return _confirmed(asked)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                made = services.confirm(current_actor(), request_by_token(request_token))
        except Problem as problem:
            if asked.confirmed_at is not None:
                return _confirmed(asked)
            form.show(problem)
            return render_template("people/confirm_request.html", form=form, asked=asked), problem.status
        if made is not None:
            return redirect(url_for(".set_password", token=password_token(made, Purpose.INVITATION)))
        return redirect(url_for(".confirm_request", request_token=request_token))
    return render_template("people/confirm_request.html", form=form, asked=asked)


@bp.post("/organizations/<public_id:organization_id>/check")
@requires("organization.manage")
def check_organization(organization_id: str) -> ResponseReturnValue:
    """Say that one that registered itself is what it says."""
    with unit_of_work():
        organization = queries.organization_for(current_actor(), organization_id)
        services.check_organization(current_actor(), organization)
    flash(f"{organization.name} is checked.", "good")
    return redirect(url_for(".organization", organization_id=organization_id))


@bp.post("/organizations/<public_id:organization_id>/requests/<public_id:request_id>")
@requires()
def let_in(organization_id: str, request_id: str) -> ResponseReturnValue:
    """Let in who asked to join, in a role."""
    actor, form = current_actor(), MemberRoleForm()
    organization = queries.organization_for(actor, organization_id)
    if form.validate():
        with unit_of_work():
            asked = requests.request_to(organization, request_id)
            services.let_in(actor, asked, OrganizationRole(form.role.data))
            vouched = asked.vouched_by_id is not None
        how = "is asked by mail, and is in once they say yes" if vouched else "is in, and is told by mail"
        flash(f"{asked.name} {how}.", "good")
    else:
        flash("Choose a role first.", "bad")
    return redirect(url_for(".organization", organization_id=organization_id))


@bp.post("/organizations/<public_id:organization_id>/requests/<public_id:request_id>/decline")
@requires()
def not_let_in(organization_id: str, request_id: str) -> ResponseReturnValue:
    """Say no to who asked to join."""
    organization = queries.organization_for(current_actor(), organization_id)
    with unit_of_work():
        asked = requests.request_to(organization, request_id)
        services.not_let_in(current_actor(), asked)
    flash(f"{asked.name} is not let in, and is told by mail.", "good")
    return redirect(url_for(".organization", organization_id=organization_id))


def _typed_before() -> dict[str, Any]:
    """What was typed, for whoever comes back to write another address."""
    asked = typed_before() if request.method == "GET" and "again" in request.args else None
    return {"person": asked.name, "email": asked.email, **(asked.details or {})} if asked else {}


def _ask(form: RegistrationForm) -> OrganizationRequest:
    name, email = form.person.data or "", form.email.data or ""
    joined = form.chosen()
    with unit_of_work():
        if joined is None:
            return services.ask_to_register(name, email, form.details())
        return services.ask_to_join(name, email, joined)


def _confirmed(asked: OrganizationRequest) -> ResponseReturnValue:
    """What a link leads to that was used: choosing a password for whoever has none, else the way to sign in."""
    person = queries.account_of_email(asked.email)
    if person is not None and person.password_hash is None:
        return redirect(url_for(".set_password", token=password_token(person, Purpose.INVITATION)))
    page = render_template("people/confirmed.html", asked=asked, has_account=person is not None)
    return page, 409 if request.method == "POST" else 200
