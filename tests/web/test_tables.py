"""The view of a list is its URL: sort, page, filters."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.persistence.paging import Page
from grants.web.tables import Heading, Sort, heading, page_asked, page_numbers, sort_asked


@pytest.mark.parametrize(
    ("query", "sort"),
    [
        ("", Sort("name", False)),
        ("?sort=asked", Sort("asked", False)),
        ("?sort=-asked", Sort("asked", True)),
        ("?sort=password", Sort("name", False)),
        ("?sort=--asked", Sort("name", False)),
    ],
)
def test_only_known_orders_are_asked_for(gallery: Flask, query: str, sort: Sort) -> None:
    with gallery.test_request_context(f"/table{query}"):
        assert sort_asked({"name", "asked"}, "name") == sort


@pytest.mark.parametrize(
    ("query", "number"), [("", 1), ("?page=3", 3), ("?page=0", 1), ("?page=-2", 1), ("?page=x", 1)]
)
def test_the_page_asked_for(gallery: Flask, query: str, number: int) -> None:
    with gallery.test_request_context(f"/table{query}"):
        assert page_asked() == number


@pytest.mark.parametrize(
    ("query", "key", "shown"),
    [
        ("", "name", Heading("ascending", "-name")),
        ("", "asked", Heading(None, "asked")),
        ("?sort=-asked", "asked", Heading("descending", "asked")),
        ("?sort=-asked", "name", Heading(None, "name")),
        ("", None, Heading(None, "")),
    ],
)
def test_a_heading_knows_its_order(gallery: Flask, query: str, key: str | None, shown: Heading) -> None:
    with gallery.test_request_context(f"/table{query}"):
        assert heading(key, "name") == shown


@pytest.mark.parametrize(
    ("number", "total", "numbers"),
    [
        (1, 30, [1]),
        (1, 61, [1, 2, 3]),
        (1, 300, [1, 2, None, 10]),
        (5, 300, [1, None, 4, 5, 6, None, 10]),
        (10, 300, [1, None, 9, 10]),
        (3, 300, [1, 2, 3, 4, None, 10]),
    ],
)
def test_the_ends_and_the_neighbours_get_a_link(number: int, total: int, numbers: list[int | None]) -> None:
    assert page_numbers(Page([], number, 30, total)) == numbers


def test_a_sorted_filtered_table_links_to_its_other_views(visitor: FlaskClient) -> None:
    text = visitor.get("/table?sector=charter&sort=-asked").text
    assert '<th scope="col" class="n" aria-sort="descending"><a href="/table?sector=charter&amp;sort=asked">' in text
    assert '<a href="/table?sector=charter&amp;sort=-asked&amp;page=3">' in text
    assert '<input type="hidden" name="sort" value="-asked">' in text
    assert '<option selected value="charter">' in text
    assert '<a href="/table">Clear</a>' in text


def test_an_empty_table_gives_the_first_action(visitor: FlaskClient) -> None:
    text = visitor.get("/table").text
    assert "<h2>No visit yet</h2>" in text
    assert "Plan a visit</a>" in text
