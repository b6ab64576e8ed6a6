"""Review: screening, the panel and its ties, who reads what, and the scorecards."""

from collections.abc import Iterator
from functools import partial

from grants.applications import services as applications
from grants.applications.queries import rules_of
from grants.replay.engine.acts import Act
from grants.replay.engine.story import Tale
from grants.replay.recording.stage import CardRecord, MarkGiven, PanelRecord
from grants.review import services as review
from grants.review.marking import ABSTAIN, MarkValue
from grants.review.queries import assignments_for

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
        review.invite_reviewer(tale.actor(panel.by), tale.stage(stage), person, expertise)
        tale.story.forget(reviewer)


def _declare(tale: Tale, stage: str, reviewer: str, ties: dict[str, str]) -> None:
    reasons = {tale.case(school).id: reason for school, reason in ties.items()}
    review.declare_conflicts(tale.actor(reviewer), tale.stage(stage), reasons)


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
    marks = {key: _mark(given) for key, given in zip(tale.recording.stages[stage].marks, card.marks, strict=False)}
    review.save_scorecard(actor, assignment, marks, card.why, card.says)
    if card.submitted:
        review.submit_scorecard(actor, assignment)


def _mark(given: MarkGiven) -> MarkValue:
    return _WORDS[given] if isinstance(given, str) else given
