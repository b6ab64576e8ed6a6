"""Organizations and who belongs to them."""

from decimal import Decimal

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.kernel.roles import OrganizationRole
from grants.people import invitations, links, pairs, policy, queries, requests, services
from grants.people.details import KINDS, SECTORS
from grants.people.forms import LinkForm, MemberForm, MemberRoleForm, OrganizationFilterForm, OrganizationForm
from grants.people.models import Organization, Person
from grants.people.views.blueprint import bp
from grants.people.views.consortia import about_consortia
from grants.persistence.paging import PAGE_SIZE, Page
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.exports import export
from grants.web.tables import page_asked, sort_asked

EXPORTED_ROWS = 50_000


@bp.get("/organizations")
@requires("organization.read")
def organizations() -> ResponseReturnValue:
    """All organizations."""
    page, form = _organizations(page_asked()), OrganizationFilterForm()
    undecided = pairs.undecided(current_actor())
    return render_template(
        "people/organizations.html", page=page, form=form, kinds=KINDS, sectors=SECTORS, undecided=undecided
    )


@bp.get("/organizations.<form>")
@requires("organization.read")
def organizations_file(form: str) -> ResponseReturnValue:
    """The list as it is narrowed, as a table."""
    columns = (
        *("Name", "Kind", "Run by", "NCES id", "CDS code", "Grades", "Students", "Low-income percent"),
        *("Street", "City", "State", "ZIP code", "Illustrative"),
    )
    rows = (
        (
            *(one.name, KINDS[one.kind], SECTORS.get(one.sector or ""), one.nces_id, one.cds_id, one.grades),
            *(one.enrollment, None if one.low_income_share is None else Decimal(one.low_income_share * 100)),
            *(one.street, one.city, one.region, one.postal_code, one.illustrative),
        )
        for one in _organizations(1, EXPORTED_ROWS).items
    )
    return export(form, "organizations", columns, rows)


@bp.route("/organizations/new", methods=["GET", "POST"])
@requires("organization.manage")
def new_organization() -> ResponseReturnValue:
    """Add an organization."""
    form = OrganizationForm.of(None)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                organization = services.add_organization(current_actor(), form.details())
        except Problem as problem:
            form.show(problem)
            return render_template("people/edit_organization.html", form=form, organization=None), problem.status
        flash(f"{organization.name} is added.", "good")
        return redirect(url_for(".organization", organization_id=organization.public_id))
    status = 422 if form.errors else 200
    return render_template("people/edit_organization.html", form=form, organization=None), status


@bp.route("/organizations/<public_id:organization_id>/edit", methods=["GET", "POST"])
@requires("organization.manage")
def edit_organization(organization_id: str) -> ResponseReturnValue:
    """Describe an organization anew."""
    organization = _organization(organization_id)
    form = OrganizationForm.of(organization)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                services.change_organization(current_actor(), _organization(organization_id), form.details())
        except Problem as problem:
            form.show(problem)
            page = render_template("people/edit_organization.html", form=form, organization=organization)
            return page, problem.status
        flash("Saved.", "good")
        return redirect(url_for(".organization", organization_id=organization_id))
    page = render_template("people/edit_organization.html", form=form, organization=organization)
    return page, 422 if form.errors else 200


@bp.get("/organizations/<public_id:organization_id>")
@requires()
def organization(organization_id: str) -> ResponseReturnValue:
    """One organization: for the foundation, its members and its coaches."""
    return organization_page(organization_id)


@bp.post("/organizations/<public_id:organization_id>/members/<public_id:person_id>")
@requires()
def change_member(organization_id: str, person_id: str) -> ResponseReturnValue:
    """Give a member another role."""
    form = MemberRoleForm()
    if not form.validate():
        return organization_page(organization_id), 422
    organization = _organization(organization_id)
    with unit_of_work():
        member = _member(organization, person_id)
        services.change_member_role(current_actor(), organization, member, OrganizationRole(form.role.data))
    flash(f"{member.name} is {OrganizationRole(form.role.data).label.lower()} now.", "good")
    return redirect(url_for(".organization", organization_id=organization_id))


@bp.post("/organizations/<public_id:organization_id>/members/<public_id:person_id>/remove")
@requires()
def remove_member(organization_id: str, person_id: str) -> ResponseReturnValue:
    """Take a member out."""
    actor, organization = current_actor(), _organization(organization_id)
    with unit_of_work():
        member = _member(organization, person_id)
        services.remove_member(actor, organization, member)
        name, oneself = member.name, member.id == actor.person_id
    flash(f"{name} no longer belongs to {organization.name}.", "good")
    # Whoever left by themselves may not see the page they came from any more.
    return redirect(url_for(".account" if oneself else ".organization", organization_id=organization_id))


@bp.post("/organizations/<public_id:organization_id>/coaches/<public_id:person_id>/end")
@requires()
def end_coaching(organization_id: str, person_id: str) -> ResponseReturnValue:
    """Let a coach go."""
    organization = _organization(organization_id)
    with unit_of_work():
        coach = queries.coach_for(organization, person_id)
        services.end_coaching(current_actor(), organization, coach)
    flash(f"{coach.name} no longer sees your drafts.", "good")
    return redirect(url_for(".organization", organization_id=organization_id))


def _organization(organization_id: str) -> Organization:
    return queries.organization_for(current_actor(), organization_id)


def _member(organization: Organization, person_id: str) -> Person:
    return queries.member_for(organization, person_id)


def organization_page(
    organization_id: str,
    *,
    member: MemberForm | None = None,
    linking: LinkForm | None = None,
    address: str | None = None,
) -> str:
    """The page of one organization.

    member, linking   the forms as they were sent, where they did not hold
    address           a link that was made just now, which no later page shows
    """
    actor, organization = current_actor(), _organization(organization_id)
    may_manage = bool(policy.may_manage_members(actor, organization.id))
    return render_template(
        "people/organization.html",
        organization=organization,
        kinds=KINDS,
        sectors=SECTORS,
        roles=list(OrganizationRole),
        members=queries.members_of(organization, page_asked()),
        coaches=queries.coaches_of(organization),
        former=queries.merged_from(organization),
        may_manage=may_manage,
        linking=linking or LinkForm(formdata=None, prefix="link"),
        address=address,
        ties=about_consortia(organization, may_manage=may_manage),
        member=member or MemberForm(formdata=None, prefix="member"),
        **(_ways_in(organization) if may_manage else {}),
    )


def _ways_in(organization: Organization) -> dict[str, object]:
    """Who asks to join, who is asked to, and the links, for those who look after its people."""
    shown = links.links_of(organization, page_asked("links"))
    return {
        "asking": requests.requests_to(organization),
        "invited": invitations.invitations_to(organization, page_asked("invited")),
        "links": shown,
        "came": links.who_came(shown.items),
    }


def _organizations(number: int, size: int = PAGE_SIZE) -> Page[Organization]:
    form, sort = OrganizationFilterForm(), sort_asked(queries.ORGANIZATION_ORDERS, "name")
    asked = (form.search.data, form.kind.data, form.sector.data, form.state.data)
    filters = queries.OrganizationFilters(*(one or "" for one in asked))
    return queries.organizations(
        current_actor(), filters, order=sort.key, descending=sort.descending, page=number, size=size
    )
