"""What a slate is solved from: the scores, the answers, the rules and the money as they are now."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import exists, func, select

from grants.applications.models import Application, Submission
from grants.decisions.candidates import Applicant, rules_of
from grants.decisions.models import Decision
from grants.decisions.slate_rules import SlateRules
from grants.kernel.canonical import sha256_of
from grants.persistence.session import db
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ApplicationStage, Definition
from grants.review.queries import StageResults, lot_seed, stage_results


@dataclass(frozen=True)
class Basis:
    """Everything that decides a slate.

    pool   cents the stage's pool has left; None when it has none
    """

    results: StageResults
    applicants: tuple[Applicant, ...]
    definition: Definition
    pool: int | None

    @property
    def stage(self) -> CycleStage:
        return self.results.scores.stage

    @property
    def rules(self) -> ApplicationStage:
        return self.definition.application_stage(self.stage.key)

    @property
    def limits(self) -> SlateRules:
        """The stage's constraints on these applicants; the lot is the stage's own, so that anyone can draw it again."""
        return rules_of(self.definition, self.rules, self.applicants, self.pool, lot_seed(self.stage))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all of it: the same facts give the same slate."""
        rows = [
            [row.public_id, row.submission_id, row.totals, row.essential_failed, row.criteria, row.attributes]
            for row in self.results.rows
        ]
        pitches = [
            [row.public_id, row.pitch.totals, row.pitch.together] for row in self.results.rows if row.pitch is not None
        ]
        counted = [self.results.scores.scorecards, self.results.scores.assigned]
        program = self.stage.cycle.program_version.sha256
        return sha256_of({"rows": rows, "pitches": pitches, "counted": counted, "pool": self.pool, "program": program})


def basis_of(stage: CycleStage) -> Basis:
    """The stage's basis, in a constant number of statements. For the system: it looks at no conflict."""
    results = stage_results(stage)
    return Basis(results, tuple(_applicants(results)), definition_of(stage.cycle), pool_left(stage))


def _applicants(results: StageResults) -> list[Applicant]:
    """The stage's submissions as deciding sees them: scores, attributes, and the frozen answers."""
    under_review = exists().where(
        Application.id == Submission.application_id, Application.stage_id == results.scores.stage.id
    )
    found = db.session.execute(select(Submission.id, Submission.content).where(under_review))
    answers = {number: content["answers"] for number, content in found}
    return [
        Applicant(
            id=row.public_id,
            name=row.name,
            score=row.final,
            failed=(row.essential_failed,) if row.essential_failed else (),
            ties=row.ties,
            attributes=row.attributes,
            answers=answers[row.submission_id],
            unfinished=row.unfinished,
        )
        for row in results.rows
    ]


def pool_left(stage: CycleStage) -> int | None:
    """What the stage's pool has left after earlier releases from it, in cents; nothing when it has no pool."""
    definition = definition_of(stage.cycle)
    pool = definition.pool_of(stage.key)
    if pool is None:
        return None
    sharing = [one.key for one in definition.sharing_pool(stage.key)]
    spent = db.session.scalar(
        select(func.coalesce(func.sum(Decision.amount), 0))
        .join(Decision.application)
        .join(Application.stage)
        .where(CycleStage.cycle_id == stage.cycle_id, CycleStage.key.in_(sharing), Decision.outcome == "award")
    )
    return pool - int(spent or 0)
