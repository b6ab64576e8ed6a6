"""What two organizations that are one did before applying: places, visits, notes and questions go over.

A person has one place at an event, and wrote one note on a visit, for whichever organization: none is there twice.
"""

from grants.discovery.call_models import Question
from grants.discovery.models import Event, Registration, VisitNote, Waiting
from grants.people.merging import ORGANIZATIONS

ORGANIZATIONS.register_column(Event.host_id, "event held", "events held")
ORGANIZATIONS.register_column(Registration.organization_id, "place at an event", "places at events")
ORGANIZATIONS.register_column(Waiting.organization_id, "place on a waitlist", "places on waitlists")
ORGANIZATIONS.register_column(VisitNote.organization_id, "note on a visit", "notes on visits")
ORGANIZATIONS.register_column(Question.organization_id, "question", "questions")
