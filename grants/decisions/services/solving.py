"""Solving a slate: slow, so it writes nothing and is done before the unit of work that keeps what came out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from grants.decisions import queries
from grants.decisions.candidates import amount_of, candidates
from grants.decisions.doubts import Doubt, doubts
from grants.decisions.models import SlateLine
from grants.decisions.queries import Basis
from grants.decisions.slate import Line, NoSlate, ProposedSlate
from grants.decisions.slate import propose as solve
from grants.decisions.slate_rules import why_barred
from grants.decisions.why_not import because as compared
from grants.kernel.clock import now
from grants.kernel.errors import Clash
from grants.kernel.integer_program import Unproved, within
from grants.kernel.money import dollars
from grants.kernel.policy import Actor, require, require_permission
from grants.programs.models import CycleStage
from grants.review.queries import ScoredSubmission, StageNumbers, seed_of

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
    try:
        with within(SECONDS):
            solved = solve(candidates(basis.applicants, basis.rules), basis.limits)
            reasons = {line.candidate.id: _because(solved, line) for line in solved.lines}
    except NoSlate as none:
        raise Clash(none.sentence) from none
    except Unproved as unproved:
        raise Clash(
            f"The best slate was not found in {SECONDS} seconds: the rules leave too many sets of equal worth. "
            "Try again, or with fewer portfolio rules; nothing was changed."
        ) from unproved
    doubt = _doubts(basis, len(solved.awarded))
    rows = {row.public_id: row for row in basis.results.rows}
    tiers = {one.id: amount_of(one, basis.rules.decision).tier for one in basis.applicants}
    kept = []
    for line in solved.lines:
        name = line.candidate.id
        kept.append(_line(line, rows[name], doubt.get(rows[name].application_id), tiers[name], *reasons[name]))
    return Solution(basis.digest, kept, _findings(solved, basis.results.numbers))


def fit_to_decide(actor: Actor, stage: CycleStage) -> Basis:
    """What a slate of the stage is solved from, when there may be one.

    raises   Refused; Clash when the stage was released, takes submissions still, or nobody applied
    """
    require_permission(actor, "slate.propose")
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


def _doubts(basis: Basis, awards: int) -> Mapping[int, Doubt]:
    rows = basis.results.rows
    blocks = basis.rules.decision.essentials == "block"
    barred = [row.application_id for row in rows if blocks and row.essential_failed]
    return doubts({row.application_id: row.totals for row in rows}, awards, barred, seed_of(basis.stage))


def _line(
    line: Line, row: ScoredSubmission, doubt: Doubt | None, tier: int | None, barred: str | None, because: str | None
) -> SlateLine:
    return SlateLine(
        application_id=row.application_id,
        rank=line.rank,
        score=row.mean,
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


def _findings(solved: ProposedSlate, numbers: StageNumbers) -> dict[str, Any]:
    alpha = numbers.agreement.alpha
    return {
        "pool": solved.rules.pool,
        "scorecards": numbers.scorecards,
        "assigned": numbers.assigned,
        "alpha": None if alpha is None else f"{alpha:.2f}",
        "alpha_n": numbers.agreement.n,
    }
