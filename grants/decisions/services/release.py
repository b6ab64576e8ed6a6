"""Release: one transaction in which every decision of a stage comes to exist; letters and mail follow from it."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application
from grants.background import enqueue
from grants.casework import services as casework
from grants.casework.models import Case
from grants.decisions.models import Decision, Slate, SlateLine
from grants.decisions.queries import facts_of, may_handle
from grants.decisions.services.letters import take_letters
from grants.decisions.states import SLATE
from grants.documents import services as documents
from grants.documents.models import Document
from grants.kernel.clock import now
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, require
from grants.messages import services as messages
from grants.messages.addresses import address_of
from grants.people.models import Organization, OrganizationMembership
from grants.persistence import audit
from grants.persistence.moves import move
from grants.persistence.session import db
from grants.programs.models import CycleStage

# Read by people who may not know of every applicant: a place on the waitlist stands in the letter alone.
_SENTENCES = {
    "award": "{stage}: awarded {amount}.",
    "waitlist": "{stage}: on the waitlist.",
    "decline": "{stage}: not awarded a grant this time.",
}


def release(actor: Actor, slate: Slate) -> None:
    """Release every decision of the slate at once. Until now nothing an applicant can reach differs by outcome.

    raises   Refused; Clash when letters are missing, unchecked or bear another day, or the slate is not approved
    """

    def tell_everyone() -> None:
        take_letters(slate)
        slate.released_at = slate.stage.released_at = now()
        for line in _lines(slate):
            if line.letter is not None:  # the guard has counted them: every line has one
                _release_line(actor, slate, line, line.letter)

    require(may_handle(actor, slate.stage))
    # Nobody may withdraw or be sent back between the guard's look and the decision.
    on_it = select(SlateLine.application_id).where(SlateLine.slate_id == slate.id)
    db.session.execute(select(Application.id).where(Application.id.in_(on_it)).with_for_update())
    move(actor, slate, "release", SLATE, lambda: facts_of(slate), {"tell_everyone": tell_everyone})
    # Scenarios that were not chosen can no longer become anything.
    for other in db.session.scalars(
        select(Slate).where(Slate.stage_id == slate.stage_id, Slate.state == "draft", Slate.id != slate.id)
    ):
        move(actor, other, "discard", SLATE, partial(facts_of, other))


def _lines(slate: Slate) -> list[SlateLine]:
    """In an order that tells nothing, as the letters are made."""
    application = joinedload(SlateLine.application)
    return list(
        db.session.scalars(
            select(SlateLine)
            .where(SlateLine.slate_id == slate.id)
            .options(
                joinedload(SlateLine.letter),
                application.joinedload(Application.stage).joinedload(CycleStage.cycle),
                application.joinedload(Application.case)
                .joinedload(Case.organization)
                .selectinload(Organization.memberships)
                .joinedload(OrganizationMembership.person),
            )
            .order_by(SlateLine.application_id)
        )
    )


def _release_line(actor: Actor, slate: Slate, line: SlateLine, letter: Document) -> None:
    documents.release(letter)
    decision = Decision(
        application_id=line.application_id,
        case_id=line.application.case_id,
        slate_id=slate.id,
        letter_id=letter.id,
        outcome=line.outcome,
        waitlist_place=line.waitlist_place,
        amount=line.amount if line.outcome == "award" else 0,
        tier=line.tier,
        released_at=now(),
    )
    db.session.add(decision)
    audit.record(
        actor,
        "decision.release",
        decision,
        after={"outcome": line.outcome, "amount": decision.amount},
        case_id=decision.case_id,
    )
    _tell(actor, line, decision, letter)
    if line.outcome == "award":
        # Awards come later in the house: they are asked for by name.
        key = f"award:{decision.public_id}"
        enqueue(db.session(), "awards.offer", key=key, decision_id=decision.public_id)


def _tell(actor: Actor, line: SlateLine, decision: Decision, letter: Document) -> None:
    case, stage = line.application.case, line.application.stage
    sentence = _SENTENCES[line.outcome].format(stage=stage.title, amount=dollars(line.amount))
    # A letter that names a place is not everyone's to open who reads the timeline.
    place = None if letter.compares else ["documents.document", letter.public_id]
    casework.note_event(actor, case, "decision", sentence, "applicant", place)
    link = address_of("portfolio.case", case_id=case.public_id)
    facts = {"stage": stage.title, "cycle": stage.cycle.title, "organization": case.organization.name, "link": link}
    for membership in case.organization.memberships:
        key = f"decision:{decision.public_id}:{membership.person.public_id}"
        # The mail says that there is a decision, not which: outcomes are read signed in.
        messages.post(key, "decisions.released", membership.person, facts, case)
