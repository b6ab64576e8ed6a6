"""An award's installments: how much each is, when it is due, and whether it can be paid."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from grants.kernel.dates import next_business_day
from grants.kernel.money import dollars, split
from grants.kernel.policy import YES, Verdict, no


class DueRule(Protocol):
    """When something falls due, as a program's schedule says it."""

    def date_for(self, events: Mapping[str, date]) -> date | None:
        """The date, given the dates of what has happened; None while the event it counts from has not."""
        ...


class Waits(StrEnum):
    """What an installment may wait for."""

    AGREEMENT_SIGNED = "agreement_signed"
    ACCEPTED = "accepted"
    REACHED = "reached"
    MATCHED = "matched"
    ON_OR_AFTER = "on_or_after"


_MISSING = {
    Waits.AGREEMENT_SIGNED: "The agreement has not been signed.",
    Waits.ACCEPTED: "The {title} has not been accepted.",
    Waits.REACHED: "The target for {title} has not been reached.",
    Waits.MATCHED: "The match of {title} has not been received.",
    Waits.ON_OR_AFTER: "It cannot be paid before {day}.",
}


@dataclass(frozen=True)
class Condition:
    """One thing an installment waits for.

    reference   as the schedule names it: `yearly_report.1`, `attendance_rate.year1`, a fund's key; empty for the others
    title       the same in words: "Yearly report 1", "attendance rate in year 1", "EDUCAUSE"
    on          for ON_OR_AFTER, the first day on which it can be paid
    """

    waits_for: Waits
    reference: str = ""
    title: str = ""
    on: date | None = None

    def __post_init__(self) -> None:
        if (self.waits_for is Waits.ON_OR_AFTER) != (self.on is not None):
            raise ValueError("A condition has a date exactly when it waits for one.")


@dataclass(frozen=True)
class PaymentFacts:
    """What has happened.

    met      conditions that hold because someone saw to it, as (kind, reference)
    waived   conditions that need not hold; every kind can be waived but the agreement
    """

    today: date
    agreement_signed: bool = False
    met: frozenset[tuple[Waits, str]] = frozenset()
    waived: frozenset[tuple[Waits, str]] = frozenset()


@dataclass(frozen=True)
class Standing:
    """How one condition stands: `sentence` says what is missing, and is None when it holds or is waived."""

    condition: Condition
    sentence: str | None = None
    is_waived: bool = False


@dataclass(frozen=True)
class Payability:
    """Whether an installment can be paid: true when every condition holds or is waived."""

    standings: tuple[Standing, ...]

    def __bool__(self) -> bool:
        return not self.unmet

    @property
    def unmet(self) -> tuple[str, ...]:
        """A sentence for each condition that stands in the way."""
        return tuple(standing.sentence for standing in self.standings if standing.sentence)

    @property
    def verdict(self) -> Verdict:
        return YES if self else no(" ".join(self.unmet))


def installment_amounts(award: int, shares: Sequence[Decimal]) -> list[int]:
    """Split an award into installments by largest remainder.

    award    whole cents, above 0
    shares   fractions above 0 that sum to exactly 1
    returns  whole cents above 0, one per share, that sum to `award`
    raises   ValueError when the shares do not sum to 1, or the award is too small for that many payments

    >>> installment_amounts(100_00, [Decimal("0.5"), Decimal("0.25"), Decimal("0.25")])
    [5000, 2500, 2500]
    """
    amounts = split(award, shares)
    if not all(amounts):
        raise ValueError(f"{dollars(award)} is too small for {len(shares)} installments of these shares.")
    return amounts


def due_on(rule: DueRule, events: Mapping[str, date], closed: Container[date] | None = None) -> date | None:
    """The due date of an installment; None while the event it counts from has not happened.

    events   what has happened and when, such as `agreement_signed`
    closed   days on which the bank is closed, weekends aside (a `holidays` calendar fits): the date then moves on to
             the next business day. None leaves the date where the rule puts it.
    """
    day = rule.date_for(events)
    return day if day is None or closed is None else next_business_day(day, closed)


def payable(conditions: Sequence[Condition], facts: PaymentFacts) -> Payability:
    """Whether an installment with these conditions can be paid, and what is missing.

    >>> report = Condition(Waits.ACCEPTED, "yearly_report.1", "Yearly report 1")
    >>> payable([report], PaymentFacts(date(2017, 7, 15))).unmet
    ('The yearly report 1 has not been accepted.',)
    """
    return Payability(tuple(_standing(condition, facts) for condition in conditions))


def _standing(condition: Condition, facts: PaymentFacts) -> Standing:
    named = (condition.waits_for, condition.reference)
    if named in facts.waived and condition.waits_for is not Waits.AGREEMENT_SIGNED:
        return Standing(condition, is_waived=True)
    return Standing(condition, None if _holds(condition, facts) else _missing(condition))


def _holds(condition: Condition, facts: PaymentFacts) -> bool:
    if condition.waits_for is Waits.AGREEMENT_SIGNED:
        return facts.agreement_signed
    if condition.on is not None:
        return facts.today >= condition.on
    return (condition.waits_for, condition.reference) in facts.met


def _missing(condition: Condition) -> str:
    title = condition.title or condition.reference
    if condition.waits_for is not Waits.MATCHED and title[1:2].islower():
        title = (
            title[0].lower() + title[1:]
        )  # "Yearly report" inside a sentence, but "SRI" and a fund's name as they are
    day = f"{condition.on:%B} {condition.on.day}, {condition.on.year}" if condition.on else ""
    return _MISSING[condition.waits_for].format(title=title, day=day)
