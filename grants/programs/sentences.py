"""Pydantic's errors, said so that a program officer knows what to change."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from grants.programs.faults import Finding, Path, did_you_mean, error
from grants.programs.schema import Definition

Schema = Mapping[str, Any]


def findings_from(errors: Sequence[ErrorDetails], data: Any) -> list[Finding]:
    """One finding for each error of pydantic; `data` is what was validated."""
    return [error(*_placed(details, data)) for details in errors]


def _placed(details: ErrorDetails, data: Any) -> tuple[Path, str]:
    kind = details["type"]
    path = path_in_data(details["loc"], data)
    if kind == "missing":
        return path, f"“{details['loc'][-1]}” is missing here"
    if kind == "extra_forbidden":
        return path, _unknown_setting(path, details, data)
    if "[key]" in details["loc"]:
        return path, _bad_name(path, kind)
    if kind.startswith("union_tag"):
        return _unknown_kind(path, details)
    return path, _SENTENCES.get(kind, _plain)(details.get("ctx", {}), details)


def path_in_data(loc: tuple[str | int, ...], data: Any) -> Path:
    """The part of pydantic's location that exists in the data: its own steps (kinds, functions) are left out."""
    path: list[str | int] = []
    for step in loc:
        exists = step in data if isinstance(data, dict) else isinstance(step, int) and isinstance(data, list)
        if exists:
            data = data[step]
            path.append(step)
    return tuple(path)


def _bad_name(path: Path, kind: str) -> str:
    if kind.startswith("int"):
        return f"“{path[-1]}” must be a whole number"
    return f"“{path[-1]}” cannot be a name here; use small letters, digits and _, and begin with a letter"


def _unknown_setting(path: Path, details: ErrorDetails, data: Any) -> str:
    name = str(path[-1]) if path else str(details["loc"][-1])
    if details["input"] is None:
        return (
            f"“{name}” is not a setting; inside {{ }} a comma ends a value, so a text or an amount with a comma "
            "needs quotes"
        )
    return f"there is no setting “{name}” here{did_you_mean(name, settings_at(path[:-1], data))}"


def _unknown_kind(path: Path, details: ErrorDetails) -> tuple[Path, str]:
    context = details["ctx"]
    setting = str(context["discriminator"]).strip("'")
    if details["type"] == "union_tag_not_found":
        return path, f"“{setting}” is missing here; it says which kind of thing this is"
    kinds = [kind.strip(" '") for kind in str(context["expected_tags"]).split(",")]
    return (*path, setting), f"there is no {setting} “{context['tag']}”{did_you_mean(str(context['tag']), kinds)}"


def _one_of(context: Mapping[str, Any], details: ErrorDetails) -> str:
    known = [name.strip(" '") for name in str(context["expected"]).replace(" or ", ",").split(",")]
    return f"“{details['input']}” is not possible here{did_you_mean(str(details['input']), known)}"


def _own_words(context: Mapping[str, Any], details: ErrorDetails) -> str:
    return str(context["error"])


def _plain(context: Mapping[str, Any], details: ErrorDetails) -> str:
    message = details["msg"]
    return message[:1].lower() + message[1:]


def _say(sentence: str) -> Callable[[Mapping[str, Any], ErrorDetails], str]:
    return lambda context, details: sentence.format(**context)


_GROUP = _say("a group of settings (name: value) is expected here")
_LIST = _say("a list is expected here")
_WHOLE = _say("a whole number is expected here, without quotes")
_NUMBER = _say("a number is expected here")
_SENTENCES: Mapping[str, Callable[[Mapping[str, Any], ErrorDetails], str]] = {
    "value_error": _own_words,
    "literal_error": _one_of,
    "enum": _one_of,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "dict_type": _GROUP,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": _say("a text is expected here; put numbers and dates in quotes"),
    "string_too_short": _say("a text is expected here, but there is none"),
    "string_pattern_mismatch": _say("this is not written as it should be; small letters, digits and _ make a name"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "bool_type": _say("yes or no is expected here"),
    "greater_than": _say("this must be more than {gt}"),
    "greater_than_equal": _say("this must be at least {ge}"),
    "less_than": _say("this must be less than {lt}"),
    "less_than_equal": _say("this must be at most {le}"),
    "too_short": _say("there is nothing here; at least {min_length} is needed"),
    "too_long": _say("there are more than {max_length} here; that many at most"),
}


# ---- which settings are known at a place: the published JSON Schema says


def settings_at(path: Path, data: Any) -> set[str]:
    """Names of the settings that a part of the definition may hold."""
    places: list[Schema] = list(_open(_schema(), data))
    for step in path:
        data = _step_into(data, step)
        places = [inner for place in places for found in _children(place, step) for inner in _open(found, data)]
    return {name for place in places for name in place.get("properties", {})}


@cache
def _schema() -> Schema:
    return Definition.model_json_schema(by_alias=True)


def _step_into(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _children(place: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        if "items" in place:
            yield place["items"]
    elif step in place.get("properties", {}):
        yield place["properties"][step]
    for keyed in (place.get("additionalProperties"), *place.get("patternProperties", {}).values()):
        if isinstance(keyed, Mapping):
            yield keyed


def _open(place: Schema, data: Any) -> Iterator[Schema]:
    """Follow references and alternatives; where a setting says which kind it is, only that kind."""
    if "$ref" in place:
        yield from _open(_schema()["$defs"][place["$ref"].rsplit("/", 1)[-1]], data)
    elif (discriminator := place.get("discriminator")) and isinstance(data, Mapping):
        reference = discriminator["mapping"].get(str(data.get(discriminator["propertyName"])))
        yield from _open({"$ref": reference}, data) if reference else ()
    elif alternatives := (place.get("anyOf") or place.get("oneOf")):
        for alternative in alternatives:
            yield from _open(alternative, data)
    else:
        yield place
