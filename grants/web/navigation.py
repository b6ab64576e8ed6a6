"""What the harbor bar offers each role. Capabilities register their entries; the page asks what its actor sees."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for

from grants.kernel.policy import Actor, Role
from grants.web.access import PUBLIC, SIGNED_IN, access_of, current_actor

# A person with several roles goes by the first of these.
ROLE_ORDER = (
    Role.DIRECTOR,
    Role.PROGRAM_OFFICER,
    Role.FINANCE_OFFICER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.PARTNER_FUNDER,
    Role.REVIEWER,
    Role.COACH,
    Role.APPLICANT,
)


@dataclass(frozen=True)
class Entry:
    """A registered way to a page.

    role     who sees it; None for everyone
    active   the path, or paths, under which the entry counts as the present one; its own path when empty
    post     reached by a one-button form, as signing out is
    shown    whether an actor sees it; to all when there is none
    """

    label: str
    endpoint: str
    order: int
    role: Role | None = None
    active: tuple[str, ...] = ()
    post: bool = False
    shown: Callable[[Actor], bool] | None = None


@dataclass(frozen=True)
class Link:
    """An entry as a page shows it."""

    label: str
    url: str
    active: bool = False
    post: bool = False


@dataclass(frozen=True)
class Place:
    """One of a person's organizations, to look at; `coached` when they only read drafts of it."""

    name: str
    public_id: str
    chosen: bool
    coached: bool = False


@dataclass(frozen=True)
class Navigation:
    """Everything the frame of a page links to.

    places   the organizations to choose among, for whoever is with several
    """

    links: tuple[Link, ...] = ()
    menu: tuple[Link, ...] = ()
    foot: tuple[Link, ...] = ()
    search: str | None = None
    sign_in: str | None = None
    role: str = ""
    places: Sequence[Place] = ()

    @property
    def chosen(self) -> Place | None:
        """The organization that pages are about now; None for all."""
        return next((one for one in self.places if one.chosen), None)


_bar: dict[tuple[Role | None, str], Entry] = {}
_menu: dict[str, Entry] = {}
_foot: dict[str, Entry] = {}
_single: dict[str, str] = {}
_places: list[Callable[[Actor], Sequence[Place]]] = []


def register_nav(role: Role, label: str, endpoint: str, order: int, active_prefix: str | tuple[str, ...] = ()) -> None:
    """Offer a page to a role in the harbor bar, at a place counted from the left.

    active_prefix   paths under which the entry is the present one, when its own path does not say it
    """
    prefixes = (active_prefix,) if isinstance(active_prefix, str) else active_prefix
    _bar[role, endpoint] = Entry(label, endpoint, order, role, prefixes)


def register_menu(
    label: str, endpoint: str, order: int, *, post: bool = False, shown: Callable[[Actor], bool] | None = None
) -> None:
    """Offer a page to everyone signed in, in the menu under their name.

    post    for a one-button form
    shown   narrows to whom it is offered
    """
    _menu[endpoint] = Entry(label, endpoint, order, post=post, shown=shown)


def register_foot(label: str, endpoint: str, order: int) -> None:
    """Offer a page to all at the foot of every page."""
    _foot[endpoint] = Entry(label, endpoint, order)


def register_search(endpoint: str) -> None:
    """Name the staff's search page, which "/" opens."""
    _single["search"] = endpoint


def register_sign_in(endpoint: str) -> None:
    """Name the page where visitors sign in."""
    _single["sign_in"] = endpoint


def offer_places(find: Callable[[Actor], Sequence[Place]]) -> Callable[[Actor], Sequence[Place]]:
    """Name the function that finds the organizations a person chooses among."""
    _places[:] = [find]
    return find


def navigation_for(actor: Actor) -> Navigation:
    """What this actor's pages link to, the present entry marked. Needs a request."""
    signed_in = actor.person_id is not None
    seen = {entry.endpoint: entry for entry in _bar.values() if entry.role in actor.roles}
    menu = [entry for entry in _menu.values() if signed_in and (entry.shown is None or entry.shown(actor))]
    return Navigation(
        links=_links(seen.values(), _present(seen.values())),
        menu=_links(menu, _present(menu)),
        foot=_links(_foot.values()),
        search=_url("search") if _searches(actor) else None,
        sign_in=None if signed_in else _url("sign_in"),
        role=_role_word(actor),
        places=_places[0](actor) if signed_in and _places else (),
    )


def _searches(actor: Actor) -> bool:
    """Whether the search page is the actor's to open: a link to a closed page would be a dead end."""
    endpoint = _single.get("search")
    access = access_of(current_app, endpoint) if endpoint in current_app.view_functions else None
    return actor.is_staff and access is not None and (access in {PUBLIC, SIGNED_IN} or actor.may(access))


def _role_word(actor: Actor) -> str:
    for role in ROLE_ORDER:
        if role in actor.roles:
            return role.label
    return ""


def navigation() -> Navigation:
    """The present actor's navigation, worked out once a request."""
    if "navigation" not in g:
        g.navigation = navigation_for(current_actor())
    found: Navigation = g.navigation
    return found


def unreachable(app: Flask) -> list[Entry]:
    """Registered entries that lead nowhere in this application; a complete one has none."""
    entries = [*_bar.values(), *_menu.values(), *_foot.values()]
    return [entry for entry in entries if entry.endpoint not in app.view_functions]


def url_with(**changes: object) -> str:
    """The present page with some of its query changed, the rest kept; None takes a key out."""
    query = {key: values for key, values in request.args.lists() if key not in changes}
    query.update({key: [str(value)] for key, value in changes.items() if value is not None})
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **query})


def init_navigation(app: Flask) -> None:
    """Let every template ask for its links."""
    app.jinja_env.globals.update(navigation=navigation, url_with=url_with)


def _links(entries: Iterable[Entry], present: Entry | None = None) -> tuple[Link, ...]:
    here = [entry for entry in entries if entry.endpoint in current_app.view_functions]
    return tuple(
        Link(entry.label, url_for(entry.endpoint), entry is present, entry.post)
        for entry in sorted(here, key=lambda entry: (entry.order, entry.label))
    )


def _present(entries: Iterable[Entry]) -> Entry | None:
    """The entry whose path goes deepest into the present one's."""
    depth = {entry: max(map(_depth_under, _paths(entry)), default=0) for entry in entries}
    best = max(depth, key=lambda entry: depth[entry], default=None)
    return best if best and depth[best] else None


def _paths(entry: Entry) -> tuple[str, ...]:
    own = (url_for(entry.endpoint),) if entry.endpoint in current_app.view_functions else ()
    return own + entry.active


def _depth_under(path: str) -> int:
    stem = path.rstrip("/")
    inside = request.path == path or (stem and request.path.startswith(f"{stem}/"))
    return len(path) if inside else 0


def _url(name: str) -> str | None:
    endpoint = _single.get(name)
    return url_for(endpoint) if endpoint in current_app.view_functions else None
