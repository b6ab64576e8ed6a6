"""Definitions stored before the schema became what it is: a stored version never changes, so it is read anew."""

from typing import Any


def in_todays_shape(definition: dict[str, Any]) -> dict[str, Any]:
    """A stored definition as the schema has it now.

    Subgroups were once names alone, such as `[grade, low_income]`, without the groups that a value could be entered
    for: a cycle that opened with such a version reads its indicators of all students.
    """
    indicators = {
        key: one | {"subgroups": {}} if isinstance(one.get("subgroups"), list) else one
        for key, one in definition.get("indicators", {}).items()
    }
    return definition | {"indicators": indicators} if indicators else definition
