"""A panel that meets on Dove School, of which somebody turns out to be tied to it late; told for several files."""

from typing import Literal

from grants.applications.models import Application
from grants.casework import files
from grants.kernel.clock import clock_at
from grants.kernel.roles import OrganizationRole, Role
from grants.people import services as people
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.review import services
from tests.factories import review as make
from tests.factories.people import actor, join, person
from tests.meetings.story import Room
from tests.review.story import Panel

How = Literal["says so", "joins it"]
FORM = {"extra": {"title": "More", "fields": {"plan": {"type": "file", "title": "The plan", "kinds": ["pdf"]}}}}
NAME = "Dove School"
TEXT = "Doves will teach themselves."
MARKS = {"mark_learning_plans": "yes", "mark_competency": "3", "mark_team": "4", "mark_financial_plan": "3"}


class Late(Panel):
    """Ann has begun a scorecard on Dove and noted something, Ben has submitted his; the panel meets, and Dove is up.

    The program looks for no tie by itself: whoever belongs to an applicant is kept from it all the same.
    """

    dove: Application
    lead: Person
    room: Room
    mona: Person
    file_id: str
    ids: dict[str, str]


def late_panel() -> Late:
    """The story, as far as before anybody is tied to anything."""
    panel = Late.of("Ann", "Ben", sections=FORM, reviewers_each=2, conflicts=["declared"])
    assert isinstance(panel, Late)
    panel.dove, tern = panel.application_of(NAME), panel.application_of("Tern School")
    kept = files.put(b"%PDF-1.7\n%%EOF\n", "dove.pdf", "application/pdf")
    with clock_at(make.CLOSED), unit_of_work():
        stored = files.register(kept, case=panel.dove.case)
        named = {"field": "plan", "file": stored.public_id, "name": stored.name, "size": stored.size}
        panel.lead = person("Lea Dove")
        join(panel.lead, panel.dove.case.organization)
        make.resubmit(panel.dove, make.CLOSED, {"vision": TEXT}, panel.lead, files=[named | {"sha256": stored.sha256}])
        panel.file_id = stored.public_id
        panel.mona = person("Mona", Role.PROGRAM_OFFICER, Role.AUDITOR)
    panel.all_declare()
    panel.assigns("Ann", panel.dove, tern)
    panel.assigns("Ben", panel.dove)
    panel["Ben"].scores(panel.dove)
    panel["Ann"].saves(panel.dove, make.COMPLETE)
    with clock_at(make.REVIEWING), unit_of_work():
        mine = panel["Ann"].assignment(panel.dove)
        services.save_notes(panel["Ann"].by, mine, {"whole": "Ask about doves."}, 0)
    panel.room = Room.running(panel, panel.dove, tern)
    panel.room.opens(panel.dove)
    panel.ids = {
        "CARD": panel["Ann"].assignment_id(panel.dove),
        "STAGE": panel.stage.public_id,
        "FILE": panel.file_id,
        "MEETING": panel.room.meeting_id,
        "ITEM": panel.room.item(panel.dove).public_id,
        "DOVE": panel.dove.public_id,
        "CASE": panel.dove.case.public_id,
        "NAMED": panel.dove.case.public_id,
    }
    return panel


def path_of(panel: Late, path: str) -> str:
    for word, number in panel.ids.items():
        path = path.replace(word, number)
    return path


def ties(panel: Late, who: Person, how: How = "says so") -> None:
    """They say so at this moment, in the middle of the meeting; or come to belong to the school, and nobody says it."""
    with clock_at(panel.room.now), unit_of_work():
        case = db.session.get_one(Application, panel.dove.id).case
        if how == "says so":
            services.declare_conflict(actor(who), case, "My sister teaches there.", "close")
            return
        if actor(who).is_staff:  # whom nobody invites: they belonged to it before they had the role
            join(who, case.organization)
            return
        asked = people.invite_member(actor(panel.lead), case.organization, who.name, who.email, OrganizationRole.VIEWER)
        people.accept_invitation(actor(who), asked)
