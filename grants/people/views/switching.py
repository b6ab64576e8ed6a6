"""Whoever belongs to several organizations chooses which of them their pages are about."""

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from grants.kernel.policy import Actor
from grants.people import queries, services
from grants.people.views.blueprint import bp
from grants.people.views.signing_in import page_of_ours
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.navigation import Place, offer_places


@bp.post("/look-at")
@requires()
def look_at() -> ResponseReturnValue:
    """Look at one organization, or at all; from a page of one thing one lands at home, which is about the choice."""
    actor, wanted = current_actor(), request.form.get("organization", "")
    with unit_of_work():
        one = queries.own_organization(actor, wanted) if wanted else None
        services.look_at(actor, one)
        name = one.name if one else "all your organizations"
    flash(f"You look at {name} now.", "good")
    return redirect(page_of_ours(request.form.get("next", "")))


@offer_places
def places(actor: Actor) -> list[Place]:
    """The organizations to choose among, in one statement; of one or none there is nothing to choose."""
    if len(actor.organization_ids | actor.coaching) < 2:
        return []
    return [
        Place(one.name, one.public_id, one.id == actor.looks_at, one.id not in actor.organization_ids)
        for one in queries.own_organizations(actor)
    ]
