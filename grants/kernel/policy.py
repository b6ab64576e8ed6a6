"""Who is asking, and the answer: a verdict that carries its reason."""

from dataclasses import dataclass, field, replace

from grants.kernel.errors import Refused
from grants.kernel.permissions import PERMISSIONS
from grants.kernel.roles import OrganizationRole, Role

__all__ = [
    "ANONYMOUS",
    "SYSTEM",
    "YES",
    "Actor",
    "Membership",
    "OrganizationRole",
    "Role",
    "Verdict",
    "no",
    "require",
    "require_permission",
]


@dataclass(frozen=True)
class Membership:
    """One person's place in one organization."""

    organization_id: int
    role: OrganizationRole


@dataclass(frozen=True)
class Actor:
    """Whoever acts: a person with the roles they hold now, or the system itself.

    coaching    ids of the organizations that let this person comment on their drafts
    public_id   the person's, by which pages know them
    looks_at    id of the one of their organizations that their pages are about now; None for all
    beside      ids of the organizations that are out of view for that; a tie to them is a tie all the same
    """

    person_id: int | None
    name: str
    email: str = ""
    roles: frozenset[Role] = frozenset()
    memberships: tuple[Membership, ...] = ()
    coaching: frozenset[int] = field(default_factory=frozenset)
    public_id: str = ""
    looks_at: int | None = None
    beside: frozenset[int] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Whether any of the actor's roles holds the permission. An unknown permission is a KeyError, not a no."""
        return bool(self.roles & PERMISSIONS[permission])

    def acting_as(self, permission: str) -> Role | None:
        """The role that lets the actor use the permission, for the record."""
        return min(self.roles & PERMISSIONS[permission], default=None)

    @property
    def organization_ids(self) -> frozenset[int]:
        return frozenset(membership.organization_id for membership in self.memberships)

    def organizations_as(self, *roles: OrganizationRole) -> frozenset[int]:
        """Ids of the organizations in which the actor holds one of these roles."""
        return frozenset(place.organization_id for place in self.memberships if place.role in roles)

    @property
    def ties(self) -> frozenset[int]:
        """Ids of all organizations the actor belongs to or coaches, in view or not."""
        return self.organization_ids | self.coaching | self.beside

    @property
    def in_view(self) -> "Actor":
        """The same person with the organization they look at alone: for lists of what is theirs.

        What may be opened is asked of the actor as they are: a choice of view never opens or closes anything.
        """
        if self.looks_at not in self.ties:
            return self
        one = frozenset({self.looks_at})
        return replace(
            self,
            memberships=tuple(place for place in self.memberships if place.organization_id in one),
            coaching=self.coaching & one,
            beside=self.ties - one,
        )

    @property
    def is_staff(self) -> bool:
        return bool(self.roles & Role.staff())


SYSTEM = Actor(person_id=None, name="Harbormaster", roles=frozenset({Role.SYSTEM}))
ANONYMOUS = Actor(person_id=None, name="Visitor")


@dataclass(frozen=True)
class Verdict:
    """Yes, or no with a sentence that says why."""

    reason: str | None = None

    def __bool__(self) -> bool:
        return self.reason is None


YES = Verdict()


def no(reason: str) -> Verdict:
    """A refusal, in a sentence a person can use."""
    return Verdict(reason)


def require(verdict: Verdict) -> None:
    """Go on when the verdict is yes.

    raises   Refused with the verdict's reason
    """
    if verdict.reason is not None:
        raise Refused(verdict.reason)


def require_permission(actor: Actor, permission: str) -> None:
    """Go on when one of the actor's roles holds the permission.

    raises   Refused
    """
    if not actor.may(permission):
        raise Refused("Your role does not allow this. Ask an administrator if you think it should.")
