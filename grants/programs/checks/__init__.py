"""What is wrong with a definition, and what a careful colleague would notice. Pure: a definition in, findings out."""

from grants.programs.checks.advice import advice
from grants.programs.checks.conflict_kinds import of_conflict_kinds, on_conflict_kinds
from grants.programs.checks.form_references import of_forms
from grants.programs.checks.money_references import of_money
from grants.programs.checks.rules import broken
from grants.programs.checks.stage_references import of_stages
from grants.programs.checks.training import of_training, on_training
from grants.programs.checks.unused import loose_ends
from grants.programs.faults import Finding
from grants.programs.schema import Definition


def errors_in(definition: Definition) -> list[Finding]:
    """What keeps it from loading: names that lead nowhere, and rules that cannot hold."""
    return [
        *of_stages(definition),
        *of_forms(definition),
        *of_money(definition),
        *of_training(definition),
        *of_conflict_kinds(definition),
        *broken(definition),
    ]


def notices_on(definition: Definition) -> list[Finding]:
    """Warnings and notes on a definition without errors."""
    return [*advice(definition), *on_training(definition), *on_conflict_kinds(definition), *loose_ends(definition)]


__all__ = ["errors_in", "notices_on"]
