"""Who may ask for a payment."""

from grants.casework.policy import from_outside
from grants.kernel.policy import YES, Actor, OrganizationRole, Role, Verdict, no


def may_request(actor: Actor, organization_id: int) -> Verdict:
    """Whether the actor may ask for a payment to this organization: its writers and program officers may.

    An officer who belongs to it asks, if at all, as one of its writers.
    """
    if organization_id in actor.organizations_as(*OrganizationRole.writers()):
        return YES
    if Role.PROGRAM_OFFICER in actor.roles:
        return from_outside(actor, organization_id)
    return no("A lead, editor or signatory of the school, or a program officer, asks for its payments.")
