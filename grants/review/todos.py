"""What waits for someone around reviews."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import func, select

from grants.applications.models import Application, Submission
from grants.casework.visibility import not_conflicted
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Assignment, Tally
from grants.review.queries.conflicts import conflicts_to_look_at
from grants.review.queries.files import kept_back
from grants.review.queries.invitations import holds_until, invitations_waiting
from grants.review.queries.later import still_behind, yet_to_declare
from grants.review.queries.piles import Pile, is_past, piles_of
from grants.review.queries.scope import is_open, is_reviewable, joined, stands, with_program
from grants.review.queries.vacancies import open_vacancies
from grants.review.states import VacancyState
from grants.review.steps import Step
from grants.review.vacancy_models import Vacancy
from grants.web.filters import listing, plural
from grants.web.todo import Todo

NAMED: Final = 8
"""Reviewers who are named in one line."""


def todos(actor: Actor) -> list[Todo]:
    """For reviewers what to declare and to score; for officers who is missing, silent or late on their panels."""
    own = [*_asked(actor), *(todo for pile in piles_of(actor) for todo in _of_pile(pile))]
    return own + ([*_organizing(actor), *_places(actor), *_kept_back(actor)] if actor.may("review.organize") else [])


def _kept_back(actor: Actor) -> Iterable[Todo]:
    for submission in kept_back(actor):
        application = submission.application
        yield Todo(
            "ask",
            f"A file is kept from the panel: {application.case.organization.name}",
            url_for("portfolio.case", case_id=application.case.public_id),
            f"{application.stage.title} is read without names, and who made the file cannot be taken out of it. The "
            "case says which; another one can be asked for.",
            cycle_id=application.stage.cycle_id,
        )


def _places(actor: Actor) -> Iterable[Todo]:
    """Applications that a reviewer had to leave for a conflict of interest, and that nobody has been found for."""
    found: dict[int, list[Vacancy]] = {}
    for one in open_vacancies(actor):
        found.setdefault(one.assignment.submission.application_id, []).append(one)
    for several in found.values():
        stage, application = several[0].assignment.stage, several[0].assignment.submission.application
        names = sorted({one.assignment.reviewer.name for one in several})
        yield Todo(
            "due",
            f"Somebody else is needed: {application.case.organization.name}",
            url_for(
                "review.reviewers", stage_id=stage.public_id, application_id=application.public_id, _anchor="places"
            ),
            f"{stage.title}: {listing(names)} {'has' if len(names) == 1 else 'have'} a conflict of interest. "
            "The page says who fits best.",
            _day(stage.reviews_due_at, stage),
            cycle_id=stage.cycle_id,
        )


def _asked(actor: Actor) -> Iterable[Todo]:
    """The panels that somebody is asked to join, whatever they are here."""
    for one in invitations_waiting(actor):
        yield Todo(
            "ask",
            f"Say whether you review for {one.stage.title}",
            url_for("review.invitation", invitation_id=one.public_id),
            f"{one.invited_by.name} asks you, {one.stage.cycle.title}.",
            _day(holds_until(one.stage, one.since), one.stage),
            cycle_id=one.stage.cycle_id,
        )


_STEPS: Mapping[Step, tuple[str, str]] = {
    "terms": ("Accept the terms of the panel", "Nothing of any application shows before."),
    "profile": ("Look through your profile as a reviewer", "What you know, and whom you are tied to."),
    "training": ("Score the samples", "What everyone on the panel does before the real pile opens."),
}


def _of_pile(pile: Pile) -> Iterable[Todo]:
    stage = pile.stage
    if pile.is_closed:
        return
    due, left = _day(pile.due_at, stage), pile.standing.left
    if (step := next((one for one in left if one in _STEPS), None)) and (step != "training" or left[0] == step):
        title, detail = _STEPS[step]
        url = url_for(f"review.{step}", stage_id=stage.public_id)
        yield Todo("due", f"{title}: {stage.title}", url, detail, due, cycle_id=stage.cycle_id)
    if not pile.standing.may_see_names or stage.closes_at > now():
        return
    if pile.must_declare and pile.newcomers:
        names = plural(pile.newcomers, "applicant")
        yield Todo(
            "due",
            f"Declare conflicts of interest: {stage.title}",
            url_for("review.conflicts", stage_id=stage.public_id),
            f"{names} came after your declaration: look through their names."
            if pile.member.declared_at
            else f"{names} to look through by name; nothing else shows before.",
            due,
            cycle_id=stage.cycle_id,
        )
    if pile.open:
        yield Todo(
            "late" if pile.is_late else "due",
            f"Score {plural(pile.open, 'application')}: {stage.title}",
            url_for("review.scorecard", assignment_id=pile.first),
            f"{pile.done} of {pile.total} submitted{f', {pile.reopened} opened again' if pile.reopened else ''}.",
            due,
            pile.open,
            stage.cycle_id,
        )


def _organizing(actor: Actor) -> list[Todo]:
    stages = db.session.scalars(
        select(CycleStage)
        .where(CycleStage.kind == "application", CycleStage.closes_at <= now(), CycleStage.released_at.is_(None))
        .options(with_program())
        .order_by(CycleStage.closes_at, CycleStage.id)
    ).all()
    ids = [stage.id for stage in stages]
    lacking, silent, behind, late, unseen = (
        _lacking(actor, stages),
        yet_to_declare(ids),
        still_behind(actor, ids),
        _late(actor, [stage.id for stage in stages if is_past(stage.reviews_due_at)]),
        conflicts_to_look_at(actor),
    )
    found = []
    for stage in stages:
        url, due = url_for("review.panel", stage_id=stage.public_id), _day(stage.reviews_due_at, stage)
        if count := lacking.get(stage.id, 0):
            detail = f"{stage.cycle.title}: {plural(count, 'application')} with too few reviewers."
            found.append(Todo("due", f"Assign reviewers: {stage.title}", url, detail, due, count, stage.cycle_id))
        if count := unseen.get(stage.id, 0):
            title, look = f"{plural(count, 'conflict')} to look at: {stage.title}", "review.found_conflicts"
            detail = f"{stage.cycle.title}: a rule found them. They stand until you confirm or clear them."
            url_of = url_for(look, stage_id=stage.public_id, state="found")
            found.append(Todo("ask", title, url_of, detail, due, count, stage.cycle_id))
        if undeclared := _to_declare(silent.get(stage.id, []), behind.get(stage.id, [])):
            count, said = undeclared
            title, detail = f"Conflicts to be declared: {stage.title}", f"{stage.cycle.title}: {said}"
            found.append(Todo("ask", title, url, detail, due, count, stage.cycle_id))
        if open_cards := late.get(stage.id):
            count = sum(cards for _, cards in open_cards)
            detail = f"{stage.cycle.title}: {_some([f'{name} {cards}' for name, cards in open_cards])}."
            title = f"{plural(count, 'late scorecard')}: {stage.title}"
            found.append(Todo("late", title, url, detail, due, count, stage.cycle_id))
    return found


def _to_declare(silent: Sequence[str], behind: Sequence[tuple[str, int]]) -> tuple[int, str] | None:
    """How many members are waited for, and a sentence for each way of being so; None when nobody is."""
    said = []
    if silent:
        said.append(f"{_some(silent)} {'has' if len(silent) == 1 else 'have'} not declared yet.")
    if behind:
        each = _some([f"{name} on {plural(count, 'later applicant')}" for name, count in behind])
        said.append(f"Left to declare: {each}.")
    return (len(silent) + len(behind), " ".join(said)) if said else None


def _some(names: Sequence[str]) -> str:
    """As many names as a line bears, and how many more there are."""
    more = len(names) - NAMED
    return listing(names) if more <= 1 else listing([*names[:NAMED], f"{more} more"])


def _lacking(actor: Actor, stages: Sequence[CycleStage]) -> dict[int, int]:
    """Stage id -> applications with fewer reviewers than the program asks for; a place that has a line of its own,
    since a conflict emptied it, is not lacking here too.
    """
    empty = (
        select(Submission.application_id.label("id"), func.count().label("places"))
        .join(Assignment, Assignment.submission_id == Submission.id)
        .join(Vacancy, Vacancy.assignment_id == Assignment.id)
        .where(Vacancy.state == VacancyState.OPEN)
        .group_by(Submission.application_id)
        .subquery()
    )
    readers = func.coalesce(Tally.assigned, 0) + func.coalesce(empty.c.places, 0)
    rows = db.session.execute(
        select(Application.stage_id, readers, func.count())
        .outerjoin(Tally, Tally.application_id == Application.id)
        .outerjoin(empty, empty.c.id == Application.id)
        .where(Application.stage_id.in_([stage.id for stage in stages]), is_reviewable(actor))
        .group_by(Application.stage_id, readers)
    )
    needs = {
        stage.id: definition_of(stage.cycle).application_stage(stage.key).review.reviewers_each for stage in stages
    }
    found: Counter[int] = Counter()
    for stage_id, has, count in rows:
        if has < needs.get(stage_id, 0):
            found[stage_id] += count
    return found


def _late(actor: Actor, stage_ids: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """Stage id -> (reviewer's name, scorecards that are not submitted), by name; two of one name are two."""
    found: dict[int, list[tuple[str, int]]] = {}
    for stage_id, name, count in db.session.execute(
        joined(select(Assignment.stage_id, Person.name, func.count()))
        .join(Assignment.reviewer)
        .where(Assignment.stage_id.in_(stage_ids), is_open(), stands(), not_conflicted(actor, Application.case_id))
        .group_by(Assignment.stage_id, Person.id, Person.name)
        .order_by(Person.name, Person.id)
    ):
        found.setdefault(stage_id, []).append((name, count))
    return found


def _day(at: datetime | None, stage: CycleStage) -> date | None:
    return at.astimezone(ZoneInfo(stage.cycle.time_zone)).date() if at else None
