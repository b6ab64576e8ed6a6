"""Facts to PDF: the same facts always give the same bytes. Nothing but the bundled fonts can be reached.

The PDF is tagged (PDF/UA-1), in Letter format, and names nothing that is not in the facts.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from threading import Lock
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from grants.config import ROOT
from grants.documents.codes import spelled
from grants.kernel.canonical import sha256_of
from grants.web.filters import day

TEMPLATES: Final = ROOT / "templates" / "documents"
FONTS: Final = ROOT / "grants" / "web" / "static" / "vendor"
FONT_NAMES: Final = frozenset(
    f"source-{family}-latin-{weight}-normal.woff2" for family in ("serif-4", "sans-3") for weight in (400, 600)
)
_SCHEME: Final = "bundled:"
# WeasyPrint's font configuration is shared, and not made for several threads at once.
_one_at_a_time = Lock()


class BundledOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Hands out the bundled fonts and refuses every other address, aloud: a document never lacks a part silently."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = url.removeprefix(_SCHEME)
        if url == name or name not in FONT_NAMES:
            raise FatalURLFetchingError(f"A document may not reach {url}.")
        return URLFetcherResponse(url, (FONTS / name).read_bytes(), {"Content-Type": "font/woff2"})


def render(template: str, facts: Mapping[str, Any]) -> bytes:
    """The PDF of a document.

    template   letter, agreement, receipt, certificate or minutes
    facts      as frozen: those of documents.facts, with `verification` {"code", "url"}, which minutes do without
    raises     jinja2.UndefinedError when a fact is missing, FatalURLFetchingError for any outside address
    """
    fingerprint = sha256_of(facts)
    page = _environment().get_template(f"{template}.html").render(**facts, fingerprint=fingerprint)
    with _one_at_a_time:
        fonts, sheet = _style()
        pdf: bytes = HTML(string=page, base_url=_SCHEME, url_fetcher=BundledOnly()).write_pdf(
            stylesheets=[sheet],
            font_config=fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=fingerprint.encode(),
        )
    return pdf


@cache
def _style() -> tuple[FontConfiguration, CSS]:
    """The fonts and the parsed sheet, read once: without this a letter takes several times as long."""
    fonts = FontConfiguration()
    text = (TEMPLATES / "print.css").read_text()
    return fonts, CSS(string=text, font_config=fonts, base_url=_SCHEME, url_fetcher=BundledOnly())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters.update(on=lambda iso: day(date.fromisoformat(iso)), spelled=spelled)
    return environment
