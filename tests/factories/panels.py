"""A stage as large as a measurement needs: submitted blueprints, 60 reviewers, three scorecards on each."""

from datetime import timedelta
from random import Random

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.clock import clock_at, now
from grants.kernel.roles import Role
from grants.people.models import Organization, Person, RoleGrant
from grants.persistence.base import new_public_id
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.review.marking import Card, total_of
from grants.review.models import Assignment, Mark, PanelMember, Scorecard
from grants.review.queries import review_rules, rubric_of
from grants.review.services import reckon
from grants.review.steps import text_hash
from tests.factories import blueprints
from tests.factories.rows import rows

EACH = 3
# With it five, as many as the field's other systems were measured with.
_FIFTH = """\
      creativity:
        title: Creativity
        description: Does it rethink time, groups, places or roles, rather than add a tool to what is there?
        weight: 2
        levels:
          1: The same school with a new product.
          2: A new element at the edge of the day; the core stays as it was.
          3: At least one of time, grouping, place or adult roles changes for all students.
          4: Several change together, in a way that fits this school and that others could learn from.
"""


def stage_under_review() -> CycleStage:
    """The launch stage of an Oakland cycle, closed yesterday, with five criteria."""
    closed = now() - timedelta(days=1)
    with clock_at(closed - timedelta(hours=1)):
        return blueprints.launch_stage(closed, _FIFTH)


def panel(stage: CycleStage, size: int = 60) -> list[int]:
    """So many reviewers who have declared; the ids of their accounts."""
    at, terms = now() - timedelta(hours=12), text_hash(review_rules(stage).terms)
    people = rows(Person, (
        {"name": f"Reviewer {n:02}", "email": f"reviewer{n}@panel.example", "session_stamp": new_public_id(),
         "is_active": True, "illustrative": False, "created_at": at} for n in range(size)
    ))  # fmt: skip
    rows(RoleGrant, ({"person_id": one, "role": Role.REVIEWER, "granted_at": at} for one in people), public=False)
    rows(PanelMember, (
        {"stage_id": stage.id, "person_id": one, "invited_at": at, "accepted_at": at, "terms_sha256": terms,
         "profile_at": at, "declared_at": at, "calibrated_at": at} for one in people
    ))  # fmt: skip
    return people


def submitted(stage: CycleStage, numbers: range, certified_by: int) -> list[int]:
    """Schools of these numbers with a blueprint submitted just before the end; the ids of their applications."""
    at, answers = stage.closes_at - timedelta(minutes=1), blueprints.answers(stage)
    places = rows(Organization, (
        {"name": f"School {n:05}", "kind": "school", "sector": ("district", "charter")[n % 2], "illustrative": False,
         "created_at": at} for n in numbers
    ))  # fmt: skip
    cases = rows(Case, (
        {"cycle_id": stage.cycle_id, "organization_id": place, "opened_at": at, "invited_to": []} for place in places
    ))  # fmt: skip
    applications = rows(Application, (
        {"case_id": case, "stage_id": stage.id, "state": "submitted", "started_at": at, "started_by_id": certified_by,
         "asked": 1, "answered": 1, "written_at": at} for case in cases
    ))  # fmt: skip
    content = {"number": 1, "organization": {"name": "A school"}, "answers": answers, "files": []}
    for start in range(0, len(applications), 500):
        rows(Submission, (
            {"application_id": one, "number": 1, "content": content, "sha256": f"{one:064x}",
             "certified_by_id": certified_by, "certified_name": "A signatory", "submitted_at": at}
            for one in applications[start : start + 500]
        ))  # fmt: skip
    return applications


def scored(stage: CycleStage, applications: list[int], reviewers: list[int], open_each: int = 0) -> None:
    """Three scorecards on each application, with a reason for every mark; the first `open_each` are not submitted."""
    random, rubric, at = Random(2014), rubric_of(stage), now() - timedelta(hours=6)
    newest = dict(db.session.query(Submission.application_id, Submission.id).all())
    pairs = [(one, who) for place, one in enumerate(applications) for who in _readers(reviewers, place)]
    assignments = rows(Assignment, (
        {"submission_id": newest[one], "stage_id": stage.id, "reviewer_id": who, "assigned_at": at}
        for one, who in pairs
    ))  # fmt: skip
    cards, given = [], []
    for number, assignment in enumerate(assignments[open_each:]):
        marks = {
            one.key: random.random() > 0.1 if one.essential else random.choice(rubric.marks_of(one))
            for one in rubric.criteria.values()
        }
        given.append(marks)
        cards.append({
            "assignment_id": assignment, "state": "submitted", "comment": f"On the whole, {number}.", "version": 1,
            "total": total_of(rubric, Card(marks, {})), "saved_at": at, "submitted_at": at,
        })  # fmt: skip
    for card, marks in zip(rows(Scorecard, cards), given, strict=True):
        rows(Mark, (
            {"scorecard_id": card, "criterion": key, "abstained": False, "comment": "Since it says so. " * 8,
             "passed": value if isinstance(value, bool) else None, "value": None if isinstance(value, bool) else value}
            for key, value in marks.items()
        ), public=False)  # fmt: skip
    for start in range(0, len(applications), 500):
        reckon(applications[start : start + 500])
        db.session.expunge_all()


def _readers(reviewers: list[int], place: int) -> list[int]:
    """Three reviewers, so that every two overlap somewhere and all carry the same load."""
    size = len(reviewers)
    return [reviewers[(place + step * (1 + place // size % 19)) % size] for step in range(EACH)]
