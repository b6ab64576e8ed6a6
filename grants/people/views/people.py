"""Accounts, for administrators to manage (invite people, give and take roles, close accounts) and auditors to read."""

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Clash, Problem
from grants.kernel.roles import Role
from grants.people import invitations, queries, services
from grants.people.account_forms import NewPersonForm, PeopleFilterForm, PersonForm, RoleForm
from grants.people.models import Person
from grants.people.tokens import Purpose, password_token
from grants.people.views.blueprint import bp
from grants.persistence.paging import PAGE_SIZE, Page
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.filters import listing
from grants.web.tables import page_asked, sort_asked

EXPORTED_ROWS = 50_000


@bp.get("/people")
@requires("account.read")
def people() -> ResponseReturnValue:
    """Everyone with an account."""
    return render_template("people/people.html", page=_people(page_asked()), form=PeopleFilterForm())


@bp.get("/people.<form>")
@requires("account.read")
def people_file(form: str) -> ResponseReturnValue:
    """The list as it is narrowed, as a table."""
    columns = ("Name", "Email address", "Title", "Roles", "Organizations", "State", "Last sign-in (UTC)")
    rows = (
        (
            person.name,
            person.email,
            person.title,
            listing(person.role_labels),
            listing(
                [f"{place.organization.name} ({place.role})" for place in person.memberships]
                + [f"{one.organization.name} (coach)" for one in person.coaching]
            ),
            person.account_state,
            person.last_sign_in_at,
        )
        for person in _people(1, EXPORTED_ROWS).items
    )
    return export(form, "people", columns, rows)


@bp.route("/people/new", methods=["GET", "POST"])
@requires("account.manage")
def new_person() -> ResponseReturnValue:
    """Invite someone."""
    form = NewPersonForm()
    if form.validate_on_submit():
        roles = [Role(form.role.data)] if form.role.data else []
        try:
            with unit_of_work():
                person = services.add_person(
                    current_actor(), form.name.data or "", form.email.data or "", title=form.title.data, roles=roles
                )
        except Problem as problem:
            form.show(problem)
            return render_template("people/new_person.html", form=form), problem.status
        flash(f"{person.name} is invited: a link is on its way to {person.email}.", "good")
        return redirect(url_for(".person", person_id=person.public_id))
    return render_template("people/new_person.html", form=form), 422 if form.errors else 200


@bp.get("/people/<public_id:person_id>")
@requires("account.read")
def person(person_id: str) -> ResponseReturnValue:
    """One account."""
    return _page(person_id)


@bp.post("/people/<public_id:person_id>")
@requires("account.manage")
def change_person(person_id: str) -> ResponseReturnValue:
    """Change a name, address or title."""
    form = PersonForm()
    if not form.validate():
        return _page(person_id, details=form), 422
    try:
        with unit_of_work():
            services.change_details(
                current_actor(), _account(person_id), form.name.data or "", form.email.data or "", form.title.data
            )
    except Problem as problem:
        form.show(problem)
        return _page(person_id, details=form), problem.status
    flash("Saved.", "good")
    return redirect(url_for(".person", person_id=person_id))


@bp.post("/people/<public_id:person_id>/roles")
@requires("account.manage")
def grant_role(person_id: str) -> ResponseReturnValue:
    """Give a role."""
    form = RoleForm()
    if not form.validate():
        return _page(person_id, granting=form), 422
    role = Role(form.role.data)
    try:
        with unit_of_work():
            services.grant_role(current_actor(), _account(person_id), role)
    except Problem as problem:
        form.show(problem)
        return _page(person_id, granting=form), problem.status
    flash(f"Given: {role.label}.", "good")
    return redirect(url_for(".person", person_id=person_id))


@bp.post("/people/<public_id:person_id>/roles/<any({}):role>/revoke".format(",".join(Role.granted())))
@requires("account.manage")
def revoke_role(person_id: str, role: str) -> ResponseReturnValue:
    """Take a role away."""
    with unit_of_work():
        services.revoke_role(current_actor(), _account(person_id), Role(role))
    flash(f"Taken away: {Role(role).label}.", "good")
    return redirect(url_for(".person", person_id=person_id))


@bp.post("/people/<public_id:person_id>/<any(invite, close, reopen, sessions):act>")
@requires("account.manage")
def act_on_account(person_id: str, act: str) -> ResponseReturnValue:
    """Send a new link, close or reopen the account, or end its sessions."""
    service, sentence = _ACTS[act]
    with unit_of_work():
        service(current_actor(), _account(person_id))
    flash(sentence, "good")
    return redirect(url_for(".person", person_id=person_id))


_ACTS = {
    "invite": (services.invite_again, "A new link is on its way; the earlier one no longer works."),
    "close": (services.close_account, "The account is closed, and its sessions have ended."),
    "reopen": (services.reopen_account, "The account is open again."),
    "sessions": (services.end_sessions, "All sessions of this person have ended."),
}


@bp.post("/people/<public_id:person_id>/link")
@requires("account.manage")
def show_link(person_id: str) -> ResponseReturnValue:
    """Where no mail server is set up: the link to a first password, to hand over in person."""
    if current_app.config["SETTINGS"].smtp_url:
        raise Clash("The link goes out by mail.")
    with unit_of_work():
        services.note_link_shown(current_actor(), _account(person_id))
    path = url_for(".set_password", token=password_token(_account(person_id), Purpose.INVITATION))
    return _page(person_id, link=current_app.config["SETTINGS"].base_url + path)


def _account(person_id: str) -> Person:
    return queries.account_for(current_actor(), person_id)


def _page(
    person_id: str, details: PersonForm | None = None, granting: RoleForm | None = None, link: str | None = None
) -> str:
    person = _account(person_id)
    return render_template(
        "people/person.html",
        person=person,
        roles=[Role(grant.role) for grant in sorted(person.grants, key=lambda grant: grant.id)],
        details=details or PersonForm(formdata=None, obj=person),
        granting=granting or RoleForm.for_person(person),
        asked=invitations.asked_to_join(person.id),
        link=link,
        has_server=bool(current_app.config["SETTINGS"].smtp_url),
    )


def _people(number: int, size: int = PAGE_SIZE) -> Page[Person]:
    form, sort = PeopleFilterForm(), sort_asked(queries.PEOPLE_ORDERS, "name")
    filters = queries.PeopleFilters(form.search.data or "", form.role.data or "", form.state.data or "")
    return queries.people(current_actor(), filters, order=sort.key, descending=sort.descending, page=number, size=size)
