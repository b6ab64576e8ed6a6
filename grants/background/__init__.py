"""Work that happens later: one call to ask for it, one runner to do it."""

from grants.background.queue import enqueue, job, periodic

__all__ = ["enqueue", "job", "periodic"]
