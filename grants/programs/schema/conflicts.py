"""The kinds of conflict of interest of a program: what people name, and what a rule's finding amounts to."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Field

from grants.programs.schema.base import Key, Keyed, Named, titled_lines
from grants.programs.schema.values import Flag

Relation = Literal["works_there", "board_member", "adviser", "family", "funder"]
"""A relation that reviewers state in their profile."""

Finding = Literal["same_organization", "same_network", "same_email_domain", "former_employer", "coach", Relation]
"""What a rule finds, or a relation that reviewers state in their profile."""

RELATIONS: Final[tuple[str, ...]] = get_args(Relation)
FINDINGS: Final = frozenset(get_args(Finding))


class ConflictKind(Named):
    """One kind of conflict of interest."""

    hint: str = Field("", description="What belongs to it, in plain words; it stands beneath the title.")
    explain: Flag = Field(True, description="Whether people have to say in their own words what the tie is.")
    found_by: tuple[Finding, ...] = Field(
        (), description="Findings of rules, and relations in reviewers' profiles, that are of this kind."
    )


STANDARD_CONFLICT_KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "works_there": {
        "title": "Works or worked there",
        "hint": "Staff, board or volunteer, now or in the past.",
        "found_by": (
            *("same_organization", "same_email_domain", "former_employer"),
            *("works_there", "board_member"),
        ),
    },
    "same_network": {
        "title": "Same network",
        "hint": "Their district, charter network or consortium is yours too.",
        "found_by": ("same_network",),
    },
    "close": {
        "title": "Family or close personal tie",
        "hint": "A relative, partner, close friend, or somebody you are at odds with.",
        "found_by": ("family",),
    },
    "money": {
        "title": "Money",
        "hint": "You pay or fund them, are paid by them, or stand to gain or lose by the decision.",
        "found_by": ("funder",),
    },
    "worked_together": {
        "title": "Coached, advised or wrote with them",
        "hint": "You had a hand in what they hand in.",
        "found_by": ("coach", "adviser"),
    },
    "other": {"title": "Something else", "hint": "Anything that might make others doubt your judgement."},
}
"""Key -> kind, in the order in which they are offered: what a program has that says nothing of its own."""


def _lend_standard(value: Any) -> Any:
    """A kind under a key of the standard ones says only what differs from it; a list of keys takes them as they are."""
    value = titled_lines(value)
    if not isinstance(value, Mapping):
        return value
    return {
        key: {**STANDARD_CONFLICT_KINDS.get(key, {}), **said} if isinstance(said, Mapping) else said
        for key, said in value.items()
    }


ConflictKinds: TypeAlias = Annotated[
    Keyed[ConflictKind], BeforeValidator(_lend_standard, json_schema_input_type=Keyed[ConflictKind] | list[Key])
]
"""Kinds by key, in the order in which they are offered. What a rule finds and none names is of the last one."""
