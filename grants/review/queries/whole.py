"""A stage's scores on the whole, as somebody may know of them: what was added up, and how far it can be trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, not_, select

from grants.applications.models import Application
from grants.casework.models import Case
from grants.casework.visibility import not_conflicted
from grants.kernel.canonical import sha256_of
from grants.kernel.policy import SYSTEM, Actor, require
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs import phrases
from grants.programs.models import CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import Pitch, Rubric
from grants.programs.schema.deciding import Tie
from grants.review.models import Analysis, Assignment, Tally
from grants.review.policy import may_see_panel_scores
from grants.review.queries.cards import pitch_of, pitch_rubric_of, rubric_of
from grants.review.queries.scope import is_open, is_reviewable, joined, reviewable_applications, stands

METHOD: Final = 1
"""Grows whenever an analysis of the same scores would say something else."""
_HALF: Final = 2**24
"""What a fingerprint is taken apart by: its halves are below it."""
AT_PITCH: Final = "at the pitch"
"""The name under which an analysis keeps the agreement on the pitches: no criterion has a key with blanks."""


@dataclass(frozen=True)
class StageScores:
    """A stage's scores on the whole, over the applications the reader may know of.

    scored     applications with a mean; `pitched` those with one of their pitch, `combined` those with both in one
    made_from  names these scores
    analysis   of these scores; or of earlier ones while it is made anew; None before there is any
    """

    stage: CycleStage
    rubric: Rubric
    applications: int
    assigned: int
    scorecards: int
    scored: int
    pitched: int
    combined: int
    made_from: str
    analysis: Analysis | None

    @property
    def is_fresh(self) -> bool:
        """Whether the analysis is of the scores as they are now; also when there is nothing to analyse."""
        return not self.scored or (self.analysis is not None and self.analysis.made_from == self.made_from)

    @property
    def pitch(self) -> Pitch | None:
        """The program's rules for the stage's pitch; None where it has none."""
        return pitch_of(self.stage)

    @property
    def pitch_rubric(self) -> Rubric:
        """The rubric of the stage's pitch.

        raises   Missing where it has none
        """
        return pitch_rubric_of(self.stage)

    @property
    def pitch_agreement(self) -> Mapping[str, Any] | None:
        """How far members agree on the pitches: {alpha, n, reason}; None while it is not worked out."""
        found: Mapping[str, Any] | None = self.analysis.agreement.get(AT_PITCH) if self.analysis else None
        return found

    @property
    def ties_in_words(self) -> str:
        """How equal means are put in order."""
        return phrases.ties(self.ties, self.rubric)

    @property
    def ties(self) -> Sequence[Tie]:
        """The program's rules for equal means."""
        return definition_of(self.stage.cycle).application_stage(self.stage.key).decision.ties


def stage_scores(actor: Actor, stage: CycleStage) -> StageScores:
    """The stage's scores on the whole, as this person may see them, in a constant number of statements.

    raises   Refused for who does not read reviews, or still has scorecards of their own to submit here
    """
    require(may_see_panel_scores(actor, _own_open(actor, stage)))
    return scores_on(stage, actor)


def scores_on(stage: CycleStage, actor: Actor = SYSTEM) -> StageScores:
    """The same, for those who have asked who may see it."""
    applications = db.session.scalar(reviewable_applications(actor, stage).with_only_columns(func.count())) or 0
    # Added up in halves: from 32,768 of them on, the whole is beyond what the embedded database holds in a number.
    upper, lower = Tally.fingerprint // _HALF, Tally.fingerprint % _HALF
    assigned, scorecards, scored, pitched, combined, high, low = db.session.execute(
        select(
            func.coalesce(func.sum(Tally.assigned), 0),
            func.coalesce(func.sum(Tally.scorecards), 0),
            func.count(Tally.mean),
            func.count(Tally.pitch_mean),
            func.count(Tally.together),
            func.coalesce(func.sum(upper), 0),
            func.coalesce(func.sum(lower), 0),
        ).where(Tally.stage_id == stage.id, Tally.application_id.not_in(_left_out(actor, stage)))
    ).one()
    made_from = name_of(scorecards, int(high) * _HALF + int(low))
    counts = (applications, assigned, scorecards, scored, pitched, combined)
    return StageScores(stage, rubric_of(stage), *counts, made_from, _analysis(actor, stage, made_from))


def _left_out(actor: Actor, stage: CycleStage) -> Select[int]:
    """Ids of the applications that `reviewable_applications` leaves out: few, so that all others need not be read."""
    return select(Application.id).where(Application.stage_id == stage.id, not_(is_reviewable(actor)))


def name_of(scorecards: int, fingerprint: int) -> str:
    """What names a set of scores: how many scorecards, and the sum of their tallies' fingerprints."""
    return f"{METHOD}:{scorecards}:{fingerprint}"


def hidden_name(actor: Actor, stage: CycleStage) -> str:
    """Names the cases of the cycle that are kept from the actor: empty for none. Nothing of what becomes of them."""
    if actor.person_id is None:
        return ""
    kept = select(Case.id).where(Case.cycle_id == stage.cycle_id, ~not_conflicted(actor, Case.id)).order_by(Case.id)
    hidden = db.session.scalars(kept).all()
    return sha256_of(list(hidden)) if hidden else ""


def _analysis(actor: Actor, stage: CycleStage, made_from: str) -> Analysis | None:
    """The one of these very scores, whoever else it was made for; or else the last that was made for such a reader."""
    of_stage = select(Analysis).where(Analysis.stage_id == stage.id).order_by(Analysis.id.desc()).limit(1)
    fresh = db.session.scalar(of_stage.where(Analysis.made_from == made_from))
    return fresh or db.session.scalar(of_stage.where(Analysis.hidden == hidden_name(actor, stage)))


def severity_groups(scores: StageScores) -> list[list[str]]:
    """The reviewers whose severity cannot be compared, by name, in the groups that share no application; else none."""
    groups = scores.analysis.groups if scores.analysis else []
    if len(groups) < 2:
        return []
    everyone = [who for group in groups for who in group]
    names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(everyone))).all())
    return [sorted(names[who] for who in group) for group in groups]


def _own_open(actor: Actor, stage: CycleStage) -> int:
    """How many scorecards of this stage the actor still has to submit."""
    return db.session.scalar(_open_cards(), {"stage": stage.id, "me": actor.person_id}) or 0


@cache
def _open_cards() -> Select[int]:
    """The statement, put together once: that takes longer than running it.

    Whatever step is missing before their pile opens: who has it still to score does not see what others gave.
    """
    return joined(select(func.count()).select_from(Assignment)).where(
        Assignment.stage_id == bindparam("stage"), Assignment.reviewer_id == bindparam("me"), is_open(), stands()
    )
