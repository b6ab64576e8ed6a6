"""A stage under review for tests: a small program, submitted applications, a panel. Called inside a unit of work."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from grants.applications.models import Application, Submission
from grants.casework.models import Case
from grants.kernel.canonical import sha256_of
from grants.kernel.clock import now
from grants.kernel.roles import Role
from grants.people.models import Organization, Person
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage, ProgramVersion
from grants.programs.schema import Definition
from grants.review.marking import total_of
from grants.review.models import Assignment, Mark, PanelMember, Scorecard
from grants.review.queries import card_of, review_rules, rubric_of
from grants.review.services.profiles import add_expertise
from grants.review.steps import text_hash
from tests.factories.people import organization, person

CLOSED = datetime(2016, 3, 20, 23, 59, tzinfo=UTC)
DUE = datetime(2016, 4, 15, 23, 59, tzinfo=UTC)
REVIEWING = datetime(2016, 4, 6, 17, 0, tzinfo=UTC)

PITCH: dict[str, Any] = {
    "title": "Pitch",
    "scale": {"from": 1, "to": 4, "words": ["Not yet", "Emerging", "Strong", "Exemplary"]},
    "criteria": {
        "case": {
            "title": "They make their case",
            "weight": 2,
            "levels": {1: "We did not follow.", 4: "We would join."},
        },
        "answers": {"title": "They answer what they are asked"},
    },
}

_numbers = count(1)
_STAGE: dict[str, Any] = {
    "kind": "application",
    "form": "blueprint",
    "review": {"rubric": "launch", "reviewers_each": 3, "load": {"at_most": 10}},
    "decision": {"amount": {"flat": "$350,000"}, "awards": {"at_most": 6}},
}
PROGRAM: dict[str, Any] = {
    "program": "oakland",
    "title": "NGLC in Oakland",
    "funder": "Rogers Family Foundation",
    "stages": {"planning": {"title": "Planning grant", **_STAGE}, "launch": {"title": "Launch grant", **_STAGE}},
    "forms": {
        "blueprint": {
            "title": "Blueprint",
            "sections": {
                "vision": {
                    "title": "Vision and student agency",
                    "judged_by": ["learning_plans", "competency"],
                    "fields": {"vision": {"type": "long_text", "title": "What will a student’s day be like?"}},
                },
                "team": {
                    "title": "The people",
                    "judged_by": ["team"],
                    "fields": {"team": {"type": "long_text", "title": "Who leads the change?"}},
                },
            },
        }
    },
    "rubrics": {
        "launch": {
            "scale": {"from": 1, "to": 4, "words": ["Not yet", "Emerging", "Strong", "Exemplary"]},
            "criteria": {
                "learning_plans": {
                    "title": "Every student has a learning plan within three years",
                    "essential": True,
                    "comment": "never",
                },
                "competency": {
                    "title": "Competency-based progression",
                    "weight": 3,
                    "comment": "below 2",
                    "levels": {
                        1: "Seat time decides.",
                        2: "Mastery decides in a course or two.",
                        3: "Progress rests on demonstrated mastery in most subjects; a pilot shows it working.",
                        4: "Mastery decides everywhere, with tasks and scoring common to all adults.",
                    },
                },
                "team": {"title": "Strong team, engaged and equipped", "weight": 3},
                "financial_plan": {"title": "Clear five-year financial plan", "weight": 2, "essential_at_least": 2},
            },
            "essential_fails_when": "majority",
        }
    },
}
HEARD: dict[str, Any] = {
    "title": "Pitch, with an essential criterion",
    "scale": {"from": 1, "to": 5},
    "criteria": {
        "answers": {"title": "Answers the panel’s questions", "weight": 2, "comment": "below 2"},
        "team_speaks": {"title": "The whole team speaks", "weight": 1},
        "principal": {"title": "The principal is there", "essential": True, "comment": "never"},
    },
    "essential_fails_when": "any",
}
COUNTED: dict[str, Any] = {"rubric": "heard", "counts": "40%"}
"""A pitch that is scored by HEARD."""
PITCHED: dict[str, Any] = {"answers": 4, "team_speaks": 3, "principal": True}
COMPLETE: dict[str, Any] = {"learning_plans": True, "competency": 3, "team": 4, "financial_plan": 3}


def reviewed_stage(
    key: str = "launch",
    *,
    sections: Mapping[str, Any] | None = None,
    ties: Sequence[Any] = ("lot",),
    pitch: Mapping[str, Any] | None = None,
    conflict_kinds: Any = None,
    **review: Any,
) -> CycleStage:
    """An application stage whose deadline has passed, in a cycle of its own.

    sections   stand in its form after the others
    ties       the program's rules for equal means
    conflict_kinds   the program's own, instead of the standard ones
    pitch      how its applicants pitch, by the rubric PITCH unless it names another
    review     changes its review rules
    """
    program = deepcopy(PROGRAM)
    program["forms"]["blueprint"]["sections"] |= sections or {}
    program["stages"][key]["review"] |= review
    program["stages"][key]["decision"] |= {"ties": list(ties)}
    if conflict_kinds is not None:
        program["conflict_kinds"] = conflict_kinds
    if pitch is not None:
        program["rubrics"] |= deepcopy({"pitch": PITCH, "heard": HEARD})
        program["stages"][key]["pitch"] = {"rubric": "pitch", **pitch}
    return _cycle(program, f"oakland-{next(_numbers)}")[key]


def two_stages(
    *, sections: Mapping[str, Any] | None = None, pitch: Mapping[str, Any] | None = None, **review: Any
) -> tuple[CycleStage, CycleStage]:
    """The planning and the launch stage of one cycle; `review` changes the launch stage's rules,
    and `sections` are as above. `pitch` is the planning stage's."""
    program = deepcopy(PROGRAM)
    program["forms"]["blueprint"]["sections"] |= sections or {}
    # A copy of its own: both stages are made from one, and hold the same rules.
    program["stages"]["launch"]["review"] = program["stages"]["launch"]["review"] | review
    if pitch is not None:
        program["rubrics"] |= deepcopy({"pitch": PITCH, "heard": HEARD})
        program["stages"]["planning"]["pitch"] = {"rubric": "pitch", **pitch}
    stages = _cycle(program, f"oakland-{next(_numbers)}")
    return stages["planning"], stages["launch"]


