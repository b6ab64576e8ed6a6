"""The applications of a stage and who reads each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.persistence.paging import Page, paginate
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.models import Assignment, PanelMember, Tally
from grants.review.queries.panel import review_rules
from grants.review.queries.scope import joined, reviewable_applications, stands


@dataclass(frozen=True)
class Coverage:
    """One application and who reads it, in the order of their names; `needs` is the stage's number of reviewers."""

    application: Application
    assignments: tuple[Assignment, ...]
    needs: int

    @property
    def missing(self) -> int:
        return max(0, self.needs - len(self.assignments))

    @property
    def submitted(self) -> int:
        return sum(one.scorecard is not None and one.scorecard.state == "submitted" for one in self.assignments)


@dataclass(frozen=True)
class CoverageFilters:
    """What the applications are narrowed to.

    q      part of the applicant's name
    show   lacking (too few reviewers), waiting (for scorecards), in (all scorecards are), or empty for all
    """

    q: str = ""
    show: str = ""


def coverage(actor: Actor, stage: CycleStage, page: int = 1, filters: CoverageFilters | None = None) -> Page[Coverage]:
    """The applications by name, and who reads each, in a constant number of statements."""
    filters, needs = filters or CoverageFilters(), review_rules(stage).reviewers_each
    found = paginate(
        reviewable_applications(actor, stage)
        .outerjoin(Tally, Tally.application_id == Application.id)
        .join(Application.case)
        .join(Case.organization)
        .where(Organization.name.icontains(filters.q.strip(), autoescape=True), _shown(filters.show, needs))
        .options(joinedload(Application.case).joinedload(Case.organization))
        .order_by(func.lower(Organization.name), Application.id),
        page,
    )
    readers = readers_of([one.id for one in found.items])
    lines = [Coverage(one, tuple(readers.get(one.id, ())), needs) for one in found.items]
    return Page(lines, found.number, found.size, found.total)


def readers_of(application_ids: Sequence[int]) -> Mapping[int, Sequence[Assignment]]:
    """Application id -> its assignments in force, by reviewer's name. Whether one may know of it is asked before."""
    rows = db.session.execute(
        joined(select(Assignment, Application.id))
        .join(Assignment.reviewer)
        .where(Application.id.in_(application_ids), stands())
        .options(joinedload(Assignment.scorecard), joinedload(Assignment.reviewer))
        .order_by(Person.name, Assignment.id)
    )
    found: dict[int, list[Assignment]] = {}
    for assignment, application_id in rows:
        found.setdefault(application_id, []).append(assignment)
    return found


def read_by(actor: Actor, member: PanelMember, page: int = 1) -> Page[Assignment]:
    """What a member of a panel reads, by the applicants' names, as far as the actor may know."""
    return paginate(
        joined(select(Assignment))
        .join(Application.case)
        .join(Case.organization)
        .where(
            Assignment.stage_id == member.stage_id,
            Assignment.reviewer_id == member.person_id,
            stands(),
            not_conflicted(actor, Application.case_id),
        )
        .options(
            joinedload(Assignment.scorecard),
            contains_eager(Assignment.submission)
            .defer(Submission.content)
            .contains_eager(Submission.application)
            .contains_eager(Application.case)
            .contains_eager(Case.organization),
        )
        .order_by(func.lower(Organization.name), Assignment.id),
        page,
    )


def _shown(show: str, needs: int) -> ColumnElement[bool]:
    """Holds for applications that stand so; without a tally nobody reads it."""
    assigned, submitted = func.coalesce(Tally.assigned, 0), func.coalesce(Tally.scorecards, 0)
    return {
        "lacking": assigned < needs,
        "waiting": submitted < assigned,
        "in": and_(submitted >= assigned, assigned >= needs),
    }.get(show, true())
