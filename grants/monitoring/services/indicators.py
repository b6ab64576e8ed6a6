"""Reading indicators: values for one award and year, corrected as often as needed, with their history kept."""

from collections.abc import Mapping
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
from grants.persistence.moves import lock
from grants.persistence.session import db

MOST = Decimal(10) ** 8


Groups = Mapping[str, Mapping[str, Decimal]]


def record_reading(
    actor: Actor, reading: IndicatorReading, value: Decimal, note: str = "", groups: Groups | None = None
) -> None:
    """Enter an indicator's value, or correct it. Where an installment waits for its target, payments are told.

    value    of all students, in the indicator's unit, at most 4 decimals; 0 to 100 for a percentage
    groups   subgroup -> group -> value, of those the program names that are known; None leaves them as they are
    raises   Refused; Invalid for a value that cannot be one, placed as "value" or as the group's place
    """
    require_permission(actor, "indicator.report")
    require(policy.may_read_in(actor, reading.award.case.organization_id))
    kept = reading.groups if groups is None else _as_text(groups)
    _check_values(reading, value, groups or {})
    lock(reading)  # of two presses of the button the second finds what the first has kept
    before = _recorded(reading)
    if before is not None and (reading.value, reading.groups, reading.note) == (value, kept, note.strip() or None):
        return  # sent twice, or saved without a change
    reading.value, reading.groups, reading.note = value, kept, note.strip() or None
    reading.read_at, reading.read_by_id = now(), actor.person_id
    db.session.flush()
    audit.record(
        actor,
        "indicator.report",
        reading,
        before=before,
        after={**(_recorded(reading) or {}), "note": reading.note},
        case_id=reading.case_id,
    )
    title, unit = reading.definition["title"], reading.definition["unit"]
    known = sum(len(one) for one in kept.values())
    also = f", and of {known} {'group' if known == 1 else 'groups'} of students" if known else ""
    sentence = f"{title}, {period(reading.year)}: {shown(value)} {unit}{also}."
    casework.note_event(actor, reading.award.case, "report", sentence, "applicant", _place(reading.award))
    if reading.target is not None:
        holds = progress(value, reading.target, reading.definition["better"]) is Progress.MET
        payments.note_met(actor, reading.award, "reached", f"{reading.indicator}.year{reading.year}", holds=holds)


def shown(value: Decimal) -> str:
    """A value without spare zeros: 94.50 is 94.5."""
    return f"{value.normalize():f}"


def period(year: int) -> str:
    """A year of the grant in words: "year 2", or what came before it."""
    return f"year {year}" if year else "before the grant"


def _as_text(groups: Groups) -> dict[str, dict[str, str]]:
    return {key: {group: shown(value) for group, value in values.items()} for key, values in groups.items() if values}


def _recorded(reading: IndicatorReading) -> dict[str, object] | None:
    """What the record keeps of a reading; None while there is none."""
    if reading.value is None:
        return None
    return {"value": reading.value} | ({"groups": reading.groups} if reading.groups else {})


def _check_values(reading: IndicatorReading, value: Decimal, groups: Groups) -> None:
    places = {(one.key, one.group): one.place for one in reading.by_group}
    given = {(key, group): number for key, values in groups.items() for group, number in values.items()}
    if unknown := given.keys() - places.keys():
        raise Invalid(f"The program names no group “{min(unknown)[1]}” here.")
    placed = {"value": value} | {places[which]: number for which, number in given.items()}
    percent = reading.definition["unit"] == "percent"
    errors = {place: fault for place, number in placed.items() if (fault := _fault(number, percent))}
    if errors:
        raise Invalid(next(iter(errors.values())), errors)


def _fault(value: Decimal, percent: bool) -> str | None:
    if not value.is_finite() or abs(value) >= MOST:
        return "This is not a value that an indicator can have."
    if value != round(value, 4):
        return "Write at most four decimals."
    return "A percentage is from 0 to 100." if percent and not 0 <= value <= 100 else None


def _place(award: Award) -> tuple[str, str]:
    return ("monitoring.indicators", award.public_id)
