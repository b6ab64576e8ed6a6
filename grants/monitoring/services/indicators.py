"""Reading indicators: a value for one award, year and subgroup, corrected as often as needed, with its history kept."""

from decimal import Decimal

from grants.awards.models import Award
from grants.casework import services as casework
from grants.kernel.clock import now
from grants.kernel.errors import Invalid
from grants.kernel.policy import Actor, require, require_permission
from grants.monitoring import policy
from grants.monitoring.calendar import Progress, progress
from grants.monitoring.models import IndicatorReading
from grants.payments import services as payments
from grants.persistence import audit
from grants.persistence.session import db

MOST = Decimal(10) ** 8


def record_reading(actor: Actor, reading: IndicatorReading, value: Decimal, note: str = "") -> None:
    """Enter an indicator's value, or correct it. Where an installment waits for its target, payments are told.

    value    in the indicator's unit, at most 4 decimals; 0 to 100 for a percentage
    raises   Refused; Invalid for a value that cannot be one
    """
    require_permission(actor, "indicator.report")
    require(policy.may_read_in(actor, reading.award.case.organization_id))
    _check_value(reading, value)
    before = reading.value
    reading.value, reading.note = value, note.strip() or None
    reading.read_at, reading.read_by_id = now(), actor.person_id
    db.session.flush()
    audit.record(
        actor,
        "indicator.report",
        reading,
        before=None if before is None else {"value": before},
        after={"value": value, "note": reading.note},
        case_id=reading.case_id,
    )
    who = f" ({reading.subgroup})" if reading.subgroup else ""
    sentence = f"{reading.definition['title']}{who}, year {reading.year}: {shown(value)} {reading.definition['unit']}."
    casework.note_event(actor, reading.award.case, "report", sentence, "applicant", _place(reading.award))
    if not reading.subgroup and reading.target is not None:
        holds = progress(value, reading.target, reading.definition["better"]) is Progress.MET
        payments.note_met(actor, reading.award, "reached", f"{reading.indicator}.year{reading.year}", holds=holds)


def shown(value: Decimal) -> str:
    """A value without spare zeros: 94.50 is 94.5."""
    return f"{value.normalize():f}"


def _check_value(reading: IndicatorReading, value: Decimal) -> None:
    sentence = None
    if not value.is_finite() or abs(value) >= MOST:
        sentence = "This is not a value that an indicator can have."
    elif value != round(value, 4):
        sentence = "Write at most four decimals."
    elif reading.definition["unit"] == "percent" and not 0 <= value <= 100:
        sentence = "A percentage is from 0 to 100."
    if sentence:
        raise Invalid(sentence, {"value": sentence})


def _place(award: Award) -> tuple[str, str]:
    return ("monitoring.indicators", award.public_id)
