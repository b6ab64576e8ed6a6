"""What waits for someone around applications."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import url_for
from sqlalchemy import ColumnElement, ScalarResult, and_, exists, func, select
from sqlalchemy.orm import aliased

from grants.applications.comment_models import CommentAddressee, DraftComment
from grants.applications.deadlines import time_left
from grants.applications.entry import Opening, openings
from grants.applications.models import Application
from grants.applications.policy import may_start
from grants.applications.queries.coaching import invitations_to_coach
from grants.applications.queries.drafts import form_of, named, whole
from grants.applications.scope import by_stage, coached_drafts, opens_section, was_submitted
from grants.applications.states import State
from grants.casework.models import Case
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.web.filters import plural
from grants.web.todo import Todo, Urgency

SOON = timedelta(days=7)


def todos(actor: Actor) -> list[Todo]:
    """For applicants what they may begin, their drafts and what was returned; for coaches the drafts they read along
    and who asks them to; for both what was asked of them; for officers what is to be screened, and drafts that lag.
    """
    found = _asked_to_coach(actor)
    if actor.organization_ids:
        own = Case.organization_id.in_(actor.organization_ids)
        certifying = actor.organizations_as(OrganizationRole.SIGNATORY)
        found += [todo for application in _written(own) if (todo := _writing(application, certifying))]
        found += _to_start(actor)
    if actor.coaching:
        coached = coached_drafts(actor)
        found += [todo for application in _written(coached) if (todo := _reading_along(application))]
    if actor.organization_ids or actor.coaching:
        found += _addressed(actor)
    if actor.may("application.screen"):
        found += _to_screen(actor) + _overdue(actor) + _lagging(actor)
    return found


def _written(condition: ColumnElement[bool]) -> ScalarResult[Application]:
    """What is being written among these, the stage that closes first before the others."""
    return db.session.scalars(
        named()
        .where(condition, Application.state.in_((State.DRAFT, State.RETURNED)))
        .order_by(CycleStage.closes_at, Application.id)
    )


def _writing(application: Application, certifying: Collection[int]) -> Todo | None:
    """What its people have to do on an application.

    certifying   ids of the organizations for which the reader is a signatory
    """
    stage, school = application.stage, application.case.organization.name
    url = url_for("applications.application", application_id=application.public_id)
    if application.state == State.RETURNED:
        until = application.returned_until or stage.closes_at
        detail = f"{school}: the foundation asks for changes. {application.screening_note or ''}".strip()
        urgency: Urgency = "late" if until < now() else "due"
        due = _day(until, stage)
        return Todo(urgency, f"Change your {stage.title}", url, detail, due, cycle_id=stage.cycle_id)
    closes_at = max(stage.closes_at, application.extended_to or stage.closes_at)
    if closes_at + timedelta(minutes=stage.grace_minutes) < now():
        return None
    ready = f"{application.answered} of {application.asked} questions ready"
    detail = f"{school}: {ready}, {time_left(closes_at - now())} left."
    urgency = "due" if closes_at - now() <= SOON else "plan"
    due, what = _day(closes_at, stage), f"Write your {stage.title}"
    if application.answered == application.asked:
        url = url_for("applications.check", application_id=application.public_id)
        what = f"Have your {stage.title} certified"
        if application.case.organization_id in certifying:
            urgency, what = "due", f"Check and certify your {stage.title}"
    return Todo(urgency, what, url, detail, due, cycle_id=stage.cycle_id)


def _to_start(actor: Actor) -> list[Todo]:
    """The open stages that admit one of the actor's organizations, for which nobody has begun yet."""
    writes_for = [one for one in actor.organization_ids if may_start(actor, one)]
    return [_starting(one) for one in openings(actor) if one.may_start and one.organization.id in writes_for]


def _starting(opening: Opening) -> Todo:
    stage = opening.stage
    title, due = f"Start your application: {stage.title}", _day(stage.closes_at, stage)
    detail = f"{opening.organization.name}: {stage.cycle.title}, {time_left(stage.closes_at - now())} left."
    return Todo("plan", title, url_for("applications.ours"), detail, due, cycle_id=stage.cycle_id)


