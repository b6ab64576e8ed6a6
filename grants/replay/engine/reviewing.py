"""Review: screening, the panel and its ties, who reads what, and the scorecards."""

from collections.abc import Iterator, Sequence
from functools import partial

from grants.applications import services as applications
from grants.applications.queries import rules_of
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.stage import CardRecord, MarkGiven, PanelRecord
from grants.review import services as review
from grants.review.marking import ABSTAIN, MarkValue
from grants.review.queries import assignments_for, review_rules
from grants.review.steps import text_hash

_WORDS: dict[str, MarkValue] = {"yes": True, "no": False, "abstain": ABSTAIN}


def acts(tale: Tale, stage: str) -> Iterator[Act]:
    """From the first invitation to the last scorecard of a stage."""
    record = tale.recording.stages[stage]
    if record.screened:
        yield Act(tale.at(record.screened.at), partial(_screen, tale, stage, record.screened.by))
    if record.panel:
        yield Act(tale.at(record.panel.invited), partial(_invite, tale, stage, record.panel))
        for reviewer, when in record.panel.declared.items():
            ties = record.panel.conflicts.get(reviewer, {})
            yield Act(tale.at(when), partial(_declare, tale, stage, reviewer, ties))
    if record.assigned:
        yield Act(tale.at(record.assigned.at), partial(_assign, tale, stage, record.assigned.by))
    for school, cards in record.cards.items():
        for reviewer, card in cards.items():
            yield Act(tale.at(card.at), partial(_score, tale, stage, school, reviewer, card))


def _screen(tale: Tale, stage: str, officer: str) -> None:
    for school, draft in tale.recording.stages[stage].drafts.items():
        if draft.submitted:
            application = tale.application(stage, school)
            checks = rules_of(application).screening
            applications.find_eligible(tale.actor(officer), application, checked=tuple(checks))


def _invite(tale: Tale, stage: str, panel: PanelRecord) -> None:
    for reviewer, expertise in panel.members.items():
        person = tale.story.person(reviewer)
        asked = review.invite_reviewer(tale.actor(panel.by), tale.stage(stage), person, expertise)
        if reviewer not in panel.unanswered:
            review.accept_invitation(asked, person)
            tale.story.forget(reviewer)
            _begin(tale, stage, reviewer)


def _begin(tale: Tale, stage: str, reviewer: str) -> None:
    """Whoever says yes accepts the terms at once, and says that their profile is right."""
    actor, held = tale.actor(reviewer), tale.stage(stage)
    review.accept_terms(actor, held, text_hash(review_rules(held).terms))
    review.confirm_profile(actor, held)


def _declare(tale: Tale, stage: str, reviewer: str, ties: dict[str, str]) -> None:
    reasons = {tale.case(school).id: reason for school, reason in ties.items()}
    actor, held = tale.actor(reviewer), tale.stage(stage)
    review.declare_conflicts(actor, held, reasons)
    for sample, card in tale.recording.stages[stage].samples.get(reviewer, {}).items():
        review.save_sample(actor, held, sample, _marks(tale, stage, card.marks), card.why)
        review.submit_sample(actor, held, sample)
        review.note_sample_seen(actor, held, sample)


def _assign(tale: Tale, stage: str, officer: str) -> None:
    """Who read what is on record, so it is given by hand; the panel page would propose the best assignment there is."""
    record = tale.recording.stages[stage]
    held = tale.stage(stage)
    for school in record.drafts:
        application = None
        for reviewer in (*record.cards.get(school, ()), *record.readers.get(school, ())):
            application = application or tale.application(stage, school)
            review.assign(tale.actor(officer), held, tale.story.person(reviewer), application)


def _score(tale: Tale, stage: str, school: str, reviewer: str, card: CardRecord) -> None:
    actor = tale.actor(reviewer)
    organization = tale.story.organizations[school]
    held = tale.stage(stage)
    assignment = next(
        one
        for one in assignments_for(actor)
        if one.stage_id == held.id and one.submission.application.case.organization_id == organization
    )
    review.save_scorecard(actor, assignment, _marks(tale, stage, card.marks), card.why, card.says)
    if card.submitted:
        review.submit_scorecard(actor, assignment)


def _marks(tale: Tale, stage: str, given: Sequence[MarkGiven]) -> dict[str, MarkValue]:
    return {key: _mark(one) for key, one in zip(tale.recording.stages[stage].marks, given, strict=False)}


def _mark(given: MarkGiven) -> MarkValue:
    return _WORDS[given] if isinstance(given, str) else given
