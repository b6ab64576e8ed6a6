"""What comes next for one case, when, and who does it: said from published dates and the school's own states alone.

Nothing here differs by an outcome before its release: until then an application is only submitted.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from grants.applications.models import Application
from grants.applications.queries import deadline_of
from grants.applications.states import State
from grants.programs.models import CycleStage


@dataclass(frozen=True)
class Ahead:
    """One thing to come.

    what   in a few words
    who    who does it, in words
    when   an instant, a day, or nothing where no date is set
    """

    what: str
    who: str
    when: datetime | date | None


def ahead(
    stages: Sequence[CycleStage], applications: Sequence[Application], decided: Collection[int], now: datetime
) -> list[Ahead]:
    """What comes next, stage by stage.

    stages    the cycle's, in their order
    decided   ids of the applications whose decision was released
    """
    entered = {one.stage_id: one for one in applications}
    found: list[Ahead] = []
    for stage in stages:
        application = entered.get(stage.id)
        if application is None:
            found += _opening(stage, now)
        elif application.state in (State.DRAFT, State.RETURNED):
            found += _writing(application, now)
        elif application.state == State.SUBMITTED and application.id not in decided:
            found += _reading(application)
    return found


def _opening(stage: CycleStage, now: datetime) -> list[Ahead]:
    if stage.kind != "application" or stage.opens_at <= now:
        return []
    return [Ahead(f"{stage.title} opens", "the foundation, for those who may enter it", stage.opens_at)]


def _writing(application: Application, now: datetime) -> list[Ahead]:
    deadline = deadline_of(application)
    if not deadline.holds(now):
        return []
    what = "Submit again" if application.state == State.RETURNED else "Submit"
    return [Ahead(f"{what}: {application.stage.title}", "your writers; a signatory certifies", deadline.at)]


def _reading(application: Application) -> list[Ahead]:
    stage = application.stage
    reading = "is read by reviewers" if application.screened_at else "is checked for eligibility, then read"
    return [
        Ahead(f"{stage.title} {reading}", "the foundation and its reviewers", stage.reviews_due_at),
        Ahead(f"Decision on {stage.title}", "the foundation", stage.decision_on),
    ]
