"""What lists read from their URL and what the table macro needs to write it: the sort, the page, their links."""

from collections.abc import Collection
from typing import Any, NamedTuple

from flask import Flask, request

from grants.persistence.paging import Page


class Sort(NamedTuple):
    """The order of a list: a key the view knows, and its direction."""

    key: str
    descending: bool


class Heading(NamedTuple):
    """A column's heading: what `aria-sort` says of it, and the sort its link asks for."""

    aria: str | None
    next: str


def sort_asked(allowed: Collection[str], default: str) -> Sort:
    """The order the URL asks for (`?sort=name`, `?sort=-name`), or the default when it names no allowed key."""
    asked = request.args.get("sort", "")
    chosen = asked if asked.removeprefix("-") in allowed else default
    return Sort(chosen.removeprefix("-"), chosen.startswith("-"))


def page_asked(of: str = "page") -> int:
    """The page number the URL asks for, 1 or more; `of` names the list where a page has several."""
    return max(1, request.args.get(of, 1, type=int))


def heading(key: str | None, default: str = "") -> Heading:
    """How the column sorted by `key` stands to the present order; a second click turns it round."""
    asked = request.args.get("sort") or default
    if not key or asked.removeprefix("-") != key:
        return Heading(None, key or "")
    return Heading("descending", key) if asked.startswith("-") else Heading("ascending", f"-{key}")


def page_numbers(page: Page[Any]) -> list[int | None]:
    """The page numbers worth a link: the ends and the neighbours; None where some are left out."""
    near = {number for number in (page.number - 1, page.number, page.number + 1) if 1 <= number <= page.pages}
    wanted = sorted({1, page.pages} | near)
    numbers: list[int | None] = []
    for number in wanted:
        last = numbers[-1] if numbers else 0
        if last and number - last > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


def init_tables(app: Flask) -> None:
    """Let the table macro ask."""
    app.jinja_env.globals.update(heading=heading, page_numbers=page_numbers)
