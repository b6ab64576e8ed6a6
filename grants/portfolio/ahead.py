"""What comes next for one case, when, and who does it: said from published dates and the school's own states alone.

Nothing here differs by an outcome before its release: until then an application is only submitted.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from grants.applications.models import Application
from grants.applications.states import State
from grants.awards.models import Award
from grants.discovery.models import Event
from grants.meetings.pitch_models import PitchSlot
from grants.meetings.queries import is_expected, slides_deadline
from grants.meetings.states import EXPECTED
from grants.monitoring.models import Requirement
from grants.payments.models import Installment
from grants.programs.models import CycleStage
from grants.web.filters import money, plural

SOON = timedelta(days=120)
"""How far ahead one looks for what is owed and paid under an award."""
_UNPAID = ("planned", "requested", "approved", "held")
_OWED = ("scheduled", "returned")


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
        elif application.state == State.WITHDRAWN and not application.screened_at:
            found += _reopening(application, now)
    return found


def _opening(stage: CycleStage, now: datetime) -> list[Ahead]:
    if stage.kind != "application" or stage.opens_at <= now:
        return []
    return [Ahead(f"{stage.title} opens", "the foundation, for those who may enter it", stage.opens_at)]


def _writing(application: Application, now: datetime) -> list[Ahead]:
    deadline = application.deadline
    if not deadline.holds(now):
        return []
    what = "Submit again" if application.state == State.RETURNED else "Submit"
    return [Ahead(f"{what}: {application.stage.title}", "your writers; a signatory certifies", deadline.at)]


def _reopening(application: Application, now: datetime) -> list[Ahead]:
    deadline = application.deadline
    if not deadline.holds(now):
        return []
    return [Ahead(f"{application.stage.title} can be reopened until", "a lead or signatory, if you want", deadline.at)]


def _reading(application: Application) -> list[Ahead]:
    stage = application.stage
    reading = "is read by reviewers" if application.screened_at else "is checked for eligibility, then read"
    return [
        Ahead(f"{stage.title} {reading}", "the foundation and its reviewers", stage.reviews_due_at),
        Ahead(f"Decision on {stage.title}", "the foundation", stage.decision_on),
    ]


def under_awards(
    awards: Sequence[Award],
    installments: Mapping[int, Sequence[Installment]],
    requirements: Sequence[Requirement],
    today: date,
) -> list[Ahead]:
    """What comes next under the case's awards: an answer, signatures, what is owed within SOON, the next payment.

    installments   by the award's id
    """
    found = [one for award in awards for one in _award(award)]
    owed = [one for one in requirements if one.state in _OWED and one.due_on <= today + SOON]
    found += [Ahead(one.title, _WHO.get(one.kind, "your school"), one.due_on) for one in owed]
    for award in awards:
        dated = [one for one in installments[award.id] if one.state in _UNPAID and one.due_on is not None]
        if dated and award.state == "active":
            part = min(dated, key=lambda one: (one.due_on, one.number))
            paid = f"Payment of {money(part.amount)}"
            found.append(Ahead(paid, "the foundation, once all it waits for is there", part.due_on))
    return found


_WHO = {
    "check_in": "your school and the foundation",
    "visit": "your school and the foundation",
    "workshop": "your school, at the workshop",
}


def _award(award: Award) -> Iterator[Ahead]:
    title = award.stage.title
    if award.state == "offered":
        yield Ahead(f"Answer the offer: {title}", "your lead or signatory", award.answer_by_on)
    elif award.agreement is not None and award.agreement.state == "made":
        yield Ahead(f"Sign the agreement: {title}", "your signatory", None)
    elif award.agreement is not None and award.agreement.state == "signed":
        yield Ahead(f"The agreement is countersigned: {title}", "a director of the foundation", None)


def at_events(coming: Sequence[tuple[Event, int]]) -> list[Ahead]:
    """The events at which people of the school have places."""
    who = "of your school"
    return [Ahead(one.title, f"{plural(count, 'person', 'people')} {who}", one.starts_at) for one, count in coming]


def at_pitches(slots: Sequence[PitchSlot]) -> list[Ahead]:
    """The school's slots that are still to come, and until when their slides are taken."""
    found = []
    for slot in slots:
        title, to_come = slot.meeting.stage.title, slot.state in EXPECTED and is_expected(slot)
        if to_come:
            answer = "" if slot.state == "confirmed" else "; it waits for your answer"
            found.append(Ahead(f"Pitch: {title}", f"who presents for your school{answer}", slot.starts_at))
            found.append(Ahead(f"Slides of the pitch: {title}", "your writers", slides_deadline(slot).at))
    return found


def in_order(found: Sequence[Ahead], zone: str) -> list[Ahead]:
    """What has no date first, for it waits for nobody else; then by day."""

    def day(one: Ahead) -> date:
        when = one.when or date.min
        return when.astimezone(ZoneInfo(zone)).date() if isinstance(when, datetime) else when

    return sorted(found, key=day)
