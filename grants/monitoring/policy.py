"""Who may report for a grantee, and who may read an indicator's value in."""

from grants.kernel.policy import YES, Actor, OrganizationRole, Role, Verdict, no


def may_report(actor: Actor, organization_id: int) -> Verdict:
    """Whether the actor may write what this organization owes: everyone of it but its viewers."""
    if organization_id in actor.organizations_as(*OrganizationRole.writers()):
        return YES
    return no("A lead, editor or signatory of the school writes this.")


def may_read_in(actor: Actor, organization_id: int) -> Verdict:
    """Whether the actor may enter an indicator's value: those who report for the school, and program officers."""
    if Role.PROGRAM_OFFICER in actor.roles:
        return YES
    return may_report(actor, organization_id)
