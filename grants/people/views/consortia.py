"""Consortia: formed, joined, left; what of it stands on an organization's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.kernel.policy import require
from grants.people import consortia, policy, queries, services
from grants.people.forms import ConsortiumForm
from grants.people.models import ConsortiumMember, Organization
from grants.people.views.blueprint import bp
from grants.persistence.paging import Page
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@dataclass(frozen=True)
class Ties:
    """What an organization's page says of consortia.

    members, asked, former, found   of a consortium itself; `found` by the name that is looked for
    places                          of any other: where it is in one, or is asked to join
    """

    members: Sequence[ConsortiumMember] = ()
    asked: Sequence[ConsortiumMember] = ()
    former: Page[ConsortiumMember] | None = None
    looked_for: str = ""
    found: Sequence[Organization] = ()
    places: Sequence[ConsortiumMember] = ()


def about_consortia(organization: Organization, *, may_manage: bool) -> Ties:
    """What the organization's page says of consortia, in a constant number of statements."""
    if organization.kind != "consortium":
        return Ties(places=consortia.consortia_of(organization))
    looked_for = request.args.get("find", "").strip()
    return Ties(
        consortia.members_in(organization.id),
        consortia.asked_into(organization),
        consortia.former_members(organization, page_asked("former")),
        looked_for,
        consortia.could_be_asked(organization, looked_for) if may_manage else (),
    )


@bp.route("/organizations/<public_id:organization_id>/consortium/new", methods=["GET", "POST"])
@requires()
def new_consortium(organization_id: str) -> ResponseReturnValue:
    """Form a consortium that this organization leads."""
    actor, form = current_actor(), ConsortiumForm()
    leader = queries.organization_for(actor, organization_id)
    require(policy.may_manage_members(actor, leader.id))
    status = 200
    if form.validate_on_submit():
        try:
            with unit_of_work():
                consortium = services.form_consortium(actor, leader, form.name.data or "")
            flash(f"{consortium.name} is formed. Now ask its members.", "good")
            return _to(consortium.public_id)
        except Problem as problem:
            form.show(problem)
            status = problem.status
    status = 422 if form.errors and status == 200 else status
    return render_template("people/new_consortium.html", form=form, leader=leader), status


@bp.post("/organizations/<public_id:organization_id>/consortium/ask")
@requires()
def ask_member(organization_id: str) -> ResponseReturnValue:
    """Ask an organization to join the consortium."""
    actor, consortium = current_actor(), _organization(organization_id)
    require(policy.may_manage_members(actor, consortium.id))
    asked = consortia.organization_to_ask(request.form.get("organization", ""))
    with unit_of_work():
        services.ask_member(actor, consortium, asked)
    flash(f"{asked.name} is asked. Its leads are told by mail; once one says yes, it counts.", "good")
    return _to(organization_id)


@bp.post("/organizations/<public_id:organization_id>/consortium/<public_id:member_id>/end")
@requires()
def end_member(organization_id: str, member_id: str) -> ResponseReturnValue:
    """Take a member out, or take the question back."""
    consortium = _organization(organization_id)
    with unit_of_work():
        member = consortia.member_of(consortium, member_id)
        services.end_membership(current_actor(), member)
    flash(f"{member.organization.name} is no longer {'in it' if member.since else 'asked'}.", "good")
    return _to(organization_id)


@bp.post("/organizations/<public_id:organization_id>/consortium/<public_id:member_id>/lead")
@requires()
def hand_lead_over(organization_id: str, member_id: str) -> ResponseReturnValue:
    """Let another member lead."""
    consortium = _organization(organization_id)
    with unit_of_work():
        member = consortia.member_of(consortium, member_id)
        services.hand_lead_over(current_actor(), member)
    flash(f"{member.organization.name} leads {consortium.name} now.", "good")
    return _to(organization_id)


@bp.post("/organizations/<public_id:organization_id>/consortium/<public_id:member_id>/write")
@requires()
def let_write(organization_id: str, member_id: str) -> ResponseReturnValue:
    """Let a member's people write along, or only read."""
    consortium, writes = _organization(organization_id), request.form.get("writes") == "yes"
    with unit_of_work():
        member = consortia.member_of(consortium, member_id)
        services.let_write(current_actor(), member, writes=writes)
    flash(f"The people of {member.organization.name} {'write along' if writes else 'read along'} now.", "good")
    return _to(organization_id)


@bp.post("/organizations/<public_id:organization_id>/consortia/<public_id:member_id>/answer")
@requires()
def answer_consortium(organization_id: str, member_id: str) -> ResponseReturnValue:
    """Say whether this organization joins."""
    organization, joins = _organization(organization_id), request.form.get("joins") == "yes"
    with unit_of_work():
        member = consortia.invitation_to(organization, member_id)
        services.answer_consortium(current_actor(), member, joins=joins)
    flash(f"{organization.name} {'has joined' if joins else 'does not join'} {member.consortium.name}.", "good")
    return _to(organization_id)


@bp.post("/organizations/<public_id:organization_id>/consortia/<public_id:member_id>/leave")
@requires()
def leave_consortium(organization_id: str, member_id: str) -> ResponseReturnValue:
    """Leave a consortium."""
    organization = _organization(organization_id)
    with unit_of_work():
        member = consortia.invitation_to(organization, member_id)
        services.end_membership(current_actor(), member)
    flash(f"{organization.name} has left {member.consortium.name}.", "good")
    return _to(organization_id)


def _organization(organization_id: str) -> Organization:
    return queries.organization_for(current_actor(), organization_id)


def _to(organization_id: str) -> ResponseReturnValue:
    return redirect(url_for(".organization", organization_id=organization_id, _anchor="consortia"))
