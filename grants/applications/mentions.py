"""Whom a comment names: people are called with an @ and their name."""

import re
from collections.abc import Collection, Iterable

_CALLED = re.compile(r"(?<![\w@])@(\w[\w’'-]*(?: \w[\w’'-]*)*)")


def mentioned(body: str, names: Collection[str]) -> list[str]:
    """Which of these names a text calls, in their order: a whole name, or a first name that only one of them has.

    >>> mentioned("@Luis, who chooses? @dana ruiz may know.", ["Luis Ortega", "Dana Ruiz", "Dana Lee"])
    ['Luis Ortega', 'Dana Ruiz']
    >>> mentioned("@Dana? Write to luis@example.org.", ["Luis Ortega", "Dana Ruiz", "Dana Lee"])
    []
    """
    called = [f"{words.casefold()} " for words in _CALLED.findall(body)]
    firsts = [_first(name) for name in names]
    return [
        name
        for name in names
        if _begins(called, name.casefold()) or (firsts.count(_first(name)) == 1 and _begins(called, _first(name)))
    ]


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0].casefold()


def _begins(called: Iterable[str], name: str) -> bool:
    return any(words.startswith(f"{name} ") for words in called)
