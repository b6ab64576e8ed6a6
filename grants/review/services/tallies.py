"""What an application's scorecards add up to, kept up to date in the transaction that changes one of them.

Lists read these rows: an order by score then costs the same however many applications there are. How far the scores can
be trusted is worked out afterwards, in the background; see `jobs`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import joinedload

from grants.applications.models import Application, Submission
from grants.background import enqueue
from grants.casework.models import Case
from grants.kernel.canonical import plain
from grants.kernel.clock import now
from grants.persistence.session import db
from grants.programs.models import Cycle, CycleStage
from grants.programs.queries import definition_of
from grants.programs.schema import ORGANIZATION_ATTRIBUTES
from grants.review.marking import rules_of, scoring_marks
from grants.review.models import Assignment, Tally
from grants.review.ordering import lot_of, tie_key, tie_values
from grants.review.queries import Given, card_of, given_on, lot_seed, rubric_of
from grants.review.queries.scope import joined, stands
from grants.review.scoring import EssentialRule, criterion_means, essential_outcomes, summarize

ANALYSE: Final = "review.analyse"
PAUSE: Final = timedelta(seconds=10)
"""Changes that come within this time of one another are analysed once."""


def reckon(application_ids: Collection[int]) -> None:
    """Bring the tallies of these applications up to date, and have their stages analysed again; twice is once."""
    if not application_ids:
        return
    db.session.flush()
    found = _applications(application_ids)
    # Taken before anything is read, so that of two scorecards submitted at once the second counts the first.
    tallies = _taken(found)
    assigned = _assigned(application_ids)
    given = given_on(Application.id.in_(application_ids))
    changed = [
        one.stage
        for one in found
        if _write(tallies[one.id], _adds_up(one, assigned.get(one.id, 0), given.get(one.id, ())), now())
    ]
    for stage in {one.id: one for one in changed}.values():
        ask_for_analysis(stage)


def ask_for_analysis(stage: CycleStage) -> None:
    """Have the stage's scores analysed once the present changes have come to rest."""
    slot = int(now().timestamp() // PAUSE.total_seconds()) + 1
    run_at = datetime.fromtimestamp((slot + 1) * PAUSE.total_seconds(), tz=now().tzinfo)
    enqueue(db.session(), ANALYSE, key=f"{ANALYSE}:{stage.public_id}:{slot}", run_at=run_at, stage_id=stage.public_id)


def _applications(application_ids: Collection[int]) -> Sequence[Application]:
    return db.session.scalars(
        select(Application)
        .where(Application.id.in_(application_ids))
        .options(
            joinedload(Application.case).joinedload(Case.organization),
            joinedload(Application.stage).joinedload(CycleStage.cycle).joinedload(Cycle.program_version),
        )
        .order_by(Application.id)
    ).all()


def _taken(applications: Iterable[Application]) -> dict[int, Tally]:
    """The tallies, their rows taken in order; new ones where there are none. Whoever assigns holds the panel, so no
    two make the same one."""
    wanted = {one.id: one for one in applications}
    tallies = {
        one.application_id: one
        for one in db.session.scalars(
            select(Tally)
            .where(Tally.application_id.in_(wanted))
            .order_by(Tally.application_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for number in wanted.keys() - tallies.keys():
        tallies[number] = Tally(application_id=number, stage_id=wanted[number].stage_id)
    return tallies


def _assigned(application_ids: Collection[int]) -> Mapping[int, int]:
    rows = db.session.execute(
        joined(select(Application.id, func.count()).select_from(Assignment))
        .where(Application.id.in_(application_ids), stands())
        .group_by(Application.id)
    )
    return dict(rows.all())


def _adds_up(application: Application, assigned: int, given: Sequence[Given]) -> dict[str, Any]:
    """The tally's columns, as its scorecards give them now."""
    rubric = rubric_of(application.stage)
    marks, rules = [scoring_marks(card_of(one.scorecard)) for one in given], rules_of(rubric)
    means, outcomes = (
        criterion_means(marks, rules),
        essential_outcomes(marks, rules, EssentialRule(rubric.essential_fails_when)),
    )
    totals = [one.total for one in given if one.total is not None]
    score = summarize(totals)
    return {
        "assigned": assigned,
        "scorecards": len(given),
        "n": len(totals),
        "mean": score.mean if score else None,
        "spread": score.spread if score else None,
        "totals": [str(total) for total in totals],
        "criteria": {key: None if mean is None else str(mean) for key, mean in means.items()},
        "essentials": [
            {"criterion": one.criterion, "title": one.title, "failed_by": one.failed_by, "n": one.n, "fails": one.fails}
            for one in outcomes
        ],
        "tie_order": _tie_order(application, means),
    }


def _tie_order(application: Application, means: Mapping[str, Decimal | None]) -> str:
    ties = definition_of(application.stage.cycle).application_stage(application.stage.key).decision.ties
    known = {name: getattr(application.case.organization, name) for name in ORGANIZATION_ATTRIBUTES}
    if any((tie.attribute or "").startswith("answers.") for tie in ties):
        known |= {f"answers.{key}": value for key, value in _answers(application.id).items()}
    return tie_key(tie_values(ties, means, known), lot_of(lot_seed(application.stage), application.public_id))


def _answers(application_id: int) -> Mapping[str, Any]:
    content = db.session.scalar(
        select(Submission.content)
        .where(Submission.application_id == application_id)
        .order_by(Submission.number.desc())
        .limit(1)
    )
    return content["answers"] if content else {}


def _write(tally: Tally, columns: Mapping[str, Any], at: datetime) -> bool:
    """Whether anything changed by it."""
    if inspect(tally).persistent and all(
        plain(getattr(tally, name)) == plain(value) for name, value in columns.items()
    ):
        return False
    for name, value in columns.items():
        setattr(tally, name, value)
    tally.reckoned_at = at
    db.session.add(tally)
    return True
