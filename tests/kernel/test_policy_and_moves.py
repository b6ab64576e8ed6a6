"""Who may do what, and which moves are open."""

from dataclasses import dataclass

import pytest

from grants.kernel.errors import Clash, Refused
from grants.kernel.policy import ANONYMOUS, SYSTEM, YES, Actor, Membership, OrganizationRole, Role, no, require
from grants.kernel.workflow import Move, Workflow

OFFICER = Actor(1, "Olu", roles=frozenset({Role.PROGRAM_OFFICER}))
AUDITOR = Actor(2, "Aya", roles=frozenset({Role.AUDITOR}))


@dataclass(frozen=True)
class Facts:
    complete: bool


DOOR: Workflow[Facts] = Workflow(
    "slate",
    (
        Move(
            "propose", "draft", "proposed", "slate.propose", lambda facts: None if facts.complete else "Not complete."
        ),
        Move("discard", ("draft", "proposed"), "void", "slate.propose"),
    ),
)


def test_a_permission_is_held_by_roles() -> None:
    assert (OFFICER.may("slate.propose"), AUDITOR.may("slate.propose"), ANONYMOUS.may("slate.propose")) == (
        True,
        False,
        False,
    )


def test_an_unknown_permission_is_an_error_and_not_a_no() -> None:
    with pytest.raises(KeyError):
        OFFICER.may("slate.propse")


def test_an_auditor_reads_and_writes_nothing() -> None:
    from grants.kernel.permissions import PERMISSIONS

    held = {name for name in PERMISSIONS if AUDITOR.may(name)}
    assert all(name.endswith((".read", ".list")) for name in held), held


def test_an_administrator_sees_no_outcomes() -> None:
    admin = Actor(3, "Ada", roles=frozenset({Role.ADMINISTRATOR}))
    outcomes = (
        "case.read",
        "application.read",
        "review.read",
        "slate.read",
        "award.read",
        "payment.read",
        "document.read",
    )
    assert [name for name in outcomes if admin.may(name)] == []


def test_a_verdict_carries_its_reason() -> None:
    require(YES)
    with pytest.raises(Refused, match=r"Scoring has closed."):
        require(no("Scoring has closed."))


def test_memberships_say_where_a_person_may_write() -> None:
    actor = Actor(4, "Lee", memberships=(Membership(7, OrganizationRole.VIEWER), Membership(8, OrganizationRole.LEAD)))
    assert (actor.organization_ids, actor.organizations_as(*OrganizationRole.writers())) == ({7, 8}, {8})


def test_open_moves_come_with_their_verdicts() -> None:
    assert [(name, verdict.reason) for name, verdict in DOOR.open_to(OFFICER, "draft", Facts(False)).items()] == [
        ("propose", "Not complete."),
        ("discard", None),
    ]
    assert DOOR.open_to(AUDITOR, "draft", Facts(True)) == {}
    assert list(DOOR.open_to(OFFICER, "proposed", Facts(True))) == ["discard"]


def test_a_move_from_elsewhere_is_a_clash_in_words() -> None:
    with pytest.raises(Clash, match=r"This slate is void, so “propose” is no longer open."):
        DOOR.find("propose", "void")
    with pytest.raises(KeyError):
        DOOR.find("fly", "draft")


def test_the_system_acts_under_its_own_name() -> None:
    assert (SYSTEM.person_id, SYSTEM.acting_as("case.manage")) == (None, Role.SYSTEM)
