"""The organizer's pages: who is on a panel, who reads what, how far they are."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from grants.kernel.clock import now
from grants.persistence.session import unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.forms import CoverageFilterForm
from grants.review.people_forms import InviteForm
from grants.review.views.blueprint import bp
from grants.review.views.replacing import places_on
from grants.web.access import current_actor, requires
from grants.web.tables import page_asked


@bp.get("/stages")
@requires("review.read")
def stages() -> ResponseReturnValue:
    """Every stage with something to review."""
    return render_template("review/stages.html", page=queries.review_stages(current_actor(), page_asked()))


@bp.route("/stages/<public_id:stage_id>/panel", methods=["GET"])
@requires("panel.read")
def panel(stage_id: str) -> ResponseReturnValue:
    """The panel: declarations, loads, progress, conflicts, coverage."""
    return panel_page(queries.stage_for(current_actor(), stage_id), InviteForm(formdata=None))


def asking_now() -> dict[str, Any]:
    """What the pages on which people are asked need to say that their scorecards may come late."""
    return {"now_is": now(), "holds_until": queries.holds_until, "is_past": queries.is_past}


def panel_page(stage: CycleStage, form: InviteForm) -> str:
    """The panel, with the form by which somebody is asked as it stands."""
    actor, narrowed = current_actor(), CoverageFilterForm()
    members = queries.member_progress(actor, stage, page_asked("reviewers"))
    filters = queries.CoverageFilters(narrowed.q.data or "", narrowed.show.data or "")
    coverage = queries.coverage(actor, stage, page_asked("applications"), filters)
    return render_template(
        "review/panel.html",
        stage=stage,
        progress=queries.panel_progress(actor, stage),
        members=members,
        invitations=queries.asked_of_stage(actor, stage, page_asked("asked")),
        standings={one.member.id: queries.standing_of(one.member) for one in members.items},
        trained=queries.training_of(actor, stage, [one.member for one in members.items]),
        has_run_out=queries.has_run_out,
        **asking_now(),
        coverage=coverage,
        proposed=queries.proposed_on(actor, stage, [one.application.id for one in coverage.items]),
        narrowed=narrowed,
        conflicts=queries.panel_conflicts(actor, stage, page_asked("conflicts")),
        form=form,
    )


@bp.get("/stages/<public_id:stage_id>/applications/<public_id:application_id>/reviewers")
@requires("panel.read")
def reviewers(stage_id: str, application_id: str) -> ResponseReturnValue:
    """Who reads one application, and who could."""
    actor = current_actor()
    stage = queries.stage_for(actor, stage_id)
    application = queries.application_under_review(actor, stage, application_id)
    readers = queries.readers_of([application.id]).get(application.id, ())
    facts = queries.planning_facts(actor, stage, application.id)
    return render_template(
        "review/reviewers.html",
        stage=stage,
        application=application,
        rules=queries.review_rules(stage),
        members=queries.member_progress(actor, stage, page_asked()),
        readers={one.reviewer_id: one for one in readers},
        facts=facts,
        could={one.person_id: one for one in facts.reviewers},
        paper=facts.papers[0],
        unasked=queries.not_asked_about(application.id),
        # Whoever sees the page has no conflict themselves.
        open_to={actor.person_id, *(one.person_id for one in queries.open_members(actor, stage, application.case_id))},
        **places_on(stage, application_id),
    )


@bp.post("/stages/<public_id:stage_id>/applications/<public_id:application_id>/reviewers/<public_id:member_id>")
@requires("review.organize")
def assign(stage_id: str, application_id: str, member_id: str) -> ResponseReturnValue:
    """Give the application to one more reviewer."""
    actor = current_actor()
    with unit_of_work():
        stage = queries.stage_for(actor, stage_id)
        application = queries.application_under_review(actor, stage, application_id)
        person = queries.member_of(stage, member_id).person
        services.assign(actor, stage, person, application)
        name = person.name
    flash(f"Assigned to {name}, who is told by mail.", "good")
    return redirect(url_for(".reviewers", stage_id=stage_id, application_id=application_id))


@bp.post("/stages/<public_id:stage_id>/assignments/<public_id:assignment_id>/revoke")
@requires("review.organize")
def revoke(stage_id: str, assignment_id: str) -> ResponseReturnValue:
    """Take an application back from a reviewer."""
    actor = current_actor()
    with unit_of_work():
        assignment = queries.panel_assignment(actor, queries.stage_for(actor, stage_id), assignment_id)
        services.unassign(actor, assignment)
        name, application_id = assignment.reviewer.name, assignment.submission.application.public_id
    flash(f"Taken back from {name}. What they have written is kept.", "good")
    return redirect(url_for(".reviewers", stage_id=stage_id, application_id=application_id))
