"""Who may open a case, who may close a task, and who stands too near a case to act on it for the foundation."""

from grants.kernel.policy import YES, Actor, Verdict, no


def may_open(actor: Actor, organization_id: int) -> Verdict:
    """An officer opens any organization's case; a member opens their own organization's, by taking part."""
    if actor.may("case.manage") or organization_id in actor.organization_ids:
        return YES
    return no("Only a member of the organization or a program officer can open its case.")


def from_outside(actor: Actor, organization_id: int) -> Verdict:
    """Whoever belongs to an organization, or coaches it, decides nothing about it, whatever roles they hold.

    What is hidden from them meanwhile, `visibility.not_conflicted` says.
    """
    if organization_id in actor.ties:
        return no("You belong to this school, so someone else at the foundation has to do this.")
    return YES


def may_finish(actor: Actor, owner_id: int) -> Verdict:
    """A task is finished by the person it belongs to, or by an officer."""
    if owner_id == actor.person_id or actor.may("case.manage"):
        return YES
    return no("Only the person whose task it is, or a program officer, can mark it done.")
