"""Reading YAML with the line of every part, and nothing in it that could do harm.

Only plain data is read: mappings, lists, text, numbers, dates, true, false and nothing. Tags,
anchors, aliases, duplicate keys, several documents, deep nesting and large files are refused, each with its line.
Words are read as YAML 1.2 reads them, so that `no` and `on` stay words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

MOST_BYTES = 512 * 1024
MOST_DEPTH = 30
NOT_TEXT = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Path = tuple[str | int, ...]
"""Text is a name in a mapping, a number the place in a list."""


@dataclass
class Unreadable(Exception):
    """The text cannot be read: why, and on which line (1 for the first)."""

    sentence: str
    line: int


@dataclass
class Read:
    """What was read, and the line on which each part stands; `()` is the whole."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of a part, or of the nearest part around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str | bytes) -> Read:
    """Read one YAML document.

    raises   Unreadable
    """
    text = _checked(text)
    read = Read()
    try:
        read.data = _Reader(read, _events(text)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(_in_words(error.problem or ""), mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two: an escape such as \UFFFFFFFF
        raise Unreadable("this is not text that can be read as YAML", 1) from error
    return read


def _checked(text: str | bytes) -> str:
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES // 1024} KB, far more than a definition needs", 1)
    if isinstance(text, bytes):
        text = _decoded(text)
    if odd := NOT_TEXT.search(text):
        line = text[: odd.start()].count("\n") + 1
        raise Unreadable(f"there is a character that is not text (code {ord(odd[0]):04X})", line)
    return text


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable("this is not UTF-8 text; save the file as UTF-8", line) from error


def _events(text: str) -> Iterator[Event]:
    # The pure-Python parser: its marks and messages are the same everywhere, and a definition is small.
    yield from yaml.parse(text, Loader=yaml.SafeLoader)


def _in_words(problem: str) -> str:
    hints = {
        "found character '\\t' that cannot start any token": "there is a tab here; indent with spaces",
        "mapping values are not allowed here": (
            "a second “: ” on one line cannot be read; put the text in quotes, or check the indentation"
        ),
        "could not find expected ':'": "a “:” is missing after a name, or a text needs quotes",
        "found unexpected end of stream": "a quote or a bracket that was opened is never closed",
    }
    if problem.endswith("got '?'"):
        return "a text with a question mark needs quotes inside { } and [ ]"
    if problem.startswith("expected <block end>"):
        return "this line is not indented like the lines above it"
    return hints.get(problem, f"this cannot be read as YAML ({problem}); check indentation, quotes and brackets")


class _Reader:
    """Builds plain data from the parser's events, one at a time, noting lines."""

    def __init__(self, read: Read, events: Iterator[Event]) -> None:
        self.lines = read.lines
        self.events = events

    def document(self) -> Any:
        next(self.events)
        if isinstance(start := next(self.events), StreamEndEvent):
            raise Unreadable("the file is empty", 1)
        data = self._node(next(self.events), ())
        next(self.events)
        if isinstance(another := next(self.events), DocumentStartEvent):
            raise Unreadable("a second document begins here (---); a definition is one document", _line(another))
        self.lines.setdefault((), _line(start))
        return data

    def _node(self, event: Event, path: Path) -> Any:
        self._refuse_tricks(event, path)
        self.lines.setdefault(path, _line(event))
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        return self._mapping(path)

    def _refuse_tricks(self, event: Event, path: Path) -> None:
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise Unreadable("& and * (anchors and aliases) are not used here; write the text out", _line(event))
        if getattr(event, "tag", None) not in (None, "!"):
            raise Unreadable("tags (!) are not used here; if the text begins with !, put it in quotes", _line(event))
        if isinstance(event, ScalarEvent) and (odd := NOT_TEXT.search(event.value)):
            raise Unreadable(f"there is a character that is not text (code {ord(odd[0]):04X})", _line(event))
        if len(path) > MOST_DEPTH:
            raise Unreadable("this is nested too deeply", _line(event))

    def _list(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(event, path)
            if key in items:
                first = self.lines[*path, key]
                raise Unreadable(f"“{key}” is here a second time; it is already on line {first}", _line(event))
            self.lines[*path, key] = _line(event)
            items[key] = self._node(next(self.events), (*path, key))
        return items

    def _key(self, event: Event, path: Path) -> str:
        self._refuse_tricks(event, path)
        if not isinstance(event, ScalarEvent):
            raise Unreadable("a name is expected before the “:”, not a list or group", _line(event))
        return str(event.value)


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: ScalarEvent) -> Any:
    """A plain scalar by the YAML 1.2 core rules, with dates and exact decimals; a quoted one is text."""
    text = event.value
    if event.style is not None:
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?\d{1,18}\.\d{1,12}", text):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _date(text)
    return text


def _date(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text  # left as text: whatever reads it as a date says that there is no such day
