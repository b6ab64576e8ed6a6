"""Whom an organization asks to belong to it: asking, sending it again, taking it back; and the page of who is asked."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.errors import Problem
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people import invitations, queries, services
from grants.people.forms import MemberForm
from grants.people.joining_models import MembershipInvitation
from grants.people.views.blueprint import bp
from grants.people.views.organizations import organization_page
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.forms import HouseForm
from grants.web.posting import carry_out


@bp.post("/organizations/<public_id:organization_id>/members")
@requires()
def invite_member(organization_id: str) -> ResponseReturnValue:
    """Ask a colleague to belong to the organization."""
    form = MemberForm(prefix="member")
    if not form.validate():
        return organization_page(organization_id, member=form), 422
    actor, name, email = current_actor(), form.name.data or "", form.email.data or ""
    try:
        with unit_of_work():
            organization = queries.organization_for(actor, organization_id)
            services.invite_member(actor, organization, name, email, OrganizationRole(form.role.data))
    except Problem as problem:
        form.show(problem)
        return organization_page(organization_id, member=form), problem.status
    flash(f"{email} is asked by mail, and is in once they say yes.", "good")
    return redirect(_back(organization_id))


@bp.post("/organizations/<public_id:organization_id>/invitations/<public_id:invitation_id>/again")
@requires()
def invite_member_again(organization_id: str, invitation_id: str) -> ResponseReturnValue:
    """Ask once more, at most once in ten minutes."""
    return _change(
        organization_id,
        invitation_id,
        services.invite_member_again,
        "{} is asked once more, unless that was within the last ten minutes.",
    )


@bp.post("/organizations/<public_id:organization_id>/invitations/<public_id:invitation_id>/end")
@requires()
def take_invitation_back(organization_id: str, invitation_id: str) -> ResponseReturnValue:
    """Ask somebody no longer."""
    return _change(organization_id, invitation_id, services.take_invitation_back, "{} is no longer asked.")


@bp.route("/invitations/<public_id:invitation_id>", methods=["GET", "POST"])
@requires()
def invitation(invitation_id: str) -> ResponseReturnValue:
    """An organization asks the reader to belong to it: as what, and what follows from a yes."""
    return _answer(invitation_id, services.accept_invitation, "You belong to {} now.")


@bp.post("/invitations/<public_id:invitation_id>/decline")
@requires()
def decline_invitation(invitation_id: str) -> ResponseReturnValue:
    """The reader does not join."""
    return _answer(invitation_id, services.decline_invitation, "{} is told that you do not join.")


def _change(
    organization_id: str, invitation_id: str, change: Callable[[Actor, MembershipInvitation], None], done: str
) -> ResponseReturnValue:
    actor = current_actor()
    organization = queries.organization_for(actor, organization_id)
    with unit_of_work():
        asked = invitations.invitation_of(organization, invitation_id)
        change(actor, asked)
        address = asked.person.email
    flash(done.format(address), "good")
    return redirect(_back(organization_id))


def _answer(
    invitation_id: str, answer: Callable[[Actor, MembershipInvitation], object], done: str
) -> ResponseReturnValue:
    asked, form = invitations.own_invitation(current_actor(), invitation_id), HouseForm()
    return carry_out(
        form,
        lambda: answer(current_actor(), asked),
        done.format(asked.organization.name),
        url_for("portfolio.home"),
        lambda: render_template("people/invitation.html", asked=asked, form=form),
    )


def _back(organization_id: str) -> str:
    return url_for(".organization", organization_id=organization_id, _anchor="people")
