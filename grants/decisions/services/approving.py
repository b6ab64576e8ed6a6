"""Proposing a slate and having it approved by other people, who bind one exact content."""

from sqlalchemy import select

from grants.decisions import queries
from grants.decisions.approval import may_approve
from grants.decisions.models import Slate, SlateApproval, SlateLine
from grants.decisions.services.letters import prepare_letters, void_letters
from grants.decisions.states import SLATE
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require, require_permission
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.people.models import Person, RoleGrant
from grants.persistence import audit
from grants.persistence.moves import lock, move
from grants.persistence.session import db


def propose(actor: Actor, slate: Slate) -> None:
    """Put a draft to those who approve; its content is bound by a hash from now on.

    raises   Refused; Clash when another slate of the stage is under way, or a limit is broken
    """

    def bind_content() -> None:
        slate.proposed_at, slate.proposed_by_id = now(), actor.person_id
        slate.content_sha256 = content_hash(slate)

    require(queries.may_handle(actor, slate.stage))
    effects = {"bind_content": bind_content, "ask_approvers": lambda: _ask_approvers(slate)}
    move(actor, slate, "propose", SLATE, lambda: queries.facts_of(slate), effects)


def take_back(actor: Actor, slate: Slate) -> None:
    """Make a proposed or approved slate a draft again, so that it can be changed; its letters are void."""
    require(queries.may_handle(actor, slate.stage))
    move(
        actor, slate, "take back", SLATE, lambda: queries.facts_of(slate), {"void_letters": lambda: void_letters(slate)}
    )
    slate.letters_on = slate.letters_checked_at = slate.letters_checked_by_id = None


def approve(actor: Actor, slate: Slate, content_sha256: str) -> None:
    """Approve the content that was shown. With the last approval the slate is approved, and its letters are made.

    Whoever has a conflict with an applicant, or belongs to it, abstains on it; others vouch for the slate too.

    content_sha256   the hash on the page the actor looked at
    raises           Refused for its proposer and for roles the program does not ask; Clash when the content has changed
    """
    require_permission(actor, "slate.approve")
    # Of two who approve at once, the second has to see the first: else neither would be the last.
    lock(slate)
    rules = queries.stage_rules(slate).decision
    present = [one for one in slate.approvals if one.content_sha256 == slate.content_sha256]
    already = any(one.person_id == actor.person_id for one in present)
    require(may_approve(actor, slate.proposed_by_id, rules.approvals, already))
    if slate.state != "proposed" or content_sha256 != slate.content_sha256:
        raise Clash("The slate has changed since you opened it. Read it again before you approve it.")
    role = next(role for role in rules.approvals if role in actor.roles)
    slate.approvals.append(
        SlateApproval(
            person_id=actor.person_id,
            role=role,
            content_sha256=content_sha256,
            approved_at=now(),
            abstained_lines=queries.abstentions(actor, slate),
        )
    )
    db.session.flush()
    # The record is read by people with conflicts too: who abstained stands with the approval alone.
    audit.record(actor, "slate.approve", slate, after={"content": content_sha256}, acting_as=role)
    if queries.missing_approvals_of(slate) is None:
        effects = {"prepare_letters": lambda: prepare_letters(slate)}
        move(actor, slate, "approve", SLATE, lambda: queries.facts_of(slate), effects)


def content_hash(slate: Slate) -> str:
    """The SHA-256 over one proposal of a slate: the moment it was made and every line, in rank order.

    The moment is part of it, so that approvals of an earlier proposal never count for a later one, changed or not.
    """
    lines = db.session.scalars(
        select(SlateLine).where(SlateLine.slate_id == slate.id).order_by(SlateLine.rank, SlateLine.id)
    )
    content = [
        {
            "line": line.public_id,
            "application": line.application_id,
            "score": line.score,
            "outcome": line.outcome,
            "waitlist_place": line.waitlist_place,
            "amount": line.amount,
            "override_reason": line.override_reason,
            "reasons": line.reasons,
        }
        for line in lines
    ]
    return sha256_of({"proposed_at": slate.proposed_at, "lines": content})


def _ask_approvers(slate: Slate) -> None:
    roles = list(queries.stage_rules(slate).decision.approvals)
    people = db.session.scalars(
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role.in_(roles), Person.is_active, Person.id != slate.proposed_by_id)
        .distinct()
        .order_by(Person.id)
    )
    link = address_of("decisions.slate", slate_id=slate.public_id)
    facts = {"stage": slate.stage.title, "cycle": slate.stage.cycle.title, "link": link}
    for person in people:
        key = f"slate:{slate.public_id}:{slate.content_sha256}:{person.public_id}"
        messages.post(key, "decisions.to_approve", person, facts)
