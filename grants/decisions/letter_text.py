"""Letters' text: named placeholders filled from facts, paragraphs and blocks. Nothing in a text is ever run.

`{organization.name}` is replaced by that fact; `{table.installments}` on a line of its own stands for a table that the
letter's page lays out; `{{` and `}}` are a brace. A fact is put in as it is: braces inside it mean nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

BLOCK_PREFIX = "table."

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}\n]*)\}|[{}]")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class LetterFault(ValueError):
    """A text that cannot be filled; the message says what and where, in a sentence."""


@dataclass(frozen=True)
class Paragraph:
    """Plain text; its single line breaks are kept, as in an address."""

    text: str


@dataclass(frozen=True)
class TableBlock:
    """The place of a table, by the name of its placeholder: `table.installments`."""

    name: str


def placeholders(text: str) -> set[str]:
    """Names of all placeholders in a text, blocks included.

    raises   LetterFault when a brace is left open or a name is not made of small letters, digits, _ and dots

    >>> sorted(placeholders("Dear {recipient.name}, {{never}} mind {table.installments}"))
    ['recipient.name', 'table.installments']
    """
    names: set[str] = set()

    def note(name: str) -> str:
        names.add(name)
        return ""

    _replace(text, note)
    return names


def fill(text: str, facts: Mapping[str, str]) -> str:
    """One text with its facts put in, for a subject or another single line; blocks are refused.

    facts    name -> text, such as "award.amount" -> "$60,000"
    raises   LetterFault for an open brace, an unknown placeholder (all are named) or a block

    >>> fill("Your planning grant for {organization.name}", {"organization.name": "Tern School"})
    'Your planning grant for Tern School'
    """
    names = placeholders(text)
    if blocks := sorted(name for name in names if name.startswith(BLOCK_PREFIX)):
        raise LetterFault(f"{_braced(blocks)} has to stand on a line of its own in the letter’s body.")
    if unknown := sorted(names - facts.keys()):
        raise LetterFault(_unknown(unknown, facts))
    return _replace(text, facts.__getitem__)


def letter_parts(text: str, facts: Mapping[str, str]) -> tuple[Paragraph | TableBlock, ...]:
    """A letter's body as paragraphs, parted by empty lines, and tables, each on a line of its own.

    raises   LetterFault as `fill`

    >>> letter_parts("Dear {name},\\n\\nYou are paid:\\n{table.installments}", {"name": "Ms. Lee"})
    (Paragraph(text='Dear Ms. Lee,'), Paragraph(text='You are paid:'), TableBlock(name='table.installments'))
    """
    if unknown := sorted(name for name in placeholders(text) - facts.keys() if not name.startswith(BLOCK_PREFIX)):
        raise LetterFault(_unknown(unknown, facts))
    parts: list[Paragraph | TableBlock] = []
    for passage in _GAP.split(text.replace("\r\n", "\n").strip()):
        parts += _passage_parts(passage, facts)
    return tuple(parts)


def _passage_parts(passage: str, facts: Mapping[str, str]) -> Iterable[Paragraph | TableBlock]:
    kept: list[str] = []
    for line in passage.split("\n"):
        if (block := _block_of(line)) is None:
            kept.append(line.strip())
            continue
        if kept:
            yield Paragraph(fill("\n".join(kept), facts))
            kept = []
        yield TableBlock(block)
    if any(kept):
        yield Paragraph(fill("\n".join(kept), facts))


def _block_of(line: str) -> str | None:
    found = _PIECE.fullmatch(line.strip())
    name = (found["name"] or "").strip() if found else ""
    return name if name.startswith(BLOCK_PREFIX) else None


def _replace(text: str, fact: Callable[[str], str]) -> str:
    """Put facts in place of names in one pass, so that what a fact says is never read as a text again."""

    def piece(found: re.Match[str]) -> str:
        if found[0] in {"{{", "}}"}:
            return found[0][0]
        name = found["name"]
        line = text.count("\n", 0, found.start()) + 1
        if name is None:
            raise LetterFault(f"Line {line}: a brace stands alone. Write {{{{ or }}}} for a brace itself.")
        if not _NAME.fullmatch(name.strip()):
            raise LetterFault(f"Line {line}: “{{{name}}}” is not a placeholder, such as {{organization.name}}.")
        return fact(name.strip())

    return _PIECE.sub(piece, text)


def _unknown(names: Iterable[str], facts: Mapping[str, str]) -> str:
    said = []
    for name in names:
        near = get_close_matches(name, facts, n=1)
        said.append(f"{{{name}}}" + (f" (is it {{{near[0]}}}?)" if near else ""))
    return f"There is no fact for {', '.join(said)}."


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
