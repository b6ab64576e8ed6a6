"""Making two organizations one: which one, what stays of each, and what moves."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Missing, Problem
from grants.people import pairs, queries, services
from grants.people.details import KINDS, SECTORS
from grants.people.merging import ORGANIZATIONS, Foresight
from grants.people.models import Organization
from grants.people.pair_forms import MergeForm, SearchForm
from grants.people.views.blueprint import bp
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.errors import forward_by
from grants.web.filters import percent
from grants.web.tables import page_asked


@bp.get("/organizations/<public_id:organization_id>/merge")
@requires("organization.merge")
def choose_twin(organization_id: str) -> ResponseReturnValue:
    """Which organization is the same as this one: those that may be, and a search among all."""
    actor, form = current_actor(), SearchForm()
    organization = pairs.comparable(actor, organization_id)
    search = (form.search.data or "").strip()
    filters = queries.OrganizationFilters(search=search)
    return render_template(
        "people/choose_twin.html",
        organization=organization,
        form=form,
        likely=pairs.likely_twins(actor, organization),
        found=queries.organizations(actor, filters, page=page_asked(), size=10) if search else None,
        kinds=KINDS,
    )


@bp.route("/organizations/<public_id:organization_id>/merge/<public_id:gone_id>", methods=["GET", "POST"])
@requires("organization.merge")
def merge(organization_id: str, gone_id: str) -> ResponseReturnValue:
    """What would happen if the second became part of the first; and letting it happen."""
    actor, form = current_actor(), MergeForm()
    stays, gone = pairs.comparable(actor, organization_id), pairs.comparable(actor, gone_id)
    if form.validate_on_submit():
        try:
            with unit_of_work():
                stays, gone = pairs.comparable(actor, organization_id), pairs.comparable(actor, gone_id)
                name = gone.name
                services.merge_organizations(actor, gone, stays, form.taken())
        except Problem as problem:
            form.show(problem)
            return _preview(form, stays, gone), problem.status
        flash(f"{name} and {stays.name} are one now. The leads of both are told by mail.", "good")
        return redirect(url_for(".organization", organization_id=organization_id))
    return _preview(form, stays, gone), 422 if form.errors else 200


@dataclass(frozen=True)
class Part:
    """One part of two descriptions; empty text where nothing is known."""

    key: str
    stays: str
    gone: str


def _preview(form: MergeForm, stays: Organization, gone: Organization) -> str:
    actor = current_actor()
    parts = [Part(key, _said(stays, key), _said(gone, key)) for key in services.DESCRIBED]
    if not form.is_submitted():
        for part in parts:
            form[part.key].data = "gone" if part.gone and not part.stays else "stays"
    foreseen = Foresight() if stays is gone else ORGANIZATIONS.foresee(actor, gone, stays)
    return render_template(
        "people/merge.html", form=form, stays=stays, gone=gone, parts=parts, foreseen=foreseen, actor=actor
    )


def _said(one: Organization, key: str) -> str:
    """What is known of one part of an organization's description, as people read it."""
    match key:
        case "kind":
            return ", ".join(filter(None, (KINDS[one.kind], SECTORS.get(one.sector or ""))))
        case "grades":
            return one.grades
        case "enrollment":
            return "" if one.enrollment is None else f"{one.enrollment:,}"
        case "low_income_share":
            return percent(one.low_income_share)
        case "address":
            region = " ".join(filter(None, (one.region, one.postal_code)))
            return ", ".join(filter(None, (one.street, one.city, region)))
        case _:
            return getattr(one, key) or ""


def _one_that_stays() -> str | None:
    """Where the page of an organization went that turned out to be another one."""
    arguments = request.view_args or {}
    if request.endpoint is None or "organization_id" not in arguments:
        return None
    try:
        stays = queries.organization_that_stays(current_actor(), arguments["organization_id"])
    except Missing:
        return None
    asked = {**request.args.to_dict(flat=False), **arguments, "organization_id": stays.public_id}
    return url_for(request.endpoint, **asked)


forward_by(_one_that_stays)
