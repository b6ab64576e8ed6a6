"""Who may open a case, and who may close a task."""

from grants.kernel.policy import YES, Actor, Verdict, no


def may_open(actor: Actor, organization_id: int) -> Verdict:
    """An officer opens any organization's case; a member opens their own organization's, by taking part."""
    if actor.may("case.manage") or organization_id in actor.organization_ids:
        return YES
    return no("Only a member of the organization or a program officer can open its case.")


def may_finish(actor: Actor, owner_id: int) -> Verdict:
    """A task is finished by the person it belongs to, or by an officer."""
    if owner_id == actor.person_id or actor.may("case.manage"):
        return YES
    return no("Only the person whose task it is, or a program officer, can mark it done.")
