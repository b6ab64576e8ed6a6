"""What installments wait for, and whether it holds, from what is on record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from grants.awards.models import Award
from grants.awards.states import AwardState
from grants.kernel.clock import today
from grants.payments import schedule
from grants.payments.models import ConditionMet, Installment
from grants.people.models import Person
from grants.persistence.session import db
from grants.programs import phrases
from grants.programs.queries import definition_of
from grants.programs.schema import Definition
from grants.programs.schema import Waits as Wait

Kept = dict[schedule.Waits, dict[str, tuple[ConditionMet, str]]]


@dataclass(frozen=True)
class Condition:
    """One thing an installment waits for, as a page shows it.

    words     what must hold, inside a sentence: “yearly report 1 is accepted”
    sentence  what is missing; None when it holds or is waived
    waived    who waived it and why, in a sentence; empty when nobody did
    """

    words: str
    sentence: str | None
    waived: str = ""
    waived_by_id: int | None = None

    @property
    def holds(self) -> bool:
        return self.sentence is None


def conditions_of(installments: Sequence[Installment]) -> dict[int, list[Condition]]:
    """Installment id -> its conditions, in the schedule's order. One statement for them all."""
    kept = _kept(installment.award_id for installment in installments)
    return {one.id: _standing(one, kept.get(one.award_id, {})) for one in installments}


def _standing(installment: Installment, kept: Kept) -> list[Condition]:
    award = installment.award
    definition = definition_of(award.stage.cycle)
    waits = [Wait.model_validate(wait) for wait in installment.conditions]
    judged = schedule.payable([_condition(wait, definition) for wait in waits], _facts(award, kept))
    shown = []
    for wait, standing in zip(waits, judged.standings, strict=True):
        words = phrases.waits(wait, definition)
        if standing.is_waived:
            fact, name = kept[standing.condition.waits_for][standing.condition.reference]
            shown.append(Condition(words, None, f"Waived by {name}: {fact.note}", fact.met_by_id))
        else:
            shown.append(Condition(words, standing.sentence))
    return shown


def _condition(wait: Wait, definition: Definition) -> schedule.Condition:
    """A condition as the schedule's rule takes it, with its title for the sentence."""
    kind = schedule.Waits(wait.kind)
    if wait.accepted is not None:
        requirement = definition.requirement(wait.accepted.key)
        number = f" {wait.accepted.number}" if requirement.times > 1 else ""
        return schedule.Condition(kind, str(wait.accepted), f"{requirement.title}{number}")
    if wait.reached is not None:
        title = f"{definition.indicator(wait.reached.key).title} in year {wait.reached.year}"
        return schedule.Condition(kind, str(wait.reached), title)
    if wait.matched is not None:
        return schedule.Condition(kind, wait.matched, definition.fund(wait.matched).title)
    return schedule.Condition(kind, on=wait.on_or_after)


def _facts(award: Award, kept: Kept) -> schedule.PaymentFacts:
    named = [(kind, reference, fact) for kind, facts in kept.items() for reference, (fact, _) in facts.items()]
    return schedule.PaymentFacts(
        today=today(award.stage.cycle.time_zone),
        agreement_signed=award.state == AwardState.ACTIVE,
        met=frozenset((kind, reference) for kind, reference, fact in named if not fact.waived),
        waived=frozenset((kind, reference) for kind, reference, fact in named if fact.waived),
    )


def _kept(award_ids: Iterable[int]) -> dict[int, Kept]:
    """Award id -> what is on record for it, by kind and reference, with the name of who noted it."""
    rows = db.session.execute(
        select(ConditionMet, Person.name)
        .outerjoin(Person, Person.id == ConditionMet.met_by_id)
        .where(ConditionMet.award_id.in_(set(award_ids)))
    )
    kept: dict[int, Kept] = {}
    for fact, name in rows:
        by_kind = kept.setdefault(fact.award_id, {}).setdefault(schedule.Waits(fact.kind), {})
        by_kind[fact.reference] = (fact, name or "Harbormaster")
    return kept
