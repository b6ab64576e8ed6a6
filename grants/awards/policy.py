"""Who may answer for a grantee, sign for it, and countersign."""

from grants.casework.policy import from_outside
from grants.kernel.policy import YES, Actor, OrganizationRole, Verdict, no


def may_answer(actor: Actor, organization_id: int) -> Verdict:
    """Whether the actor may accept or decline an award of this organization: its leads and signatories may."""
    if organization_id in actor.organizations_as(OrganizationRole.LEAD, OrganizationRole.SIGNATORY):
        return YES
    return no("A lead or signatory of the school answers the offer.")


def may_sign(actor: Actor, organization_id: int) -> Verdict:
    """Whether the actor may sign an agreement of this organization: only its signatories may."""
    if organization_id in actor.organizations_as(OrganizationRole.SIGNATORY):
        return YES
    return no("Only a signatory of the school signs its agreements.")


def may_countersign(actor: Actor, organization_id: int, signed_by_id: int | None) -> Verdict:
    """Whether the actor may countersign: never who signed, and nobody who belongs to the grantee."""
    if actor.person_id == signed_by_id:
        return no("You signed this agreement, so someone else has to countersign it.")
    return from_outside(actor, organization_id)
