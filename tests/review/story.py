"""A panel at work, told in the words of those on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from grants.applications.models import Application, Submission
from grants.background.runner import run_due
from grants.casework.models import Case
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.kernel.roles import Role
from grants.people.models import Person
from grants.persistence.session import db, unit_of_work
from grants.programs.models import CycleStage
from grants.review import queries, services
from grants.review.aims import Aims
from grants.review.models import Assignment, Conflict, Scorecard
from grants.review.proposal_models import AssignmentProposal
from grants.review.steps import text_hash
from tests.factories import review as make
from tests.factories.people import actor, person


@dataclass
class Panel:
    """A stage under review: its officer, its reviewers by first name, its applicants by school."""

    stage: CycleStage
    officer: Person
    members: dict[str, "Reviewer"] = field(default_factory=dict)

    @classmethod
    def of(cls, *names: str, **rules: Any) -> "Panel":
        """A panel that was invited by an officer; nobody has declared yet."""
        with clock_at(make.CLOSED), unit_of_work():
            panel = cls(make.reviewed_stage(**rules), person("Maya Rivera", Role.PROGRAM_OFFICER))
        for name in names:
            panel.invite(name)
        return panel

    def __getitem__(self, name: str) -> "Reviewer":
        return self.members[name]

    @property
    def by(self) -> Actor:
        return actor(self.officer)

    def invite(self, name: str, expertise: str | None = None, **more: Any) -> "Reviewer":
        """Somebody is asked, says yes, and takes the steps that come before declaring."""
        with clock_at(make.CLOSED), unit_of_work():
            someone = person(name, **more)
        return self.add(someone, expertise)

    def add(self, someone: Person, expertise: str | None = None) -> "Reviewer":
        """The same for somebody who is here already."""
        with clock_at(make.CLOSED), unit_of_work():
            asked = services.invite_reviewer(self.by, self.stage, someone, expertise)
            services.accept_invitation(asked, someone)
        reviewer = self.members[someone.name] = Reviewer(self, someone)
        reviewer.begins()
        return reviewer

    def application_of(self, school: Any = None, at: datetime | None = None) -> Application:
        with unit_of_work():
            return make.submitted(self.stage, school, at)

    def all_declare(self) -> None:
        for reviewer in self.members.values():
            reviewer.declares()

    def assigns(self, name: str, *applications: Application) -> list[Assignment]:
        with clock_at(make.REVIEWING), unit_of_work():
            return [services.assign(self.by, self.stage, self[name].person, one) for one in applications]

    def worked_out(self, aims: Aims | None = None) -> services.Proposal:
        """What would be worked out now."""
        with clock_at(make.REVIEWING):
            return services.best_of(queries.planning_facts(self.by, self.stage), aims or Aims())

    def proposal(self, aims: Aims | None = None) -> AssignmentProposal:
        """The officer has an assignment worked out."""
        with clock_at(make.REVIEWING):
            with unit_of_work():
                services.ask_for_assignment(self.by, self.stage, aims or Aims())
            run_due()
        return self.proposed()

    def applies(self, proposal: AssignmentProposal) -> AssignmentProposal:
        """The officer applies what they looked at."""
        with clock_at(make.REVIEWING):
            with unit_of_work():
                services.apply_proposal(self.by, self.proposed(), proposal.round)
            run_due()
        return self.proposed()

    def proposed(self) -> AssignmentProposal:
        """The officer's proposal as it stands."""
        db.session.rollback()
        found = queries.proposal_of(self.by, self.stage)
        assert found is not None
        return found

    def lifts(self, conflict: Conflict, reason: str = "Left that board years ago.") -> None:
        with clock_at(make.REVIEWING), unit_of_work():
            services.lift_conflict(self.by, conflict, reason)

    def conflicts(self) -> dict[tuple[str, str], str]:
        """(person, school) -> source, of the conflicts that stand."""
        db.session.rollback()
        rows = db.session.scalars(select(Conflict).where(Conflict.lifted_at.is_(None)))
        return {(one.person.name, one.case.organization.name): one.source for one in rows}

    def scores(self, reader: Person | None = None) -> queries.StageResults:
        """Every application as those who decide have it, without what is kept from the reader, all worked out."""
        db.session.rollback()
        services.keep_up()
        return queries.stage_results(self.stage, actor(reader or self.officer))

    def ranking(
        self, reader: Person | None = None, **filters: Any
    ) -> tuple[queries.StageScores, list[queries.ScoredSubmission]]:
        """The list of scores as its page shows it, as far as it has been worked out."""
        db.session.rollback()
        by = actor(reader or self.officer)
        scores = queries.stage_scores(by, self.stage)
        return scores, list(queries.ranked(by, scores, queries.ScoreFilters(**filters)).items)


