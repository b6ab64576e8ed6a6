"""Whether two descriptions mean the same organization: by identifier, name and place. It suggests, never decides."""

import re
import unicodedata
from difflib import SequenceMatcher
from typing import Final, Protocol

# As school names are shortened in directories and by hand; the long form is what both become.
_LONG: Final = {
    "acad": "academy",
    "ctr": "center",
    "elem": "elementary",
    "es": "elementary",
    "hs": "high",
    "intl": "international",
    "jr": "junior",
    "mid": "middle",
    "ms": "middle",
    "mt": "mount",
    "prep": "preparatory",
    "sr": "senior",
    "st": "saint",
    "univ": "university",
}
_STREETS: Final = {
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "dr": "drive",
    "ln": "lane",
    "rd": "road",
    "st": "street",
}
# Words that one list writes and another leaves out.
_UNSAID: Final = frozenset({"the", "of", "and", "school", "sch", "schools", "inc"})
# Words that say what kind of school it is: half of a city's schools share them.
_COMMON: Final = frozenset(
    {"academy", "center", "charter", "community", "district", "elementary", "high", "junior", "middle"}
    | {"preparatory", "public", "senior", "unified", "a", "at", "for", "in"}
)
SIMILAR: Final = 0.88  # of 1, by difflib's ratio: a typing error or a short word apart


class Described(Protocol):
    """What is compared of an organization; empty where it is not known."""

    @property
    def name(self) -> str: ...
    @property
    def nces_id(self) -> str | None: ...
    @property
    def cds_id(self) -> str | None: ...
    @property
    def street(self) -> str | None: ...
    @property
    def city(self) -> str | None: ...
    @property
    def postal_code(self) -> str | None: ...


def name_key(name: str) -> str:
    """A name as it is compared: without case, accents, punctuation, short forms and words that are often left out.

    >>> name_key("The Peña-Lincoln Elem. School")
    'pena lincoln elementary'
    >>> name_key("ST. MARY'S HS") == name_key("Saint Mary’s High School")
    True
    """
    words = [_LONG.get(word, word) for word in _words(name)]
    return " ".join([word for word in words if word not in _UNSAID] or words)


def reasons(one: Described, other: Described) -> tuple[str, ...]:
    """Why both may be the same organization, each as the end of "they have …"; empty when nothing speaks for it.

    Two that each have an identifier of the same kind, and not the same, are two.
    """
    same_ids = tuple(
        f"the same {label}"
        for label, mine, theirs in (
            ("NCES id", one.nces_id, other.nces_id),
            ("CDS code", one.cds_id, other.cds_id),
        )
        if mine and mine == theirs
    )
    if same_ids:
        return same_ids
    if _differ(one.nces_id, other.nces_id) or _differ(one.cds_id, other.cds_id):
        return ()
    return (*_by_name(one, other), *_by_address(one, other))


def match_keys(one: Described) -> frozenset[str]:
    """Short texts, at most 300 signs each, by which a database finds those an organization may be compared with.

    Two for which `reasons` speaks by name or address share one, but for a name with a typing error in its first
    letters, in one city and different ZIP codes. Identifiers are no keys: the database keeps each of them once.

    >>> from types import SimpleNamespace
    >>> sorted(match_keys(SimpleNamespace(name="Lincoln Elem.", street=None, city="Oakland", postal_code=None)))
    ['city oakland lin', 'city oakland word lincoln', 'name lincoln elementary']
    """
    name, street = name_key(one.name), _street_key(one.street)
    zip_code, city = (one.postal_code or "")[:5], " ".join(_words(one.city or ""))
    keys = {f"name {name}"} if name else set()
    if zip_code:
        keys.add(f"zip {zip_code}")  # so few are in one that all may be compared
    if city:
        keys.update(f"city {city} word {word}" for word in set(name.split()) - _COMMON)
        keys.add(f"city {city} {name[:3]}")
        if street:
            keys.add(f"city {city} street {street}")
    return frozenset(key[:300] for key in keys)


def _by_name(one: Described, other: Described) -> tuple[str, ...]:
    mine, theirs = name_key(one.name), name_key(other.name)
    near = _same_place(one, other)
    if mine == theirs and mine:
        return ("the same name, in the same place",) if near else ("the same name",) if near is None else ()
    first, second = sorted((mine, theirs))  # the ratio depends on the order
    if near and SequenceMatcher(None, first, second, autojunk=False).ratio() >= SIMILAR:
        return ("a similar name, in the same place",)
    return ()


def _by_address(one: Described, other: Described) -> tuple[str, ...]:
    mine, theirs = _street_key(one.street), _street_key(other.street)
    return ("the same address",) if mine and mine == theirs and _same_place(one, other) else ()


def _same_place(one: Described, other: Described) -> bool | None:
    """Whether both are in one ZIP code or city; None when that is not known of either one."""
    zips = tuple((code or "")[:5] for code in (one.postal_code, other.postal_code))
    cities = tuple(" ".join(_words(city or "")) for city in (one.city, other.city))
    known = [pair for pair in (zips, cities) if all(pair)]
    return any(mine == theirs for mine, theirs in known) if known else None


def _differ(mine: str | None, theirs: str | None) -> bool:
    return bool(mine and theirs and mine != theirs)


def _street_key(street: str | None) -> str:
    return " ".join(_STREETS.get(word, word) for word in _words(street or ""))


def _words(text: str) -> list[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.findall(r"\w+", re.sub(r"['’`.]", "", plain.casefold()))
