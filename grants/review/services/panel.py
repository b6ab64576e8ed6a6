"""Who is on a stage's panel."""

from sqlalchemy import select

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid
from grants.kernel.policy import Actor, Role, require_permission
from grants.messages.addresses import address_of
from grants.messages.services import post
from grants.people.models import Person, RoleGrant
from grants.people.queries import person_of_email
from grants.people.services.accounts import new_account
from grants.people.services.mail import send_invitation
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import PanelMember
from grants.review.services.conflicts import find_rule_conflicts
from grants.review.services.profiles import add_expertise


def invite_reviewer(actor: Actor, stage: CycleStage, person: Person, expertise: str | None = None) -> PanelMember:
    """Put a person on the panel, give them the reviewer's role where they lack it, and tell them.

    Conflicts that the stage's rules find are noted at once.
    expertise   words by commas, such as "high, charter": matched with what is known of an applicant when assigning
    raises      Refused; Invalid for a stage without review or a closed account; Clash when they are on it already
    """
    member = _add_member(actor, stage, person, expertise)
    post(
        f"review-invited:{member.public_id}",
        "review.invited",
        person,
        {
            "stage": stage.title,
            "cycle": stage.cycle.title,
            "invited_by": actor.name,
            "link": address_of("review.conflicts", stage_id=stage.public_id),
        },
    )
    return member


def invite_by_address(
    actor: Actor, stage: CycleStage, email: str, name: str = "", expertise: str | None = None
) -> PanelMember:
    """The same for whoever has this address; without an account they get one, and a link to their first password.

    name     needed for a new account
    raises   as `invite_reviewer`; Invalid when a new account's name or address does not hold
    """
    person = person_of_email(email)
    if person is not None:
        return invite_reviewer(actor, stage, person, expertise)
    require_permission(actor, "review.organize")
    person = new_account(name, email)
    audit.record(actor, "account.add", person, after={"name": person.name, "email": person.email})
    member = _add_member(actor, stage, person, expertise)
    # One mail for one event: the link to the account says what it is for.
    send_invitation(actor, person, f"you are asked to review: {stage.title}, {stage.cycle.title}")
    return member


def _add_member(actor: Actor, stage: CycleStage, person: Person, expertise: str | None) -> PanelMember:
    require_permission(actor, "review.organize")
    if stage.kind != "application":
        raise Invalid("Only a stage with applications has a panel.")
    if not person.is_active:
        raise Invalid(f"{person.name}’s account is closed.", {"email": f"{person.name}’s account is closed."})
    if db.session.scalar(
        select(PanelMember.id).where(PanelMember.stage_id == stage.id, PanelMember.person_id == person.id)
    ):
        raise Clash(f"{person.name} is on this panel already.")
    member = PanelMember(stage=stage, person=person, invited_at=now())
    db.session.add(member)
    add_expertise(person, expertise)
    _make_reviewer(actor, person)
    db.session.flush()
    audit.record(actor, "review.invite", member, after={"person": person.name, "stage": stage.title})
    find_rule_conflicts(actor, stage, [person.id])
    return member


def _make_reviewer(actor: Actor, person: Person) -> None:
    if Role.REVIEWER in {Role(grant.role) for grant in person.grants}:
        return
    person.grants.append(RoleGrant(role=Role.REVIEWER, granted_at=now(), granted_by_id=actor.person_id))
    audit.record(actor, "account.grant", person, after={"role": Role.REVIEWER.label})
