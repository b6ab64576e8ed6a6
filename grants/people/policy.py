"""Who may manage whom, and who may be what."""

from collections.abc import Collection, Sequence

from grants.kernel.policy import YES, Actor, OrganizationRole, Role, Verdict, no


def may_manage_members(actor: Actor, organization_id: int) -> Verdict:
    """A lead looks after their organization's people; so do officers and administrators."""
    if actor.may("organization.manage") or organization_id in actor.organizations_as(OrganizationRole.LEAD):
        return YES
    return no("Only a lead of the organization can change who belongs to it.")


LINKED_ROLES = (OrganizationRole.EDITOR, OrganizationRole.VIEWER)


def may_come_by_link(role: OrganizationRole) -> Verdict:
    """A link may be passed on, so it lets in those who write or read, and nobody who signs or lets others in."""
    if role in LINKED_ROLES:
        return YES
    return no(f"A {role.label.lower()} is invited by their address: a link could be passed on to anybody.")


def may_be_asked(name: str, kind: str) -> Verdict:
    """Whether an organization can be a member of a consortium: any but another consortium."""
    if kind != "consortium":
        return YES
    return no(f"{name} is a consortium itself. Ask its members one by one.")


def may_leave_consortium(name: str, role: str, bound: Collection[str], *, by_others: bool) -> Verdict:
    """Whether an organization's place in a consortium can end now.

    bound      what holds its members, in sentences: a submission, for one
    by_others  the leading organization or the foundation ends it, whom nothing holds but the lead
    """
    if role == "lead":
        return no(f"{name} leads the consortium. Give the lead to another member first.")
    if bound and not by_others:
        return no(f"{next(iter(bound))} Ask the leading organization, or the foundation, to take you out.")
    return YES


def role_through(role: OrganizationRole, *, leads: bool, writes: bool) -> OrganizationRole:
    """What somebody is in a consortium by their role in a member organization.

    The leading organization's people are what they are at home, so that its signatories alone certify and sign. Those
    of the others write, where the leading organization lets them, if they write at home; else they read.
    """
    if leads:
        return role
    return OrganizationRole.EDITOR if writes and role in OrganizationRole.writers() else OrganizationRole.VIEWER


def may_grant(actor: Actor, person_id: int, role: Role) -> Verdict:
    """An administrator gives roles to others: accounts are theirs to keep, what the roles decide is not."""
    if not actor.may("account.manage"):
        return no("Only an administrator can give roles.")
    if role not in Role.granted():
        return no(f"{role.label} is not given: it follows from belonging to an organization.")
    if person_id == actor.person_id:
        return no("You cannot give yourself a role. Another administrator can.")
    return YES


def may_work_here(name: str, role: Role, organizations: Sequence[str]) -> Verdict:
    """Nobody works for the foundation and belongs to, or coaches, an organization that applies to it.

    A reviewer or a partner funder may: their own organization's case is hidden from them as a conflict of interest.
    organizations   names of those the person belongs to or coaches
    """
    if role not in Role.staff() or not organizations:
        return YES
    return no(
        f"{name} is with {organizations[0]}, and so cannot work for the foundation as {role.label.lower()}: nobody "
        "stands on both sides of a grant. End that first, on the organization’s page."
    )


def may_belong(name: str, roles: Collection[str]) -> Verdict:
    """The same rule from the other side, for who joins an organization or coaches it."""
    if Role.staff().isdisjoint(roles):
        return YES
    return no(f"{name} works for the foundation, and so cannot belong to one that applies to it.")


def may_lose_administrator(others: int) -> Verdict:
    """Whether one administrator can go; `others` is how many would remain."""
    return YES if others > 0 else no("This is the last administrator. Make someone else one first.")


def may_lose_lead(other_leads: int, *, by_staff: bool) -> Verdict:
    """Whether an organization can lose one lead; staff may leave it without, since they can name another."""
    if other_leads > 0 or by_staff:
        return YES
    return no("This is the organization’s only lead. Make someone else a lead first.")
