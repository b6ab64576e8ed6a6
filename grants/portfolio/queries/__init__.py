"""Reading across capabilities: cycles, the pipeline, cases, and what waits for whom."""

from grants.portfolio.queries.cases import (
    CaseFilters,
    CaseRow,
    Standing,
    cases,
    latest_events,
    own_cases,
    standings,
)
from grants.portfolio.queries.cycles import (
    cycles,
    events_ahead,
    stage_choices,
    stage_dates,
    stage_facts,
    stages_of,
)

__all__ = [
    "CaseFilters",
    "CaseRow",
    "Standing",
    "cases",
    "cycles",
    "events_ahead",
    "latest_events",
    "own_cases",
    "stage_choices",
    "stage_dates",
    "stage_facts",
    "stages_of",
    "standings",
]
