"""Who may write, comment on, certify and withdraw an application, and which of its sections are open to writing."""

from collections.abc import Collection

from grants.applications.states import State
from grants.kernel.policy import YES, Actor, Verdict, no
from grants.kernel.roles import OrganizationRole


def may_start(actor: Actor, organization_id: int) -> Verdict:
    """Writers of an organization start its applications."""
    return may_write(actor, organization_id)


def may_write(actor: Actor, organization_id: int) -> Verdict:
    """Leads, editors and signatories write; viewers and coaches read."""
    if organization_id in actor.organizations_as(*OrganizationRole.writers()):
        return YES
    if organization_id in actor.coaching:
        return no("As a coach you can read and comment; the school's own people write.")
    if organization_id in actor.organization_ids:
        return no("You can read this application. Ask your lead for the right to write in it.")
    return no("Only the applicant's own people can write in an application.")


def may_comment(actor: Actor, organization_id: int) -> Verdict:
    """Everyone of the organization, and its coaches."""
    if organization_id in actor.organization_ids | actor.coaching:
        return YES
    return no("Only the applicant's own people and their coaches comment on a draft.")


def may_deal_with(actor: Actor, organization_id: int, author_id: int) -> Verdict:
    """Who writes deals with a comment; so does whoever made it, while they may comment."""
    if may_write(actor, organization_id) or (actor.person_id == author_id and may_comment(actor, organization_id)):
        return YES
    return no("Only those who write the draft, and the comment's author, can say that it is dealt with.")


def may_invite_coach(actor: Actor, organization_id: int) -> Verdict:
    """A lead of the applicant's lets a coach in, and says what they may read."""
    if organization_id in actor.organizations_as(OrganizationRole.LEAD):
        return YES
    return no("Only a lead of your organization invites a coach.")


def may_certify(actor: Actor, organization_id: int) -> Verdict:
    """Signatories certify and submit."""
    if organization_id in actor.organizations_as(OrganizationRole.SIGNATORY):
        return YES
    return no("Only a signatory of your organization can certify and submit.")


def may_withdraw(actor: Actor, organization_id: int) -> Verdict:
    """Signatories and leads take an application back."""
    if organization_id in actor.organizations_as(OrganizationRole.SIGNATORY, OrganizationRole.LEAD):
        return YES
    return no("Only a lead or a signatory of your organization can take the application back.")


def closed_to_writing(state: str, section: str, returned: Collection[str]) -> str | None:
    """Why a section cannot be changed now, in a sentence; nothing when it can.

    returned   keys of the sections that staff sent back, while the application is returned
    """
    if state == State.DRAFT:
        return None
    if state == State.RETURNED:
        return None if section in returned else "This section was not returned to you, so it stays as submitted."
    return {
        State.SUBMITTED: "This application is submitted. Reopen it if you want to change it before the deadline.",
        State.WITHDRAWN: "This application was withdrawn.",
    }.get(State(state), "This application can no longer be changed.")
