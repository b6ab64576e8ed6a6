"""Ties between a person and an organization that bar the one from judging the other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from grants.people.likeness import name_key

RELATIONS: Final = {
    "works_there": "works at",
    "former_employer": "worked at",
    "board_member": "sits on the board of",
    "adviser": "advises",
    "family": "has family at",
    "funder": "funds",
}
"""A relation as it stands before the name of an organization."""

PUBLIC_MAIL: Final = frozenset(
    {
        "aol.com", "comcast.net", "example.com", "example.net", "example.org", "fastmail.com", "gmail.com", "gmx.com",
        "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "me.com", "msn.com",
        "outlook.com", "pacbell.net", "proton.me", "protonmail.com", "sbcglobal.net", "yahoo.com", "zoho.com",
    }
)  # fmt: skip
"""Domains that say nothing of where someone works: public mail, and those reserved for examples (RFC 2606)."""


@dataclass(frozen=True)
class Stated:
    """A tie that a reviewer states in their profile.

    organization_id   the organization of the directory that they mean; None where `name` alone says which
    until             the year in which it ended
    """

    relation: str
    name: str
    organization_id: int | None
    until: int | None = None

    @property
    def words(self) -> str:
        """The tie as a sentence has it after the name of a person.

        >>> Stated("former_employer", "Tern School", None, 2012).words
        'worked at Tern School until 2012'
        """
        said = f"{RELATIONS.get(self.relation, 'is tied to')} {self.name}"
        return f"{said} until {self.until}" if self.until else said


@dataclass(frozen=True)
class Judge:
    """A person as the rules look at them: ids of the organizations they belong to, and ever coached.

    networks   ids of the consortia in which one of their organizations is
    stated     what they state of themselves
    """

    email: str
    belongs_to: frozenset[int]
    coached: frozenset[int]
    networks: frozenset[int] = frozenset()
    stated: tuple[Stated, ...] = ()


@dataclass(frozen=True)
class Judged:
    """An applicant as the rules look at it.

    names     organization id -> name: its own, and those of the members where it is a consortium
    domains   email domain -> name of the organization whose own it is, or that of those who lead it or sign for it
    networks  consortium id -> name, of those in which one of these organizations is
    """

    names: Mapping[int, str]
    domains: Mapping[str, str]
    networks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tie:
    """One tie: where it was found, and a sentence that says what it is.

    relation   of those that somebody states; the kind of the tie follows from it
    """

    source: str
    reason: str
    relation: str = ""

    @property
    def finding(self) -> str:
        """What the program's kinds of conflict name in `found_by`."""
        return self.relation or self.source


def domain_of(email: str) -> str:
    """The part behind the @, in lower case.

    >>> domain_of("Ada.Bright@ASCEND.example")
    'ascend.example'
    """
    return email.rpartition("@")[2].lower()


def ties(judge: Judge, judged: Judged, rules: Collection[str]) -> list[Tie]:
    """Every tie that the stage's rules look for. Whoever belongs to an applicant, or coached it, is tied whatever the
    rules say.

    rules   names as a program definition gives them: same_organization, same_email_domain, …

    >>> ann = Judge("ann@ascend.example", frozenset(), frozenset())
    >>> school = Judged({7: "ASCEND"}, {"ascend.example": "ASCEND"})
    >>> [tie.source for tie in ties(ann, school, ["same_email_domain"])]
    ['same_email_domain']
    """
    found = []
    domain = domain_of(judge.email)
    if name := _first(judged.names, judge.belongs_to):
        found.append(Tie("same_organization", f"Belongs to {name}."))
    if "same_network" in rules and (name := _first(judged.networks, judge.networks)):
        found.append(Tie("same_network", f"Belongs to an organization that is in {name} too."))
    if "same_email_domain" in rules and domain in judged.domains and domain not in PUBLIC_MAIL:
        found.append(Tie("same_email_domain", f"Shares the email domain {domain} with {judged.domains[domain]}."))
    former = {"former_employer"} & set(rules)
    stated = {one.relation for one in judge.stated} - former
    if former and (one := _meant(judge, judged, {"former_employer"})):
        found.append(Tie("former_employer", _sentence(one)))
    if "stated_ties" in rules and (one := _meant(judge, judged, stated)):
        found.append(Tie("stated_ties", _sentence(one), one.relation))
    if name := _first(judged.names, judge.coached):
        found.append(Tie("coach", f"Coached {name} on its drafts."))
    return found


def keeps_away(relation: str, rules: Collection[str]) -> bool:
    """Whether a tie that is stated in a profile is one of those that these rules look for.

    >>> keeps_away("former_employer", ["former_employer"]), keeps_away("family", ["former_employer"])
    (True, False)
    """
    return "stated_ties" in rules or relation in {"former_employer"} & set(rules)


def _sentence(one: Stated) -> str:
    return f"{one.words[0].upper()}{one.words[1:]}."


def _meant(judge: Judge, judged: Judged, relations: Collection[str]) -> Stated | None:
    """The first tie of one of these relations that the person states to the applicant.

    A name without an organization of the directory is compared as names of schools are; what is found is looked at.
    """
    if not any(one.relation in relations for one in judge.stated):
        return None
    keys = {name_key(name) for name in judged.names.values()}
    return next(
        (
            one
            for one in judge.stated
            if one.relation in relations
            and (
                one.organization_id in judged.names
                if one.organization_id is not None
                else name_key(one.name) in keys and bool(one.name.strip())
            )
        ),
        None,
    )


def _first(names: Mapping[int, str], ids: Collection[int]) -> str:
    return next((name for number, name in names.items() if number in ids), "")
