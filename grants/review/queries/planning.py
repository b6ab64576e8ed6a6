"""What an assignment of reviewers is worked out from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select, true
from sqlalchemy.orm import aliased

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import has_conflict, not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now, today
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Choice, ReviewRules
from grants.review.models import Assignment, PanelMember, ReviewerProfile
from grants.review.queries.scope import (
    joined,
    newest_submission_id,
    reviewable_applications,
    sits,
    stands,
)
from grants.review.queries.ties import unnoted_ties
from grants.review.reviewers import is_away_throughout, most_of, words_of

Selected = TypeVarTuple("Selected")
Pair = tuple[int, int]
"""(person id, application id)."""

_now_read, _earlier = aliased(Application), aliased(CycleStage)

SEVERAL: Final = "schools of several grade spans"


@dataclass(frozen=True)
class Reviewer:
    """A member of the panel who has declared.

    knows     words in small letters: their expertise, and the grade spans they know
    load      the most submissions they read on this panel; None for no limit
    is_away   from now until scorecards are due: nothing more is for them
    elsewhere assignments on this panel beside those of the facts' papers
    """

    person_id: int
    name: str
    knows: frozenset[str]
    load: int | None
    is_away: bool
    elsewhere: int = 0


@dataclass(frozen=True)
class Reviewed:
    """An application under review.

    traits       words for what kind of applicant it is, in small letters
    grade_band   as its organization's
    """

    application_id: int
    submission_id: int
    case_id: int
    title: str
    traits: frozenset[str]
    grade_band: str


@dataclass(frozen=True)
class PlanningFacts:
    """Everything that decides an assignment.

    barred      pairs that must not be: conflicts, ties that the rules find, and who applied after the declaration
    fixed       pairs in force already
    previous    pairs of the stage that the program names, or of the one before
    undeclared  names of the members who have not declared, and so get nothing
    """

    reviewers: tuple[Reviewer, ...]
    papers: tuple[Reviewed, ...]
    barred: frozenset[Pair]
    fixed: frozenset[Pair]
    previous: frozenset[Pair]
    needs: int
    least: int
    undeclared: tuple[str, ...]

    def reasons(self, reviewer: Reviewer, paper: Reviewed) -> tuple[str, ...]:
        """Why this reviewer for this paper, in words."""
        kept = ("read this applicant before",) if (reviewer.person_id, paper.application_id) in self.previous else ()
        known = (SEVERAL if word == "span" else word for word in reviewer.knows & paper.traits)
        return (*kept, *sorted(f"knows {word}" for word in known))

    @cached_property
    def person_ids(self) -> frozenset[int]:
        return frozenset(one.person_id for one in self.reviewers)

    @cached_property
    def application_ids(self) -> frozenset[int]:
        return frozenset(one.application_id for one in self.papers)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all of it: the same facts give the same assignment."""
        return sha256_of(
            {
                "reviewers": [
                    [one.person_id, sorted(one.knows), one.load, one.is_away, one.elsewhere] for one in self.reviewers
                ],
                "papers": [
                    [one.application_id, one.submission_id, sorted(one.traits), one.grade_band] for one in self.papers
                ],
                "pairs": [sorted(map(list, pairs)) for pairs in (self.barred, self.fixed, self.previous)],
                "limits": [self.needs, self.least],
            }
        )


def planning_facts(actor: Actor, stage: CycleStage, only: int | None = None) -> PlanningFacts:
    """Read the facts, without cases the actor has a conflict with, in a constant number of statements.

    only   the id of an application: the facts about it alone
    """
    rules = definition_of(stage.cycle).application_stage(stage.key).review
    members = db.session.execute(
        select(PanelMember, Person, ReviewerProfile)
        .join(PanelMember.person)
        .outerjoin(PanelMember.profile)
        .where(PanelMember.stage_id == stage.id, sits(), Person.is_active)
        .order_by(PanelMember.person_id)
    ).all()
    elsewhere = _elsewhere(actor, stage, only) if only is not None else {}
    reviewers = tuple(
        replace(_reviewer(stage, rules, member, person, profile), elsewhere=elsewhere.get(person.id, 0))
        for member, person, profile in members
        if member.declared_at is not None
    )
    known = frozenset(one.person_id for one in reviewers)
    papers = _papers(actor, stage, only)
    read = frozenset(one.application_id for one in papers)
    fixed = _pairs(_about(_assigned(stage), only), known, read)
    return PlanningFacts(
        reviewers=reviewers,
        papers=papers,
        barred=(_pairs(_about(_barred(stage), only), known, read) | _tied(stage, known, papers, only)) - fixed,
        fixed=fixed,
        previous=_pairs(_previous(stage, only), known, read),
        needs=rules.reviewers_each,
        least=rules.load.at_least,
        undeclared=tuple(person.name for member, person, _ in members if member.declared_at is None),
    )


def _reviewer(
    stage: CycleStage, rules: ReviewRules, member: PanelMember, person: Person, profile: ReviewerProfile | None
) -> Reviewer:
    if profile is None:
        load = most_of(member.load_cap, None, rules.load.at_most)
        return Reviewer(person.id, person.name, frozenset(), load, is_away=False)
    zone = ZoneInfo(stage.cycle.time_zone)
    first = today(zone)
    last = max(first, (stage.reviews_due_at or now()).astimezone(zone).date())
    return Reviewer(
        person.id,
        person.name,
        words_of(profile.expertise) | set(profile.grade_bands),
        most_of(member.load_cap, profile.most, rules.load.at_most),
        is_away_throughout(profile.away_from, profile.away_until, first, last),
    )


