"""Events in words: their kinds, and where they are as everybody may know it."""

import re
from typing import Final

from grants.discovery.models import EVENT_KINDS

KINDS = {kind: kind.replace("_", " ").capitalize() for kind in EVENT_KINDS}


# An address with its scheme, or as people shorten it: a host and what follows it (zoom.us/j/123).
_ADDRESS: Final = re.compile(r"(?i:[a-z][a-z0-9+.-]*://|www\.)\S|(?:[\w-]+\.)+[a-z]{2,}/\w")


def place_for_all(place: str | None) -> str:
    """Where an event is, for the public: of a meeting online not its address, which lets in whoever has it.

    What stands beside an address is left out too: it may be the meeting's number or its password.

    >>> place_for_all("https://meet.example.org/mastery"), place_for_all("Impact Hub")
    ('Online', 'Impact Hub')
    >>> place_for_all("Zoom: https://meet.example.org/mastery, code 1234"), place_for_all("zoom.us/j/123")
    ('Online', 'Online')
    """
    return "Online" if _ADDRESS.search(place or "") else place or ""
