"""Reading how far a member of a panel is: their steps, their scorecards on samples, and what staff see of these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from grants.kernel.errors import Missing
from grants.kernel.policy import Actor, require_permission
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.schema import Calibration, Sample
from grants.review.marking import Card
from grants.review.models import PanelMember
from grants.review.people_models import ReviewTerms, SampleCard, TermsAcceptance
from grants.review.queries.cards import rubric_of
from grants.review.queries.panel import review_rules
from grants.review.queries.scope import sits, standing_of, with_program
from grants.review.training import Compared, Offsets, compare, offsets


def own_member(actor: Actor, stage: CycleStage) -> PanelMember:
    """The actor's own place on a panel, with stage and program.

    raises   Missing when they are not on it
    """
    member = db.session.scalar(
        select(PanelMember)
        .where(PanelMember.stage_id == stage.id, PanelMember.person_id == actor.person_id, sits())
        .options(with_program(PanelMember.stage))
    )
    if member is None:
        raise Missing("You are not on this panel.")
    return member


def may_see_names(actor: Actor, stage: CycleStage) -> bool:
    """Whether the stage's applicants may be named to the actor: who reads reviews, or has done terms and profile.

    raises   Missing for who is neither
    """
    return actor.may("review.read") or standing_of(own_member(actor, stage)).may_see_names


def calibration_of(stage: CycleStage) -> Calibration:
    """The stage's training.

    raises   Missing where it has none
    """
    calibration = review_rules(stage).calibration
    if calibration is None:
        raise Missing("This panel has no training.")
    return calibration


def sample_of(stage: CycleStage, key: str) -> Sample:
    """One sample of the stage's training.

    raises   Missing
    """
    found = calibration_of(stage).samples.get(key)
    if found is None:
        raise Missing("There is no such sample.")
    return found


def sample_cards(member: PanelMember) -> Mapping[str, SampleCard]:
    """Sample key -> the member's scorecard on it, of those begun."""
    found = db.session.scalars(select(SampleCard).where(SampleCard.member_id == member.id).order_by(SampleCard.id))
    return {card.sample: card for card in found}


def sample_marks(card: SampleCard | None) -> Card:
    """What stands on it; an empty card where none is begun."""
    return Card(dict(card.marks), dict(card.comments)) if card else Card({}, {})


def compared_with_anchors(stage: CycleStage, card: SampleCard) -> list[Compared]:
    """A submitted card beside the sample's anchors; empty for a sample that the program no longer has."""
    calibration = calibration_of(stage)
    sample = calibration.samples.get(card.sample)
    if sample is None or card.submitted_at is None:
        return []
    return compare(rubric_of(stage), sample, card.marks, calibration.within)


@dataclass(frozen=True)
class Trained:
    """How far one member is with the training, and how far their marks are off; `offsets` None before any counts."""

    submitted: int
    seen: int
    offsets: Offsets | None


def training_of(actor: Actor, stage: CycleStage, members: Sequence[PanelMember]) -> Mapping[int, Trained]:
    """Member id -> their training, for who organizes or audits reviews; one statement. Empty where the stage has none.

    raises   Refused
    """
    require_permission(actor, "panel.read")
    if review_rules(stage).calibration is None:
        return {}
    cards: dict[int, list[SampleCard]] = {member.id: [] for member in members}
    for card in db.session.scalars(select(SampleCard).where(SampleCard.member_id.in_(cards)).order_by(SampleCard.id)):
        cards[card.member_id].append(card)
    return {number: _trained(stage, several) for number, several in cards.items()}


def _trained(stage: CycleStage, cards: Sequence[SampleCard]) -> Trained:
    return Trained(
        submitted=sum(card.submitted_at is not None for card in cards),
        seen=sum(card.seen_at is not None for card in cards),
        offsets=offsets(one for card in cards for one in compared_with_anchors(stage, card)),
    )


def accepted_terms(actor: Actor, member: PanelMember) -> Sequence[tuple[datetime, str, str]]:
    """Every text that a member accepted, the latest first: (when, its SHA-256, the text).

    raises   Refused for who neither organizes or audits reviews nor is the member
    """
    if actor.person_id != member.person_id:
        require_permission(actor, "panel.read")
    rows = db.session.execute(
        select(TermsAcceptance.accepted_at, ReviewTerms.sha256, ReviewTerms.text)
        .join(TermsAcceptance.terms)
        .where(TermsAcceptance.member_id == member.id)
        .order_by(TermsAcceptance.accepted_at.desc(), TermsAcceptance.id.desc())
    )
    return [(at, digest, text) for at, digest, text in rows]


def samples_left(member: PanelMember) -> int:
    """How many samples of the stage the member has still to score or to look at."""
    keys = list(calibration_of(member.stage).samples)
    seen = db.session.scalar(
        select(func.count())
        .select_from(SampleCard)
        .where(SampleCard.member_id == member.id, SampleCard.sample.in_(keys), SampleCard.seen_at.is_not(None))
    )
    return len(keys) - (seen or 0)