def _papers(actor: Actor, stage: CycleStage, only: int | None) -> tuple[Reviewed, ...]:
    subjects, newest = _subjects(stage), aliased(Submission)
    said = (newest.content[("answers", field)] for field in subjects)
    rows = db.session.execute(
        _about(reviewable_applications(actor, stage), only)
        .join(newest, newest.id == newest_submission_id())
        .join(Application.case)
        .join(Case.organization)
        .with_only_columns(Application.id, newest.id, Case.id, Organization, *said)
        .order_by(Application.id)
    )
    return tuple(
        Reviewed(
            *(number, submission_id, case_id, one.name),
            traits=_traits(one) | _about_what(subjects.values(), answers),
            grade_band=one.grade_band,
        )
        for number, submission_id, case_id, one, *answers in rows
    )


def _subjects(stage: CycleStage) -> Mapping[str, Mapping[str, str]]:
    """Field -> option -> what it says, for the questions that say what a submission is about."""
    definition = definition_of(stage.cycle)
    program = definition.application_stage(stage.key)
    form = definition.form(program.form)
    fields = {field.key: field for field in form.all_fields() if field.key in program.review.subjects}
    return {key: field.options for key, field in fields.items() if isinstance(field, Choice)}


def _about_what(subjects: Iterable[Mapping[str, str]], answers: Iterable[Any]) -> frozenset[str]:
    """Words in small letters for the options that were chosen."""
    return frozenset(
        options[chosen].casefold()
        for options, answer in zip(subjects, answers, strict=True)
        for chosen in (answer if isinstance(answer, list) else [answer])
        if chosen in options
    )


def _about(statement: Select[*Selected], only: int | None) -> Select[*Selected]:
    return statement if only is None else statement.where(Application.id == only)


def _elsewhere(actor: Actor, stage: CycleStage, only: int) -> Mapping[int, int]:
    """Person id -> assignments in force on other applications."""
    others = _assigned(stage).where(Application.id != only, not_conflicted(actor, Application.case_id))
    counted = others.with_only_columns(Assignment.reviewer_id, func.count()).group_by(Assignment.reviewer_id)
    return dict(db.session.execute(counted).all())


def _traits(organization: Organization) -> frozenset[str]:
    one = organization
    said = (one.kind, one.sector, one.grade_band, one.grades, one.city, one.region)
    return frozenset(word.replace("_", " ").casefold() for word in said if word)


def _assigned(stage: CycleStage) -> Select[int, int]:
    return joined(select(Assignment.reviewer_id, Application.id)).where(Assignment.stage_id == stage.id, stands())


def _tied(stage: CycleStage, people: frozenset[int], papers: tuple[Reviewed, ...], only: int | None) -> frozenset[Pair]:
    """Pairs that a rule finds tied and no conflict says yet; applying the assignment notes them."""
    by_case = {paper.case_id: paper.application_id for paper in papers}
    asked = None if only is None else by_case.keys()  # one statement could not name all
    found = unnoted_ties(stage, people, asked)
    return frozenset((person, by_case[case]) for case, person, _ in found if case in by_case)


def _barred(stage: CycleStage) -> Select[int, int]:
    """Conflicts, and applicants whose first submission came after the member's declaration."""
    first = aliased(Submission)
    return (
        select(PanelMember.person_id, Application.id)
        .join(Application, Application.stage_id == PanelMember.stage_id)
        .join(first, and_(first.application_id == Application.id, first.number == 1))
        .where(
            PanelMember.stage_id == stage.id,
            has_conflict(PanelMember.person_id, Application.case_id) | (PanelMember.declared_at < first.submitted_at),
        )
    )


def earlier_readers(actor: Actor, stage: CycleStage) -> str | None:
    """Title of the earlier stage whose readers may be kept or changed; None where nobody read these applicants then."""
    earlier = _earlier_stage(stage)
    known = _previous(stage).where(not_conflicted(actor, Application.case_id)).limit(1)
    return earlier[1] if earlier and db.session.execute(known).first() else None


def _earlier_stage(stage: CycleStage) -> tuple[str, str] | None:
    """Key and title of the stage that the program names, or of the one before this; None for the first."""
    definition = definition_of(stage.cycle)
    stages = [one.key for one in definition.application_stages]
    before = stages[: stages.index(stage.key)]
    key = definition.application_stage(stage.key).review.keep_reviewers_from or (before[-1] if before else None)
    return None if key is None else (key, definition.stage(key).title)


def _previous(stage: CycleStage, only: int | None = None) -> Select[int, int]:
    """Who read the same case in the earlier stage; of one application alone, where `only` is its id."""
    key, _ = _earlier_stage(stage) or ("", "")
    return (
        joined(select(Assignment.reviewer_id, _now_read.id))
        .join(_earlier, and_(Assignment.stage_id == _earlier.id, _earlier.cycle_id == stage.cycle_id))
        .join(_now_read, and_(_now_read.case_id == Application.case_id, _now_read.stage_id == stage.id))
        .where(_earlier.key == key, Assignment.revoked_at.is_(None), true() if only is None else _now_read.id == only)
    )


def _pairs(statement: Select[int, int], people: frozenset[int], papers: frozenset[int]) -> frozenset[Pair]:
    rows = db.session.execute(statement)
    return frozenset((person, paper) for person, paper in rows if person in people and paper in papers)