@dataclass
class Reviewer:
    """One reviewer of a panel."""

    panel: Panel
    person: Person

    @property
    def by(self) -> Actor:
        return actor(self.person)

    def begins(self) -> None:
        """Accept the terms, and say that the profile is right."""
        with clock_at(make.CLOSED), unit_of_work():
            services.accept_terms(self.by, self.panel.stage, text_hash(queries.review_rules(self.panel.stage).terms))
            services.confirm_profile(self.by, self.panel.stage)

    def trains(self, at: datetime = make.REVIEWING) -> None:
        """Score every sample of the stage with the marks of `COMPLETE`, and look at how they differ."""
        for key in queries.calibration_of(self.panel.stage).samples:
            with clock_at(at), unit_of_work():
                services.save_sample(self.by, self.panel.stage, key, make.COMPLETE)
                services.submit_sample(self.by, self.panel.stage, key)
                services.note_sample_seen(self.by, self.panel.stage, key)

    def declares(self, reasons: Mapping[Case, str] | None = None, at: datetime = make.REVIEWING) -> None:
        """Say which applicants one is tied to, and that there are no others."""
        with clock_at(at), unit_of_work():
            said = {case.id: reason for case, reason in (reasons or {}).items()}
            services.declare_conflicts(self.by, self.panel.stage, said)

    def declares_conflict(self, application: Application, reason: str = "My sister teaches there.") -> None:
        with clock_at(make.REVIEWING), unit_of_work():
            services.declare_conflict(self.by, application.case, reason)

    def pile(self) -> list[str]:
        db.session.rollback()
        return [one.submission.application.case.organization.name for one in queries.assignments_for(self.by)]

    def assignment(self, application: Application) -> Assignment:
        db.session.rollback()
        return db.session.scalars(
            select(Assignment)
            .join(Submission)
            .where(Submission.application_id == application.id, Assignment.reviewer_id == self.person.id)
        ).one()

    def saves(self, application: Application, marks: Mapping[str, Any], version: int = 0, **more: Any) -> Scorecard:
        with clock_at(more.pop("at", make.REVIEWING)), unit_of_work():
            assignment = queries.assignment_for(self.by, self.assignment_id(application))
            return services.save_scorecard(self.by, assignment, marks, based_on_version=version, **more)

    def submits(self, application: Application, at: datetime = make.REVIEWING) -> Scorecard:
        with clock_at(at), unit_of_work():
            assignment = queries.assignment_for(self.by, self.assignment_id(application))
            return services.submit_scorecard(self.by, assignment)

    def scores(self, application: Application, at: datetime = make.REVIEWING, **marks: Any) -> Scorecard:
        """Mark everything and submit; marks that are not given are those of `COMPLETE`."""
        comments = {"competency": "Seat time decides."} if marks.get("competency") == 1 else {}
        self.saves(application, make.COMPLETE | marks, at=at, comments=comments)
        return self.submits(application, at)

    def assignment_id(self, application: Application) -> str:
        return db.session.scalars(
            select(Assignment.public_id)
            .join(Submission)
            .where(Submission.application_id == application.id, Assignment.reviewer_id == self.person.id)
        ).one()


LATER = make.REVIEWING + timedelta(hours=3)
