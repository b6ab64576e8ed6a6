"""What is known of an organization, and what is wrong with it as given."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from grants.people.us_states import state_code

KINDS: Final = {
    "school": "School",
    "district": "District",
    "charter_network": "Charter network",
    "nonprofit": "Nonprofit",
    "partner": "Partner",
    "consortium": "Consortium",
}
SECTORS: Final = {"district": "District-run", "charter": "Charter"}
DOES: Final = {
    "lead": "writes, and invites others",
    "editor": "writes",
    "viewer": "reads",
    "signatory": "writes, certifies and signs",
}
"""What somebody does in an organization by their role there, in the order in which a page names them."""
GRADES: Final = ("PK", "K", *(str(grade) for grade in range(1, 13)))
MOST_PUPILS: Final = 2_000_000
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


@dataclass(frozen=True)
class OrganizationDetails:
    """An organization as someone describes it; the columns of people.models.Organization say what each means.

    low_income_share   a fraction of 1
    """

    name: str
    kind: str
    sector: str | None = None
    nces_id: str | None = None
    cds_id: str | None = None
    grade_from: str | None = None
    grade_to: str | None = None
    enrollment: int | None = None
    low_income_share: Decimal | None = None
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    email_domain: str | None = None

    def values(self) -> dict[str, Any]:
        """By column; empty text is nothing, and a state is its two letters."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        values = {name: (value.strip() or None) if isinstance(value, str) else value for name, value in given.items()}
        return values | {"region": values["region"] and (state_code(values["region"]) or values["region"])}

    def problems(self) -> dict[str, str]:
        """What is wrong, a sentence by field; empty when nothing is."""
        return dict(self._problems())

    def _problems(self) -> Iterator[tuple[str, str]]:
        if not self.name.strip():
            yield "name", "Write the organization’s name."
        if self.kind not in KINDS:
            yield "kind", "Choose what kind of organization it is."
        if self.sector and self.sector not in SECTORS:
            yield "sector", "Choose how it is run."
        elif self.kind == "school" and not self.sector:
            yield "sector", "Say whether the school is district-run or a charter: awards are balanced by it."
        yield from self._wrong_ids()
        yield from self._wrong_grades()
        if self.enrollment is not None and not 0 <= self.enrollment <= MOST_PUPILS:
            yield "enrollment", f"Write a number of students from 0 to {MOST_PUPILS:,}."
        if self.low_income_share is not None and not 0 <= self.low_income_share <= 1:
            yield "low_income_share", "Write a percentage from 0 to 100."
        if self.region and self.region.strip() and state_code(self.region) is None:
            yield "region", "Write a state of the United States, such as CA or California."
        if self.email_domain and not _DOMAIN.fullmatch(self.email_domain):
            yield "email_domain", "Write what stands after the @ in its addresses, such as ousd.example.org."

    def _wrong_ids(self) -> Iterator[tuple[str, str]]:
        lengths = (7,) if self.kind == "district" else (12,)
        if self.nces_id and not (self.nces_id.isdecimal() and len(self.nces_id) in lengths):
            digits = " or ".join(str(length) for length in lengths)
            yield "nces_id", f"An NCES id of this kind of organization has {digits} digits, leading zeros included."
        if self.cds_id and not (self.cds_id.isdecimal() and len(self.cds_id) == 14):
            yield "cds_id", "A CDS code has 14 digits, leading zeros included."

    def _wrong_grades(self) -> Iterator[tuple[str, str]]:
        given = {"grade_from": self.grade_from, "grade_to": self.grade_to}
        wrong = [name for name, grade in given.items() if grade and grade not in GRADES]
        for name in wrong:
            yield name, "Choose a grade from PK to 12."
        if wrong:
            return
        if bool(self.grade_from) != bool(self.grade_to):
            yield (
                "grade_from" if self.grade_to else "grade_to",
                "Give both the lowest and the highest grade, or neither.",
            )
        elif self.grade_from and self.grade_to and GRADES.index(self.grade_from) > GRADES.index(self.grade_to):
            yield "grade_to", f"The highest grade, {self.grade_to}, lies below the lowest, {self.grade_from}."


def plain_id(typed: str | None) -> str | None:
    """An identifier as people type it, spaces and hyphens aside; None for nothing.

    >>> plain_id("01-61259-0130229")
    '01612590130229'
    """
    return re.sub(r"[\s\-–]+", "", typed or "") or None
