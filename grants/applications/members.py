"""A consortium's member organizations as an application names them, and whether they are what its program asks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from grants.applications.completeness import Gap
from grants.applications.reading import Grid, Item, Part, Row
from grants.people.details import KINDS
from grants.programs.schema import Consortium

CONSORTIUM: Final = "the-consortium"  # where they stand: no section of a form has such a key
TITLE: Final = "Member organizations"

Members = Sequence[Mapping[str, Any]]
"""The leading one first, then by name: {"id", "name", "kind", "leads", "nces_id", "cds_id"}, as a submission keeps
them; `id` is the organization's public id."""


def faults_of_members(rule: Consortium, members: Members) -> Iterator[str]:
    """What a consortium is short of to be one that the program takes, in sentences; nothing when it may submit."""
    leader = next((one for one in members if one["leads"]), None)
    if leader is None:
        yield "Nobody leads it yet: let one of its members lead."
    elif rule.lead is not None and leader["kind"] != rule.lead:
        yield f"{leader['name']} leads it and is a {_kind(leader['kind'])}; here a {_kind(rule.lead)} has to lead."
    count = len(members)
    have = "One member organization" if count == 1 else f"{count or 'No'} member organizations"
    if count < rule.members_at_least:
        yield f"{have} so far; at least {rule.members_at_least}. Those asked count once they say yes."
    if rule.members_at_most is not None and count > rule.members_at_most:
        yield f"{have}; at most {rule.members_at_most}."


def gaps_in_members(rule: Consortium, members: Members) -> list[Gap]:
    """The same as gaps of a draft."""
    return [Gap(CONSORTIUM, "members", TITLE, fault) for fault in faults_of_members(rule, members)]


def members_in(content: Mapping[str, Any]) -> Members:
    """The members that a submission names; none where the applicant was no consortium, or it is older than the rule."""
    return content["organization"].get("members", [])  # type: ignore[no-any-return]


def named(members: Members) -> list[str]:
    """Each member in a word or two: `Bayview District (leads)`."""
    return [f"{one['name']} (leads)" if one["leads"] else str(one["name"]) for one in members]


def members_part(members: Members) -> tuple[Part, ...]:
    """The members as a part of what one reads of an application; none where there are none."""
    if not members:
        return ()
    rows = tuple(
        Row(one["name"], (KINDS[one["kind"]], "Leads" if one["leads"] else "Member", one["nces_id"] or ""))
        for one in members
    )
    grid = Grid("Organization", ("Kind", "Part", "NCES id"), (False, False, False), rows)
    return (Part(CONSORTIUM, "The consortium", (), (Item("members", TITLE, "table", grid),)),)


def _kind(kind: str) -> str:
    return KINDS[kind].lower()
