"""The two worlds, made once in a process, and somebody's way through both."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grants.casework import files
from grants.persistence.session import db
from tests.engines import Engine
from tests.twins.walking import Known, Seen, Walk, ids_of_all, told_apart
from tests.twins.world import ONE, OTHER, Chance, Reader, told


@contextmanager
def _files_in(app: Flask, folder: Path) -> Iterator[None]:
    """Files lie in a folder of their own for the block: the same key names another file in the other world."""
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(app.extensions, files._EXTENSION, files._open(folder.as_uri()))
        yield


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which each world has its files."""
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="session")
def known(whole_app: Flask, engine: Engine, worlds: Path) -> Known:
    """Both worlds, told once for this process and kept as "one" and "other"."""
    chance, ids, seen, facts = Chance(), defaultdict(dict), Counter(), []
    with whole_app.app_context():
        for name, said in (("one", ONE), ("other", OTHER)):
            db.engine.dispose()
            engine.fresh()
            with _files_in(whole_app, worlds / name):
                world = told(said, chance)
            facts.append((world.readers(), world.hidden.id, world.cases()))
            for argument, rows in ids_of_all().items():
                ids[argument].update(rows)
                seen.update((argument, one) for one in rows)
            db.session.remove()
            engine.keep(name)
    assert facts[0] == facts[1], "people and cases are the same in both worlds"
    readers, hidden, cases = facts[0]
    odd = {one for (_, one), times in seen.items() if times == 1}
    return Known(readers, ids, odd, hidden, cases, chance)


Ways = Callable[..., tuple[Seen, Seen]]


@pytest.fixture
def ways_of(whole_app: Flask, engine: Engine, known: Known, worlds: Path, tmp_path: Path) -> Ways:
    """Somebody's way through both worlds."""
    times = count(1)

    def through(name: str, only: Collection[str] = ()) -> tuple[Seen, Seen]:
        found, folder = [], tmp_path / f"{next(times)}"
        for world in ("one", "other"):
            shutil.copytree(worlds / world, folder / world)
            with whole_app.app_context(), _files_in(whole_app, folder / world):
                db.engine.dispose()
                engine.bring_back(world)
                reader = known.readers[name]
                found.append(Walk(whole_app, browser_of(whole_app, reader), reader, known).everywhere(only))
                db.session.remove()
                db.engine.dispose()
        return found[0], found[1]

    return through


def browser_of(app: Flask, reader: Reader) -> FlaskClient:
    """A browser in which somebody is signed in."""
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = f"{reader.public_id}.{reader.session_stamp}", True
    return browser


@pytest.fixture
def differences(ways_of: Ways) -> Callable[[str], dict[str, str]]:
    """Where somebody can tell the worlds apart: address -> by what."""
    return lambda name: told_apart(*ways_of(name))
