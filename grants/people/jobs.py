"""What people ask for and need not wait for."""

from grants.background import job, periodic
from grants.people import services
from grants.persistence.session import unit_of_work
from grants.persistence.tries import forget_past_tries


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


@periodic("people.compare_organizations", "17 4 * * *", "Look for organizations that may be here twice")
def compare_organizations() -> None:
    """Compare those that never were; who is added or changed is compared at once."""
    while True:
        with unit_of_work():
            if not services.compare_uncompared():
                return
