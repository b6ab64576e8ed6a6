"""What the agenda of a meeting rests on: the applications, who is out for which, who read them, who cannot be there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import has_conflict
from grants.kernel.canonical import sha256_of
from grants.kernel.errors import Missing
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.meetings.agenda import Absence, Topic
from grants.meetings.models import AgendaItem, Attendance, Meeting
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries import pitches
from grants.people.models import Organization, Person, RoleGrant
from grants.persistence.paging import Page, paginate_rows
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.review.models import Assignment, PanelMember
from grants.review.queries import ScoreFilters
from grants.review.queries.ranking import in_doubt, ranked_all
from grants.review.queries.scope import joined, reviewable_applications, sits, stands
from grants.review.queries.sorting import named_like
from grants.review.queries.whole import scores_on

FOUND: Final = 10
"""Applications that a search for one to put on an agenda shows at once."""


@dataclass(frozen=True)
class Ties:
    """Who is out for which applications, who read them, who cannot be there; people and applications by their ids.

    names   of people, by their ids as text
    """

    away: Mapping[int, frozenset[str]]
    readers: Mapping[int, frozenset[str]]
    absent: Mapping[str, Sequence[Absence]]
    names: Mapping[str, str]

    def topic(self, key: str, application_id: int, minutes: int) -> Topic:
        nobody: frozenset[str] = frozenset()
        return Topic(key, minutes, self.away.get(application_id, nobody), self.readers.get(application_id, nobody))


def ties_of(meeting: Meeting, chair_id: int, applications: Collection[int]) -> Ties:
    """What ties the panel and the chair to these applications, in four statements. For whoever plans the meeting."""
    stage = meeting.stage
    panel = select(PanelMember.person_id).where(PanelMember.stage_id == stage.id, sits())
    people = db.session.scalars(
        select(Person).where(Person.id.in_(panel) | (Person.id == chair_id)).order_by(Person.id)
    ).all()
    away = db.session.execute(
        select(Application.id, Person.id)
        .join(Person, Person.id.in_([one.id for one in people]))
        .where(Application.id.in_(applications), has_conflict(Person.id, Application.case_id))
    )
    readers = db.session.execute(
        joined(select(Application.id, Assignment.reviewer_id)).where(Application.id.in_(applications), stands())
    )
    absences = db.session.execute(
        select(Attendance.person_id, Attendance.away_from, Attendance.away_until).where(
            Attendance.meeting_id == meeting.id, Attendance.away_from.is_not(None)
        )
    )
    absent: dict[str, list[tuple[datetime, datetime]]] = {}
    for person, since, until in absences:
        if since is not None and until is not None:
            absent.setdefault(str(person), []).append((since, until))
    return Ties(_grouped(away.all()), _grouped(readers.all()), absent, {str(one.id): one.name for one in people})


def _grouped(pairs: Sequence[tuple[int, int]]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for application_id, person_id in pairs:
        found.setdefault(application_id, set()).add(str(person_id))
    return {application_id: frozenset(people) for application_id, people in found.items()}


def lines_of(meeting: Meeting) -> Sequence[AgendaItem]:
    """All lines of an agenda in their order. For whoever plans the meeting."""
    return db.session.scalars(
        select(AgendaItem)
        .outerjoin(AgendaItem.application)
        .where(AgendaItem.meeting_id == meeting.id)
        .options(contains_eager(AgendaItem.application).joinedload(Application.case).joinedload(Case.organization))
        .order_by(AgendaItem.position, AgendaItem.id)
    ).all()


def lengths_seen(lines: Sequence[AgendaItem]) -> str:
    """Names these lines in this order, with how long each is: what a page rests on that changes it."""
    return sha256_of([[one.public_id, one.minutes] for one in lines])


def count_lines(meeting: Meeting) -> int:
    """How many lines an agenda has. For whoever plans the meeting."""
    lines = select(func.count()).select_from(AgendaItem).where(AgendaItem.meeting_id == meeting.id)
    return db.session.scalar(lines) or 0


def to_discuss(actor: Actor, stage: CycleStage, which: str) -> list[int]:
    """Ids of the applications to put on an agenda, the highest mean first.

    which   "all", or "doubtful": those of whom it is in doubt on which side of the last award they stand, because
            their rank interval reaches from one side to the other; or "none"
    """
    if which == "none":
        return []
    scores = scores_on(stage, actor)
    if which == "doubtful":
        return in_doubt(actor, scores, awards_at_most(stage))
    return list(ranked_all(actor, scores, ScoreFilters()))


def awards_at_most(stage: CycleStage) -> int | None:
    """How many awards the stage gives at the most, where its program says so."""
    return definition_of(stage.cycle).application_stage(stage.key).decision.awards.at_most


def not_on_it(actor: Actor, meeting: Meeting, like: str = "") -> Page[Any]:
    """The first of the stage's applications that may still come on the meeting's agenda, by name, and how many there
    are: each with its public id, and its applicant's name and city. Who is called just like that comes first.

    What has a slot at another pitch of the stage is not among them: it pitches once.
    """
    on_it = select(AgendaItem.application_id).where(
        AgendaItem.meeting_id == meeting.id, AgendaItem.application_id.is_not(None)
    )
    taken = select(PitchSlot.application_id).where(pitches.stands())
    name = func.lower(Organization.name)
    return paginate_rows(
        reviewable_applications(actor, meeting.stage)
        .join(Application.case)
        .join(Case.organization)
        .where(Application.id.not_in(on_it), *([Application.id.not_in(taken)] if meeting.kind == "pitch" else []))
        .where(named_like(ScoreFilters(like)))
        .order_by(name != func.lower(like), name, Application.id)
        .with_only_columns(Application.public_id, Organization.name, Organization.city),
        size=FOUND,
    )


def chairs_for(stage: CycleStage) -> Sequence[Person]:
    """Who may chair a meeting of the stage: its panel, and the foundation's officers and directors; by name."""
    panel = select(PanelMember.person_id).where(PanelMember.stage_id == stage.id, sits())
    leading = select(RoleGrant.person_id).where(RoleGrant.role.in_((Role.PROGRAM_OFFICER, Role.DIRECTOR)))
    return db.session.scalars(
        select(Person)
        .where(Person.id.in_(panel) | Person.id.in_(leading), Person.is_active)
        .order_by(Person.name, Person.id)
    ).all()


def chair_for(stage: CycleStage, public_id: str) -> Person:
    """One of those.

    raises   Missing
    """
    found = next((one for one in chairs_for(stage) if one.public_id == public_id), None)
    if found is None:
        raise Missing("Choose a chair from the list.")
    return found


def panel_size(stage: CycleStage) -> int:
    """How many sit on the stage's panel."""
    return len(db.session.scalars(select(PanelMember.id).where(PanelMember.stage_id == stage.id, sits())).all())
