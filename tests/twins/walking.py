"""Going through a world as somebody: every route of the map, each order and filter of its lists, files and mail."""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import product
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from grants.background.runner import run_due
from grants.kernel.clock import clock_at
from grants.kernel.policy import Actor
from grants.messages.feeds import token_of
from grants.messages.models import CalendarFeed, Message
from grants.people.models import Person
from grants.people.queries import actor_of
from grants.persistence.session import db
from grants.web.access import PUBLIC, SIGNED_IN, access_of
from tests.twins.routes import CASE_OF, IDS, NOBODY, ROUTES, Filled
from tests.twins.world import LAUNCHED, WORDS, Chance, Reader

STRIPPED: Final[Mapping[str, str]] = {
    r'name="csrf[-_]token" (?:value|content)="[^"]*"': "a secret of the session, drawn anew in each",
    r"\b[0-9a-f]{64}\b": "a seal of the record, which covers whatever came before it in the chain, hidden or not",
    r"(?<=<code>)[0-9a-f]{12}(?=…</code>)": "the beginning of such a seal, as the record's page shows it",
    r"(?<=record.xlsx</b>: )\d+ acts, [\d.]+ kB": "the size of those seals, packed; the page of the CSV counts them",
    r"(?<=fingerprint: <code>)[0-9a-f]{12}": "the seal of a slate, which covers all of its lines, hidden or not",
}
"""What is taken out of texts before they are compared, and why it may differ."""

HEADERS: Final[Mapping[str, str]] = {
    "Set-Cookie": "signed with the moment of the session; what it carries is compared by itself",
    "Date": "the real moment of the answer",
}
"""Headers that are left out, and why."""

UNSAFE: Final[Mapping[str, str]] = {
    "reason": "It seems so.", "body": "A word.", "text": "A word.", "title": "To do", "name": "Somebody", "note": "So.",
    "email": "somebody@example.org", "act": "invite", "digest": "0" * 64, "action": "submit", "version": "0",
    "applicant": "Tern", "mark_plans": "yes", "mark_good": "3", "mark_team": "3", "consent": "y", "outcome": "decline",
    "typed_name": "Somebody", "value": "90", "role": "viewer", "form": "csv",
    "presenters": "Somebody", "wish": "So.", "unfit": "Then.", "said": "So.", "why": "So.",
}  # fmt: skip
"""What every unsafe request sends: what one or another form asks for."""


@dataclass(frozen=True)
class Known:
    """What is known of both worlds.

    readers   name -> whoever has an account
    ids       argument -> public id -> the case it belongs to
    odd       public ids of what exists in one of them only
    hidden    the case in which they differ
    cases     organization's name -> its case
    """

    readers: Mapping[str, Reader]
    ids: Mapping[str, Mapping[str, int | None]]
    odd: Collection[str]
    hidden: int
    cases: Mapping[str, int]
    chance: Chance


AFTERWARDS: Final = ("exports.exports", "portfolio.home", "review.proposal")
"""What is read once more when everything was pressed, and what came of it done."""


class Answer(NamedTuple):
    """What came back, without what differs anew each time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    said: str = ""


Seen = dict[str, Answer]


FEW: Final = 4
"""How many rows are looked at of a kind that belongs to no case, such as stages."""
OTHERS: Final = 1
"""Of each kind, how many rows are looked at that belong neither to the hidden case nor to the reader's own."""


def ids_of_all() -> dict[str, dict[str, int | None]]:
    """Argument -> public id -> the case it belongs to, of every row there is."""
    found: dict[str, dict[str, int | None]] = {}
    for argument, tables in IDS.items():
        for table in tables:
            rows = db.session.execute(
                text(f'SELECT public_id, {CASE_OF.get(table, "NULL")} FROM "{table}" ORDER BY "{table}".id')
            )
            found.setdefault(argument, {}).update(tuple(row) for row in rows)
    db.session.rollback()
    return found


