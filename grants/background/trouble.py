"""What is said of a job that failed: a sentence that holds nothing of what the job was about."""

from sqlalchemy.exc import OperationalError

from grants.kernel.errors import Problem

RUNNER_DIED = "The process that did it ended at every attempt."


class Trouble(Exception):
    """What a job raises to say itself what went wrong, in words that name nobody."""


def trouble(error: Exception) -> str:
    """What went wrong. Who looks after the system reads it, and learns no secret and no outcome by it.

    The error's own words, which may name an applicant or an address, stand in the server's log.

    >>> trouble(ConnectionRefusedError("smtp.example refused ada@example.org"))
    'Something it needs beyond this server could not be reached, or no space is left.'
    >>> trouble(KeyError("ada@example.org"))
    'An unexpected fault (KeyError). The server’s log says where.'
    """
    if isinstance(error, Trouble):
        return str(error)
    if isinstance(error, Problem):
        return "How things stand does not allow it. Those who work on what it is about see why on their own pages."
    if isinstance(error, OperationalError):
        return "The database was busy or away."
    if isinstance(error, OSError):
        return "Something it needs beyond this server could not be reached, or no space is left."
    return f"An unexpected fault ({type(error).__name__}). The server’s log says where."
