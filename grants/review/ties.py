"""Ties between a person and an organization that bar the one from judging the other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

PUBLIC_MAIL: Final = frozenset(
    {
        "aol.com", "comcast.net", "example.com", "example.net", "example.org", "fastmail.com", "gmail.com", "gmx.com",
        "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "me.com", "msn.com",
        "outlook.com", "pacbell.net", "proton.me", "protonmail.com", "sbcglobal.net", "yahoo.com", "zoho.com",
    }
)  # fmt: skip
"""Domains that say nothing of where someone works: public mail, and those reserved for examples (RFC 2606)."""


@dataclass(frozen=True)
class Judge:
    """A person as the rules look at them: ids of the organizations they belong to, and ever coached."""

    email: str
    belongs_to: frozenset[int]
    coached: frozenset[int]


@dataclass(frozen=True)
class Judged:
    """An applicant as the rules look at it.

    names     organization id -> name: its own, and those of the members where it is a consortium
    domains   email domain -> name of the organization whose own, or whose people's, it is
    """

    names: Mapping[int, str]
    domains: Mapping[str, str]


@dataclass(frozen=True)
class Tie:
    """One tie: where it was found, and a sentence that says what it is."""

    source: str
    reason: str


def domain_of(email: str) -> str:
    """The part behind the @, in lower case.

    >>> domain_of("Ada.Bright@ASCEND.example")
    'ascend.example'
    """
    return email.rpartition("@")[2].lower()


def ties(judge: Judge, judged: Judged, rules: Collection[str]) -> list[Tie]:
    """Every tie that the stage's rules look for. Whoever coached an applicant is tied whatever the rules say.

    rules   names as a program definition gives them: same_organization, same_email_domain, …

    >>> ann = Judge("ann@ascend.example", frozenset(), frozenset())
    >>> school = Judged({7: "ASCEND"}, {"ascend.example": "ASCEND"})
    >>> [tie.source for tie in ties(ann, school, ["same_email_domain"])]
    ['same_email_domain']
    """
    found = []
    domain = domain_of(judge.email)
    if "same_organization" in rules and (name := _first(judged.names, judge.belongs_to)):
        found.append(Tie("same_organization", f"Belongs to {name}."))
    if "same_email_domain" in rules and domain in judged.domains.keys() - PUBLIC_MAIL:
        found.append(Tie("same_email_domain", f"Shares the email domain {domain} with {judged.domains[domain]}."))
    if name := _first(judged.names, judge.coached):
        found.append(Tie("coach", f"Coached {name} on its drafts."))
    return found


def _first(names: Mapping[int, str], ids: Collection[int]) -> str:
    return next((name for number, name in names.items() if number in ids), "")
