"""What the engine knows while it plays: who is who in the database, and as whom to act."""

from datetime import datetime

from sqlalchemy import select

from grants.applications.models import Application
from grants.awards.models import Award
from grants.casework.models import Case
from grants.kernel.policy import Actor
from grants.people.models import Organization, Person
from grants.people.passwords import hash_password
from grants.people.queries import actor_of
from grants.people.services import note_sign_in
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.replay.engine.acts import OutOfTune
from grants.replay.recording import Moment, Recording
from grants.replay.sign_ins import PASSWORD

RANKS = {"head": 0, "lead": 1, "writer": 2}


class Story:
    """The people and organizations of all recordings that are played together, by key.

    Everyone has the same password, hashed once: a hash takes long on purpose.
    """

    def __init__(self) -> None:
        self.password_hash = hash_password(PASSWORD)
        self.people: dict[str, int] = {}
        self.organizations: dict[str, int] = {}
        self._actors: dict[str, Actor] = {}
        self._arrived: set[str] = set()

    def person(self, key: str) -> Person:
        return db.session.get_one(Person, self.people[key])

    def organization(self, key: str) -> Organization:
        return db.session.get_one(Organization, self.organizations[key])

    def actor(self, key: str) -> Actor:
        """Somebody as an actor, with the roles they hold at this point of the story."""
        if key not in self._actors:
            self._actors[key] = actor_of(self.person(key))
        self.sign_in(key)
        return self._actors[key]

    def sign_in(self, key: str) -> None:
        """Somebody comes for the first time; nobody acts, or takes a place, without having signed in once."""
        if key not in self._arrived:
            self._arrived.add(key)
            person = self.person(key)
            note_sign_in(actor_of(person), person)

    def forget(self, key: str) -> None:
        """Somebody was given a role or a place: look them up again."""
        self._actors.pop(key, None)


class Tale:
    """One recording within the story."""

    def __init__(self, story: Story, recording: Recording) -> None:
        self.story = story
        self.recording = recording

    def at(self, moment: Moment) -> datetime:
        """The instant of a moment in the program's zone."""
        return moment.at(self.recording.zone)

    def actor(self, key: str) -> Actor:
        return self.story.actor(key)

    def hand(self, school: str, hand: str) -> str:
        """The key of a school's head, lead or writer; anybody else's key is their own."""
        return f"{school}.{RANKS[hand]}" if hand in RANKS else hand

    def cycle(self) -> Cycle:
        return db.session.scalars(select(Cycle).where(Cycle.key == self.recording.cycle.key)).one()

    def stage(self, key: str) -> CycleStage:
        return db.session.scalars(
            select(CycleStage)
            .join(CycleStage.cycle)
            .where(Cycle.key == self.recording.cycle.key, CycleStage.key == key)
        ).one()

    def case(self, school: str) -> Case:
        return db.session.scalars(
            select(Case)
            .join(Cycle, Cycle.id == Case.cycle_id)
            .where(Cycle.key == self.recording.cycle.key, Case.organization_id == self.story.organizations[school])
        ).one()

    def application(self, stage: str, school: str) -> Application:
        found = db.session.scalar(
            select(Application)
            .join(Application.case)
            .where(Application.stage == self.stage(stage), Case.organization_id == self.story.organizations[school])
        )
        if found is None:
            raise OutOfTune(f"{school} has no application in {stage}.")
        return found

    def award(self, stage: str, school: str) -> Award | None:
        """The school's award in a stage, or None when the rules awarded it nothing."""
        return db.session.scalar(
            select(Award)
            .join(Award.case)
            .where(Award.stage == self.stage(stage), Case.organization_id == self.story.organizations[school])
        )
