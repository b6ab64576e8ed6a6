"""Events in words: their kinds, and where they are as everybody may know it."""

from grants.discovery.models import EVENT_KINDS

KINDS = {kind: kind.replace("_", " ").capitalize() for kind in EVENT_KINDS}


def place_for_all(place: str | None) -> str:
    """Where an event is, for the public: of a meeting online not its address, which lets in whoever has it.

    >>> place_for_all("https://meet.example.org/mastery"), place_for_all("Impact Hub")
    ('Online', 'Impact Hub')
    """
    return "Online" if (place or "").startswith("https://") else place or ""
