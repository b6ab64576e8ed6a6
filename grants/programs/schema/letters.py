"""Letters and the agreement: text with named placeholders, never code."""

import re
from collections.abc import Mapping
from typing import Final, Self

from pydantic import Field, model_validator

from grants.programs.schema.base import Named, Part
from grants.programs.schema.conditions import any_given
from grants.programs.schema.deciding import Where, fits
from grants.programs.schema.values import Money

COMMON_FACTS: Final = frozenset(
    {
        "recipient.name",
        "recipient.title",
        "organization.name",
        "organization.address",
        "program.title",
        "program.funder",
        "cycle.title",
        "stage.title",
        "decision.reasons",
        "decision.conditions",
        "decision.date",
        "officer.name",
        "officer.email",
    }
)
AWARD_FACTS: Final = frozenset(
    {
        "award.amount",
        "award.amount_in_words",
        "award.tier",
        "accept_by.date",
        "table.installments",
        "table.requirements",
    }
)
WAITLIST_FACTS: Final = frozenset({"waitlist.position"})
BLOCKS: Final = frozenset({"table.installments", "table.requirements"})
"""Placeholders that stand for a table, each on a line of its own."""

FACTS_OF: Final[Mapping[str, frozenset[str]]] = {
    "award": COMMON_FACTS | AWARD_FACTS,
    "waitlist": COMMON_FACTS | WAITLIST_FACTS,
    "decline": COMMON_FACTS,
}
LETTER_FACTS: Final = COMMON_FACTS | AWARD_FACTS | WAITLIST_FACTS

PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


def placeholders(text: str) -> list[str]:
    """Names of the placeholders in a text, in order; `{ award.amount }` counts as award.amount."""
    return [found.strip() for found in PLACEHOLDER.findall(text)]


class Addition(Part):
    """A paragraph that only some letters carry."""

    add: str = Field(description="The paragraph, after the body.")
    tier: Money | None = Field(None, description="For awards of exactly this amount.")
    at_least: Money | None = Field(None, description="For awards of this amount or more.")
    at_most: Money | None = Field(None, description="For awards of this amount or less.")
    where: Where = Field(default_factory=dict, description="For organizations with these attributes.")

    @model_validator(mode="after")
    def _is_for_some(self) -> Self:
        if not any_given((self.tier, self.at_least, self.at_most)) and not self.where:
            raise ValueError("an addition says for whom: tier, at_least, at_most or where")
        return self

    def is_for(self, amount: int | None, attributes: Mapping[str, object]) -> bool:
        """Whether a letter about this amount (cents; None without an award) to this organization carries it."""
        if self.tier is not None and amount != self.tier:
            return False
        if self.at_least is not None and (amount is None or amount < self.at_least):
            return False
        if self.at_most is not None and (amount is None or amount > self.at_most):
            return False
        return fits(self.where, attributes)


class Letter(Named):
    """A letter that tells an outcome."""

    subject: str
    body: str
    when: tuple[Addition, ...] = ()
    signed_by: str = Field("", description="Name and office under the letter; left out, the case's officer.")

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything in it that may hold placeholders."""
        return (self.subject, self.body, self.signed_by, *(addition.add for addition in self.when))

    def body_for(self, amount: int | None = None, attributes: Mapping[str, object] | None = None) -> str:
        """The body with the additions that apply, placeholders still in it; amount in cents."""
        added = [addition.add for addition in self.when if addition.is_for(amount, attributes or {})]
        return "\n\n".join(part.strip() for part in (self.body, *added))


STANDARD_LETTERS: Final[Mapping[str, Letter]] = {
    "award": Letter(
        title="Standard award letter",
        subject="{stage.title}: an award for {organization.name}",
        body=(
            "Dear {recipient.name},\n\n"
            "We are glad to tell you that {organization.name} has been awarded {award.amount} in the {stage.title} "
            "of {program.title}.\n\n{decision.reasons}\n\n{decision.conditions}\n\n"
            "The award is paid as follows.\n\n{table.installments}\n\n"
            "Please accept or decline it by {accept_by.date}. If you have a question, write to {officer.name}, "
            "{officer.email}."
        ),
    ),
    "waitlist": Letter(
        title="Standard waitlist letter",
        subject="{stage.title}: your application is on the waitlist",
        body=(
            "Dear {recipient.name},\n\n"
            "Thank you for the application of {organization.name} to the {stage.title} of {program.title}. It is on "
            "the waitlist, at place {waitlist.position}. If an award is turned down we offer it to the next in order, "
            "and write to you at once.\n\n{decision.reasons}\n\n"
            "If you have a question, write to {officer.name}, {officer.email}."
        ),
    ),
    "decline": Letter(
        title="Standard decline letter",
        subject="{stage.title}: our decision on your application",
        body=(
            "Dear {recipient.name},\n\n"
            "Thank you for the application of {organization.name} to the {stage.title} of {program.title}. We are "
            "sorry that we cannot award it a grant this time.\n\n{decision.reasons}\n\n"
            "We are glad to talk it over with you: write to {officer.name}, {officer.email}."
        ),
    ),
}

STANDARD_AGREEMENT: Final = (
    "{program.funder} awards {organization.name} {award.amount} in the {stage.title} of {program.title}.\n\n"
    "1. The grantee uses the grant for the purposes of its application, and for nothing else, and keeps records of "
    "what it spends.\n\n"
    "2. The grant is paid in these installments.\n\n{table.installments}\n\n"
    "3. The grantee meets these requirements.\n\n{table.requirements}\n\n"
    "4. A change of purpose, amount, budget or date is agreed in writing beforehand.\n\n"
    "5. Money that is not spent for these purposes is returned."
)
