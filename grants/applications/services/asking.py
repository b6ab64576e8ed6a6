"""Asking those who may certify to do so."""

from grants.applications import queries
from grants.applications.models import Application
from grants.applications.services.drafts import require_writer
from grants.applications.services.submitting import facts_of
from grants.applications.services.telling import tell
from grants.applications.states import APPLICATION, complete_and_on_time
from grants.kernel.clock import today
from grants.kernel.dates import in_words
from grants.kernel.errors import Clash
from grants.kernel.policy import Actor
from grants.kernel.roles import OrganizationRole
from grants.people.models import Person
from grants.persistence.moves import lock


def ask_to_certify(actor: Actor, application: Application) -> list[Person]:
    """Write to every signatory that the application is ready for them; once a day, whoever asks.

    returns  those who were written to; nobody when they were asked today already
    raises   Refused for anyone but a writer; Clash when it could not be submitted now, or nobody may certify it
    """
    require_writer(actor, application)
    lock(application)
    APPLICATION.find("submit", application.state)
    if reason := complete_and_on_time(facts_of(application, certified=True)):
        raise Clash(reason)
    places = queries.members(application.case.organization_id)
    signatories = [place.person for place in places if place.role == OrganizationRole.SIGNATORY]
    if not signatories:
        raise Clash("Nobody of your organization may certify yet. A lead names a signatory on the organization’s page.")
    zone = application.stage.cycle.time_zone
    key = f"{queries.asked_key(application)}{today(zone)}"
    due = in_words(application.deadline.at, zone)
    return tell("application.ready", key, application, signatories, asked_by=actor.name, due=due)
