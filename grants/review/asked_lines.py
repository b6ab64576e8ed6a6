"""Several people at once, one on a line, as they are pasted from a mail or a table."""

import re
from dataclasses import dataclass
from typing import Final

MOST_LINES: Final = 200

_ADDRESS = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")


@dataclass(frozen=True)
class AskedLine:
    """One line: the address in small letters (empty where there is none), the name, and words of expertise.

    number   the line's place in what was pasted, from 1
    """

    number: int
    text: str
    email: str
    name: str
    expertise: str


def read_lines(pasted: str) -> list[AskedLine]:
    """The people of a text: on each line a name and an address in either order, then words of expertise by commas.

    >>> [(one.name, one.email, one.expertise) for one in read_lines("Erin Expert <Erin@Uni.example>, high, charter")]
    [('Erin Expert', 'erin@uni.example', 'high, charter')]
    >>> [(one.name, one.email) for one in read_lines("fay@uni.example; Fay Field")]
    [('Fay Field', 'fay@uni.example')]
    """
    lines = enumerate(pasted.splitlines(), start=1)
    return [_line(number, text.strip()) for number, text in lines if text.strip()]


def _line(number: int, text: str) -> AskedLine:
    found = _ADDRESS.search(text)
    if found is None:
        return AskedLine(number, text, "", "", "")
    before, after = text[: found.start()], text[found.end() :]
    parts = [" ".join(part.split()) for part in re.split(r"[,;\t]", f"{before.rstrip('< ')}\t{after.lstrip('> ')}")]
    said = [part.strip('"<> ') for part in parts if part.strip('"<> ')]
    return AskedLine(number, text, found.group().strip(".").lower(), said[0] if said else "", ", ".join(said[1:]))
