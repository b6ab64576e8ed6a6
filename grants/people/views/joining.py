"""Links by which colleagues join an organization: making one, coming by it, ending it."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.kernel.roles import OrganizationRole
from grants.people import links, policy, queries, services
from grants.people.forms import ConfirmForm, LinkForm, NewcomerForm
from grants.people.joining_models import MembershipLink
from grants.people.services.links import why_shut
from grants.people.views.blueprint import bp
from grants.people.views.mailed import mailed_to
from grants.people.views.organizations import organization_page
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, public, requires
from grants.web.limits import limited


def _address() -> str:
    return f"join {request.form.get('email', '').strip().lower()[:254]}"


@bp.post("/organizations/<public_id:organization_id>/links")
@requires()
def make_link(organization_id: str) -> ResponseReturnValue:
    """Make a link; the answer is the only page that ever shows it."""
    form = LinkForm(prefix="link")
    if not form.validate():
        return organization_page(organization_id, linking=form), 422
    actor = current_actor()
    try:
        with unit_of_work():
            _, secret = services.make_link(
                actor,
                queries.organization_for(actor, organization_id),
                OrganizationRole(form.role.data),
                days=form.days.data or 0,
                most=form.most.data,
                note=form.note.data or "",
            )
    except Problem as problem:
        form.show(problem)
        return organization_page(organization_id, linking=form), problem.status
    address = current_app.config["SETTINGS"].base_url + url_for(".join", link_secret=secret)
    return organization_page(organization_id, address=address)


@bp.post("/organizations/<public_id:organization_id>/links/<public_id:link_id>/end")
@requires()
def end_link(organization_id: str, link_id: str) -> ResponseReturnValue:
    """Let nobody in by a link any more."""
    organization = queries.organization_for(current_actor(), organization_id)
    with unit_of_work():
        services.end_link(current_actor(), links.link_for(organization, link_id))
    flash("The link is ended: nobody comes in by it any more.", "good")
    return redirect(url_for(".organization", organization_id=organization_id, _anchor="links"))


@bp.route("/join/<link_secret>", methods=["GET", "POST"])
@public
@limited("20 per 10 minutes", methods=("GET", "POST"))
def join(link_secret: str) -> ResponseReturnValue:
    """What a link leads to, and the button by which somebody who is signed in joins."""
    link, form, actor = links.link_by_secret(link_secret), ConfirmForm(), current_actor()
    if actor.person_id is None or not form.validate_on_submit():
        return _page(link, link_secret, form)
    try:
        with unit_of_work():
            link = links.link_by_secret(link_secret)
            services.join_by_link(actor, link, queries.person_of(actor))
            joined, role = link.organization.name, link.role
    except Problem as problem:
        form.show(problem)
        return _page(links.link_by_secret(link_secret), link_secret, form, status=problem.status)
    flash(f"You belong to {joined} now, as {role}.", "good")
    return redirect(url_for("portfolio.home"))


@bp.post("/join/<link_secret>/new")
@public
@limited("6 per hour", _address, every=True)
@limited("40 per hour", every=True)
def join_anew(link_secret: str) -> ResponseReturnValue:
    """Somebody who has no account names themselves; whether they have one, the answer does not say."""
    link, form = links.link_by_secret(link_secret), NewcomerForm(prefix="new")
    if not form.validate():
        return _page(link, link_secret, ConfirmForm(formdata=None), form, 422)
    try:
        with unit_of_work():
            link = links.link_by_secret(link_secret)
            asked = services.ask_by_link(form.name.data or "", form.email.data or "", link)
    except Problem as problem:
        form.show(problem)
        return _page(links.link_by_secret(link_secret), link_secret, ConfirmForm(formdata=None), form, problem.status)
    return mailed_to(asked.email, url_for(".join", link_secret=link_secret), asked.public_id)


def _page(
    link: MembershipLink, secret: str, form: ConfirmForm, newcomer: NewcomerForm | None = None, status: int = 200
) -> ResponseReturnValue:
    actor, shut = current_actor(), why_shut(link)
    belongs = link.organization_id in actor.organization_ids
    page = render_template(
        "people/join.html",
        link=link,
        secret=secret,
        form=form,
        newcomer=newcomer or NewcomerForm(formdata=None, prefix="new"),
        belongs=belongs,
        unwelcome=policy.may_belong(actor.name, actor.roles).reason,
        shut=shut,
    )
    return page, 409 if shut and not belongs and status == 200 else status
