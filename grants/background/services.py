"""What a person does about a job."""

from grants.background.models import Job
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor, require_permission
from grants.persistence import audit
from grants.persistence.moves import lock


def try_again(actor: Actor, job: Job) -> None:
    """Let a job that was given up be tried anew, at once and as often as the first time.

    raises   Refused; Clash unless it failed
    """
    require_permission(actor, "job.retry")
    lock(job)
    if job.state != "failed":
        raise Clash("Only a job that failed can be tried again, and this one has not, or somebody was faster.")
    job.state, job.run_at, job.finished_at = "queued", now(), None
    audit.record(
        actor,
        "job.retry",
        job,
        before={"state": "failed", "attempts": job.attempts},
        after={"state": job.state, "name": job.name},
        acting_as=actor.acting_as("job.retry"),
    )
