"""What is wrong with a definition file, and where: in words, with path and line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from grants.kernel.errors import Invalid

Path = tuple[str | int, ...]


class Level(StrEnum):
    """An error keeps the file from loading; a warning asks to be looked at; a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing said about a definition.

    path   where it is, as keys and list places from the top; list places count from 0
    line   the line in the file, from 1; None when the definition did not come from a file
    """

    level: Level
    path: Path
    sentence: str
    line: int | None = None

    @property
    def where(self) -> str:
        """The path as a person writes it, list places counted from 1: `schedules.launch.2.share`."""
        return ".".join(str(step + 1) if isinstance(step, int) else step for step in self.path)

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        return f"{', '.join([*place, *([self.where] if self.path else [])]) or 'file'}: {self.sentence}"


def error(path: Sequence[str | int], sentence: str) -> Finding:
    """A finding that keeps the file from loading."""
    return Finding(Level.ERROR, tuple(path), sentence)


def warning(path: Sequence[str | int], sentence: str) -> Finding:
    """A finding a person would want to look at before opening a cycle."""
    return Finding(Level.WARNING, tuple(path), sentence)


def note(path: Sequence[str | int], sentence: str) -> Finding:
    """A finding worth knowing, often as intended."""
    return Finding(Level.NOTE, tuple(path), sentence)


class DefinitionError(Invalid):
    """A definition file that cannot be loaded. `findings` are its errors, in the order of the file."""

    def __init__(self, filename: str, findings: Iterable[Finding]) -> None:
        self.filename = filename
        self.findings = tuple(findings)
        count = "one error" if len(self.findings) == 1 else f"{len(self.findings)} errors"
        lines = [f"{filename}, {finding}" for finding in self.findings]
        super().__init__(f"{filename} cannot be loaded: {count}.", {"definition": "\n".join(lines)})

    def __str__(self) -> str:
        return "\n".join([self.sentence, *(f"{self.filename}, {finding}" for finding in self.findings)])


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """`; did you mean “planning”?` when a known name is close, otherwise the names there are, if they are few.

    >>> did_you_mean("planing", ["planning", "launch"])
    '; did you mean “planning”?'
    """
    names = sorted(known)
    if close := get_close_matches(given, names, n=1, cutoff=0.6):
        return f"; did you mean “{close[0]}”?"
    if not names:
        return "; there are none"
    return f"; there are: {', '.join(names)}" if len(names) <= 12 else ""
