"""From a stage's submissions, scores and rules to what the slate is solved from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grants.decisions import amounts
from grants.decisions.slate_rules import Candidate, Fund, PortfolioRule, SlateRules
from grants.programs.schema import AmountRule, ApplicationStage, DecisionRules, Definition
from grants.programs.schema.deciding import fits


@dataclass(frozen=True)
class Applicant:
    """One submission, as deciding sees it.

    id               the application's public id
    score            raw mean of its scorecards, with a pitch the final score, 0 to 100; None without one
    failed           in words, each essential criterion that failed
    ties             what orders it among equal means by the program's rules; more is better, None comes last
    attributes       organization attribute -> value
    answers          field -> value; money in cents
    unfinished       in words, why a part of its score is missing; None when none is
    """

    id: str
    name: str
    score: Decimal | None
    failed: tuple[str, ...]
    ties: tuple[Decimal | None, ...]
    attributes: Mapping[str, Any]
    answers: Mapping[str, Any]
    unfinished: str | None = None

    @property
    def known(self) -> dict[str, Any]:
        """What a `where` may ask: organization attributes, and answers as `answers.<field>`."""
        return {**self.attributes, **{f"answers.{field}": value for field, value in self.answers.items()}}


def candidates(applicants: Sequence[Applicant], stage: ApplicationStage) -> tuple[Candidate, ...]:
    """Each applicant with the amount its award would be, and what bars it."""
    return tuple(_candidate(applicant, stage.decision) for applicant in applicants)


def amount_of(applicant: Applicant, rules: DecisionRules) -> amounts.Amount:
    """What an award to this applicant would be by the stage's rule."""
    asked = applicant.answers.get(rules.amount.asked_field or "")
    rule = _amount_rule(rules.amount, applicant)
    return amounts.award_amount(
        rule,
        applicant.score,
        asked if isinstance(asked, int) else None,
        never_above_asked=rules.amount.never_above_asked,
    )


def _candidate(applicant: Applicant, rules: DecisionRules) -> Candidate:
    amount = amount_of(applicant, rules)
    barred = [one for one in (applicant.unfinished, amount.reason) if one]
    if rules.essentials == "block":
        barred += applicant.failed
    return Candidate(
        *(applicant.id, applicant.name, applicant.score, amount.cents, tuple(barred), applicant.ties),
        final=applicant.unfinished is None,
    )


def _amount_rule(rule: AmountRule, applicant: Applicant) -> amounts.AmountRule:
    if rule.flat is not None:
        return amounts.Flat(rule.flat)
    if rule.range is None:
        return amounts.ByScore([amounts.Band(band.from_score, band.amount) for band in rule.bands])
    limits = rule.range
    pupils = applicant.answers.get(limits.pupils_field or "", applicant.attributes.get("enrollment")) or 0
    low, high = limits.at_least or 0, limits.at_most
    for band in limits.by_pupils:
        if band.from_pupils <= pupils and (band.to_pupils is None or pupils <= band.to_pupils):
            low, high = band.at_least, band.at_most
    if limits.per_pupil is not None:
        high = min(high, limits.per_pupil * pupils) if high is not None else limits.per_pupil * pupils
    return amounts.WithinRange(low, high or 0)


def rules_of(
    definition: Definition, stage: ApplicationStage, applicants: Sequence[Applicant], pool: int | None, lot: str
) -> SlateRules:
    """The stage's constraints on these applicants.

    pool   cents left in the stage's pool; None without one
    lot    seed of the lot
    """
    decision = stage.decision
    portfolio = tuple(
        PortfolioRule(rule.title, _fitting(rule.where, applicants), rule.at_least, rule.at_most)
        for rule in decision.portfolio
    )
    return SlateRules(
        pool=pool,
        funds=_restricted_funds(definition, stage, applicants),
        awards_at_least=decision.awards.at_least,
        awards_at_most=decision.awards.at_most,
        portfolio=portfolio,
        waitlist=decision.waitlist,
        lot=lot,
    )


def _restricted_funds(
    definition: Definition, stage: ApplicationStage, applicants: Sequence[Applicant]
) -> tuple[Fund, ...]:
    """Who may pay whom, where a fund of the stage is restricted; nothing where every fund may pay everyone."""
    titles = {key: definition.fund(key) for key in stage.decision.funds or definition.funds}
    funds = []
    for key, fund in titles.items():
        only = fund.pays_only
        if only is not None and only.stages and stage.key not in only.stages:
            continue
        pays = _fitting(only.where, applicants) if only is not None and only.where else None
        funds.append(Fund(key, fund.title, None, pays))
    restricted = len(funds) < len(titles) or any(fund.pays is not None for fund in funds)
    return tuple(funds) if restricted else ()


def _fitting(where: Mapping[str, tuple[str, ...]], applicants: Sequence[Applicant]) -> frozenset[str]:
    return frozenset(one.id for one in applicants if fits(where, one.known))
