"""The gallery: every macro on a page, without a database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.web import access, navigation
from tests.web.gallery import PEOPLE, create_gallery, offer_pages


@pytest.fixture(scope="module")
def gallery() -> Iterator[Flask]:
    """The gallery; its people and its navigation stand in for those of the whole application while it is open."""
    loaders = access._loaders[:]
    registries = (navigation._bar, navigation._menu, navigation._foot, navigation._single)
    before = [dict(registry) for registry in registries]  # type: ignore[call-overload]
    access.load_actor_with(PEOPLE.get)
    for registry in registries:
        registry.clear()  # type: ignore[attr-defined]
    offer_pages()
    yield create_gallery()
    access._loaders[:] = loaders
    for registry, entries in zip(registries, before, strict=True):
        registry.clear()  # type: ignore[attr-defined]
        registry.update(entries)  # type: ignore[attr-defined]


@pytest.fixture
def visitor(gallery: Flask) -> FlaskClient:
    """A browser in the gallery, not signed in."""
    return gallery.test_client()


@pytest.fixture
def seen_by(gallery: Flask) -> Callable[[str], FlaskClient]:
    """A browser in the gallery, signed in as one of its people."""

    def enter(who: str) -> FlaskClient:
        browser = gallery.test_client()
        browser.get(f"/as/{who}")
        return browser

    return enter
