"""An award's installments: planned when it is accepted, dated when the agreement is in force; what they wait for."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from grants.awards.models import Award
from grants.kernel.clock import now
from grants.kernel.policy import Actor, require_permission
from grants.payments.models import ConditionMet, Installment
from grants.payments.schedule import due_on, installment_amounts
from grants.payments.states import InstallmentState
from grants.persistence import audit
from grants.persistence.session import db
from grants.programs.queries import definition_of
from grants.programs.schema import ScheduleLine


def schedule_of(award: Award) -> tuple[ScheduleLine, ...]:
    """The lines by which the award's program pays it."""
    definition = definition_of(award.stage.cycle)
    return definition.schedule(definition.application_stage(award.stage.key).schedule)


def plan_installments(actor: Actor, award: Award, lines: Sequence[ScheduleLine]) -> list[Installment]:
    """Plan the payments of an award by its program's schedule. Planning it again returns what was planned.

    lines    shares that sum to 1; the amounts sum to the award, by largest remainder
    raises   Refused; ValueError when the award is too small for that many payments
    """
    require_permission(actor, "payment.plan")
    planned = _installments(award)
    if planned:
        return planned
    amounts = installment_amounts(award.amount, [line.share for line in lines])
    happened = events_of(award)
    for number, (line, amount) in enumerate(zip(lines, amounts, strict=True), start=1):
        installment = Installment(
            award=award,
            case_id=award.case_id,
            number=number,
            title=line.title or f"Installment {number}",
            amount=amount,
            due_on=due_on(line.due, happened),
            conditions=[wait.model_dump(mode="json", exclude_none=True) for wait in line.when],
            state=InstallmentState.PLANNED,
        )
        db.session.add(installment)
        db.session.flush()
        planned.append(installment)
        after = {"number": number, "amount": amount, "due_on": installment.due_on}
        audit.record(actor, "payment.plan", installment, after=after, case_id=award.case_id)
    return planned


def date_installments(actor: Actor, award: Award, lines: Sequence[ScheduleLine]) -> None:
    """Give a date to the installments that count from something which has happened now; others keep theirs."""
    require_permission(actor, "payment.plan")
    happened = events_of(award)
    for installment, line in zip(_installments(award), lines, strict=True):
        if installment.due_on is None and (due := due_on(line.due, happened)) is not None:
            installment.due_on = due
            audit.record(actor, "payment.date", installment, after={"due_on": due}, case_id=award.case_id)


def events_of(award: Award) -> dict[str, date]:
    """What a due date can count from, as far as it has happened, on the calendar of the award's cycle."""
    happened = {"award_released": _day(award, award.decision.released_at)}
    if award.agreement is not None and award.agreement.countersigned_at is not None:
        happened["agreement_signed"] = _day(award, award.agreement.countersigned_at)
    return happened


def note_met(
    actor: Actor,
    award: Award,
    kind: str,
    reference: str,
    *,
    holds: bool = True,
    waived_because: str | None = None,
) -> None:
    """Keep that something an installment may wait for holds, or no longer holds (a corrected reading).

    kind, reference   as in ConditionMet; told by the step in which it happened
    waived_because    it did not happen, and was waived for this reason
    """
    found = db.session.scalar(
        select(ConditionMet).where(
            ConditionMet.award_id == award.id, ConditionMet.kind == kind, ConditionMet.reference == reference
        )
    )
    if holds and found is None:
        db.session.add(
            ConditionMet(
                award_id=award.id,
                kind=kind,
                reference=reference,
                met_at=now(),
                met_by_id=actor.person_id,
                waived=waived_because is not None,
                note=waived_because,
            )
        )
    elif not holds and found is not None:
        db.session.delete(found)
    db.session.flush()


def _installments(award: Award) -> list[Installment]:
    found = select(Installment).where(Installment.award_id == award.id).order_by(Installment.number)
    return list(db.session.scalars(found))


def _day(award: Award, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(award.stage.cycle.time_zone)).date()