def _cycle(program: dict[str, Any], key: str) -> dict[str, CycleStage]:
    definition = Definition.model_validate(program)
    frozen = definition.frozen()
    version = ProgramVersion(
        program_key=key,
        number=1,
        title=definition.title,
        source="",
        definition=frozen,
        sha256=sha256_of(frozen | {"key": key}),
        loaded_at=now(),
    )
    cycle = Cycle(
        key=key, title="NGLC in Oakland", program_version=version, time_zone=definition.time_zone, opened_at=now()
    )
    stages = {}
    for position, stage in enumerate(definition.application_stages, start=1):
        earlier = timedelta(days=365) * (len(definition.application_stages) - position)
        stages[stage.key] = CycleStage(
            cycle=cycle,
            key=stage.key,
            position=position,
            kind="application",
            title=stage.title,
            opens_at=CLOSED - timedelta(days=60) - earlier,
            closes_at=CLOSED - earlier,
            reviews_due_at=DUE - earlier,
        )
    db.session.add_all(stages.values())
    db.session.flush()
    return stages


def case_of(stage: CycleStage, school: Organization) -> Case:
    """The school's case in the stage's cycle, opened now unless it is there."""
    case = db.session.scalar(select(Case).where(Case.cycle_id == stage.cycle_id, Case.organization_id == school.id))
    if case is None:
        case = Case(cycle_id=stage.cycle_id, organization=school, opened_at=stage.opens_at)
        db.session.add(case)
        db.session.flush()
    return case


def submitted(
    stage: CycleStage,
    school: Organization | str | None = None,
    at: datetime | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Application:
    """A submitted application; its school is made when only its name is given."""
    place = school if isinstance(school, Organization) else organization(school)
    signatory, at = person(), at or stage.closes_at
    application = Application(
        case=case_of(stage, place),
        stage=stage,
        state="submitted",
        started_at=stage.opens_at,
        started_by_id=signatory.id,
    )
    db.session.add(application)
    db.session.flush()
    resubmit(application, at, answers or {"vision": "Goal sheets.", "team": "Six teachers."}, signatory)
    return application


def resubmit(
    application: Application,
    at: datetime,
    answers: Mapping[str, Any],
    signatory: Person | None = None,
    files: Sequence[Mapping[str, Any]] = (),
) -> Submission:
    """One more submission of an application."""
    someone = signatory or person()
    number = len(application.submissions) + 1
    content = {
        "application": application.public_id,
        "number": number,
        "organization": {"name": application.case.organization.name},
        "answers": dict(answers),
        "files": list(files),
    }
    submission = Submission(
        application=application,
        number=number,
        content=content,
        sha256=sha256_of(content),
        certified_by_id=someone.id,
        certified_name=someone.name,
        submitted_at=at,
    )
    db.session.add(submission)
    db.session.flush()
    db.session.expire(application, ["submissions"])
    return submission


def panelist(
    stage: CycleStage, someone: Person | str | None = None, declared_at: datetime | None = REVIEWING, **more: Any
) -> PanelMember:
    """A member of the stage's panel who has declared, unless `declared_at` is None; the person is made by name."""
    who = someone if isinstance(someone, Person) else person(someone, Role.REVIEWER)
    member = PanelMember(
        stage=stage,
        person=who,
        invited_at=CLOSED,
        accepted_at=CLOSED,
        terms_sha256=text_hash(review_rules(stage).terms),
        profile_at=CLOSED,
        declared_at=declared_at,
    )
    db.session.add(member)
    db.session.flush()
    add_expertise(who, more.get("expertise"))
    return member


def assigned(member: PanelMember, application: Application) -> Assignment:
    """An assignment of the application's newest submission."""
    newest = db.session.scalars(
        select(Submission).where(Submission.application_id == application.id).order_by(Submission.number.desc())
    ).first()
    assert newest is not None
    one = Assignment(
        submission=newest, stage_id=application.stage_id, reviewer_id=member.person_id, assigned_at=REVIEWING
    )
    db.session.add(one)
    db.session.flush()
    return one


def scored(
    assignment: Assignment, marks: Mapping[str, Any] | None = None, state: str = "submitted", **more: Any
) -> Scorecard:
    """A scorecard with these marks (True or False, a mark, or "abstain"), submitted unless told otherwise."""
    card = Scorecard(
        assignment=assignment,
        state=state,
        version=1,
        saved_at=REVIEWING,
        submitted_at=REVIEWING if state == "submitted" else None,
        **more,
    )
    for criterion, value in (COMPLETE if marks is None else marks).items():
        said = isinstance(value, bool)
        card.marks.append(
            Mark(
                criterion=criterion,
                passed=value if said else None,
                value=None if said or value == "abstain" else value,
                abstained=value == "abstain",
            )
        )
    if state == "submitted":
        with db.session.no_autoflush:
            card.total = _total(assignment, card)
    db.session.add(card)
    db.session.flush()
    return card


def _total(assignment: Assignment, card: Scorecard) -> Decimal | None:
    return total_of(rubric_of(db.session.get_one(CycleStage, assignment.stage_id)), card_of(card))
