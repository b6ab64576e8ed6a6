"""Use cases of an award: offered, answered, its agreement made, signed and countersigned."""

from grants.awards.services.agreements import countersign, sign
from grants.awards.services.offers import accept, decline, draw_on, extend_offer, offer_award

__all__ = [
    "accept",
    "countersign",
    "decline",
    "draw_on",
    "extend_offer",
    "offer_award",
    "sign",
]