def rules_of(app: Flask) -> list[Rule]:
    """The routes, in one order whatever registers them when."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


class Walk:
    """One reader's way through the world that is in the database."""

    def __init__(self, app: Flask, browser: FlaskClient, reader: Reader, known: Known) -> None:
        self.app, self.browser, self.reader, self.known = app, browser, reader, known
        self.chance = known.chance
        self.seen: Seen = {}

    def everywhere(self, only: Collection[str] = ()) -> Seen:
        """Every page and file; then every press that names the hidden case; then one's own mail.

        only   these routes alone, where a few will do
        """
        self.chance.forget()
        open_ones = [
            (rule, way)
            for rule in rules_of(self.app)
            if isinstance(way := ROUTES.get(rule.endpoint), Filled) and self._may_open(rule.endpoint)
            if not only or rule.endpoint in only
        ]
        with self.chance.put_in(), clock_at(LAUNCHED):
            for rule, way in open_ones:
                if "GET" in (rule.methods or ()):
                    self._read(rule, way)
            for rule, way in open_ones:
                if "POST" in (rule.methods or ()):
                    self._press(rule, way)
            run_due()
            for rule, way in open_ones:
                if rule.endpoint in AFTERWARDS:
                    self._read(rule, way, "afterwards ")
            self._mail()
        return self.seen

    def _may_open(self, endpoint: str) -> bool:
        """Whether the reader's role opens a route at all.

        What it does not open is refused before anything is looked up, which is looked at by itself: it is much, and all
        the same.
        """
        access = access_of(self.app, endpoint)
        return access in {PUBLIC, SIGNED_IN} or self._actor().may(str(access))

    def _actor(self) -> Actor:
        return actor_of(db.session.get_one(Person, self.reader.person_id))

    def _read(self, rule: Rule, way: Filled, when: str = "") -> None:
        for address in self.addresses(rule, way, any_case=True):
            answer = self._keep(when + address, lambda address=address: self.browser.get(address))
            if answer.status == 200 and "<!doctype html>" in answer.body[:20].lower():
                for order in way.sorts:
                    self._get(f"{address}?sort={order}")
                    self._get(f"{address}?sort=-{order}")
                for query in sorted(set(_queries(address, answer.body))):
                    self._get(query)

    def _press(self, rule: Rule, way: Filled) -> None:
        for address in self.addresses(rule, way, any_case=False):
            if way.asks:
                for form in ("csv", "xlsx"):
                    self._file(address, form)
            else:
                self._keep(f"POST {address}", lambda address=address: self.browser.post(address, data=UNSAFE))

    def _file(self, address: str, form: str) -> None:
        asked = self._keep(f"POST {address} {form}", lambda: self.browser.post(address, data={"form": form}))
        if asked.status == 302:
            self.chance.begin(f"making {self.reader.name} {address} {form}")
            run_due()
            export = dict(asked.headers)["Location"].partition("?")[0]
            self._keep(f"{address} {form} its page", lambda: self.browser.get(export))
            self._keep(f"{address} {form} its file", lambda: self.browser.get(f"{export}/file"))

    def _mail(self) -> None:
        mail = select(Message).where(Message.person_id == self.reader.person_id).order_by(Message.id)
        told = [f"{one.queued_at} {one.state} {one.subject}\n{one.body}" for one in db.session.scalars(mail)]
        self.seen["their mail"] = Answer(200, (), "\n\n".join(told))

    def _get(self, address: str) -> Answer:
        if address in self.seen:
            return self.seen[address]
        return self._keep(address, lambda: self.browser.get(address))

    def _keep(self, name: str, request: Callable[[], TestResponse]) -> Answer:
        self.chance.begin(f"{self.reader.name} {name}")
        answer = _plain(request())
        if answer.status in {302, 303}:
            with self.browser.session_transaction() as session:
                answer = answer._replace(said=repr(session.pop("_flashes", "")))
        self.seen[name] = answer
        return answer

    def ask(self, method: str, address: str) -> Answer:
        """What one request comes to, kept among what is seen."""
        return self._keep(f"{method} {address}", lambda: self.browser.open(address, method=method))

    def addresses(self, rule: Rule, way: Filled, *, any_case: bool) -> Iterator[str]:
        """The addresses of a route, of rows of any case or of the hidden one."""
        values = [self._values(argument, way, any_case) for argument in sorted(rule.arguments)]
        made = self.app.url_map.bind("localhost")
        for chosen in product(*values):
            filled = dict(zip(sorted(rule.arguments), chosen, strict=True))
            yield made.build(rule.endpoint, filled, method="GET" if any_case else "POST")

    def _values(self, argument: str, way: Filled, any_case: bool) -> Sequence[str]:
        if argument == "feed_token":
            return [self._feed()]
        if argument not in IDS:
            return way.given[argument]
        rows, known = self.known.ids[argument], self.known
        of = {known.hidden, known.cases.get(self.reader.name.rpartition(" of ")[2], known.hidden)}
        theirs = [one for one, case in rows.items() if case in of or one in known.odd]
        others = [one for one in rows if one not in theirs]
        if not any(rows.values()):
            return others[:FEW] or [NOBODY]
        return [*theirs, *others[:OTHERS]] if any_case or not theirs else theirs

    def _feed(self) -> str:
        feed = db.session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == self.reader.person_id)).one()
        return quote(token_of(feed))


