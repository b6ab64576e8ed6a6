"""When is a slate approved? By so many people of each role, line by line, since a conflicted one abstains on a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grants.kernel.policy import YES, Actor, Verdict, no
from grants.kernel.roles import Role


@dataclass(frozen=True)
class Approval:
    """One person's approval of one exact content.

    abstained   what they do not vouch for: lines, and their conflicted cases, on the slate or not
    """

    person_id: int
    role: Role
    abstained: frozenset[str] = frozenset()


def missing_approvals(
    required: Mapping[Role, int], approvals: Sequence[Approval], lines: Sequence[str]
) -> dict[Role, int]:
    """How many approvals each role still owes, on the line where it owes most.

    Whatever somebody abstained on is vouched for by others too. So a slate waits for another approval whether the case
    they have a conflict with is on it or not, and its state tells them nothing.

    required   role -> approvals needed, 1 or more
    lines      ids of the slate's lines
    returns    roles that still owe some; empty when the slate is approved

    >>> missing_approvals({Role.DIRECTOR: 2}, [Approval(7, Role.DIRECTOR)], ["a"])
    {<Role.DIRECTOR: 'director'>: 1}
    """
    vouched = {*lines, *(one for approval in approvals for one in approval.abstained)}
    owed = {
        role: max((needed - _given(role, approvals, line) for line in vouched), default=needed)
        for role, needed in required.items()
    }
    return {role: count for role, count in owed.items() if count > 0}


def _given(role: Role, approvals: Sequence[Approval], line: str) -> int:
    return len({one.person_id for one in approvals if one.role is role and line not in one.abstained})


def in_words(missing: Mapping[Role, int]) -> str | None:
    """What is missing, in a sentence; nothing when nothing is.

    >>> in_words({Role.DIRECTOR: 2, Role.PARTNER_FUNDER: 1})
    'Still to approve: 2 directors and 1 partner funder.'
    """
    if not missing:
        return None
    parts = [f"{count} {role.label.lower()}{'s' if count > 1 else ''}" for role, count in missing.items()]
    return f"Still to approve: {' and '.join(parts)}."


def may_approve(actor: Actor, proposed_by_id: int | None, required: Mapping[Role, int], already: bool) -> Verdict:
    """Whether this person may approve: in a role the program asks for, once, and never what they proposed."""
    if not actor.roles & frozenset(required):
        return no("This program asks others to approve its slates.")
    if actor.person_id == proposed_by_id:
        return no("You proposed this slate, so someone else has to approve it.")
    if already:
        return no("You have approved this slate.")
    return YES
