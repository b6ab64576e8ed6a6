"""What a home page shows: what to do now, and the picture of the cycle, each as far as the person may know."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from flask import url_for

from grants.applications import todos as applications
from grants.awards import todos as awards
from grants.background import todos as background
from grants.casework import todos as casework
from grants.casework.models import Case, TimelineEvent
from grants.casework.queries import conflicted_cycles
from grants.decisions import todos as decisions
from grants.discovery import todos as discovery
from grants.discovery.models import Event
from grants.discovery.queries.calls import Contact, contacts_of
from grants.kernel.clock import now
from grants.kernel.policy import Actor
from grants.meetings import todos as meetings
from grants.monitoring import todos as monitoring
from grants.payments import todos as payments
from grants.payments.queries import FundBalance, fund_balances
from grants.people import todos as people
from grants.persistence.audit import AuditHead
from grants.persistence.session import db
from grants.portfolio import queries
from grants.portfolio.pipeline import StageFacts, Step, Stood, journey, pipeline
from grants.portfolio.queries import Standing
from grants.portfolio.waiting import Waiting, waiting_for_others
from grants.programs import todos as programs
from grants.programs.models import Cycle
from grants.programs.path import PathStep, path
from grants.review import todos as review
from grants.web.charts import Stage
from grants.web.status import status_of
from grants.web.todo import URGENCIES, Todo, Urgency

SOURCES: tuple[Callable[[Actor], list[Todo]], ...] = (
    background.todos,
    people.todos,
    programs.todos,
    casework.todos,
    discovery.todos,
    applications.todos,
    review.todos,
    meetings.todos,
    decisions.todos,
    awards.todos,
    payments.todos,
    monitoring.todos,
)
_ENDED = {("application", state) for state in ("lapsed", "withdrawn", "ineligible")}
_STATES = {"done": "past", "now": "now", "to_come": "ahead"}


@dataclass(frozen=True)
class OwnCase:
    """One case of the person's, with its way through the stages, what happened last, and whom to ask."""

    case: Case
    steps: Sequence[PathStep]
    latest: Sequence[TimelineEvent]
    contact: Contact | None


@dataclass(frozen=True)
class Home:
    """A home page's content; empty parts are not shown.

    todos    what waits for the person in every cycle; the rest is of the one `cycle`
    """

    todos: list[Todo]
    cycles: Sequence[Cycle]
    cycle: Cycle | None = None
    stages: Sequence[StageFacts] = ()
    funnel: list[Stage] = field(default_factory=list)
    path: Sequence[PathStep] = ()
    funds: Sequence[FundBalance] = ()
    events: Sequence[Event] = ()
    waiting: Sequence[Waiting] = ()
    own: Sequence[OwnCase] = ()
    audit_records: int | None = None

    def cycle_title(self, case: Case) -> str:
        """The title of a case's cycle, where the actor has to do with it."""
        return next((one.title for one in self.cycles if one.id == case.cycle_id), "")

    @property
    def schools(self) -> list[str]:
        """The names of the person's own organizations that have a case."""
        return list(dict.fromkeys(one.case.organization.name for one in self.own))

    @property
    def has_aside(self) -> bool:
        return any(one.latest for one in self.own) or self.audit_records is not None

    def waits_in(self, cycle: Cycle) -> int:
        """How many things wait for the person in a cycle."""
        return sum(one.cycle_id == cycle.id for one in self.todos)

    def urgent(self, urgency: Urgency) -> int:
        """How many things are late, or due."""
        return sum(one.urgency == urgency for one in self.todos)

    @property
    def open_stage(self) -> StageFacts | None:
        """The stage that takes applications now, the one that closes first."""
        at = now()
        open_ones = [one for one in self.stages if one.kind == "application" and one.opens_at <= at <= one.closes_at]
        return min(open_ones, key=lambda one: one.closes_at, default=None)


def home_of(actor: Actor, *wanted: str | None) -> Home:
    """The home page of a person, with the picture of one cycle.

    wanted   public ids of cycles, the first that is theirs is shown; of none, the one in which most waits for them
    """
    todos, cycles = todos_of(actor), queries.cycles(actor)
    by_id = {one.public_id: one for one in cycles}
    cycle = next((by_id[one] for one in wanted if one in by_id), _busiest(cycles, todos))
    # How many acts there are in all would tell of those on a case that is hidden.
    counts_all = actor.may("audit.read") and not conflicted_cycles(actor)
    records = db.session.get(AuditHead, 1) if counts_all else None
    audit_records = records.number if records else None
    if cycle is None:
        return Home(todos, cycles, audit_records=audit_records)
    sees_all = actor.may("portfolio.read")
    stages = queries.stage_facts(actor, cycle) if sees_all else queries.stage_dates(cycle)
    return Home(
        todos=todos,
        cycles=cycles,
        cycle=cycle,
        stages=stages,
        funnel=funnel(cycle, pipeline(stages, now()), actor.may("case.list")) if sees_all else [],
        path=[] if sees_all else path(stages, now(), cycle.time_zone),
        funds=fund_balances(actor, cycle) if actor.may("payment.read") else (),
        events=queries.events_ahead(cycle) if actor.may("event.read") else (),
        waiting=waiting_for_others(actor, cycle) if sees_all else (),
        own=own_cases(actor),
        audit_records=audit_records,
    )


def todos_of(actor: Actor) -> list[Todo]:
    """Everything that waits for the actor: late before due before asked before planned, and by day within."""
    found = chain.from_iterable(source(actor) for source in SOURCES)
    return sorted(found, key=lambda one: (URGENCIES.index(one.urgency), one.when is None, one.when or date.max))


def in_words(standing: Mapping[str, Standing]) -> dict[str, Stood]:
    """Stage key -> where a case stands in it, in the word of its status pill."""
    return {key: Stood(status_of(*place).word, place in _ENDED) for key, place in standing.items()}


def _busiest(cycles: Sequence[Cycle], todos: Sequence[Todo]) -> Cycle | None:
    """The cycle in which most waits; of several a real one before an illustrative one, the latest first."""
    waiting = Counter(one.cycle_id for one in todos)
    return min(cycles, key=lambda one: (-waiting[one.id], one.illustrative, -one.opened_at.timestamp()), default=None)


def funnel(cycle: Cycle, steps: Sequence[Step], linked: bool) -> list[Stage]:
    """The pipeline as the funnel picture takes it; where `linked`, each step leads to its cases."""
    return [
        Stage(
            label=step.label,
            size=step.count,
            value=step.figure,
            note=step.note,
            state=_STATES[step.standing],  # type: ignore[arg-type]
            url=url_for("portfolio.cases", cycle=cycle.public_id, stage=step.filter)
            if linked and step.filter
            else None,
        )
        for step in steps
    ]


def own_cases(actor: Actor) -> list[OwnCase]:
    """The person's cases with where each stands, in a constant number of statements."""
    cases = queries.own_cases(actor)
    standings = queries.standings(cases)
    stages = queries.stages_of({case.cycle_id for case in cases})
    latest, contacts = queries.latest_events(cases), contacts_of(cases)
    return [
        OwnCase(
            case,
            journey(stages[case.cycle_id], in_words(standings[case.id]), now()),
            latest[case.id],
            contacts.get(case.id),
        )
        for case in cases
    ]
