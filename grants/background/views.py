"""What the system does by itself: what waits, what runs, what failed, and trying it again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from grants.background import queries, services
from grants.background.queue import title_of
from grants.kernel.roles import Role
from grants.persistence.session import unit_of_work
from grants.web.access import current_actor, requires
from grants.web.navigation import register_nav
from grants.web.status import STATUS
from grants.web.tables import page_asked

bp = Blueprint("background", __name__)
for _role in (Role.ADMINISTRATOR, Role.AUDITOR):
    register_nav(_role, "Background work", "background.jobs", 75)


@bp.get("/background")
@requires("job.read")
def jobs() -> ResponseReturnValue:
    """Jobs, the latest first."""
    actor = current_actor()
    return render_template(
        "background/jobs.html",
        page=queries.jobs(actor, request.args.get("state", ""), page_asked()),
        states=STATUS["job"],
        counts=queries.count_by_state(actor),
        title_of=title_of,
        may_retry=actor.may("job.retry"),
        is_kept_away=not queries.may_see(actor),
    )


@bp.post("/background/<public_id:job_id>/retry")
@requires("job.retry")
def retry(job_id: str) -> ResponseReturnValue:
    """Try a failed job again."""
    actor = current_actor()
    with unit_of_work():
        services.try_again(actor, queries.job_for(actor, job_id))
    flash("It is tried again, within a second or two.", "good")
    return redirect(url_for(".jobs", state="failed"))
