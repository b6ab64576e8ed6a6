"""Solving a slate: slow, so it writes nothing and is done before the unit of work that keeps what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from grants.decisions import queries
from grants.decisions.candidates import amount_of, candidates
from grants.decisions.doubts import Doubt, agreement_on, barred_by, doubts
from grants.decisions.models import SlateLine
from grants.decisions.queries import Basis
from grants.decisions.slate import Line, NoSlate, ProposedSlate
from grants.decisions.slate import propose as solve
from grants.decisions.slate_rules import SlateRules, why_barred
from grants.decisions.why_not import because as compared
from grants.kernel.clock import now
from grants.kernel.errors import Clash, Missing
from grants.kernel.integer_program import Unproved, within
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, require, require_permission
from grants.persistence.session import db, is_writing
from grants.programs.models import CycleStage
from grants.review.queries import ScoredSubmission, StageScores, seed_of

SECONDS = 30
"""The longest that someone waits for a slate. A thousand applications take about three."""


@dataclass(frozen=True)
class Solution:
    """A slate that is solved and not kept yet.

    digest   of what it was solved from
    lines    in order of rank, belonging to no slate yet
    """

    digest: str
    lines: Sequence[SlateLine]
    findings: Mapping[str, Any]


def solve_slate(actor: Actor, stage: CycleStage) -> Solution:
    """The best slate of a stage from the scores as they are now. Writes nothing; it may take up to SECONDS.

    raises   Refused; Clash when the stage was released, takes submissions still, no set of awards keeps the rules, or
             the best one is not proved in time
    """
    basis = fit_to_decide(actor, stage)
    rules, limits, digest, seed = basis.rules, basis.limits, basis.digest, seed_of(basis.stage)
    findings = _findings(limits, basis.results.scores)
    if not is_writing():
        db.session.rollback()  # no transaction stays open while it is solved: what is read lazily was taken above
    try:
        with within(SECONDS):
            solved = solve(candidates(basis.applicants, rules), limits)
            reasons = {line.candidate.id: _because(solved, line) for line in solved.lines}
    except NoSlate as none:
        raise Clash(none.sentence) from none
    except Unproved as unproved:
        raise Clash(
            f"The best slate was not found in {SECONDS} seconds: the rules leave too many sets of equal worth. "
            "Try again, or with fewer portfolio rules; nothing was changed."
        ) from unproved
    rows = {row.public_id: row for row in basis.results.rows}
    totals = {row.application_id: row.totals for row in rows.values()}
    # Panels that are redrawn from written scores alone would say nothing of ranks in which a pitch counts.
    doubt = {} if rules.pitch else doubts(totals, len(solved.awarded), barred_by(rows.values(), rules.decision), seed)
    tiers = {one.id: amount_of(one, rules.decision).tier for one in basis.applicants}
    kept = []
    for line in solved.lines:
        name = line.candidate.id
        kept.append(_line(line, rows[name], doubt.get(rows[name].application_id), tiers[name], *reasons[name]))
    return Solution(digest, kept, findings | agreement_on(totals))


def fit_to_decide(actor: Actor, stage: CycleStage) -> Basis:
    """What a slate of the stage is solved from, when there may be one.

    raises   Refused; Missing for a stage without applications; Clash when it was released, takes submissions still, or
             nobody applied
    """
    require_permission(actor, "slate.propose")
    if stage.kind != "application":
        raise Missing("There is nothing to decide in this stage.")
    require(queries.may_handle(actor, stage))
    if stage.released_at is not None:
        raise Clash("The decisions of this stage have been released.")
    if now() <= stage.closes_at + timedelta(minutes=stage.grace_minutes):
        raise Clash("The stage still takes applications; a slate can be made once it has closed.")
    basis = queries.basis_of(stage)
    if not basis.applicants:
        raise Clash("Nobody has applied in this stage, so there is nothing to decide.")
    return basis


def _because(solved: ProposedSlate, line: Line) -> tuple[str | None, str | None]:
    """What bars a line whatever the others are, or else what of the others keeps it out."""
    if line.draws is not None:
        return None, None
    alone = why_barred(line.candidate, replace(solved.rules, pool=None))  # what the pool has left hangs on others
    return (" ".join(alone), None) if alone else (None, compared(solved, line.candidate.id))


def _line(
    line: Line, row: ScoredSubmission, doubt: Doubt | None, tier: int | None, barred: str | None, because: str | None
) -> SlateLine:
    return SlateLine(
        application_id=row.application_id,
        rank=line.rank,
        score=row.final,
        written=row.mean if row.pitch else None,
        pitch=row.pitch.mean if row.pitch else None,
        totals=[str(total) for total in row.totals],
        rank_low=doubt.low if doubt else None,
        rank_high=doubt.high if doubt else None,
        stands_in=doubt.stands_in if doubt else None,
        outcome=line.outcome.value,
        solved=line.outcome.value,
        waitlist_place=line.waitlist_place,
        amount=line.amount or 0,
        tier=dollars(tier) if tier else None,
        barred=barred,
        because=because,
        essential_failed=row.essential_failed,
    )


def _findings(limits: SlateRules, scores: StageScores) -> dict[str, Any]:
    found = {"pool": limits.pool, "scorecards": scores.scorecards, "assigned": scores.assigned}
    return found | ({"applications": scores.applications, "final": scores.combined} if scores.pitch else {})
