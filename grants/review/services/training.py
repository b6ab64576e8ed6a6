"""A member's steps before their pile opens: accepting the terms, and scoring the samples."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from grants.kernel.clock import now
from grants.kernel.errors import Clash, Invalid, Refused
from grants.kernel.policy import Actor, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.marking import Card, MarkValue, gaps
from grants.review.models import PanelMember, ReviewerProfile
from grants.review.people_models import ReviewTerms, SampleCard, TermsAcceptance
from grants.review.queries import review_rules, rubric_of
from grants.review.queries.scope import standing_of
from grants.review.queries.training import own_member, sample_marks, sample_of, samples_left
from grants.review.services.scorecards import check_card
from grants.review.steps import FIRST, Step, text_hash


def accept_terms(actor: Actor, stage: CycleStage, sha256: str) -> PanelMember:
    """A member accepts the terms and confidentiality of their panel; twice is once.

    sha256   of the text that they read
    raises   Missing when they are not on the panel; Clash when the text is another one by now
    """
    member = _taken(actor, stage)
    text = review_rules(stage).terms
    if sha256 != text_hash(text):
        raise Clash("The text has changed meanwhile. Please read it once more.")
    if member.terms_sha256 == sha256:
        return member
    member.terms_sha256 = sha256
    terms_id = _kept(text)
    before = select(TermsAcceptance.id).where(
        TermsAcceptance.member_id == member.id, TermsAcceptance.terms_id == terms_id
    )
    if db.session.scalar(before) is None:
        db.session.add(TermsAcceptance(member=member, terms_id=terms_id, accepted_at=now()))
    db.session.flush()
    audit.record(actor, "review.accept_terms", member, after={"stage": stage.title, "sha256": sha256})
    return member


def confirm_profile(actor: Actor, stage: CycleStage) -> None:
    """A member says that their profile is right, for this panel and for every other that waits for it.

    raises   Missing when they are not on the panel; Refused before the terms
    """
    member = _taken(actor, stage)
    must_have_done(member, "profile")
    waiting = select(PanelMember).where(PanelMember.person_id == member.person_id, PanelMember.profile_at.is_(None))
    for place in db.session.scalars(waiting):
        place.profile_at = now()
    profile = db.session.scalar(select(ReviewerProfile).where(ReviewerProfile.person_id == member.person_id))
    if profile is not None:
        profile.confirmed_at = now()


def save_sample(
    actor: Actor,
    stage: CycleStage,
    sample: str,
    marks: Mapping[str, MarkValue],
    comments: Mapping[str, str] | None = None,
    comment: str | None = None,
    based_on_version: int = 0,
) -> SampleCard:
    """Keep a scorecard on a sample as it now stands, complete or not, as save_scorecard does on an application.

    raises   Missing; Refused before the steps that come first; Invalid for marks that the rubric does not have;
             Clash when it is submitted, or was saved from elsewhere meanwhile
    """
    member = _taken(actor, stage)
    must_have_done(member, "training")
    sample_of(stage, sample)
    said = {key: text.strip() for key, text in (comments or {}).items() if text and text.strip()}
    whole = (comment or "").strip() or None
    stands = Card(marks, said)
    check_card(rubric_of(stage), stands, whole)
    card = _card(member, sample)
    if card.submitted_at is not None:
        raise Clash("You have handed this sample in. How yours differs is on the page.")
    if card.version and (sample_marks(card), card.comment) == (stands, whole):
        return card
    if card.version != based_on_version:
        raise Clash("This scorecard was changed in another window meanwhile. Nothing was overwritten.")
    card.marks, card.comments, card.comment = dict(marks), said, whole
    card.version, card.saved_at = based_on_version + 1, now()
    db.session.flush()
    return card


def submit_sample(actor: Actor, stage: CycleStage, sample: str) -> SampleCard:
    """Hand a sample in as it was last saved: only now the anchor scores show. Twice is once.

    raises   Missing; Refused; Invalid with what is missing, by criterion key and `<key>.comment`
    """
    member = _taken(actor, stage)
    must_have_done(member, "training")
    sample_of(stage, sample)
    card = _card(member, sample)
    if card.submitted_at is not None:
        return card
    missing = gaps(rubric_of(stage), sample_marks(card))
    if missing:
        raise Invalid("The scorecard is not complete.", missing)
    card.submitted_at = now()
    db.session.flush()
    after = {
        "stage": stage.title,
        "sample": sample,
        "marks": {key: str(value) for key, value in sorted(card.marks.items())},
    }
    audit.record(actor, "review.sample", member, after=after)
    return card


def note_sample_seen(actor: Actor, stage: CycleStage, sample: str) -> PanelMember:
    """A member has looked at how theirs differs from the anchors; with the last sample, their training is done.

    raises   Missing; Refused before it is handed in
    """
    member = _taken(actor, stage)
    sample_of(stage, sample)
    card = _card(member, sample)
    if card.submitted_at is None:
        raise Refused("Hand the sample in first; then the anchor scores show.")
    if card.seen_at is None:
        card.seen_at = now()
        db.session.flush()
    if member.calibrated_at is None and samples_left(member) == 0:
        member.calibrated_at = now()
        audit.record(actor, "review.calibrate", member, after={"stage": stage.title})
    return member


def must_have_done(member: PanelMember, step: Step) -> None:
    """Go on when everything is done that comes before a step.

    raises   Refused with what to do first
    """
    if (missing := standing_of(member).before(step)) is not None:
        raise Refused(FIRST[missing])


def _taken(actor: Actor, stage: CycleStage) -> PanelMember:
    require_permission(actor, "review.score")
    member = own_member(actor, stage)
    lock(member)  # of two windows, the second sees what the first has done
    return member


def _card(member: PanelMember, sample: str) -> SampleCard:
    """The member's card on a sample, whose row in the panel is taken; a new one when it is not begun."""
    card = db.session.scalar(select(SampleCard).where(SampleCard.member_id == member.id, SampleCard.sample == sample))
    if card is None:
        card = SampleCard(member=member, sample=sample, marks={}, comments={}, version=0, saved_at=now())
        db.session.add(card)
    return card


def _kept(text: str) -> int:
    """The id of a text of terms, kept once for all who accept it, whoever is first."""
    digest = text_hash(text)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(ReviewTerms).values(sha256=digest, text=text, first_at=now()).on_conflict_do_nothing())
    return db.session.scalars(select(ReviewTerms.id).where(ReviewTerms.sha256 == digest)).one()
