"""What people ask for and need not wait for."""

from collections.abc import Callable

from sqlalchemy import select

from grants.background import job, periodic
from grants.background.runner import report_progress
from grants.people import directories, services
from grants.people.directory_models import DirectoryImport
from grants.people.services import directory
from grants.people.services.examining import examine_some
from grants.persistence.session import unit_of_work
from grants.persistence.tries import forget_past_tries

CHUNKS_AT_ONCE = 10


@job(services.FORGOTTEN, "Send a link to a new password")
def send_link(email: str, cause: str) -> None:
    """Send a link to a new password, when the address has an account; safe to repeat."""
    with unit_of_work():
        services.send_link_to(email, cause)


@periodic("people.forget_tries", "23 * * * *", "Forget old failed sign-ins")
def forget_tries() -> None:
    """Remove the counts of sign-ins that failed long ago."""
    forget_past_tries()


@periodic("people.forget_requests", "41 3 * * *", "Forget requests to join or register that nobody confirmed")
def forget_requests() -> None:
    """Remove names and addresses that were never confirmed."""
    with unit_of_work():
        services.forget_unconfirmed()


@periodic("people.compare_organizations", "17 4 * * *", "Look for organizations that may be here twice", long=True)
def compare_organizations() -> None:
    """Compare those that never were; who is added or changed is compared at once."""
    while True:
        with unit_of_work():
            if not services.compare_uncompared():
                return


@job(directory.EXAMINE, "Examine a school directory", long=True)
def examine_directory(directory_id: str, round_: int, part: int = 1) -> None:
    """Say what would become of each line; safe to repeat, and taken up where it was left."""
    _in_chunks(directory.EXAMINE, directory_id, round_, part, examine_some)


@job(directory.APPLY, "Bring in a school directory", long=True)
def apply_directory(directory_id: str, round_: int, part: int = 1) -> None:
    """Add and change organizations; safe to repeat, and taken up where it was left."""
    _in_chunks(directory.APPLY, directory_id, round_, part, directory.apply_some)


def _in_chunks(name: str, directory_id: str, round_: int, part: int, work: Callable[[DirectoryImport], bool]) -> None:
    """Do some of the work, each chunk in a transaction of its own, and ask for another job to do the rest: what
    else takes long has its turn in between."""
    wanted = select(DirectoryImport).where(DirectoryImport.public_id == directory_id)
    for chunk in range(1, CHUNKS_AT_ONCE + 1):
        with unit_of_work() as session:
            kept = session.scalars(wanted).one()
            more = work(kept)
            if more and chunk == CHUNKS_AT_ONCE:
                directory.ask_for(name, kept, round_, part + 1)
        progress = directories.counts_of([kept.id])[kept.id].progress(kept)
        report_progress(directory.job_key(name, directory_id, round_, part), *progress)
        if not more:
            return
