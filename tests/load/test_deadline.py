"""Five hundred schools submit in the last minute, to two servers of which one is killed. Run by `make load`.

Every school behaves as its signatory would: the check page stands open, the button is pressed, and where no answer
comes, it is pressed again at the other server until there is one. What was answered with a receipt is held against what
is stored.
"""

import http.client
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles

import pytest
from flask import Flask
from sqlalchemy import func, select

from grants.applications.models import Application, Submission
from grants.kernel.clock import now
from grants.messages.models import Message
from grants.persistence import audit
from grants.persistence.session import db, unit_of_work
from tests.browser.house import session_of
from tests.engines import Engine
from tests.factories import blueprints
from tests.servers import Server, ask, environment_of

pytestmark = pytest.mark.load

SCHOOLS, TOO_LATE = 500, 20
OPENING = timedelta(seconds=60)  # the check pages are opened, the servers warm up
LAST_MINUTE = timedelta(seconds=60)
KILLED_BEFORE = timedelta(seconds=20)  # while about half of the schools have still to press the button
GIVE_UP = 90  # seconds after which a school has to have had its answer


@dataclass
class School:
    """A signatory at the check page of a complete application."""

    application: str
    name: str
    cookie: str
    presses_at: datetime
    ports: list[int]
    token: str = ""
    tries: int = 0
    took: float = 0.0
    receipt: str = ""
    refusal: str = ""
    was_stored: bool = False  # by a press whose answer never came
    trouble: list[str] = field(default_factory=list)

    def opens_the_page(self) -> None:
        page = ask(self.ports[0], "GET", f"/applications/{self.application}/check", self.cookie)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert found, page.text
        self.token, self.cookie = found[1], page.cookie

    def submits(self) -> None:
        time.sleep(max(0.0, (self.presses_at - now()).total_seconds()))
        began = time.monotonic()
        while not (self.receipt or self.refusal):
            assert time.monotonic() - began < GIVE_UP, self.trouble
            try:
                self._presses(self.ports[self.tries % len(self.ports)])
            except (OSError, http.client.HTTPException) as nothing:
                self.trouble.append(repr(nothing))
                time.sleep(0.5)
            self.tries += 1
        self.took = time.monotonic() - began

    def _presses(self, port: int) -> None:
        form = {"csrf_token": self.token, "consent": "y", "certified_name": self.name}
        answer = ask(port, "POST", f"/applications/{self.application}/submit", self.cookie, form)
        if answer.status == http.client.FOUND:
            self.receipt = answer.location
        elif "Nothing was stored a second time" in answer.text:
            self.was_stored = True
            overview = ask(port, "GET", f"/applications/{self.application}", self.cookie)
            self.receipt = re.search(r"/submissions/\w+/receipt", overview.text)[0]  # type: ignore[index]
        elif "The deadline has passed" in answer.text:
            self.refusal = "late"
        else:
            self.trouble.append(f"{answer.status}")


@pytest.fixture
def servers(app: Flask, engine: Engine, tmp_path: Path) -> Iterator[list[Server]]:
    environment = environment_of(app, engine)
    two = [Server.start(environment, tmp_path / f"server{number}.log") for number in (1, 2)]
    try:
        for server in two:
            server.wait_until_served()
        yield two
    finally:
        for server in two:
            server.kill()


def gathered(app: Flask, ports: list[int]) -> tuple[datetime, list[School]]:
    """A stage that closes in two minutes, and schools that press the button in the second of them, or just after."""
    closes_at = now() + OPENING + LAST_MINUTE
    with unit_of_work():
        drafts = blueprints.fill(blueprints.launch_stage(closes_at), range(SCHOOLS + TOO_LATE))
    chance = random.Random(2016)
    schools = []
    for number, (application, signatory) in enumerate(drafts):
        at = closes_at - timedelta(seconds=_early(number, chance))
        mine = ports if chance.random() < 0.5 else ports[::-1]
        schools.append(School(application, signatory.name, session_of(app, signatory), at, mine))
    db.session.remove()
    return closes_at, schools


def _early(number: int, chance: random.Random) -> float:
    """Seconds before the deadline at which a school presses the button; below 0 after it."""
    if number >= SCHOOLS:
        return -chance.uniform(0.05, 5)
    if number % 10 == 0:  # in the very moment in which the server is killed
        return KILLED_BEFORE.total_seconds() + chance.uniform(-0.2, 0.2)
    # Half of the others in the last twenty seconds, as it goes; none so near the end that it may come after it.
    return chance.uniform(2, 20) if number % 2 else chance.uniform(2, LAST_MINUTE.total_seconds())


def test_what_was_acknowledged_is_stored_once_and_nothing_is_late(app: Flask, servers: list[Server]) -> None:
    closes_at, schools = gathered(app, [server.port for server in servers])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(School.opens_the_page, schools))
    assert now() < closes_at - LAST_MINUTE, "This machine took more than a minute to open the check pages."
    with ThreadPoolExecutor(len(schools)) as pool:
        pressing = [pool.submit(school.submits) for school in schools]
        time.sleep((closes_at - KILLED_BEFORE - now()).total_seconds())

        servers[0].kill()
        for one in pressing:
            one.result()
    _said(closes_at, schools)
    acknowledged = {school.receipt for school in schools if school.receipt}
    stored = db.session.execute(
        select(Application.public_id, Submission.public_id, Submission.number, Submission.submitted_at)
        .join(Submission.application)
        .order_by(Submission.id)
    ).all()
    # Every acknowledged receipt is stored; nothing is stored twice, or without its school knowing; nothing is late.
    assert {f"/submissions/{submission}/receipt" for _, submission, _, _ in stored} == acknowledged
    assert [number for _, _, number, _ in stored] == [1] * len(acknowledged)
    assert len({application for application, *_ in stored}) == len(acknowledged)
    assert [at for *_, at in stored if at > closes_at] == []
    assert Counter(bool(school.receipt) for school in schools[:SCHOOLS]) == {True: SCHOOLS}
    assert Counter(school.refusal for school in schools[SCHOOLS:]) == {"late": TOO_LATE}
    assert _receipts_by_mail() == SCHOOLS
    assert audit.verify(db.session()).faults == ()


def _receipts_by_mail() -> int:
    mail = select(func.count()).select_from(Message).where(Message.template == "application.received")
    return db.session.scalar(mail) or 0


def _said(closes_at: datetime, schools: list[School]) -> None:
    took = quantiles([school.took for school in schools[:SCHOOLS]], n=100)
    again = [school for school in schools if school.tries > 1]
    print(  # noqa: T201 - what is to be quoted
        f"{SCHOOLS} schools in the last minute before {closes_at:%H:%M:%S} UTC, {TOO_LATE} after it; one of two "
        f"servers killed {KILLED_BEFORE.seconds} s before it.\n"
        f"receipts {sum(bool(school.receipt) for school in schools)}, refused as late "
        f"{sum(school.refusal == 'late' for school in schools)}, pressed again {len(again)}, "
        f"of which {sum(school.was_stored for school in schools)} were stored and had not been told\n"
        f"from pressing to the receipt: median {took[49] * 1000:.0f} ms, 95 of 100 within {took[94] * 1000:.0f} ms, "
        f"the longest {max(school.took for school in schools) * 1000:.0f} ms"
    )
