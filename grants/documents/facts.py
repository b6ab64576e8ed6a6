"""The facts each kind of document is made from: plain JSON values, complete, so that a document can be made again.

A body is a list of blocks, in order: a paragraph (text), a heading, a list, or a table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

Facts = dict[str, Any]
Block = str | dict[str, Any]

# What each template cannot do without; each of the functions below gives all of its own.
_HEAD: Final = frozenset({"foundation", "program", "address", "date", "reference", "title", "body"})
REQUIRED: Final[Mapping[str, frozenset[str]]] = {
    "letter": _HEAD | {"recipient", "signature"},
    "agreement": _HEAD | {"parties", "signatures"},
    "receipt": _HEAD | {"pairs"},
    "minutes": _HEAD | {"pairs"},
    "certificate": _HEAD | {"person", "organization", "pairs"},
}


@dataclass(frozen=True)
class Letterhead:
    """What stands at the top of the paper: the foundation, the program, and lines of address."""

    foundation: str
    program: str
    address: tuple[str, ...] = ()


def letter(
    head: Letterhead,
    *,
    on: date,
    reference: str,
    recipient: Sequence[str],
    subject: str,
    body: Sequence[Block],
    signed_by: str,
    signed_as: str = "",
) -> Facts:
    """The facts of a letter.

    recipient   lines of the address block: name, title, organization, street, city; empty ones are left out
    signed_by   name under the letter; `signed_as` their office
    """
    return {
        **_head(head, on, reference, subject, body),
        "recipient": [line for line in recipient if line],
        "signature": {"name": signed_by, "title": signed_as},
    }


def agreement(
    head: Letterhead,
    *,
    on: date,
    reference: str,
    title: str,
    parties: Sequence[tuple[str, Sequence[str]]],
    body: Sequence[Block],
    signatures: Sequence[Mapping[str, str]],
) -> Facts:
    """The facts of an agreement.

    parties      (what they are called in it, lines of name and address), such as ("The grantee", ["ASCEND", …])
    signatures   one block each, from `signature()`, in the order of the page
    """
    return {
        **_head(head, on, reference, title, body),
        "parties": [{"role": role, "lines": [line for line in lines if line]} for role, lines in parties],
        "signatures": [dict(one) for one in signatures],
    }


def signature(party: str, name: str = "", title: str = "", signed_at: str = "", statement: str = "") -> dict[str, str]:
    """One signature block: empty lines to sign on, or who signed, when (in words) and what they agreed to."""
    return {"party": party, "name": name, "title": title, "signed_at": signed_at, "statement": statement}


def receipt(
    head: Letterhead,
    *,
    on: date,
    reference: str,
    title: str,
    pairs: Sequence[tuple[str, str]],
    body: Sequence[Block] = (),
) -> Facts:
    """The facts of a receipt; `pairs` are lines such as ("Received", "31 January 2015, 4:12 pm Pacific")."""
    return {**_head(head, on, reference, title, body), "pairs": [[label, value] for label, value in pairs]}


def minutes(
    head: Letterhead,
    *,
    on: date,
    reference: str,
    title: str,
    pairs: Sequence[tuple[str, str]],
    body: Sequence[Block],
) -> Facts:
    """The facts of a meeting's minutes; `pairs` say when, where and who, as on a receipt. They bear no code."""
    return receipt(head, on=on, reference=reference, title=title, pairs=pairs, body=body)


def certificate(
    head: Letterhead,
    *,
    on: date,
    reference: str,
    title: str,
    person: str,
    organization: str,
    pairs: Sequence[tuple[str, str]],
    body: Sequence[Block] = (),
) -> Facts:
    """The facts of a certificate for a person of an organization; `pairs` say for what, as on a receipt."""
    return {
        **receipt(head, on=on, reference=reference, title=title, pairs=pairs, body=body),
        "person": person,
        "organization": organization,
    }


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Iterable[int] = (),
    total: Sequence[str] | None = None,
) -> Block:
    """A table: cells are words as they are to stand; `numeric` names the columns (from 0) that are set to the right.

    raises   ValueError when a row has other than one cell a column
    """
    body = [list(row) for row in rows]
    foot = None if total is None else list(total)
    if any(len(row) != len(columns) for row in [*body, *([foot] if foot else [])]):
        raise ValueError(f"The table “{caption}” has {len(columns)} columns, and a row with another number of cells.")
    return {
        "table": {
            "caption": caption,
            "columns": [{"label": label, "numeric": place in set(numeric)} for place, label in enumerate(columns)],
            "rows": body,
            "total": foot,
        }
    }


def heading(text: str) -> Block:
    """A heading within a body."""
    return {"heading": text}


def points(items: Iterable[str]) -> Block:
    """A list of points."""
    return {"points": list(items)}


def body_of(text: str, blocks: Mapping[str, Block | None] | None = None) -> list[Block]:
    """A text as blocks: paragraphs part at empty lines, and one that is only `{name}` becomes the block of that name.

    blocks   by name without braces, such as {"table.installments": table(…)}; None leaves nothing in its place

    >>> body_of("Dear Ada,\\n\\n{table}\\n\\nYours", {"table": heading("Paid as follows")})
    ['Dear Ada,', {'heading': 'Paid as follows'}, 'Yours']
    """
    named = {f"{{{name}}}": block for name, block in (blocks or {}).items()}
    body: list[Block] = []
    for part in text.replace("\r\n", "\n").split("\n\n"):
        paragraph = " ".join(part.split())
        block = named.get(paragraph, paragraph)
        if block:
            body.append(block)
    return body


def missing(template: str, facts: Mapping[str, object]) -> list[str]:
    """The facts a template needs and was not given.

    raises   KeyError for an unknown template
    """
    return sorted(REQUIRED[template] - facts.keys())


def _head(head: Letterhead, on: date, reference: str, title: str, body: Sequence[Block]) -> Facts:
    return {
        "foundation": head.foundation,
        "program": head.program,
        "address": list(head.address),
        "date": on.isoformat(),
        "reference": reference,
        "title": title,
        "body": list(body),
    }
