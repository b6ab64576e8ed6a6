"""One spelling for structured facts, so that a hash over them means something."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def canonical_json(facts: Any) -> str:
    """Spell facts as JSON with sorted keys and no spare space: the same facts always give the same text.

    facts    dicts with text keys, lists, text, whole numbers, Decimal (spelled as text), dates and aware instants
    raises   TypeError for anything else, floats included: they do not spell themselves the same everywhere
    """
    return json.dumps(plain(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of(facts: Any) -> str:
    """The SHA-256 of the canonical JSON, as 64 lower-case hex digits."""
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


def plain(value: Any) -> Any:
    """Facts as JSON keeps them: dates and instants in ISO form, a Decimal as text; the same facts for `sha256_of`.

    raises   TypeError as `canonical_json`
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical spelling")
