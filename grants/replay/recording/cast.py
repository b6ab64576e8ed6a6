"""Who takes part: the foundation's people, reviewers, partners and coaches, schools and their educators."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from grants.kernel.roles import Role
from grants.programs.schema.base import Key, Part
from grants.programs.schema.values import Count, Flag, Percent, Positive

Sector = Literal["district", "charter"]


def domain(key: str) -> str:
    """The mail domain of an organization in a recording; names under `.example` belong to nobody.

    >>> domain("urban_promise")
    'urban-promise.example'
    """
    return f"{key.replace('_', '-')}.example"


class Someone(Part):
    """A person. With a login, the part of their address before the @ is that, and the demonstration names it."""

    name: str = Field(min_length=1)
    title: str = ""
    login: Key | None = None

    def address(self, place: str) -> str:
        """Their mail address at a place, by its key."""
        return f"{self.login or self.name.lower().replace(' ', '.')}@{domain(place)}"


class StaffMember(Someone):
    """Somebody of the foundation, or of a partner funder."""

    roles: tuple[Role, ...] = Field(min_length=1)
    at: Key = "foundation"


class Coach(Someone):
    """A mentor from a partner organization."""

    at: Key


class Partner(Part):
    """An organization that holds events, or a school that is visited."""

    name: str
    kind: Literal["partner", "school"] = "partner"
    named_in_record: Flag = False


class School(Part):
    """A school. One that the record names carries only what the record gives; any other is illustrative.

    educators   how many of its people came to discovery, the named ones among them
    """

    name: str
    sector: Sector
    named_in_record: Flag = False
    grades: Annotated[str, Field(pattern=r"^(PK|K|\d{1,2})-\d{1,2}$")] | None = None
    enrollment: Count | None = None
    low_income: Percent | None = None
    nces: str | None = None
    cds: str | None = None
    street: str | None = None
    postal_code: str | None = None
    educators: Positive
    head: str | None = None
    lead: str | None = None
    writer: str | None = None
    login: Key | None = Field(None, description="A login for its head.")

    @property
    def grade_span(self) -> tuple[str | None, str | None]:
        """Lowest and highest grade."""
        if self.grades is None:
            return None, None
        low, _, high = self.grades.partition("-")
        return low, high

    @property
    def named(self) -> tuple[str, ...]:
        """Those of its people who have a name in the recording: head, lead and writer, in this order."""
        return tuple(name for name in (self.head, self.lead, self.writer) if name)


class WordLists(Part):
    """From which the names and the work of the other educators are taken, in turn."""

    given: str
    family: str
    work: tuple[str, ...] = Field(min_length=1)

    @cached_property
    def _lists(self) -> tuple[list[str], list[str]]:
        return self.given.split(), self.family.split()

    def name(self, number: int) -> str:
        """The name of that number, from 0; all different up to the product of two lists without a common divisor."""
        given, family = self._lists
        return f"{given[number % len(given)]} {family[(number * 37 + 5) % len(family)]}"


class Educator(Part):
    """One educator of a school; `rank` is 0 for the head, 1 for the lead, 2 for the writer, then the others."""

    school: Key
    rank: Count
    name: str
    title: str

    @property
    def key(self) -> str:
        return f"{self.school}.{self.rank}"


TITLES = ("Head of school", "Lead teacher", "Teacher")


def roster(schools: dict[str, School], words: WordLists) -> dict[str, tuple[Educator, ...]]:
    """School key -> its educators: the named ones first, the others from the word lists, in the order of the file."""
    staff: dict[str, tuple[Educator, ...]] = {}
    taken = 0
    for key, school in schools.items():
        more = school.educators - len(school.named)
        names = [*school.named, *(words.name(taken + number) for number in range(more))]
        taken += more
        staff[key] = tuple(
            Educator(school=key, rank=rank, name=name, title=_title(rank, words)) for rank, name in enumerate(names)
        )
    return staff


def _title(rank: int, words: WordLists) -> str:
    return TITLES[rank] if rank < len(TITLES) else words.work[rank % len(words.work)]