def _reading_along(application: Application) -> Todo | None:
    stage = application.stage
    closes_at = max(stage.closes_at, application.extended_to or stage.closes_at)
    if application.state == State.DRAFT and closes_at < now():
        return None
    school = application.case.organization.name
    url = url_for("applications.application", application_id=application.public_id)
    detail = f"{stage.title}: the sections that the school has named for you."
    title, due = f"Read the draft of {school}, and comment", _day(closes_at, stage)
    return Todo("plan", title, url, detail, due, cycle_id=stage.cycle_id)


def _asked_to_coach(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "ask",
            f"Answer whether you coach {one.organization.name}",
            url_for("applications.asked_to_coach", organization_id=one.organization.public_id),
            f"{one.invited_by.name} asks you. Nothing changes for you until you say yes.",
        )
        for one in invitations_to_coach(actor)
    ]


def _addressed(actor: Actor) -> list[Todo]:
    """Comments that are for the actor, of sections they may read: until they answer, or the comment is dealt with."""
    root, answer = aliased(DraftComment), aliased(DraftComment)
    answered = exists().where(
        answer.answers_id == root.id, answer.author_id == actor.person_id, answer.id > DraftComment.id
    )
    rows = db.session.execute(
        select(Application, DraftComment.section, func.count())
        .join(DraftComment, DraftComment.application_id == Application.id)
        .join(CommentAddressee, CommentAddressee.comment_id == DraftComment.id)
        .join(root, root.id == func.coalesce(DraftComment.answers_id, DraftComment.id))
        .where(
            CommentAddressee.person_id == actor.person_id,
            root.resolved_at.is_(None),
            ~answered,
            Application.state.in_((State.DRAFT, State.RETURNED)),
            opens_section(actor, DraftComment.section),
        )
        .group_by(Application.id, DraftComment.section)
        .order_by(Application.id, DraftComment.section)
        .options(*whole())
    )
    return [_asked(application, section, count) for application, section, count in rows]


def _asked(application: Application, section: str, count: int) -> Todo:
    stage, title = application.stage, form_of(application).sections[section].title
    url = url_for("applications.section", application_id=application.public_id, section_key=section, _anchor="comments")
    detail = f"{application.case.organization.name}: {stage.title}."
    asked = f"{plural(count, 'comment')} for you on “{title}”"
    return Todo("ask", asked, url, detail, count=count, cycle_id=stage.cycle_id)


def _to_screen(actor: Actor) -> list[Todo]:
    waiting = and_(Application.state == State.SUBMITTED, Application.screened_at.is_(None))
    return [
        Todo(
            "due",
            f"Screen {plural(count, 'application')} of {stage.title}",
            url_for("applications.screening", stage=stage.public_id),
            f"{stage.cycle.title}: submitted, and nobody has checked eligibility yet.",
            count=count,
            cycle_id=stage.cycle_id,
        )
        for stage, count in by_stage(actor, waiting)
    ]


def _overdue(actor: Actor) -> list[Todo]:
    waiting = and_(Application.state == State.RETURNED, Application.returned_until < now())
    return [
        Todo(
            "ask",
            f"Changes to {plural(count, 'application')} of {stage.title} did not come in time",
            url_for("applications.applications", stage=stage.public_id, only="overdue"),
            f"{stage.cycle.title}: give more time, or go on with what was submitted.",
            count=count,
            cycle_id=stage.cycle_id,
        )
        for stage, count in by_stage(actor, waiting)
    ]


def _lagging(actor: Actor) -> list[Todo]:
    open_soon = and_(CycleStage.closes_at > now(), CycleStage.closes_at <= now() + SOON)
    waiting = and_(Application.state == State.DRAFT, ~was_submitted(), open_soon)
    return [
        Todo(
            "plan",
            f"{plural(count, 'school')} {'has' if count == 1 else 'have'} started {stage.title} and not submitted",
            url_for("applications.applications", stage=stage.public_id, only="never_submitted"),
            f"{stage.cycle.title}: {time_left(stage.closes_at - now())} left.",
            _day(stage.closes_at, stage),
            count,
            stage.cycle_id,
        )
        for stage, count in by_stage(actor, waiting)
    ]


def _day(at: datetime, stage: CycleStage) -> date:
    return at.astimezone(ZoneInfo(stage.cycle.time_zone)).date()
