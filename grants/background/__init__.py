"""Work that happens later: one call to ask for it, one runner to do it."""

from grants.background.queue import enqueue, job, periodic
from grants.background.trouble import Trouble

__all__ = ["Trouble", "enqueue", "job", "periodic"]