def _queries(address: str, page: str) -> Iterator[str]:
    """The other views of a page that it offers: its links to itself, and what its filters can be set to."""
    for link in re.findall(r'href="([^"#]*\?[^"#]*)', page):
        if (way := unescape(link)).startswith(f"{address}?"):
            yield way
        elif way.startswith("?"):
            yield address + way
    yield from _filters(address, page)


def _filters(address: str, page: str) -> Iterator[str]:
    """A page's GET forms, with one field at a time set to something: each choice it has, or a word to look for."""
    for form in re.findall(r'<form method="get"[^>]*>(.*?)</form>', page, re.DOTALL):
        for name, options in re.findall(r'<select[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
            for value in re.findall(r'<option[^>]*\bvalue="([^"]+)"', options):
                yield f"{address}?{urlencode({name: unescape(value)})}"
        for field in re.findall(r"<input[^>]*>", form):
            name = re.search(r'\bname="([^"]*)"', field)
            if name and not re.search(r'type="(hidden|checkbox|radio|date|submit)"', field):
                for word in (*WORDS, "Tern"):
                    yield f"{address}?{urlencode({name[1]: word})}"
            elif name and (value := re.search(r'\bvalue="([^"]+)"', field)):
                yield f"{address}?{urlencode({name[1]: unescape(value[1])})}"


def _plain(answer: TestResponse) -> Answer:
    headers = tuple(sorted((name, _strip(value)) for name, value in answer.headers if name not in HEADERS))
    if answer.mimetype == "application/pdf":
        body = _pdf(answer.data)
    elif answer.data[:2] == b"PK":  # a workbook
        body = _zip(answer.data)
    else:
        body = _strip(answer.text)
    if answer.mimetype == "text/html" or answer.data[:2] == b"PK":  # the length counts secrets and packed seals too
        headers = tuple(pair for pair in headers if pair[0] not in {"Content-Length", "ETag"})
    answer.close()
    return Answer(answer.status_code, headers, body)


def _strip(said: str) -> str:
    for pattern in STRIPPED:
        said = re.sub(pattern, "…", said)
    return said


def _pdf(data: bytes) -> str:
    document = PdfReader(io.BytesIO(data))
    return f"{dict(document.metadata or {})} {[page.extract_text() for page in document.pages]}"


def _zip(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        return "\n".join(f"{name} {_strip(held.read(name).decode(errors='replace'))}" for name in held.namelist())


def told_apart(one: Seen, other: Seen) -> dict[str, str]:
    """Address -> what is different there, of two ways through two worlds."""
    names = [*one, *(name for name in other if name not in one)]
    return {
        name: _first_difference(one.get(name), other.get(name)) for name in names if one.get(name) != other.get(name)
    }


def _first_difference(one: Any, other: Any) -> str:
    if one is None or other is None:
        return f"only in {'the other' if one is None else 'one'} world"
    for name, here, there in zip(Answer._fields, one, other, strict=True):
        if here != there:
            mine, theirs = str(here), str(there)
            start = next((place for place, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), 0)
            return f"{name}: …{mine[max(0, start - 60) : start + 60]}… ≠ …{theirs[max(0, start - 60) : start + 60]}…"
    return "the same"
