"""Who may manage whom."""

from grants.kernel.policy import YES, Actor, OrganizationRole, Role, Verdict, no


def may_manage_members(actor: Actor, organization_id: int) -> Verdict:
    """A lead looks after their organization's people; so do officers and administrators."""
    if actor.may("organization.manage") or organization_id in actor.organizations_as(OrganizationRole.LEAD):
        return YES
    return no("Only a lead of the organization can change who belongs to it.")


def may_grant(actor: Actor, person_id: int, role: Role) -> Verdict:
    """An administrator gives roles to others: accounts are theirs to keep, what the roles decide is not."""
    if not actor.may("account.manage"):
        return no("Only an administrator can give roles.")
    if role not in Role.granted():
        return no(f"{role.label} is not given: it follows from belonging to an organization.")
    if person_id == actor.person_id:
        return no("You cannot give yourself a role. Another administrator can.")
    return YES


def may_lose_administrator(others: int) -> Verdict:
    """Whether one administrator can go; `others` is how many would remain."""
    return YES if others > 0 else no("This is the last administrator. Make someone else one first.")


def may_lose_lead(other_leads: int, *, by_staff: bool) -> Verdict:
    """Whether an organization can lose one lead; staff may leave it without, since they can name another."""
    if other_leads > 0 or by_staff:
        return YES
    return no("This is the organization’s only lead. Make someone else a lead first.")
